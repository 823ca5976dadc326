// @ts-check
// The credential types of this desk, and how a paper is to be made: layout, language, last day.

import { get } from './api.js';
import { dateField } from './date_field.js';
import { h, newId } from './dom.js';
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
  const node = h('details', { class: 'options' }, h('summary', {}, t('options')),
    h('div', { class: 'fields' }, labelled(t('options.layout'), layout, ids.layout), labelled(t('options.language'), language, ids.language),
      h('div', { class: 'field wide-field' }, h('span', { class: 'label', id: untilId }, t('options.until')), until.node)));
  return {
    node,
    /** As the server takes them; what was not chosen is left to the type. */
    values: () => Object.fromEntries(Object.entries({ layout: layout.value, language: language.value, valid_until: until.value() }).filter(([, value]) => value !== '')),
  };
}
