// @ts-check
// What the register knows of a person before a paper is issued: a clerk has to decide, the machine cannot.

import { dialog } from './dialogs.js';
import { h, newId } from './dom.js';
import { t } from './words.js';

/** @typedef {{kind?: string, fault?: string, text?: string, detail?: string, serial?: string, row?: number, line?: number}} Warning */

/** @param {any} warning @returns {Warning} */
export const asWarning = (warning) => (typeof warning === 'string' ? { text: warning } : warning);

/** @param {Warning} warning */
export const warningText = (warning) => warning.text ?? warning.fault ?? warning.detail ?? '';

/** Whether somebody would get a second credential of a type. @param {Warning} warning */
export const isHolder = (warning) => /holder|held|holds/.test(`${warning.kind ?? ''}`) || /already holds?/.test(warningText(warning));

/**
 * What is to be done about `warnings`.
 * @param {Warning[]} warnings
 * @returns {Promise<{reissue: boolean} | null>} null: do not issue
 */
export async function decide(warnings) {
  const holder = warnings.some(isHolder);
  const name = newId('decision');
  return dialog(t(holder ? 'decide.holder.title' : 'decide.alike.title'), (done) => {
    const choices = holder
      ? [['stop', t('decide.stop')], ['replace', t('decide.replace')]]
      : [['stop', t('decide.stop')], ['other', t('decide.other')]];
    const list = choices.map(([value, text], at) => h('label', { class: 'choice' }, h('input', { type: 'radio', name, value, required: true, autofocus: at === 0 }), ' ', text));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const value = /** @type {HTMLFormElement} */ (event.target).querySelector('input:checked')?.getAttribute('value');
      done(value === 'stop' ? null : { reissue: value === 'replace' });
    };
    return [
      h('ul', { class: 'plain' }, warnings.map((warning) => h('li', { class: 'box warn' }, h('span', { dir: 'auto' }, warningText(warning)),
        warning.serial && h('p', {}, h('a', { href: `#/register/${encodeURIComponent(warning.serial)}`, target: '_blank' }, t('decide.look'), ' ', h('bdi', {}, warning.serial)))))),
      h('p', {}, t(holder ? 'decide.holder.text' : 'decide.alike.text')),
      h('form', { onsubmit: submit }, h('fieldset', { class: 'choices' }, h('legend', {}, t('decide')), list),
        h('div', { class: 'actions' }, h('button', { class: 'main' }, t('decide.go')))),
    ];
  });
}
