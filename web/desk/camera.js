// @ts-check
// A camera in a dialog: for a face with an oval to put it in, or for a printed sheet. Nothing is kept but the one picture.

import { h, fill } from './dom.js';
import { dialog } from './dialogs.js';
import { t } from './words.js';

/**
 * Takes a picture; null when the clerk gave up.
 * @param {{title: string, text: string, facing: 'user' | 'environment', oval?: boolean}} how
 * @returns {Promise<HTMLCanvasElement | null>}
 */
export async function takePicture(how) {
  /** @type {MediaStream | null} */
  let stream = null;
  const stop = () => stream?.getTracks().forEach((track) => track.stop());
  let ended = false;
  const video = h('video', { playsinline: true, muted: true, 'aria-label': how.title });
  video.muted = true;
  const said = h('p', { role: 'status' }, t('camera.wait'));
  const cameras = h('select', { 'aria-label': t('camera.choose'), hidden: true, onchange: () => void start(cameras.value) });
  const shoot = h('button', { type: 'button', class: 'main', disabled: true }, t('camera.shoot'));

  /** @param {string} [id] */
  async function start(id) {
    stop();
    try {
      const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: id ? { deviceId: { exact: id }, ...size } : { facingMode: how.facing, ...size } });
      if (ended) return stop();
      const mine = stream;
      // Unplugged, taken by another program, or no longer allowed: the last picture must not be taken for one of now.
      mine.getVideoTracks()[0]?.addEventListener('ended', () => {
        if (ended || stream !== mine) return;
        shoot.disabled = true;
        video.srcObject = null;
        fill(said, h('b', {}, t('camera.lost')), ' ', t('camera.file-instead'), ' ', h('button', { type: 'button', onclick: () => void start(id) }, t('retry')));
      });
      video.srcObject = stream;
      await video.play();
      shoot.disabled = false;
      shoot.focus();
      fill(said, how.text);
      const all = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === 'videoinput');
      const used = stream.getVideoTracks()[0]?.getSettings().deviceId;
      fill(cameras, all.map((device, at) => h('option', { value: device.deviceId, dir: 'auto', selected: device.deviceId === used }, device.label || `${t('camera')} ${at + 1}`)));
      cameras.hidden = all.length < 2;
    } catch (error) {
      if (ended) return;
      const name = error instanceof DOMException ? error.name : '';
      shoot.disabled = true;
      fill(said, h('b', {}, t(name === 'NotAllowedError' ? 'camera.refused' : name === 'NotFoundError' ? 'camera.none' : 'camera.failed')), ' ', t('camera.file-instead'));
    }
  }

  const picture = await dialog(how.title, (/** @type {(answer: HTMLCanvasElement | null) => void} */ done) => {
    shoot.addEventListener('click', () => {
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      canvas.getContext('2d')?.drawImage(video, 0, 0);
      done(canvas);
    });
    if (navigator.mediaDevices) void start();
    else fill(said, h('b', {}, t('camera.insecure')), ' ', t('camera.file-instead'));
    return [said, h('div', { class: how.oval ? 'finder with-oval' : 'finder' }, video, how.oval && h('div', { class: 'oval', 'aria-hidden': 'true' })), cameras,
      h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => done(null) }, t('cancel')), shoot)];
  }, { wide: true });
  ended = true;
  stop();
  return picture;
}

/** @param {HTMLCanvasElement} canvas @param {string} [type] @param {number} [quality] @returns {Promise<Blob>} */
export const blobOf = (canvas, type = 'image/png', quality) =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), type, quality));
