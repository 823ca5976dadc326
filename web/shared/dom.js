// @ts-check
// Builds elements, for the gate and the desk. Text only ever becomes a text node, so nothing that a list or a paper says is read as
// markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `text` is its text; `on…` is a listener; true is an attribute without a value, false and
 *   null are none
 * @param {...(Child | Child[])} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') element.textContent = value;
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') /** @type {any} */ (element).value = value;
    else element.setAttribute(name, value === true ? '' : String(value));
  }
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
