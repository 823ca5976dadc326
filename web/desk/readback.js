// @ts-check
// Reads a printed sheet back before it is handed over: was it printed by this desk, is it in force, will it still read in
// ten years? The grade is told in words, with what to do.

import { request } from './api.js';
import { blobOf, takePicture } from './camera.js';
import { h, newId, said } from './dom.js';
import { during, statusPlace } from './problems.js';
import { has, t } from './words.js';

/**
 * @typedef {{page: number | null, serial: string | null, copy: number | null, same_symbol?: number[], grade: string | null, found: boolean,
 *   good: boolean, verdict: string, reason: string | null, why: string | null, next: string}} Paper
 */

/** @param {Paper} paper @param {string[] | undefined} serials Papers that were to be read; none named: any. */
function answer(paper, serials) {
  const other = Boolean(serials?.length) && Boolean(paper.serial) && !serials?.includes(paper.serial ?? '');
  const good = paper.good && !other;
  const grade = paper.grade ?? '–';
  const verdict = paper.verdict !== 'valid';
  const stranger = paper.reason === 'unknown-issuer';
  const why = stranger ? t('readback.stranger') : `${t(`verdict.${paper.verdict}`)}${reason(paper.reason)}`;
  return h('li', { class: `box ${good ? 'good' : 'bad'} paper` },
    h('div', { class: `grade grade-${grade}`, 'aria-hidden': 'true' }, paper.found ? grade : '?'),
    h('div', {},
      h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, good ? '✓' : '✕'), t(good ? 'readback.good' : 'readback.bad')),
      paper.grade && paper.found && h('p', {}, h('b', {}, t('readback.grade', { grade })), ' ', t(`grade.${grade}`)),
      other && h('p', {}, h('b', {}, t('readback.other'))),
      verdict && h('p', {}, why),
      paper.why && h('p', { class: 'hint' }, said(paper.why)),
      !good && paper.next && h('p', {}, h('b', {}, t('problem.next')), ' ', said(paper.next)),
      paper.serial && h('p', { class: 'hint' }, t('serial'), ' ', h('a', { href: `#/register/${encodeURIComponent(paper.serial)}` }, h('bdi', {}, paper.serial)),
        paper.copy ? ` · ${t('copy', { n: paper.copy })}` : '')));
}

/** @param {string | null} reason */
const reason = (reason) => (reason ? `: ${has(`reason.${reason}`) ? t(`reason.${reason}`) : reason}` : '');

/** Takes scans and tells what they are. @param {{serials?: string[], done?: (papers: Paper[]) => void}} [how] */
export function makeReadback(how = {}) {
  const status = statusPlace();
  const results = h('ul', { class: 'papers' });
  const id = newId('scan');
  const file = h('input', { type: 'file', accept: 'image/*,application/pdf', multiple: true, id, class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: async () => {
    const files = [...(file.files ?? [])];
    file.value = '';
    await each(files);
  } });
  const choose = h('button', { type: 'button', class: 'main', onclick: () => file.click() }, t('readback.file'));
  const camera = h('button', { type: 'button', onclick: async () => {
    const picture = await takePicture({ title: t('readback.camera'), text: t('readback.camera.text'), facing: 'environment' });
    if (picture) await each([await blobOf(picture)]);
  } }, t('readback.camera'));
  const drop = h('div', { class: 'drop' }, h('p', {}, t('readback.drop')), h('div', { class: 'buttons' }, choose, camera, file));
  dropping(drop, (files) => void each(files));
  const node = h('div', {}, drop, status.node, results);

  /** @param {Blob[]} files */
  async function each(files) {
    for (const one of files) {
      await during(status, t('readback.wait'), async () => {
        const answered = await request('POST', '/readback', { body: one, type: one.type || 'application/octet-stream' });
        const told = await answered.json();
        /** @type {Paper[]} */
        const papers = Array.isArray(told) ? told : told.papers ?? [];
        if (papers.length === 0) status.show(h('div', { class: 'box bad', role: 'alert' }, h('p', { class: 'box-title' }, t('readback.nothing')), h('p', {}, t('readback.nothing.next'))));
        else status.clear();
        results.prepend(...papers.map((paper) => answer(paper, how.serials)));
        if (papers.length) results.setAttribute('aria-live', 'polite');
        how.done?.(papers);
      });
    }
  }
  return { node, focus: () => choose.focus() };
}

/** Lets files be dropped on an element. @param {HTMLElement} node @param {(files: File[]) => void} take */
export function dropping(node, take) {
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    node.classList.toggle('is-over', event.type === 'dragover');
    if (event.type === 'drop') take([...(event.dataTransfer?.files ?? [])]);
  };
  for (const name of /** @type {const} */ (['dragover', 'dragleave', 'drop'])) node.addEventListener(name, over);
}

/** @returns {import('./router.js').Page} */
export function readbackPage() {
  return {
    title: t('nav.readback'),
    node: h('section', { class: 'narrow' }, h('h1', {}, t('nav.readback')), h('p', { class: 'lead' }, t('readback.text')), makeReadback().node),
  };
}
