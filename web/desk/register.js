// @ts-check
// What this desk has issued: search as you type, filters, pages.

import { get, query } from './api.js';
import { announce, debounced, fill, h, newId } from './dom.js';
import { problemBox } from './problems.js';
import { types } from './types.js';
import { date, label, number, t } from './words.js';

/** Lines on a page. */
const SHOWN = 50;
/** Milliseconds without a key before the register is searched. */
const PAUSE = 250;
const STATES = ['valid', 'expired', 'suspended', 'revoked', 'superseded'];

/** A state as colour, sign and word. @param {string} state */
export const stateBadge = (state) => h('span', { class: `badge state-${state}` },
  h('span', { 'aria-hidden': 'true' }, { valid: '✓', expired: '–', suspended: '‖', revoked: '✕', superseded: '→' }[state] ?? '?'), ` ${t(`state.${state}`)}`);

/** What was looked for last, so that coming back from a detail finds it again. In memory only. */
let last = { q: '', type: '', state: '' };

/** @returns {Promise<import('./router.js').Page>} */
export async function registerPage() {
  const all = await types();
  const names = Object.fromEntries(all.map((type) => [type.name, label(type.title, type.name)]));
  const ids = { q: newId('q'), type: newId('type'), state: newId('state') };
  const q = h('input', { id: ids.q, type: 'search', dir: 'auto', autocomplete: 'off', spellcheck: 'false', value: last.q });
  const type = h('select', { id: ids.type }, h('option', { value: '' }, t('register.all-types')), all.map(({ name }) => h('option', { value: name }, names[name])));
  const state = h('select', { id: ids.state }, h('option', { value: '' }, t('register.all-states')), STATES.map((name) => h('option', { value: name }, t(`state.${name}`))));
  type.value = last.type;
  state.value = last.state;
  const result = h('div', { class: 'result' });
  const more = h('div', { class: 'pager' });
  /** @type {AbortController | null} */
  let running = null;
  /** @type {any[]} */
  let entries = [];

  /** @param {string | null} after */
  async function search(after = null) {
    running?.abort();
    const mine = (running = new AbortController());
    last = { q: q.value.trim(), type: type.value, state: state.value };
    result.setAttribute('aria-busy', 'true');
    try {
      const told = await get(`/register${query({ ...last, limit: SHOWN, after })}`, { signal: mine.signal });
      entries = after ? [...entries, ...told.entries] : told.entries;
      draw(told.next ?? null);
    } catch (error) {
      if (!mine.signal.aborted) fill(result, problemBox(error, () => void search(after)));
    } finally {
      if (running === mine) result.removeAttribute('aria-busy');
    }
  }

  /** @param {string | null} next */
  function draw(next) {
    if (entries.length === 0) {
      const looked = Boolean(last.q || last.type || last.state);
      fill(result, h('p', { class: 'empty' }, t(looked ? 'register.nothing' : 'register.empty')));
      fill(more);
      announce(t(looked ? 'register.nothing' : 'register.empty'));
      return;
    }
    const columns = ['register.name', 'register.subject', 'serial', 'register.type', 'register.issued', 'register.prints', 'register.state'];
    fill(result, h('table', { class: 'cards' }, h('thead', {}, h('tr', {}, columns.map((key) => h('th', { scope: 'col' }, t(key))))),
      h('tbody', {}, entries.map((entry) => h('tr', {},
        h('th', { scope: 'row' }, h('a', { href: `#/register/${encodeURIComponent(entry.serial)}` }, h('bdi', {}, entry.name || entry.subject || entry.serial))),
        [entry.subject, entry.serial].map((text, at) => h('td', { 'data-label': t(columns[at + 1]) }, h('bdi', {}, text))),
        h('td', { 'data-label': t('register.type') }, names[entry.type] ?? entry.type),
        h('td', { 'data-label': t('register.issued') }, date(entry.issued)),
        h('td', { 'data-label': t('register.prints') }, number(entry.prints ?? 0)),
        h('td', { 'data-label': t('register.state') }, stateBadge(entry.state)))))));
    fill(more, next && h('button', { type: 'button', onclick: () => {
      // A cursor belongs to what was looked for when it was given.
      const same = last.q === q.value.trim() && last.type === type.value && last.state === state.value;
      later.cancel();
      void search(same ? next : null);
    } }, t('register.more')));
    announce(t('register.count', { n: number(entries.length) }));
  }
  const later = debounced(() => void search(), PAUSE);
  q.addEventListener('input', later);
  for (const filter of [type, state]) filter.addEventListener('change', () => void search());
  void search();
  return {
    title: t('nav.register'),
    close: () => {
      later.cancel();
      running?.abort();
    },
    node: h('section', {}, h('h1', {}, t('nav.register')),
      h('form', { class: 'search', role: 'search', onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        later.cancel();
        void search();
      } },
      h('div', { class: 'field grow' }, h('label', { for: ids.q }, t('register.search')), q),
      h('div', { class: 'field' }, h('label', { for: ids.type }, t('register.type')), type),
      h('div', { class: 'field' }, h('label', { for: ids.state }, t('register.state')), state)),
      result, more),
  };
}
