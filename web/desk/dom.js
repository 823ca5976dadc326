// @ts-check
// Builds elements. Text only ever becomes a text node, so nothing that a list or a paper says is read as markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on…` is a listener; true and false are attributes without a value
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') /** @type {any} */ (element).value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  add(element, children);
  return element;
}

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

/** @param {Element} parent @param {(Child | Child[])[]} children */
export function add(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
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
