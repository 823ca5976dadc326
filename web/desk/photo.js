// @ts-check
// The holder's photo: from the camera or a file, cropped to the face, with the room that the symbol has for it.

import { blobOf, takePicture } from './camera.js';
import { crop } from './crop.js';
import { fill, h, newId } from './dom.js';
import { number, t } from './words.js';

/** With fewer bytes no face can be recognised (the library's own limit). */
const LEAST_BYTES = 500;

/** @param {Blob} blob @returns {Promise<string>} base64 */
async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param {() => void} changed */
export function makePhoto(changed) {
  /** @type {string | null} */
  let data = null;
  let url = '';
  const id = newId('photo');
  const face = h('img', { class: 'face', alt: t('photo.alt'), hidden: true });
  const none = h('div', { class: 'face no-face', 'aria-hidden': 'true' });
  const room = h('p', { class: 'hint', role: 'status' });
  const fault = h('p', { class: 'fault', role: 'status' });
  const file = h('input', { type: 'file', accept: 'image/*', id, class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: () => void fromFile(file.files?.[0]) });
  const camera = h('button', { type: 'button', onclick: () => void fromCamera() }, t('photo.camera'));
  const choose = h('button', { type: 'button', onclick: () => file.click() }, t('photo.file'));
  const remove = h('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => {
    set(null);
    changed();
    camera.focus();
  } }, t('photo.remove'));
  const node = h('section', { class: 'photo', 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, t('photo')),
    h('div', { class: 'photo-line' }, h('div', {}, none, face), h('div', { class: 'photo-tools' }, h('div', { class: 'buttons' }, camera, choose, file, remove), room, fault)));

  /** @param {Blob | null} blob @param {string | null} [text] */
  function set(blob, text = null) {
    URL.revokeObjectURL(url);
    data = text;
    face.hidden = !blob;
    none.hidden = Boolean(blob);
    remove.hidden = !blob;
    fill(fault);
    if (blob) face.src = url = URL.createObjectURL(blob);
    kept = blob;
  }
  /** @type {Blob | null} */
  let kept = null;

  async function fromCamera() {
    const picture = await takePicture({ title: t('photo.camera'), text: t('photo.camera.text'), facing: 'user', oval: true });
    if (picture) await cropped(picture, () => void fromCamera());
  }
  /** @param {File | undefined} chosen */
  async function fromFile(chosen) {
    file.value = '';
    if (!chosen) return;
    fill(fault);
    try {
      const picture = await createImageBitmap(chosen);
      await cropped(picture, () => file.click());
    } catch {
      fill(fault, t('photo.unreadable', { name: chosen.name }));
    }
  }
  /** @param {any} picture @param {() => void} again */
  async function cropped(picture, again) {
    const answer = await crop(picture);
    if (answer === 'again') return again();
    if (!answer) return;
    const blob = await blobOf(answer, 'image/jpeg', 0.92);
    set(blob, await base64(blob));
    changed();
  }
  return {
    node,
    data: () => data,
    clear: () => set(null),
    keep: () => ({ blob: kept, data }),
    /** @param {{blob: Blob | null, data: string | null}} was */
    restore: (was) => set(was.blob, was.data),
    /** @param {number | null} bytes */
    room(bytes) {
      fill(room, bytes !== null && (bytes < LEAST_BYTES ? t('photo.no-room', { n: number(bytes) }) : t('photo.room', { n: number(bytes) })));
      room.classList.toggle('is-warn', bytes !== null && bytes < LEAST_BYTES);
    },
  };
}
