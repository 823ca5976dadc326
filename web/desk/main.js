// @ts-check
// Puts the desk together: language, session, the head of the page, and which page is shown.

import { ask, onConnection, state } from './api.js';
import { fill, h } from './dom.js';
import { follow, forget, mayLeave, remake, route, show } from './router.js';
import { begin, changed, keyOpen, lockKey, setupPage, signInPage, signOut } from './session.js';
import { problemBox } from './problems.js';
import { LANGUAGES, language, preferred, t, useLanguage } from './words.js';
import { homePage } from './home.js';
import { issuePage } from './issue.js';
import { listPage } from './list.js';
import { readbackPage } from './readback.js';
import { registerPage } from './register.js';
import { entryPage } from './entry.js';
import { trustPage } from './trust.js';
import { numbersPage } from './numbers.js';

/** A page for who is signed in; anyone else is asked first. @param {import('./router.js').Maker} make @returns {import('./router.js').Maker} */
const signedIn = (make) => (parameters) => {
  if (state.session.setup_needed) return setupPage();
  return state.session.signed_in ? make(parameters) : signInPage();
};

/** @type {[string, import('./router.js').Maker][]} */
const PAGES = [
  ['/', homePage], ['/issue', issuePage], ['/issue/:type', issuePage], ['/list', listPage], ['/list/:job', listPage],
  ['/readback', readbackPage], ['/register', registerPage], ['/register/:serial', entryPage],
  ['/trust', trustPage], ['/numbers', numbersPage],
];

/** The links at the top, on every page but the first. */
const LINKS = [['#/issue', 'nav.issue'], ['#/list', 'nav.list'], ['#/readback', 'nav.readback'], ['#/register', 'nav.register'],
  ['#/numbers', 'nav.numbers'], ['#/trust', 'nav.trust']];

function head() {
  const { signed_in, desk, key } = state.session;
  document.body.dataset.desk = desk?.name ?? '';
  const languages = h('select', { id: 'language', onchange: () => void choose(languages.value) },
    Object.entries(LANGUAGES).map(([tag, { name }]) => h('option', { value: tag, lang: tag, selected: tag === language() }, name)));
  const signOutNow = async () => {
    if (!(await mayLeave())) return;
    forget();
    await signOut();
  };
  fill(/** @type {any} */ (document.getElementById('head')),
    h('div', { class: 'head-line' },
      h('a', { class: 'brand', href: '#/' }, h('img', { class: 'brand-mark', src: '/icons/mark.svg', alt: '' }), h('span', {}, 'nansen'),
        h('span', { class: 'brand-desk' }, h('bdi', {}, desk?.name ?? t('desk')))),
      h('div', { class: 'head-tools' },
        signed_in && key !== 'absent' && h('button', { type: 'button', class: 'quiet', onclick: () => void (key === 'open' ? lockKey() : keyOpen()) },
          key === 'open' ? t('key.lock') : t('key.unlock')),
        signed_in && h('button', { type: 'button', class: 'quiet', onclick: () => void signOutNow() }, t('signout')),
        h('label', { class: 'unseen', for: 'language' }, t('language')), languages)),
    signed_in && h('nav', { 'aria-label': t('nav') }, h('ul', {}, LINKS.map(([href, key]) => h('li', {}, h('a', { href }, t(key)))),
      h('li', {}, h('a', { href: '/', target: '_blank', rel: 'noopener' }, t('nav.gate'))))));
  mark();
}

/** Marks the link of the page that is shown. */
function mark() {
  const here = location.hash || '#/';
  document.querySelector('nav ul')?.scrollTo({ left: 0 });
  for (const link of document.querySelectorAll('nav a')) {
    const href = link.getAttribute('href') ?? '';
    const current = href.startsWith('#') && (here === href || here.startsWith(`${href}/`));
    if (current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
    // On a telephone the links run out of the window at the side.
    const row = current && link.closest('ul');
    if (row) row.scrollBy({ left: link.getBoundingClientRect().x - row.getBoundingClientRect().x - (row.clientWidth - link.clientWidth) / 2 });
  }
}

/** @param {string} tag */
async function choose(tag) {
  await useLanguage(tag);
  frame();
  head();
  await remake();
  document.getElementById('language')?.focus();
}

/** The words that are always there. */
function frame() {
  const skip = document.getElementById('skip');
  if (skip) skip.textContent = t('skip');
}

onConnection((answers) => {
  const place = /** @type {HTMLElement} */ (document.getElementById('connection'));
  place.hidden = answers;
  if (answers) return;
  fill(place, h('span', {}, h('b', {}, t('connection.lost')), ' ', t('connection.kept')),
    h('button', { type: 'button', onclick: () => void ask() }, t('retry')));
});

async function start() {
  await useLanguage(preferred()).catch(() => useLanguage('en'));
  frame();
  document.getElementById('skip')?.addEventListener('click', (event) => {
    // The address is the page's name, so the link must not change it.
    event.preventDefault();
    document.querySelector('h1')?.focus();
  });
  for (const [pattern, make] of PAGES) route(pattern, signedIn(make));
  const failed = await begin();
  head();
  if (failed) return fill(/** @type {any} */ (document.getElementById('page')), h('h1', {}, t('desk')), failed);
  let was = { ...state.session };
  changed.add(() => {
    const now = state.session;
    head();
    // A key that was opened or locked changes nothing on the page; whoever signs in or out sees another.
    if (now.signed_in !== was.signed_in || now.setup_needed !== was.setup_needed) {
      forget();
      void show();
    }
    was = { ...now };
  });
  addEventListener('hashchange', mark);
  follow();
  await show();
}

start().catch((error) => fill(/** @type {any} */ (document.getElementById('page')), problemBox(error)));
