// @ts-check
// The screen with the verdict: in one look by colour, shape and word. What it shows is wiped when the next paper is asked for.

import { card, worstFirst } from './card.js';
import { at, h } from './dom.js';
import { has, t } from './words.js';

/** @type {string[]} Addresses of photos that the page holds. */
let urls = [];
/** @type {any[]} */
let now = [];
/** @type {any[]} */
let beside = [];
/** @type {(root: string) => boolean} */
let isCompared = () => true;
let isLate = false;

/**
 * @param {any[]} answers
 * @param {any[]} notes What the core says beside them.
 * @param {{again: string, compared: (root: string) => boolean, late: boolean}} how `again` is the word on the button for the next
 *   paper; `late` when it was judged by a time later than this device's.
 */
export function show(answers, notes, { again, compared, late }) {
  wipe();
  now = worstFirst(answers);
  beside = notes;
  isCompared = compared;
  isLate = late;
  draw(again);
}

/** @param {string} again Draws the answers at hand, in the language of now. */
export function draw(again) {
  const place = at('cards');
  place.replaceChildren();
  release();
  // What is called expired may be so only by a clock that was once ahead.
  if (isLate && now.length) place.append(h('p', { class: 'notice bad' }, h('strong', { text: t('trust.clock') }), ' ', t('trust.clock.next')));
  if (now.length > 1) place.append(summary());
  now.forEach((answer, index) => place.append(card(answer, { first: index === 0, keepUrl: (url) => urls.push(url), compared: isCompared })));
  for (const note of beside) {
    const key = `note.${note.note}`;
    if (has(key)) place.append(h('p', { class: 'notice', text: t(key, note) }));
  }
  at('next').textContent = again;
}

/** How many there are of which verdict. */
function summary() {
  const verdicts = [...new Set(now.map((answer) => answer.verdict))];
  const count = (/** @type {string} */ verdict) => now.filter((answer) => answer.verdict === verdict).length;
  return h(
    'div', { class: 'summary' }, h('p', { id: 'verdict-several', text: t('verdict.several', { n: now.length }) }),
    h('ul', {}, ...verdicts.map((verdict) => h('li', { 'data-verdict': verdict, text: t('verdict.count', { word: t(`verdict.${verdict}`), n: count(verdict) }) }))),
  );
}

/** The heading that says the verdict: the focus goes there, and nothing else announces it. */
export function focus() {
  const heading = /** @type {HTMLElement | null} */ (document.querySelector('#cards h1'));
  if (now.length > 1) heading?.setAttribute('aria-describedby', 'verdict-why verdict-several verdict-todo');
  heading?.focus();
}

/** Nothing of the paper stays. */
export function wipe() {
  now = [];
  beside = [];
  release();
  at('cards').replaceChildren();
}

function release() {
  for (const url of urls) URL.revokeObjectURL(url);
  urls = [];
}
