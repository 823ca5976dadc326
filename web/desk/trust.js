// @ts-check
// Trust lists: this desk's own for the gates, and the lists of others, taken in only after their fingerprint was compared.

import { address, get, request } from './api.js';
import { dialog } from './dialogs.js';
import { fill, h } from './dom.js';
import { during, problemBox, statusPlace } from './problems.js';
import { dropping } from './readback.js';
import { input } from './session.js';
import { date, number, t } from './words.js';

/** A fingerprint in groups of four, as it is read aloud. @param {string} text */
const grouped = (text) => (/[\s:-]/.test(text) ? text : text.match(/.{1,4}/g)?.join(' ') ?? text);
/** @param {string} text */
const bare = (text) => text.toLowerCase().replace(/[^0-9a-z]/g, '');

/** Letters of the last four groups. */
const TYPED = 16;
/** Whether somebody has typed the end of a fingerprint, or all of it. @param {string} typed @param {string} fingerprint */
const fits = (typed, fingerprint) => bare(typed).length >= Math.min(TYPED, bare(fingerprint).length) && bare(fingerprint).endsWith(bare(typed));

/** @returns {import('./router.js').Page} */
export function trustPage() {
  const status = statusPlace();
  const lists = h('div', {});
  const file = h('input', { type: 'file', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: () => {
    const chosen = file.files?.[0];
    file.value = '';
    if (chosen) void take(chosen);
  } });
  const drop = h('div', { class: 'drop' }, h('p', {}, t('trust.drop')), h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => file.click() }, t('trust.file')), file));
  dropping(drop, (files) => files[0] && void take(files[0]));

  async function draw() {
    try {
      const told = await get('/trust');
      const all = told.lists ?? told;
      fill(lists, all.length === 0 ? h('p', { class: 'empty' }, t('trust.none')) : h('ul', { class: 'plain' }, all.map((/** @type {any} */ list) => h('li', { class: 'box' },
        h('p', { class: 'box-title' }, h('bdi', {}, list.name || list.root)),
        h('p', {}, t('trust.issued', { date: date(list.issued), n: number(list.sequence) })),
        h('p', {}, h('b', {}, t('trust.fingerprint')), ' ', h('bdi', { class: 'serial' }, grouped(list.fingerprint ?? ''))),
        h('p', {}, h('a', { class: 'button', href: address(`/trust/${encodeURIComponent(list.root)}`), download: `trust-${list.root}.cbor` }, t('trust.save')))))));
    } catch (error) {
      fill(lists, problemBox(error, () => void draw()));
    }
  }

  /** @param {Blob} bundle @param {string} [fingerprint] as the clerk compared it */
  async function take(bundle, fingerprint) {
    const told = await during(status, t('trust.wait'), async () => {
      try {
        const path = fingerprint ? `/trust?${new URLSearchParams({ fingerprint })}` : '/trust';
        const answer = await request('POST', path, { body: bundle, type: 'application/cbor' });
        return await answer.json().catch(() => ({}));
      } catch (/** @type {any} */ error) {
        const unknown = error.told?.reason === 'unknown-root' || error.told?.fingerprint;
        if (fingerprint || !unknown) throw error;
        return { unknown: true, ...error.told };
      }
    }, null, () => take(bundle, fingerprint));
    if (!told) return;
    if (told.unknown) {
      const compared = await compare(told.fingerprint ?? '', told.name ?? '');
      if (compared) await take(bundle, compared);
      return;
    }
    status.good(t('trust.done'));
    await draw();
  }
  void draw();
  return {
    title: t('nav.trust'),
    node: h('section', { class: 'narrow' }, h('h1', {}, t('nav.trust')), h('p', { class: 'lead' }, t('trust.text')), lists,
      h('h2', {}, t('trust.import')), h('p', {}, t('trust.import.text')), drop, status.node),
  };
}

/** Has the fingerprint typed as the other side told it: what is only clicked away was not compared. @param {string} fingerprint @param {string} name */
function compare(fingerprint, name) {
  return dialog(t('trust.compare'), (/** @type {(answer: string | null) => void} */ done) => {
    const typed = input(t('trust.typed'), { required: true, dir: 'ltr', autocomplete: 'off', spellcheck: 'false', autofocus: true }, t('trust.typed.hint'));
    const check = () => typed.control.setCustomValidity(fits(typed.control.value, fingerprint) ? '' : t('trust.differs'));
    typed.control.addEventListener('input', check);
    return [name && h('p', { class: 'who' }, h('bdi', {}, name)), h('p', {}, h('b', {}, t('trust.fingerprint')), ' ', h('bdi', { class: 'serial' }, grouped(fingerprint))),
      h('p', {}, t('trust.compare.text')),
      h('form', { onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        done(fingerprint);
      } }, typed.node, h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => done(null) }, t('cancel')), h('button', { class: 'main', onclick: check }, t('trust.accept'))))];
  });
}
