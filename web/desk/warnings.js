// @ts-check
// What the register knows of a person before a paper is issued: a clerk has to decide, the machine cannot.

import { dialog } from './dialogs.js';
import { h, newId, said } from './dom.js';
import { t } from './words.js';

/** As `/check` tells it; `holds` is the serial of the paper that the person has already. @typedef {{row?: number | null, line?: number | null, text: string, holds?: string | null}} Warning */

/** Warnings that are shown one by one. */
const SHOWN = 20;

/**
 * What is to be done about `warnings`.
 * @param {Warning[]} warnings
 * @param {{list?: boolean}} [of] `list`: those who hold one can be left out, and the others get theirs
 * @returns {Promise<{reissue?: boolean, keep_going?: boolean} | null>} null: do not issue
 */
export async function decide(warnings, of = {}) {
  const holder = warnings.some((warning) => warning.holds);
  const name = newId('decision');
  return dialog(t(holder ? 'decide.holder.title' : 'decide.alike.title'), (done) => {
    const choices = holder
      ? [['stop', t('decide.stop')], ...(of.list ? [['leave', t('decide.leave')]] : []), ['replace', t('decide.replace')]]
      : [['stop', t('decide.stop')], ['other', t('decide.other')]];
    const list = choices.map(([value, text], at) => h('label', { class: 'choice' }, h('input', { type: 'radio', name, value, required: true, autofocus: at === 0 }), ' ', text));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const value = /** @type {HTMLFormElement} */ (event.target).querySelector('input:checked')?.getAttribute('value');
      done(value === 'stop' ? null : value === 'replace' ? { reissue: true } : value === 'leave' ? { keep_going: true } : {});
    };
    return [
      h('ul', { class: 'plain' }, warnings.slice(0, SHOWN).map((warning) => h('li', { class: 'box warn' }, said(warning.text),
        warning.holds && h('p', {}, h('a', { href: `#/register/${encodeURIComponent(warning.holds)}`, target: '_blank' }, t('decide.look'), ' ', h('bdi', {}, warning.holds))))),
      warnings.length > SHOWN && h('li', {}, '…')),
      h('p', {}, t(holder ? 'decide.holder.text' : 'decide.alike.text')),
      h('form', { onsubmit: submit }, h('fieldset', { class: 'choices' }, h('legend', {}, t('decide')), list),
        h('div', { class: 'actions' }, h('button', { class: 'main' }, t('decide.go')))),
    ];
  });
}
