// @ts-check
// The trust lists on the page: how old they are, whose, and what became of one that was offered.

import { country } from './countries.js';
import { ago } from './dates.js';
import { at, glyph, h } from './dom.js';
import { kindOf } from './trust.js';
import { apart, number, t } from './words.js';

/** Shapes of the ages: full, half and empty disc. */
const DISCS = /** @type {Record<string, string>} */ ({
  fresh: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z',
  ageing: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 3v14a7 7 0 0 0 0-14z',
  stale: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14z',
  none: 'M12 2 1 21h22zM11 9h2v6h-2zm0 7.5h2v2h-2z',
});

/** @param {string} fingerprint In groups of four, as it is read out. */
const groups = (fingerprint) => (fingerprint.includes(' ') ? fingerprint.split(' ') : (fingerprint.match(/.{1,4}/g) ?? []));

/** @param {string} fingerprint */
function fingerprintOf(fingerprint) {
  return h('p', { class: 'fingerprint', dir: 'ltr' }, ...groups(fingerprint).flatMap((group) => [h('code', { text: group }), ' ']));
}

/** @param {string} state */
const age = (state) => glyph(DISCS[state] ?? DISCS.none, `disc ${state}`);

/**
 * The line on the first screen.
 * @param {import('./trust.js').Trust} trust
 * @param {{open: () => void, resetClock: () => void}} to `open` goes to the lists.
 */
export function state(trust, { open, resetClock }) {
  const worst = trust.worst();
  const button = (/** @type {string} */ kind, /** @type {any[]} */ ...words) =>
    h('button', { type: 'button', class: `trust-state ${kind}`, onclick: open }, age(kind), h('span', {}, ...words));
  const lines = worst
    ? [button(worst.state, h('strong', { text: t('trust.line', { name: worst.name }) }), h('br'), `${t('trust.signed', { age: ago(worst.age_days) })} – ${t(`trust.state.${worst.state}`)}`, !trust.compared(worst.root) && h('span', { class: 'small block', text: t('trust.uncompared') }))]
    : [button('none', h('strong', { text: t('trust.state.none') }), h('br'), t('trust.none.next'))];
  at('state').replaceChildren(...lines, ...trust.warnings.map((told) => warning(told, resetClock)));
}

/** Words for the codes of the core. */
const WARNINGS = { clock: 'trust.clock', 'memory-lost': 'trust.memory', 'status-left-out': 'trust.status', 'not-used': 'trust.warning' };

/** @param {any} told What the core warns of. @param {() => void} resetClock */
function warning(told, resetClock) {
  const kind = kindOf(told);
  const words = WARNINGS[kind];
  return h(
    'div', { class: 'notice bad', role: 'alert', 'data-warning': kind }, h('strong', { text: t(words) }), h('p', { text: t(`${words}.next`) }),
    // In the words of the program, for whoever looks after the device.
    h('p', { class: 'small', lang: 'en', dir: 'ltr', text: typeof told === 'string' ? told : (told.text ?? '') }),
    kind === 'clock' && h('button', { type: 'button', class: 'second', onclick: resetClock }, t('trust.clock.reset')),
  );
}

/**
 * All lists.
 * @param {import('./trust.js').Trust} trust
 * @param {{changed: () => void}} to
 */
export function lists(trust, to) {
  const made = trust.lists.map((list) => one(list, trust, to));
  at('trust-lists').replaceChildren(...(made.length ? made : [h('p', { class: 'notice' }, h('strong', { text: t('trust.state.none') }), ' ', t('trust.none.next'))]));
}

/** @param {any} list @param {import('./trust.js').Trust} trust @param {{changed: () => void}} to */
function one(list, trust, to) {
  const compared = trust.compared(list.root);
  const from = trust.kept.get(list.root)?.from;
  const issuers = list.issuers.map((/** @type {any} */ issuer) => h('li', {}, h('bdi', { text: issuer.name }), issuer.country ? ` (${apart(country(issuer.country))})` : ''));
  const remove = async () => {
    if (!confirm(t('trust.remove.sure'))) return;
    await trust.remove(list.root);
    to.changed();
  };
  const box = h(
    'article', { class: 'list' },
    h('h2', {}, age(list.state), h('span', { dir: 'auto', text: list.name })),
    h('p', { text: `${t('trust.signed', { age: ago(list.age_days) })} – ${t(`trust.state.${list.state}`)}` }),
    h('p', { text: `${t('trust.number')} ${number(list.sequence)} – ${t(compared ? 'trust.compared' : 'trust.uncompared')}` }),
    from && h('p', { class: 'small', text: t('trust.from.site', { host: from }) }),
    h('h3', { text: t('trust.issuers') }), h('ul', {}, ...issuers),
    h('h3', { text: t('trust.fingerprint') }), fingerprintOf(list.fingerprint),
    !compared && h('button', { type: 'button', class: 'second', onclick: () => ask({ ...list }, { yes: async () => (await trust.confirm(list.root), to.changed()), no: () => at('trust-ask').replaceChildren() }) }, t('trust.compare')),
    h('button', { type: 'button', class: 'quiet', onclick: remove }, t('trust.remove')),
  );
  return box;
}

/**
 * Asks the person to compare a fingerprint, or to type it as the keeper told it.
 * @param {{name?: string, fingerprint: string, isTyped?: boolean}} about
 * @param {{yes: (typed?: string) => void, no: () => void}} answer
 */
export function ask({ name, fingerprint, isTyped = false }, { yes, no }) {
  const field = isTyped && h('input', { id: 'typed-fingerprint', type: 'text', dir: 'ltr', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' });
  const heading = h('h2', { tabindex: '-1', text: t('trust.compare') });
  const done = (/** @type {() => void} */ act) => () => (at('trust-ask').replaceChildren(), act());
  at('trust-ask').replaceChildren(
    h(
      'div', { class: 'notice ask' }, heading, name && h('p', { class: 'strong', dir: 'auto', text: name }), !field && h('p', { text: t('trust.compare.how') }),
      // What is to be typed is not shown: it would only be copied.
      field ? h('label', { for: 'typed-fingerprint', text: t('trust.typed') }) : fingerprintOf(fingerprint), field,
      h('div', { class: 'stack' }, h('button', { type: 'button', class: 'primary', onclick: () => (!field || field.value.trim() ? done(() => yes(field ? field.value.trim() : undefined))() : field.focus()) }, t('trust.compare.yes')), h('button', { type: 'button', class: 'second', onclick: done(no) }, t('trust.compare.no'))),
    ),
  );
  heading.focus();
}

/** @param {...(Node | string)} words Tells what became of a list. */
export function say(...words) {
  at('trust-said').replaceChildren(...(words.length ? [h('div', { class: 'notice' }, ...words)] : []));
}

/** @param {any} refused */
export function refuse(refused) {
  at('trust-said').replaceChildren(
    h('div', { class: 'notice bad' }, h('strong', { text: t('refused.title') }), h('p', { text: t(`refused.${refused.reason}`) }), refused.found && h('p', { class: 'small', lang: 'en', dir: 'ltr', text: refused.found })),
  );
}
