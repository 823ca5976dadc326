// @ts-check
// Numbers without people: how many papers a day had which verdict for which reason, and how long it took. Never what any paper said.

import { calendarDay, partial } from './dates.js';
import { at, h } from './dom.js';
import * as shelf from './shelf.js';
import { language, number, t } from './words.js';

/** Times are kept to ten milliseconds, which is enough for a median. */
const STEP_MS = 10;
const MOST_MS = 60_000;

/**
 * Counts one verdict.
 * @param {string} verdict @param {string | null} reason @param {number} ms
 */
export async function count(verdict, reason, ms) {
  const day = calendarDay(Date.now());
  const step = Math.round(Math.min(ms, MOST_MS) / STEP_MS);
  await shelf.change('counts', [day, 'verified', verdict, reason ?? ''].join('|'), (had) => {
    const row = had ?? { day, event: 'verified', verdict, reason: reason ?? '', count: 0, times: {} };
    row.count += 1;
    row.times[step] = (row.times[step] ?? 0) + 1;
    return row;
  });
}

/** @param {any} row Milliseconds. */
function median(row) {
  let left = Math.ceil(row.count / 2);
  for (const step of Object.keys(row.times).map(Number).sort((a, b) => a - b)) {
    left -= row.times[step];
    if (left <= 0) return step * STEP_MS;
  }
  return 0;
}

/** @returns {Promise<any[]>} The newest day first. */
async function rows() {
  const all = await shelf.all('counts');
  return all.sort((a, b) => b.day.localeCompare(a.day) || a.verdict.localeCompare(b.verdict) || a.reason.localeCompare(b.reason));
}

/** @param {number} value */
const milliseconds = (value) => new Intl.NumberFormat(language().locale, { style: 'unit', unit: 'millisecond' }).format(value);

/** The columns are those of the server's numbers. */
async function csv() {
  const lines = (await rows()).map((row) => [row.day, row.event, row.verdict, row.reason, row.count, median(row)].join(','));
  return ['day,event,type_or_verdict,reason,count,median_ms', ...lines, ''].join('\n');
}

export async function draw() {
  const list = await rows();
  at('numbers-save').disabled = at('numbers-delete').disabled = list.length === 0;
  if (!list.length) return at('numbers-table').replaceChildren(h('p', { text: t('numbers.none') }));
  const columns = ['day', 'verdict', 'reason', 'count', 'median'].map((key) => t(`numbers.${key}`));
  const head = columns.map((text) => h('th', { scope: 'col', role: 'columnheader', text }));
  // On a telephone a row is a block, and each value has its label before it; the roles keep it a table.
  const body = list.map((row) => {
    const values = [partial(row.day), t(`verdict.${row.verdict}`), row.reason ? t(`reason.${row.reason}`) : '', number(row.count), milliseconds(median(row))];
    return h('tr', { role: 'row' }, ...values.map((text, at) => h('td', { role: 'cell', class: at > 2 && 'number', 'data-label': columns[at], text })));
  });
  at('numbers-table').replaceChildren(h('table', { role: 'table' }, h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...head)), h('tbody', { role: 'rowgroup' }, ...body)));
}

export function listen() {
  at('numbers-save').addEventListener('click', async () => {
    const url = URL.createObjectURL(new Blob([await csv()], { type: 'text/csv' }));
    h('a', { href: url, download: `nansen-${calendarDay(Date.now())}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  });
  at('numbers-delete').addEventListener('click', async () => {
    if (!confirm(t('numbers.delete.sure'))) return;
    await shelf.clear('counts');
    await draw();
  });
}
