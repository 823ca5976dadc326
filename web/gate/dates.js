// @ts-check
// Days and ages as the reader's language writes them. A day that is known in part stays known in part.

import { isKnown, language, number, t } from './words.js';

/** EDTF, level 1, as far as papers use it: year, perhaps month, perhaps day, perhaps a sign of doubt. */
const PARTIAL = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?([~?%]?)$/;
const SIGNS = /** @type {Record<string, string>} */ ({ '~': 'approximate', '?': 'uncertain', '%': 'both' });

/**
 * @param {string} value
 * @param {string} [certainty]
 */
export function partial(value, certainty) {
  const parts = PARTIAL.exec(value);
  if (!parts) return value;
  const [, year, month, day, sign] = parts;
  const date = month ? written(Number(year), Number(month), day ? Number(day) : null) : number(Number(year));
  const doubt = SIGNS[sign] ?? (certainty && certainty !== 'sure' ? certainty : '');
  return doubt ? t(`date.${doubt}`, { date }) : date;
}

/** @param {number} year @param {number} month @param {number | null} day */
function written(year, month, day) {
  if (!isKnown()) {
    // A browser without this language would write the months as numbers.
    return t(day ? 'date.day' : 'date.month', { year, month: t('date.months').split('|')[month - 1] ?? '', day: day ?? 0 });
  }
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { timeZone: 'UTC', year: 'numeric', month: 'long' };
  if (day) form.day = 'numeric';
  return new Intl.DateTimeFormat(language().locale, form).format(new Date(Date.UTC(year, month - 1, day ?? 1)));
}

/** @param {string} time A day, or a moment as RFC 3339: the day is that of UTC, as it is printed. */
export function day(time) {
  return partial(time.slice(0, 10));
}

/** @param {number} days Today, yesterday, 40 days ago. */
export function ago(days) {
  if (!isKnown()) return days === 0 ? t('date.today') : days === 1 ? t('date.yesterday') : t('date.ago', { n: days });
  return new Intl.RelativeTimeFormat(language().locale, { numeric: 'auto' }).format(-days, 'day');
}

/** @param {number} now The day on this device's calendar, YYYY-MM-DD. */
export function calendarDay(now) {
  const at = new Date(now);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
