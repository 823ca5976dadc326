// @ts-check
// The credential types of this desk, and how a paper is to be made: layout, language, last day.

import { get } from './api.js';
import { dateField } from './date_field.js';
import { add, h, newId } from './dom.js';
import { languageName } from './countries.js';
import { apart, t } from './words.js';

/** @typedef {import('./form.js').Type} Type */
/** @typedef {{name: string, title: Record<string, string>, photo: boolean}} Short */

/** @returns {Promise<Short[]>} */
export async function types() {
  const told = await get('/types');
  return Array.isArray(told) ? told : told.types;
}

/** @param {string} name @returns {Promise<Type>} */
export const typeOf = (name) => get(`/types/${encodeURIComponent(name)}`);

/**
 * The printers of this desk that have a profile; none where the server knows of none.
 * @returns {Promise<{name: string, title?: string}[]>}
 */
async function printers() {
  const told = await get('/printers', { stay: true }).catch(() => []);
  return Array.isArray(told) ? told : told?.printers ?? [];
}

/** The printer that was chosen last: it stands there for the next paper too. */
let lastPrinter = '';

/**
 * A choice of printer, which is not there where the desk has none to choose from.
 * @param {() => void} [changed]
 * @param {boolean} [bare] without a label of its own above it, as in a row of buttons
 */
export function makePrinter(changed = () => {}, bare = false) {
  const id = newId('printer');
  /** @param {string} text */
  const named = (text) => (bare ? `${t('options.printer')}: ${apart(text)}` : text);
  const select = h('select', { id, 'aria-label': bare && t('options.printer'), onchange: () => {
    lastPrinter = select.value;
    changed();
  } }, h('option', { value: '' }, named(t('options.printer.own'))));
  const node = bare ? select : labelled(t('options.printer'), select, id);
  node.hidden = true;
  void printers().then((all) => {
    add(select, all.map((one) => h('option', { value: one.name, dir: bare ? null : 'auto' }, named(one.title ?? one.name))));
    select.value = all.some((one) => one.name === lastPrinter) ? lastPrinter : '';
    node.hidden = all.length === 0;
    if (select.value) changed();
  });
  return { node, value: () => select.value };
}

/** What was chosen last, so that the next person's paper is made the same way. @type {Map<string, Record<string, string>>} */
const chosen = new Map();

/** @param {string} title @param {HTMLElement} control @param {string} id */
const labelled = (title, control, id) => h('div', { class: 'field' }, h('label', { for: id }, title), control);

/** @param {{name: string, title?: string}} layout */
export const layoutName = (layout) => (layout.title ? `${apart(layout.title)} (${apart(layout.name)})` : layout.name);

/** @param {Type} type @param {() => void} changed */
export function makeOptions(type, changed) {
  const last = chosen.get(type.name) ?? {};
  const ids = { layout: newId('layout'), language: newId('paper-language') };
  const layout = h('select', { id: ids.layout }, (type.layouts ?? []).map((one) => h('option', { value: one.name }, layoutName(one))));
  const language = h('select', { id: ids.language }, h('option', { value: '' }, t('options.language.own')),
    (type.languages ?? []).map((tag) => h('option', { value: tag }, languageName(tag) || tag)));
  if (last.layout) layout.value = last.layout;
  if (last.language) language.value = last.language;
  const keep = () => {
    chosen.set(type.name, { layout: layout.value, language: language.value, until: until.value() });
    changed();
  };
  const untilId = newId('until');
  const until = dateField({ onchange: keep, labelId: untilId, describedBy: untilId, required: false });
  // A last day is a whole day: nothing about it is a guess.
  until.node.querySelector('.date-signs')?.remove();
  if (last.until) until.set(last.until);
  layout.addEventListener('change', keep);
  language.addEventListener('change', keep);
  const printer = makePrinter(changed);
  const node = h('details', { class: 'options' }, h('summary', {}, t('options')),
    h('div', { class: 'fields' }, labelled(t('options.layout'), layout, ids.layout), printer.node, labelled(t('options.language'), language, ids.language),
      h('div', { class: 'field wide-field' }, h('span', { class: 'label', id: untilId }, t('options.until')), until.node)));
  return {
    node,
    /** As the server takes them; what was not chosen is left to the type. */
    values: () => Object.fromEntries(Object.entries({ layout: layout.value, printer: printer.value(), language: language.value, valid_until: until.value() }).filter(([, value]) => value !== '')),
  };
}
