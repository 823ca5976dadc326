// @ts-check
// A list as a table whose cells can be corrected. One cell has the focus (WAI-ARIA grid): arrows move, Enter or a letter
// writes, Enter and Tab take what was written and move on, Escape leaves the cell as it was.

import { announce, fill, h } from './dom.js';
import { faultText } from './field.js';
import { apart, number, t } from './words.js';

/** Rows that are shown at once. */
const SHOWN = 50;

/**
 * @typedef {{columns: string[], rows: string[][], lines?: number[]}} Table
 * @typedef {import('./form.js').Fault} Fault
 */

/**
 * @param {Table} table changed in place
 * @param {{labels: Record<string, string>, changed: (row: number, column: number) => void}} how
 */
export function makeGrid(table, how) {
  /** Faults by row and column; column -1 is the whole row. @type {Map<string, Fault[]>} */
  let faults = new Map();
  /** @type {Set<string>} */
  const touched = new Set();
  let onlyBad = false;
  let page = 0;
  let at = { row: 0, column: 0 };
  /** @type {number[]} */
  let badRows = [];
  /** What is listed: kept while cells are corrected, so that no row jumps away under the clerk's hands. @type {number[]} */
  let listed = [];

  const message = h('div', { class: 'cell-message', role: 'status' });
  const body = h('tbody', {});
  const head = h('tr', {}, h('th', { scope: 'col' }, t('grid.line')), table.columns.map((column) => h('th', { scope: 'col', dir: 'auto' }, how.labels[column] ?? column)));
  const grid = h('table', { role: 'grid', class: 'grid', 'aria-label': t('grid.label') }, h('thead', {}, head), body);
  const pager = h('div', { class: 'pager' });
  const next = h('button', { type: 'button', class: 'main', onclick: () => jump(1) }, t('grid.next'));
  const before = h('button', { type: 'button', onclick: () => jump(-1) }, t('grid.before'));
  const filter = h('input', { type: 'checkbox', onchange: () => {
    onlyBad = filter.checked;
    list();
    page = 0;
    draw();
  } });
  const tools = h('div', { class: 'grid-tools' }, next, before, h('label', { class: 'check' }, filter, ` ${t('grid.only')}`));
  const node = h('div', {}, tools, message, h('div', { class: 'grid-scroll', role: 'region', 'aria-label': t('grid.label'), tabindex: '-1' }, grid), pager);

  /** The line of the file on which a row begins. @param {number} row */
  const line = (row) => number(table.lines?.[row] ?? row + 2);
  const key = (/** @type {number} */ row, /** @type {number} */ column) => `${row}:${column}`;
  const faultsOf = (/** @type {number} */ row, /** @type {number} */ column) => faults.get(key(row, column)) ?? [];

  /** @param {Fault[]} told */
  function setFaults(told) {
    faults = new Map();
    touched.clear();
    for (const fault of told) {
      // A fault of the header is told above the table.
      if (!fault.row && (fault.line ?? 0) < 2) continue;
      const row = fault.row ? fault.row - 1 : (table.lines ?? []).indexOf(fault.line ?? 0);
      const column = fault.column ? table.columns.indexOf(fault.column) : -1;
      const place = key(row, column);
      faults.set(place, [...(faults.get(place) ?? []), fault]);
    }
    badRows = [...new Set([...faults.keys()].map((place) => Number(place.split(':')[0])))].sort((a, b) => a - b);
    tools.hidden = badRows.length === 0;
    if (badRows.length === 0) filter.checked = onlyBad = false;
    list();
    page = Math.min(page, Math.max(0, Math.ceil(listed.length / SHOWN) - 1));
    draw();
  }

  function list() {
    listed = onlyBad ? badRows.filter((row) => row < table.rows.length) : table.rows.map((_, row) => row);
  }

  function draw() {
    const rows = listed.slice(page * SHOWN, (page + 1) * SHOWN);
    if (!rows.includes(at.row)) at = { row: rows[0] ?? 0, column: 0 };
    fill(body, rows.map((row) => h('tr', { class: badRows.includes(row) ? 'is-bad' : '', 'data-row': row },
      h('th', { scope: 'row' }, line(row), faultsOf(row, -1).length > 0 && h('span', { class: 'sign', title: t('grid.row-fault') }, '✕')),
      table.columns.map((_, column) => cell(row, column)))));
    const pages = Math.ceil(listed.length / SHOWN);
    fill(pager, pages > 1 && [
      h('button', { type: 'button', disabled: page === 0, onclick: () => turn(-1) }, t('page.before')),
      h('span', {}, t('page.of', { page: number(page + 1), pages: number(pages) })),
      h('button', { type: 'button', disabled: page + 1 >= pages, onclick: () => turn(1) }, t('page.next'))]);
    tell();
  }
  /** @param {number} by */
  function turn(by) {
    page += by;
    draw();
    node.scrollIntoView({ block: 'nearest' });
  }

  /** @param {number} row @param {number} column */
  function cell(row, column) {
    const bad = faultsOf(row, column).length > 0;
    const own = touched.has(key(row, column));
    return h('td', {
      role: 'gridcell', tabindex: at.row === row && at.column === column ? '0' : '-1', dir: 'auto', 'data-column': column,
      class: [bad && !own && 'cell-bad', own && 'cell-new'].filter(Boolean).join(' '), 'aria-invalid': bad && !own ? 'true' : null,
    }, bad && !own && h('span', { class: 'sign', 'aria-hidden': 'true' }, '✕'), table.rows[row][column] ?? '');
  }

  /** @param {number} row @param {number} column @returns {HTMLElement | null} */
  const shown = (row, column) => body.querySelector(`tr[data-row="${row}"] td[data-column="${column}"]`);

  /** @param {number} row @param {number} column */
  function focus(row, column) {
    const place = listed.indexOf(row);
    if (place < 0 || column < 0 || column >= table.columns.length) return;
    const wanted = Math.floor(place / SHOWN);
    if (wanted !== page) {
      page = wanted;
      draw();
    }
    shown(at.row, at.column)?.setAttribute('tabindex', '-1');
    at = { row, column };
    const there = shown(row, column);
    there?.setAttribute('tabindex', '0');
    there?.focus();
    there?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    tell();
  }

  /** What is wrong with the cell that has the focus. */
  function tell() {
    const own = touched.has(key(at.row, at.column));
    const told = own ? [] : [...faultsOf(at.row, at.column), ...faultsOf(at.row, -1)];
    const column = table.columns[at.column] ?? '';
    message.hidden = told.length === 0 && !own;
    fill(message, own && h('p', {}, t('grid.changed')), told.map((fault) => h('p', { class: 'fault' },
      h('b', {}, `${t('grid.line')} ${line(at.row)}, ${apart(how.labels[fault.column ?? ''] ?? fault.column ?? column)}: `), faultText(fault))));
  }

  /** Goes to the next fault, or the one before. @param {number} by */
  function jump(by) {
    const places = [...faults.keys()].map((place) => place.split(':').map(Number)).filter(([row]) => row < table.rows.length)
      .map(([row, column]) => ({ row, column: Math.max(0, column) })).filter((place) => !touched.has(key(place.row, place.column)))
      .sort((a, b) => a.row - b.row || a.column - b.column);
    const order = by > 0 ? places : places.reverse();
    const after = order.find((place) => (place.row - at.row || place.column - at.column) * by > 0) ?? order[0];
    if (after) focus(after.row, after.column);
    else announce(t('grid.none-left'));
  }

  /** Writes in the cell that has the focus. @param {string | null} first what replaces the text, or null to go on from it */
  function edit(first = null) {
    const place = shown(at.row, at.column);
    if (!place || place.querySelector('input')) return;
    const { row, column } = at;
    const was = table.rows[row][column] ?? '';
    const input = h('input', { value: first ?? was, dir: 'auto', 'aria-label': how.labels[table.columns[column]] ?? table.columns[column], 'aria-invalid': faultsOf(row, column).length ? 'true' : null });
    let over = false;
    /** @param {boolean} keep */
    const end = (keep) => {
      if (over) return;
      over = true;
      if (keep && input.value !== was) {
        table.rows[row][column] = input.value;
        touched.add(key(row, column));
        how.changed(row, column);
      }
      const fresh = cell(row, column);
      place.replaceWith(fresh);
      tell();
    };
    input.addEventListener('blur', () => end(true));
    input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation();
      if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'Tab') {
        event.preventDefault();
        end(event.key !== 'Escape');
        if (event.key === 'Tab') move(0, event.shiftKey ? -1 : 1, true);
        else if (event.key === 'Enter') move(1, 0, true);
        else focus(row, column);
      }
    });
    fill(place, input);
    input.focus();
    if (first === null) input.select();
  }

  /** @param {number} down @param {number} along @param {boolean} [stay] stays where it is at the border */
  function move(down, along, stay = false) {
    const row = listed[listed.indexOf(at.row) + down];
    const column = at.column + along;
    if (row === undefined || column < 0 || column >= table.columns.length) {
      if (stay) focus(at.row, at.column);
      return;
    }
    focus(row, column);
  }

  grid.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const forward = document.documentElement.dir === 'rtl' ? -1 : 1;
    const moves = /** @type {Record<string, [number, number]>} */ ({
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowRight: [0, forward], ArrowLeft: [0, -forward],
      Home: [0, -at.column], End: [0, table.columns.length - 1 - at.column],
    })[event.key];
    if (moves) move(...moves);
    else if (event.key === 'Enter' || event.key === 'F2') edit();
    else if (event.key === 'Delete' || event.key === 'Backspace') edit('');
    else if (event.key.length === 1) edit(event.key);
    else return;
    event.preventDefault();
  });
  grid.addEventListener('click', (/** @type {MouseEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const place = target.closest('td');
    if (!place || target instanceof HTMLInputElement) return;
    const row = Number(place.closest('tr')?.getAttribute('data-row'));
    const column = Number(place.getAttribute('data-column'));
    const again = row === at.row && column === at.column && document.activeElement === place;
    focus(row, column);
    if (again || event.detail > 1) edit();
  });
  setFaults([]);
  return { node, setFaults, jump, focusFirst: () => focus(at.row, at.column), touched: () => touched.size };
}
