// @ts-check
// What went wrong, in three lines: what was found, what was wanted, what to do next.

import { Problem } from './api.js';
import { fill, h, said as english } from './dom.js';
import { has, t } from './words.js';

/** @param {unknown} error */
export function told(error) {
  if (!(error instanceof Problem)) {
    console.error(error);
    return { title: t('problem.unexpected'), detail: '', found: '', wanted: '', next: t('problem.unexpected.next') };
  }
  // The server speaks English; what it says most often has words here.
  const known = `problem.${error.status}`;
  const title = has(known) ? t(known) : error.detail || error.title || t('problem.unexpected');
  const detail = error.detail && error.detail !== title ? error.detail : '';
  const next = error.next || (has(`${known}.next`) ? t(`${known}.next`) : '');
  return { title, detail, found: error.found, wanted: error.wanted, next };
}

/** A box that tells a problem. @param {unknown} error @param {(() => void) | null} [again] */
export function problemBox(error, again = null) {
  const said = told(error);
  return h('div', { class: 'box bad', role: 'alert' },
    h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✕'), h('bdi', {}, said.title)),
    said.detail && h('p', {}, english(said.detail)),
    said.found && line('problem.found', said.found),
    said.wanted && line('problem.wanted', said.wanted),
    said.next && line('problem.next', said.next),
    again && h('p', {}, h('button', { type: 'button', onclick: again }, t('retry'))));
}

/** @param {string} key @param {string} text */
const line = (key, text) => h('p', { class: 'told' }, h('b', {}, t(key)), ' ', h('bdi', {}, text));

/** A place for what a request is doing: nothing, waiting, or failed. */
export function statusPlace() {
  const node = h('div', { class: 'status', 'aria-live': 'polite' });
  return {
    node,
    clear: () => fill(node),
    /** @param {string} text */
    wait: (text) => fill(node, h('p', { class: 'waiting' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), text)),
    /** @param {string} text */
    good: (text) => fill(node, h('div', { class: 'box good' }, h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✓'), text))),
    /** @param {unknown} error @param {(() => void) | null} [again] */
    failed: (error, again = null) => fill(node, problemBox(error, again)),
    /** @param {...any} children */
    show: (...children) => fill(node, ...children),
  };
}

/**
 * Runs `act` once, with the button that started it out of use and its state told.
 * @param {{node: HTMLElement, clear: () => void, wait: (text: string) => void, failed: (error: unknown, again?: (() => void) | null) => void}} status
 * @param {string} waiting @param {() => Promise<any>} act @param {HTMLButtonElement | null} [button]
 * @param {() => unknown} [again] what "try again" does: where more follows than `act`, all of it
 */
export async function during(status, waiting, act, button = null, again = () => during(status, waiting, act, button)) {
  if (button?.getAttribute('aria-disabled') === 'true') return undefined;
  button?.setAttribute('aria-disabled', 'true');
  status.wait(waiting);
  try {
    const result = await act();
    if (status.node.querySelector('.waiting')) status.clear();
    return result;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    status.failed(error, () => void again());
    return undefined;
  } finally {
    button?.removeAttribute('aria-disabled');
  }
}
