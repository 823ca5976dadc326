// @ts-check
// The paper as it will print, drawn by the server a moment after the last key; a specimen until it is issued.

import { Problem, request } from './api.js';
import { debounced, fill, h } from './dom.js';
import { problemBox } from './problems.js';
import { t } from './words.js';

/** Milliseconds without a key before the paper is drawn. */
const PAUSE = 600;

/**
 * @param {() => Record<string, any> | null} body what to draw; null while there is nothing to draw
 * @param {(bytes: number | null) => void} photoRoom told how many bytes are left for the photo
 */
export function makePreview(body, photoRoom) {
  const image = h('img', { alt: t('preview.alt'), hidden: true });
  const said = h('div', { class: 'preview-said', role: 'status' }, t('preview.later'));
  const band = h('p', { class: 'specimen', hidden: true }, t('preview.specimen'));
  const node = h('aside', { class: 'preview', 'aria-label': t('preview.title') }, h('h2', {}, t('preview.title')),
    h('div', { class: 'preview-paper' }, image, band), said);
  /** @type {AbortController | null} */
  let running = null;
  let url = '';

  async function draw() {
    running?.abort();
    const wanted = body();
    if (!wanted) {
      // What was drawn before is of what was typed before.
      image.hidden = band.hidden = true;
      return fill(said, t('preview.later'));
    }
    const mine = (running = new AbortController());
    node.setAttribute('aria-busy', 'true');
    if (image.hidden) fill(said, t('preview.wait'));
    try {
      const answer = await request('POST', '/preview', { body: wanted, signal: mine.signal });
      const left = answer.headers.get('X-Photo-Bytes');
      photoRoom(left === null ? null : Number(left));
      const picture = await answer.blob();
      URL.revokeObjectURL(url);
      url = URL.createObjectURL(picture);
      image.src = url;
      image.hidden = band.hidden = false;
      image.classList.remove('is-old');
      fill(said);
    } catch (error) {
      if (mine.signal.aborted) return;
      // What is shown is not what is typed any more.
      image.classList.add('is-old');
      const faults = error instanceof Problem && (error.told.problems || error.status === 422 || error.status === 400);
      if (faults) fill(said, t('preview.faults'));
      else if (!(error instanceof Problem) || error.status !== 0) fill(said, problemBox(error, () => void draw()));
      else fill(said, t('preview.offline'));
    } finally {
      if (running === mine) {
        running = null;
        node.removeAttribute('aria-busy');
      }
    }
  }
  const later = debounced(() => void draw(), PAUSE);
  return {
    node, later,
    close: () => {
      later.cancel();
      running?.abort();
      URL.revokeObjectURL(url);
    },
  };
}
