// @ts-check
// A date that may be known in part: day, month and year of their own, so that nobody has to know EDTF (ISO 8601-2)
// and no day is taken for a month. What is not known stays empty.

import { fill, h, newId } from './dom.js';
import { month, plainDigits, t } from './words.js';

const WHOLE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([~?%]?)$/;

/** @param {string} text */
export function parts(text) {
  const found = plainDigits(text.trim()).match(WHOLE);
  if (!found) return null;
  const [, year, month = '', day = '', sign] = found;
  return { year, month: month && String(Number(month)), day: day && String(Number(day)), about: sign === '~' || sign === '%', doubtful: sign === '?' || sign === '%' };
}

/**
 * @param {{onchange: () => void, labelId: string, describedBy: string, required: boolean}} how
 */
export function dateField(how) {
  const ids = { day: newId('day'), month: newId('month'), year: newId('year') };
  const number = (/** @type {string} */ id, /** @type {string} */ name, /** @type {number} */ size) =>
    h('input', { id, inputmode: 'numeric', autocomplete: 'off', size, maxlength: size === 2 ? 2 : 10, dir: 'ltr', 'data-part': name, 'aria-describedby': how.describedBy });
  const day = number(ids.day, 'day', 2);
  const year = number(ids.year, 'year', 4);
  const months = h('select', { id: ids.month, 'data-part': 'month', 'aria-describedby': how.describedBy },
    h('option', { value: '' }, t('date.unknown')),
    Array.from({ length: 12 }, (_, at) => h('option', { value: String(at + 1) }, month(at + 1))));
  const about = h('input', { type: 'checkbox', 'data-part': 'about' });
  const doubtful = h('input', { type: 'checkbox', 'data-part': 'doubtful' });
  const told = h('p', { class: 'hint told-date' });

  const value = () => {
    const [d, m, y] = [plainDigits(day.value.trim()), months.value, plainDigits(year.value.trim())];
    if (!d && !m && !y) return '';
    const sign = about.checked ? (doubtful.checked ? '%' : '~') : doubtful.checked ? '?' : '';
    // What cannot be a date is sent as it stands, so that the server says what is wrong with it.
    const tail = d ? `-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : m ? `-${m.padStart(2, '0')}` : '';
    return `${y}${tail}${sign}`;
  };
  /** @param {string} text */
  const set = (text) => {
    const found = parts(text);
    day.value = found?.day ?? '';
    months.value = found?.month ?? '';
    year.value = found?.year ?? text;
    about.checked = found?.about ?? false;
    doubtful.checked = found?.doubtful ?? false;
    tell();
  };
  const tell = () => {
    const text = value();
    const known = parts(text);
    const how = !text ? '' : !known ? t('date.incomplete') : known.day ? '' : known.month ? t('date.no-day') : t('date.year-only');
    fill(told, text && h('bdi', { dir: 'ltr' }, text), how && ` – ${how}`);
  };
  const node = h('div', { class: 'date', role: 'group', 'aria-labelledby': how.labelId },
    h('div', { class: 'date-parts' },
      h('div', {}, h('label', { for: ids.day }, t('date.day')), day),
      h('div', {}, h('label', { for: ids.month }, t('date.month')), months),
      h('div', {}, h('label', { for: ids.year }, t('date.year')), year)),
    h('div', { class: 'date-signs' },
      h('label', { class: 'check' }, about, ` ${t('date.about')}`),
      h('label', { class: 'check' }, doubtful, ` ${t('date.doubtful')}`)),
    told);
  node.addEventListener('input', () => {
    tell();
    how.onchange();
  });
  node.addEventListener('paste', (/** @type {ClipboardEvent} */ event) => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!parts(text)) return;
    event.preventDefault();
    set(text);
    how.onchange();
  });
  return { node, value, set, control: /** @type {HTMLElement} */ (day) };
}
