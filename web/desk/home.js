// @ts-check
// The first page: what a clerk does all day, in large tiles.

import { get, state } from './api.js';
import { fill, h, s } from './dom.js';
import { number, t } from './words.js';

/** Drawings of the tiles, on 24 by 24. @type {Record<string, string>} */
const SIGNS = {
  one: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7',
  list: 'M4 4h16v16H4zM4 9h16M4 14h16M10 4v16',
  read: 'M4 9V5h4M16 5h4v4M20 15v4h-4M8 19H4v-4M8 12l3 3 5-6',
  register: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  numbers: 'M4 20h17M6 20v-6h3v6M11 20V9h3v11M16 20V5h3v15',
  gate: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5',
  trust: 'M8 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 12h9M17 12v4M20 12v3',
};

/** @param {string} name */
const sign = (name) => s('svg', { viewBox: '0 0 24 24', class: 'tile-sign', 'aria-hidden': 'true', focusable: 'false' },
  s('path', { d: SIGNS[name] }));

/** @type {[string, string, string][]} */
const TILES = [
  ['#/issue', 'one', 'issue'], ['#/list', 'list', 'list'], ['#/readback', 'read', 'readback'],
  ['#/register', 'register', 'register'], ['#/numbers', 'numbers', 'numbers'], ['#/trust', 'trust', 'trust'], ['/', 'gate', 'gate'],
];

/** @returns {import('./router.js').Page} */
export function homePage() {
  const unfinished = h('div', {});
  void open(unfinished);
  const { desk, key } = state.session;
  return {
    title: t('home'),
    node: h('section', {},
      h('h1', {}, h('bdi', {}, desk?.name ?? t('desk'))),
      h('p', { class: 'lead' }, key === 'open' ? t('home.key.open') : t('home.key.locked')),
      unfinished,
      h('ul', { class: 'tiles' }, TILES.map(([href, name, key]) => h('li', {},
        h('a', { class: `tile tile-${key}`, href, target: href === '/' ? '_blank' : null, rel: href === '/' ? 'noopener' : null },
          sign(name), h('span', { class: 'tile-name' }, t(`nav.${key}`)), h('span', { class: 'tile-text' }, t(`home.${key}`))))))),
  };
}

/** Lists that stopped half way are offered first: people wait for them. @param {HTMLElement} place */
async function open(place) {
  const jobs = await get('/jobs').catch(() => null);
  const list = Array.isArray(jobs) ? jobs : jobs?.jobs ?? [];
  const stopped = list.filter((/** @type {any} */ job) => ['running', 'interrupted', 'cancelled'].includes(job.state));
  fill(place, stopped.map((/** @type {any} */ job) => h('div', { class: 'box warn' },
    h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '!'), t(`job.${job.state}`)),
    h('p', {}, t('job.count', { done: number(job.done), total: number(job.total) }), ' ',
      h('a', { class: 'button', href: `#/list/${encodeURIComponent(job.id)}` }, t('job.look'))))));
}
