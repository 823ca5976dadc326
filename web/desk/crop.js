// @ts-check
// Chooses the part of a picture that shows the face: moved by pointer or arrow keys, larger and smaller by wheel, keys or slider.

import { h } from './dom.js';
import { dialog } from './dialogs.js';
import { t } from './words.js';

/** Pixels of the photo that goes to the server: 4 to 5, as on a passport; more than paper at 300 dpi shows. */
const WIDTH = 480;
const HEIGHT = 600;
/** Pixels that one arrow key moves. */
const STEP = 12;

/** @param {CanvasImageSource & {width: number, height: number}} picture @returns {Promise<HTMLCanvasElement | 'again' | null>} */
export function crop(picture) {
  const canvas = h('canvas', { width: WIDTH, height: HEIGHT, tabindex: '0', role: 'img', 'aria-label': t('crop.canvas'), 'aria-describedby': 'crop-keys' });
  const small = h('canvas', { width: 64, height: 80, class: 'small-face', role: 'img', 'aria-label': t('crop.small') });
  const zoom = h('input', { type: 'range', min: 1, max: 5, step: 0.05, value: 1, 'aria-label': t('crop.zoom'), oninput: () => scale(Number(zoom.value)) });
  let turns = 0;
  let factor = 1;
  let x = 0;
  let y = 0;

  const turned = () => (turns % 2 ? { width: picture.height, height: picture.width } : { width: picture.width, height: picture.height });
  /** Pixels of the frame for one of the picture: the smallest that leaves no border, times the zoom. */
  const ratio = () => factor * Math.max(WIDTH / turned().width, HEIGHT / turned().height);

  function draw() {
    const { width, height } = turned();
    const limit = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ frame) => {
      const most = Math.max(0, (size * ratio() - frame) / 2);
      return Math.min(most, Math.max(-most, at));
    };
    x = limit(x, width, WIDTH);
    y = limit(y, height, HEIGHT);
    const context = canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#fff';
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.imageSmoothingQuality = 'high';
    context.translate(WIDTH / 2 + x, HEIGHT / 2 + y);
    context.rotate((turns * Math.PI) / 2);
    context.scale(ratio(), ratio());
    context.drawImage(picture, -picture.width / 2, -picture.height / 2);
    const tiny = small.getContext('2d');
    tiny.imageSmoothingQuality = 'high';
    tiny.drawImage(canvas, 0, 0, 64, 80);
  }
  /** @param {number} to */
  function scale(to) {
    const before = factor;
    factor = Math.min(5, Math.max(1, to));
    x *= factor / before;
    y *= factor / before;
    zoom.value = String(factor);
    draw();
  }
  canvas.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    // The canvas is shown smaller than it is.
    const shown = WIDTH / canvas.getBoundingClientRect().width;
    x += event.movementX * shown;
    y += event.movementY * shown;
    draw();
  });
  canvas.addEventListener('wheel', (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    scale(factor * (event.deltaY < 0 ? 1.08 : 1 / 1.08));
  }, { passive: false });
  canvas.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const moves = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] })[event.key];
    if (moves) [x, y] = [x + moves[0], y + moves[1]];
    else if (event.key === '+' || event.key === '=') scale(factor * 1.1);
    else if (event.key === '-') scale(factor / 1.1);
    else return;
    event.preventDefault();
    draw();
  });
  return dialog(t('crop.title'), (/** @type {(answer: HTMLCanvasElement | 'again' | null) => void} */ done) => {
    draw();
    return [
      h('p', { id: 'crop-keys' }, t('crop.text')),
      h('div', { class: 'crop' }, h('div', { class: 'crop-frame with-oval' }, canvas, h('div', { class: 'oval', 'aria-hidden': 'true' })),
        h('div', { class: 'crop-side' },
          h('label', {}, t('crop.zoom'), zoom),
          h('button', { type: 'button', onclick: () => {
            turns = (turns + 1) % 4;
            draw();
          } }, t('crop.turn')),
          h('figure', {}, small, h('figcaption', {}, t('crop.small'))))),
      h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => done(null) }, t('cancel')),
        h('button', { type: 'button', onclick: () => done('again') }, t('crop.again')),
        h('button', { type: 'button', class: 'main', onclick: () => done(canvas) }, t('crop.use'))),
    ];
  }, { wide: true });
}
