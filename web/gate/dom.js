// @ts-check
// Elements. Text goes in as text, never as markup: what a paper says cannot become part of the page.

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
 * A new element.
 * @param {string} tag
 * @param {Record<string, any>} [set] Attributes; `class`, `text` and `on…` handlers as well. Null and false are left out.
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {any}
 */
export function h(tag, set = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') made.textContent = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => /** @type {any} */ (child)));
  return made;
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
