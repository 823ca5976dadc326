// @ts-check
// The words of the desk in the clerk's language, and how that language writes numbers and dates.

import { apart, filled, isWritten } from './shared/words.js';

export { apart };

/** The languages of the desk, by their own names. @type {Record<string, {name: string, locale: string, rtl?: boolean}>} */
export const LANGUAGES = {
  en: { name: 'English', locale: 'en-GB' },
  fr: { name: 'Français', locale: 'fr' },
  ar: { name: 'العربية', locale: 'ar', rtl: true },
  es: { name: 'Español', locale: 'es' },
  uk: { name: 'Українська', locale: 'uk' },
  my: { name: 'မြန်မာ', locale: 'my' },
  prs: { name: 'دری', locale: 'fa-AF', rtl: true },
  sw: { name: 'Kiswahili', locale: 'sw' },
};

/** What else serves a reader of a language, before English does. @type {Record<string, string[]>} */
const SERVING = { prs: ['prs', 'fa-AF', 'fa'] };

const KEPT = 'nansen-language';

/** @type {Record<string, string>} */
let words = {};
/** @type {Record<string, string>} */
let english = {};
let current = 'en';

/** The language that was chosen last, else the first of the browser's that there are words for. */
export function preferred() {
  const kept = localStorage.getItem(KEPT);
  if (kept && kept in LANGUAGES) return kept;
  for (const tag of navigator.languages) {
    const [primary] = tag.toLowerCase().split('-');
    if (primary === 'fa') return 'prs';
    if (primary in LANGUAGES) return primary;
  }
  return 'en';
}

/** @param {string} tag */
async function read(tag) {
  const answer = await fetch(new URL(`words/${tag}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`words/${tag}.json: ${answer.status}`);
  return answer.json();
}

/** Changes the language of the page. @param {string} tag */
export async function useLanguage(tag) {
  if (Object.keys(english).length === 0) english = await read('en');
  words = tag === 'en' ? english : await read(tag);
  current = tag;
  localStorage.setItem(KEPT, tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = LANGUAGES[tag].rtl ? 'rtl' : 'ltr';
}

export const language = () => current;
export const locale = () => LANGUAGES[current].locale;

/** Whether there are words under a key. @param {string} key */
export const has = (key) => key in words || key in english;

/** The words under `key`, with `{name}` filled in; names are set apart. @param {string} key @param {Record<string, any>} [values] */
export const t = (key, values = {}) => filled(words[key] ?? english[key] ?? key, values, String);

/** A label of a template, as the clerk reads it best. @param {Record<string, string> | undefined} labels @param {string} [fallback] */
export function label(labels, fallback = '') {
  if (!labels) return fallback;
  for (const tag of SERVING[current] ?? [current]) if (labels[tag]) return labels[tag];
  return labels.en ?? Object.values(labels)[0] ?? fallback;
}

/** @param {number} number */
export const number = (number) => new Intl.NumberFormat(locale()).format(number);

/** Whether this browser knows how the language of the page writes dates and names. */
export const isKnown = () => isWritten(locale());

/** @param {Date} moment */
const isoTime = (moment) => new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace('T', ' ');

/** A day or a moment, in the calendar that stands on the papers. @param {string | null | undefined} text RFC 3339 @param {boolean} [time] */
export function date(text, time = false) {
  if (!text) return '–';
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  // Browsers may not know how a language writes dates, Burmese among them: then as ISO 8601 writes them.
  if (!isKnown()) return time && !day ? isoTime(moment) : text.slice(0, 10);
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { dateStyle: 'medium', calendar: 'gregory' };
  if (time && !day) options.timeStyle = 'short';
  if (day) options.timeZone = 'UTC';
  return new Intl.DateTimeFormat(locale(), options).format(moment);
}

/** The name of a month, as the papers have it. @param {number} month from 1 */
export const month = (month) => t(`month.${month}`);

/** Digits of any script as those that a list has. @param {string} text */
export function plainDigits(text) {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9\u1040-\u1049]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}
