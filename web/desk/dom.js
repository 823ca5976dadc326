// @ts-check
// Builds elements. Text only ever becomes a text node, so nothing that a list or a paper says is read as markup.

import { add, h } from './shared/dom.js';

export { add, h };

/** @typedef {import('./shared/dom.js').Child} Child */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Child | Child[])} children
 */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  add(element, children);
  return element;
}

/** What the server or the library says: English, whatever the language of the page. @param {string} text */
export const said = (text) => h('bdi', { lang: 'en' }, text);

/** Puts `children` in the place of what `parent` has. @param {Element} parent @param {...(Child | Child[])} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  add(parent, children);
}

let last = 0;
/** An id that no other element has. @param {string} beginning */
export const newId = (beginning) => `${beginning}-${(last += 1)}`;

/** Calls `act` when nothing has happened for `ms`. @param {() => void} act @param {number} ms */
export function debounced(act, ms) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(act, ms);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** Tells a screen reader. @param {string} text */
export function announce(text) {
  const place = document.getElementById('announcer');
  if (place) place.textContent = text;
}
