// @ts-check
// Elements of the page. Text goes in as text, never as markup: what a paper says cannot become part of the page.

export { h } from './shared/dom.js';

/**
 * @param {string} id
 * @returns {any} The element of that name, which the page is known to have.
 */
export function at(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/**
 * A drawing of our own, from paths in a box of 24 × 24.
 * @param {string} path
 * @param {string} kind
 */
export function glyph(path, kind) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', kind);
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
