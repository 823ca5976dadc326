// @ts-check
// Days and ages as the reader's language writes them. A day that is known in part stays known in part.

import { language, number, t } from './words.js';

/** EDTF, level 1, as far as papers use it: year, perhaps month, perhaps day, perhaps a sign of doubt. */
const PARTIAL = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?([~?%]?)$/;
const SIGNS = /** @type {Record<string, string>} */ ({ '~': 'approximate', '?': 'uncertain', '%': 'both' });
const DAY_MS = 86_400_000;

/**
 * @param {string} value
 * @param {string} [certainty]
 */
export function partial(value, certainty) {
  const parts = PARTIAL.exec(value);
  if (!parts) return value;
  const [, year, month, day, sign] = parts;
  const at = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { timeZone: 'UTC', year: 'numeric' };
  if (month) form.month = 'long';
  if (day) form.day = 'numeric';
  const date = month ? new Intl.DateTimeFormat(language().locale, form).format(at) : number(Number(year));
  const doubt = SIGNS[sign] ?? (certainty && certainty !== 'sure' ? certainty : '');
  return doubt ? t(`date.${doubt}`, { date }) : date;
}

/** @param {string} time A day, or a moment as RFC 3339: the day is that of UTC, as it is printed. */
export function day(time) {
  return partial(time.slice(0, 10));
}

/** @param {number} days Today, yesterday, 40 days ago. */
export function ago(days) {
  return new Intl.RelativeTimeFormat(language().locale, { numeric: 'auto' }).format(-days, 'day');
}

/** @param {string} time How many whole days ago that was. */
export function daysSince(time) {
  return Math.max(0, Math.floor((Date.now() - Date.parse(time)) / DAY_MS));
}

/** @param {number} now The day on this device's calendar, YYYY-MM-DD. */
export function calendarDay(now) {
  const at = new Date(now);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
