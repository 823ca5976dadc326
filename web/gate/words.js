// @ts-check
// The words of the page in the reader's language, and numbers, days and names of countries as that language writes them.

import { at } from './dom.js';
import { settings } from './settings.js';
import { apart, filled, isWritten } from './shared/words.js';

export { apart };

/** @type {Record<string, string>} */
let words = {};
/** What is said where words of another language could not be had. @type {Record<string, string>} */
let english = {};
let current = { code: 'en', locale: 'en-GB', labels: ['en'] };
/** @type {(() => void)[]} */
const listeners = [];

/** @returns {HTMLOptionElement[]} */
const offered = () => [...at('language').options];

/** The language in use: its code, the locale for `Intl`, and the tags under which labels of fields may be found. */
export const language = () => current;

/** @param {() => void} listener Is called after each change of language. */
export const onLanguage = (listener) => listeners.push(listener);

/**
 * The words of that name, with what stands in braces filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values] Numbers are written as the language writes them, names are set apart.
 */
export const t = (key, values = {}) => filled(words[key] ?? english[key] ?? key, values, number);

/** @param {string} key Whether there are words of that name. */
export const has = (key) => key in words || key in english;

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(current.locale, { useGrouping: false }).format(value);

/** Whether the browser itself knows the language. */
export const isKnown = () => isWritten(current.locale);

/** What the browser asks for, or what was chosen here before. */
function wanted() {
  const codes = offered().map((option) => option.value);
  const asked = [settings.language, ...navigator.languages].filter(Boolean).map((tag) => tag.toLowerCase());
  for (const tag of asked) {
    // Dari is also known as the Persian of Afghanistan; other Persian is read by Dari readers and the other way round.
    const code = tag.startsWith('fa') ? 'prs' : tag.split('-')[0];
    if (codes.includes(code)) return code;
  }
  return 'en';
}

/** @param {string} code @returns {Promise<Record<string, string>>} */
async function read(code) {
  const answer = await fetch(`/words/${code}.json`);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
  return answer.json();
}

/**
 * Takes up a language: the one given, or the one wanted. Where its words cannot be had, the page keeps those that it has: the language
 * of before, or English.
 * @param {string} [code]
 * @returns {Promise<boolean>} Whether the page speaks that language now.
 * @throws When there are no words at all.
 */
export async function speak(code = wanted()) {
  let option = offered().find((one) => one.value === code) ?? offered()[0];
  const [own, plain] = await Promise.allSettled([read(option.value), option.value === 'en' || english['app.title'] ? english : read('en')]);
  if (plain.status === 'fulfilled' && plain.value['app.title']) english = plain.value;
  if (own.status === 'fulfilled') words = own.value;
  else if (words['app.title']) return stay();
  else if (english['app.title']) [words, option] = [english, offered()[0]];
  else throw own.reason;
  if (option.value === 'en') english = words;
  current = {
    code: option.value,
    locale: option.dataset.locale ?? option.value,
    labels: (option.dataset.labels ?? option.value).split(' '),
  };
  at('language').value = option.value;
  document.documentElement.lang = option.value;
  document.documentElement.dir = option.dir || 'ltr';
  document.title = t('app.title');
  fill(document);
  for (const listener of listeners) listener();
  return own.status === 'fulfilled';
}

/** The language of before goes on. */
function stay() {
  at('language').value = current.code;
  return false;
}

/** @param {ParentNode} root Puts words into every element that names some. */
function fill(root) {
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = t(/** @type {HTMLElement} */ (element).dataset.t ?? '');
}

/**
 * The text for this reader out of several languages, and the language it is in.
 * @param {Record<string, string> | null | undefined} texts
 * @returns {{text: string, lang: string} | null}
 */
export function pick(texts) {
  if (!texts) return null;
  for (const lang of [...current.labels, 'en', ...Object.keys(texts)]) {
    if (texts[lang]) return { text: texts[lang], lang };
  }
  return null;
}
