// @ts-check
// Which screen is shown. The browser's own “back” leads to the first one; nothing of a paper is ever part of an address.

import { at } from './dom.js';

const SCREENS = ['start', 'camera', 'verdict', 'trust', 'numbers', 'settings'];
let current = 'start';
/** @type {((left: string, entered: string) => void)[]} */
const listeners = [];

export const screen = () => current;
/** @param {(left: string, entered: string) => void} listener */
export const onScreen = (listener) => listeners.push(listener);

/** @param {string} name @param {{fromHistory?: boolean, focus?: boolean}} [how] */
export function go(name, { fromHistory = false, focus = true } = {}) {
  const left = current;
  current = name;
  for (const one of SCREENS) at(one).hidden = one !== name;
  document.body.dataset.screen = name;
  at('back').hidden = name === 'start';
  at('nav').hidden = name === 'camera' || name === 'verdict';
  if (!fromHistory) remember(left, name);
  if (left !== name) {
    scrollTo(0, 0);
    for (const listener of listeners) listener(left, name);
  }
  if (focus) at(name).querySelector('h1')?.focus({ preventScroll: true });
}

/** @param {string} left @param {string} entered */
function remember(left, entered) {
  const away = history.state?.away === true;
  if (entered === 'start') {
    if (away) history.back();
  } else if (!away && left !== entered) {
    history.pushState({ away: true }, '', '/');
  }
}

export function listen() {
  addEventListener('popstate', () => {
    if (!history.state?.away && current !== 'start') go('start', { fromHistory: true });
  });
  at('back').addEventListener('click', () => go('start'));
  at('home').addEventListener('click', (/** @type {Event} */ event) => {
    event.preventDefault();
    go('start');
  });
  for (const button of document.querySelectorAll('[data-go]')) {
    button.addEventListener('click', () => go(/** @type {HTMLElement} */ (button).dataset.go ?? 'start'));
  }
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault();
    at('main').focus();
  });
}
