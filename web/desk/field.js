// @ts-check
// One field of a form: its label, its control by kind, and the place where its fault is told.

import { countries, countryName, languageName, TAGS } from './countries.js';
import { dateField } from './date_field.js';
import { fill, h, newId, said } from './dom.js';
import { apart, has, label, language, plainDigits, t } from './words.js';

/**
 * As `/types/NAME` tells it.
 * @typedef {{name: string, labels: Record<string, string>, kind: string, required?: boolean, hint?: string,
 *   choices?: {value: string, labels: Record<string, string>}[], members?: Described[]}} Described
 * @typedef {{name: string, label: string, node: HTMLElement, control: HTMLElement, value: () => string,
 *   set: (text: string) => void, problem: (told: {kind?: string, fault?: string, found?: string, wanted?: string} | null) => void}} Field
 */

/** A list of codes that all fields of a kind share. @param {string} id @param {() => [string, string][]} entries */
function datalist(id, entries) {
  let list = document.getElementById(id);
  if (list) list.remove();
  list = h('datalist', { id }, entries().map(([value, name]) => h('option', { value, label: `${apart(name)} (${value})` }, name)));
  document.body.append(/** @type {HTMLElement} */ (list));
  return id;
}

/** @param {string} value @param {(value: string) => string} name @param {Element} place */
const explain = (value, name, place) => fill(place, value && h('bdi', {}, name(value) || t('code.unknown')));

/** @param {Described} made @param {string} id @param {Record<string, any>} shared */
function control(made, id, shared) {
  if (made.choices?.length) {
    return h('select', { id, ...shared }, h('option', { value: '' }, t('choose')),
      made.choices.map((choice) => h('option', { value: choice.value }, label(choice.labels, choice.value))));
  }
  const plain = { id, autocomplete: 'off', spellcheck: 'false', ...shared };
  switch (made.kind) {
    case 'country':
      return h('input', { ...plain, dir: 'ltr', size: 8, list: datalist('countries', countries) });
    case 'language':
      return h('input', { ...plain, dir: 'ltr', size: 8, list: datalist('languages', () => TAGS.map((tag) => [tag, languageName(tag) || tag])) });
    case 'integer':
      return h('input', { ...plain, dir: 'ltr', size: 8, inputmode: 'numeric' });
    case 'identifier':
      return h('input', { ...plain, dir: 'ltr' });
    case 'url':
      return h('input', { ...plain, dir: 'ltr', type: 'text', inputmode: 'url' });
    default:
      return h('input', { ...plain, dir: 'auto' });
  }
}

/** @param {Described} made @param {() => void} onchange @returns {Field} */
export function makeField(made, onchange) {
  const id = newId(made.name);
  const name = label(made.labels, made.name);
  const fault = h('p', { class: 'fault', id: `${id}-fault` });
  const hint = has(`kind.${made.kind}`) && !made.choices?.length ? h('p', { class: 'hint', id: `${id}-hint` }, t(`kind.${made.kind}`)) : null;
  const describedBy = `${id}-fault${hint ? ` ${id}-hint` : ''}`;
  const mark = made.required ? h('span', { class: 'required' }, ` ${t('required')}`) : null;
  /** @type {any} */ let inner;
  /** @type {HTMLElement} */ let node;
  if (made.kind === 'date') {
    inner = dateField({ onchange, labelId: `${id}-label`, describedBy, required: Boolean(made.required) });
    node = h('div', { class: 'field wide-field' }, h('span', { class: 'label', id: `${id}-label` }, h('bdi', {}, name), mark), inner.node, fault);
  } else {
    const own = control(made, id, { 'aria-describedby': describedBy, 'aria-required': made.required ? 'true' : null, 'data-name': made.name });
    const meaning = h('span', { class: 'meaning' });
    const names = /** @type {Record<string, ((value: string) => string) | undefined>} */ ({ country: (value) => countryName(value.toUpperCase()), language: languageName })[made.kind];
    const tell = () => names && explain(own.value.trim(), names, meaning);
    own.addEventListener('input', () => {
      tell();
      onchange();
    });
    const digits = made.kind === 'integer';
    inner = {
      control: own,
      value: () => (digits ? plainDigits(own.value.trim()) : made.kind === 'country' ? own.value.trim().toUpperCase() : own.value.trim()),
      set: (/** @type {string} */ text) => {
        own.value = text;
        tell();
      },
    };
    node = h('div', { class: `field kind-${made.kind}` }, h('label', { for: id }, h('bdi', {}, name), mark), hint, h('div', { class: 'with-meaning' }, own, names && meaning), fault);
  }
  return {
    name: made.name, label: name, node, control: inner.control, value: inner.value, set: inner.set,
    problem(told) {
      fill(fault, told && faultText(told));
      node.classList.toggle('is-bad', Boolean(told));
      for (const part of node.querySelectorAll('input:not([type=checkbox]), select')) {
        if (told) part.setAttribute('aria-invalid', 'true');
        else part.removeAttribute('aria-invalid');
      }
    },
  };
}

/** Faults whose sentence says all; of the others the server knows more: which values there are, or which paper is held. */
const WHOLE = new Set(['empty', 'no-name', 'no-latin-name', 'no-photo', 'date', 'future', 'country', 'invisible', 'language', 'address']);

/** @param {{kind?: string, fault?: string, found?: string, wanted?: string}} told */
export function faultText(told) {
  const sign = h('span', { class: 'sign', 'aria-hidden': 'true' }, '✕');
  const found = told.found && h('span', { class: 'fault-part' }, h('b', {}, t('problem.found')), ' ', h('bdi', {}, told.found));
  // The server speaks English, and there more exactly than these sentences.
  if (language() !== 'en' && has(`fault.${told.kind}`)) {
    const more = !WHOLE.has(told.kind ?? '') && [told.fault, told.wanted].filter(Boolean).map((text) => h('span', { class: 'fault-part' }, said(String(text))));
    return [sign, t(`fault.${told.kind}`), found, ...(more || [])];
  }
  return [
    sign, told.fault ? said(told.fault) : t('fault'),
    found,
    told.wanted && h('span', { class: 'fault-part' }, h('b', {}, t('problem.wanted')), ' ', said(told.wanted)),
  ];
}
