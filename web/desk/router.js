// @ts-check
// Which page the address asks for. A page with something unsaved is not left without a question.

import { announce, fill, h } from './dom.js';
import { confirmed } from './dialogs.js';
import { problemBox } from './problems.js';
import { apart, t } from './words.js';

/**
 * @typedef {{title: string, node: HTMLElement, unsaved?: () => boolean, remember?: () => void, close?: () => void, shown?: () => void}} Page
 * @typedef {(parameters: Record<string, string>) => Promise<Page> | Page} Maker
 */

/** @type {[RegExp, Maker][]} */
const routes = [];
/** @type {Page | null} */
let open = null;
let shown = '';
let turn = 0;

/** @param {string} pattern such as `/register/:serial` @param {Maker} make */
export function route(pattern, make) {
  routes.push([new RegExp(`^${pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), make]);
}

const wanted = () => location.hash.replace(/^#/, '') || '/';

/** Goes to a page. @param {string} path */
export function go(path) {
  if (wanted() === path) void show();
  else location.hash = path;
}

/** Asks before something unsaved is left; true when it may be. */
export async function mayLeave() {
  if (!open?.unsaved?.()) return true;
  return confirmed(t('leave.title'), [h('p', {}, t('leave.text'))], t('leave.yes'), { grave: true });
}

/** Forgets what is open, so that it is not asked about. */
export function forget() {
  open?.close?.();
  open = null;
}

/** Makes the page anew in another language; what was typed is carried over by the page itself. */
export async function remake() {
  open?.remember?.();
  await show();
}

/** Shows the page of the address. */
export async function show() {
  const place = /** @type {HTMLElement} */ (document.getElementById('page'));
  const path = wanted();
  const mine = (turn += 1);
  forget();
  shown = path;
  fill(place, h('p', { class: 'waiting' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), t('loading')));
  const [bare] = path.split('?');
  const match = routes.map(([pattern, make]) => /** @type {const} */ ([bare.match(pattern), make])).find(([found]) => found);
  try {
    const parameters = Object.fromEntries(Object.entries(match?.[0]?.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
    const page = match ? await match[1](parameters) : nothing();
    if (mine !== turn) return page.close?.();
    open = page;
    fill(place, page.node);
    const desk = document.body.dataset.desk;
    document.title = [page.title, desk, 'nansen'].filter(Boolean).map((part) => apart(part ?? '')).join(' – ');
    const heading = page.node.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus();
    announce(page.title);
    page.shown?.();
    scrollTo(0, 0);
  } catch (error) {
    if (mine === turn) fill(place, h('h1', {}, t('problem.page')), problemBox(error, () => void show()));
  }
}

/** @returns {Page} */
const nothing = () => ({
  title: t('nothing.title'),
  node: h('section', {}, h('h1', {}, t('nothing.title')), h('p', {}, h('a', { href: '#/' }, t('home')))),
});

/** Begins to follow the address. */
export function follow() {
  addEventListener('hashchange', async () => {
    if (wanted() === shown) return;
    const before = shown;
    const next = wanted();
    if (open?.unsaved?.()) {
      // The address goes back while the question is open, so that it never says what is not shown.
      history.replaceState(null, '', `#${before}`);
      if (!(await mayLeave())) return;
      history.replaceState(null, '', `#${next}`);
    }
    void show();
  });
  addEventListener('beforeunload', (event) => {
    if (open?.unsaved?.()) event.preventDefault();
  });
}
