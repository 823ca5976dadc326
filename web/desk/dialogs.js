// @ts-check
// Questions that stop everything else until they are answered.

import { h, newId } from './dom.js';
import { t } from './words.js';

/**
 * Shows a dialog until `done` is called; escape answers null.
 * @template T
 * @param {string} title
 * @param {(done: (answer: T | null) => void) => any[]} content
 * @param {{wide?: boolean, firm?: boolean}} [how] `firm`: escape does not close it
 * @returns {Promise<T | null>}
 */
export function dialog(title, content, how = {}) {
  return new Promise((resolve) => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const id = newId('dialog');
    const node = h('dialog', { class: how.wide ? 'wide' : '', 'aria-labelledby': id });
    /** @param {any} answer */
    const done = (answer) => {
      node.close();
      node.remove();
      if (before?.isConnected) before.focus();
      resolve(answer);
    };
    node.addEventListener('cancel', (/** @type {Event} */ event) => {
      event.preventDefault();
      if (!how.firm) done(null);
    });
    node.append(h('h2', { id }, title), ...content(done).filter(Boolean));
    document.body.append(node);
    node.showModal();
    const first = node.querySelector('[autofocus], input, select, textarea, button');
    first?.focus();
  });
}

/**
 * Asks before something that cannot be undone, or would lose something.
 * @param {string} title @param {any[]} text @param {string} yes @param {{grave?: boolean}} [how]
 */
export async function confirmed(title, text, yes, how = {}) {
  const answer = await dialog(title, (done) => [
    ...text,
    h('div', { class: 'actions' },
      h('button', { type: 'button', autofocus: true, onclick: () => done(null) }, t('cancel')),
      h('button', { type: 'button', class: how.grave ? 'grave' : 'main', onclick: () => done(true) }, yes)),
  ]);
  return answer === true;
}
