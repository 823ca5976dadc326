// @ts-check
// Counts per day, without people: what a pilot has to report. A drawing, and beside it the table that it was drawn from.

import { address, get, query } from './api.js';
import { fill, h, newId, s } from './dom.js';
import { problemBox } from './problems.js';
import { date, has, isKnown, locale, number, t } from './words.js';

/** Days that are shown at first. */
const DAYS = 14;
/** Days that are drawn at most; of more the table tells. */
const DRAWN = 62;

/** @param {Date} day */
const iso = (day) => new Date(day.getTime() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

/**
 * @typedef {{day: string, event: string, type_or_verdict?: string, reason?: string | null, count: number, median_ms?: number | null}} Count
 */

/** @returns {import('./router.js').Page} */
export function numbersPage() {
  const today = new Date();
  const ids = { from: newId('from'), to: newId('to') };
  const from = h('input', { type: 'date', id: ids.from, value: iso(new Date(today.getTime() - (DAYS - 1) * 86_400_000)) });
  const to = h('input', { type: 'date', id: ids.to, value: iso(today) });
  const result = h('div', {});
  const save = h('a', { class: 'button', download: 'numbers.csv' }, t('numbers.save'));

  async function draw() {
    const asked = query({ from: from.value, to: to.value });
    save.href = address(`/numbers.csv${asked}`);
    try {
      const told = await get(`/numbers${asked}`);
      /** @type {Count[]} */
      const rows = Array.isArray(told) ? told : told.rows;
      fill(result, rows.length === 0 ? h('p', { class: 'empty' }, t('numbers.none')) : [chart(rows), days(rows), details(rows)]);
    } catch (error) {
      fill(result, problemBox(error, () => void draw()));
    }
  }
  for (const control of [from, to]) control.addEventListener('change', () => void draw());
  void draw();
  return {
    title: t('nav.numbers'),
    node: h('section', {}, h('h1', {}, t('nav.numbers')), h('p', { class: 'lead' }, t('numbers.text')),
      h('form', { class: 'search', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
        h('div', { class: 'field' }, h('label', { for: ids.from }, t('numbers.from')), from), h('div', { class: 'field' }, h('label', { for: ids.to }, t('numbers.to')), to), save),
      result),
  };
}

/** @param {Count[]} rows @returns {[string[], string[], (day: string, event: string) => number]} */
function sums(rows) {
  const all = [...new Set(rows.map((row) => row.day))].sort();
  const known = ['issued', 'printed', 'verified', 'status'];
  const events = [...new Set(rows.map((row) => row.event))].sort((a, b) => (known.indexOf(a) + 99) % 99 - (known.indexOf(b) + 99) % 99);
  return [all, events, (day, event) => rows.filter((row) => row.day === day && row.event === event).reduce((sum, row) => sum + row.count, 0)];
}

const eventName = (/** @type {string} */ event) => (has(`event.${event}`) ? t(`event.${event}`) : event);

/** @param {string} day */
const shortDay = (day) => !isKnown() ? day.slice(5) : new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', calendar: 'gregory', timeZone: 'UTC' }).format(new Date(day));

/** Bars by day, one for each event. @param {Count[]} rows */
function chart(rows) {
  const [all, events, sum] = sums(rows);
  const shown = all.slice(-DRAWN);
  const most = Math.max(1, ...shown.flatMap((day) => events.map((event) => sum(day, event))));
  const [height, step] = [140, 900 / shown.length];
  const width = Math.min(40, (step * 0.8) / events.length);
  const bars = shown.flatMap((day, at) => events.map((event, which) => {
    const count = sum(day, event);
    const tall = (count / most) * height;
    const x = at * step + (step - width * events.length) / 2 + which * width;
    return s('rect', { class: `bar bar-${which % 5}`, x: x.toFixed(1), y: (height - tall + 20).toFixed(1), width: Math.max(1, width - 2).toFixed(1), height: tall.toFixed(1) },
      s('title', {}, `${date(day)}: ${eventName(event)} ${number(count)}`));
  }));
  const labels = shown.map((day, at) => ((at % Math.ceil(shown.length / 8) === 0) ? s('text', { x: (at * step + step / 2).toFixed(1), y: 178, 'text-anchor': 'middle' }, shortDay(day)) : null));
  return h('figure', { class: 'chart' },
    s('svg', { viewBox: '0 0 900 186', role: 'img', 'aria-label': t('numbers.chart') }, s('line', { x1: 0, x2: 900, y1: 160, y2: 160, class: 'axis' }), bars, labels),
    h('figcaption', {}, events.map((event, at) => h('span', { class: 'key' }, h('span', { class: `swatch bar-${at % 5}`, 'aria-hidden': 'true' }), eventName(event)))));
}

/** @param {Count[]} rows */
function days(rows) {
  const [all, events, sum] = sums(rows);
  return h('div', { class: 'grid-scroll tall', role: 'region', tabindex: '0', 'aria-label': t('numbers.days') }, h('table', {}, h('caption', {}, t('numbers.days')), h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('numbers.day')), events.map((event) => h('th', { scope: 'col', class: 'figure' }, eventName(event))))),
    h('tbody', {}, [...all].reverse().map((day) => h('tr', {}, h('th', { scope: 'row' }, date(day)), events.map((event) => h('td', { class: 'figure' }, number(sum(day, event))))))),
    h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, t('numbers.total')), events.map((event) => h('td', { class: 'figure' }, number(all.reduce((total, day) => total + sum(day, event), 0))))))));
}

/** Every row, for who wants to know why. @param {Count[]} rows */
function details(rows) {
  const word = (/** @type {Count} */ row) => {
    const name = row.type_or_verdict ?? '';
    return has(`verdict.${name}`) ? t(`verdict.${name}`) : name;
  };
  const why = (/** @type {Count} */ row) => (row.reason ? (row.event === 'status' && has(`state.${row.reason}`) ? t(`state.${row.reason}`) : has(`reason.${row.reason}`) ? t(`reason.${row.reason}`) : row.reason) : '');
  return h('details', { class: 'options' }, h('summary', {}, t('numbers.details')),
    h('div', { class: 'grid-scroll', role: 'region', tabindex: '0', 'aria-label': t('numbers.details') }, h('table', {},
      h('thead', {}, h('tr', {}, ['numbers.day', 'numbers.event', 'numbers.what', 'numbers.why', 'numbers.count', 'numbers.median'].map((key) => h('th', { scope: 'col' }, t(key))))),
      h('tbody', {}, [...rows].reverse().map((row) => h('tr', {}, h('th', { scope: 'row' }, date(row.day)), h('td', {}, eventName(row.event)), h('td', {}, word(row)), h('td', {}, why(row)),
        h('td', { class: 'figure' }, number(row.count)), h('td', { class: 'figure' }, row.median_ms === null || row.median_ms === undefined ? '–' : number(row.median_ms))))))));
}
