// @ts-check
// A printed page → what a camera sees of it: grey pictures, and films of them (YUV4MPEG2) for Chromium's camera.

import { execFile } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @typedef {{width: number, height: number, pixels: Uint8Array}} Grey */

/**
 * One page of a PDF, drawn by poppler.
 * @param {string} pdf
 * @param {{page?: number, dpi?: number}} [options]
 * @returns {Promise<Grey>}
 */
export async function drawn(pdf, { page = 1, dpi = 150 } = {}) {
  const stem = join(tmpdir(), `nansen-page-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await run('pdftoppm', ['-gray', '-r', `${dpi}`, '-f', `${page}`, '-l', `${page}`, '-singlefile', pdf, stem]);
  const bytes = await readFile(`${stem}.pgm`);
  await rm(`${stem}.pgm`);
  return fromPgm(bytes);
}

/** The same page as PNG, as somebody would scan it. */
export async function scanned(pdf, { page = 1, dpi = 150 } = {}) {
  const stem = join(tmpdir(), `nansen-page-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await run('pdftoppm', ['-png', '-gray', '-r', `${dpi}`, '-f', `${page}`, '-l', `${page}`, '-singlefile', pdf, stem]);
  const bytes = await readFile(`${stem}.png`);
  await rm(`${stem}.png`);
  return bytes;
}

/** @param {Buffer} bytes A binary PGM without comments, as poppler writes it. @returns {Grey} */
function fromPgm(bytes) {
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString('latin1'));
  if (!header) throw new Error('not a grey picture of 8 bits');
  const [width, height] = [Number(header[1]), Number(header[2])];
  return { width, height, pixels: bytes.subarray(header[0].length, header[0].length + width * height) };
}

/**
 * A piece of a page as a camera sees it: turned a little, on a table.
 * @param {Grey} page
 * @param {{x?: number, y?: number, scale?: number, degrees?: number, width?: number, height?: number, table?: number}} [view]
 *   `x`, `y`: the point of the page, 0…1, in the middle of the picture; `scale`: pixels of the camera per pixel of the page.
 * @returns {Grey}
 */
export function seen(page, { x = 0.5, y = 0.5, scale = 1, degrees = 3, width = 1280, height = 720, table = 96 } = {}) {
  const pixels = new Uint8Array(width * height);
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180) / scale, Math.cos((degrees * Math.PI) / 180) / scale];
  const at = (/** @type {number} */ u, /** @type {number} */ v) =>
    u < 0 || v < 0 || u >= page.width || v >= page.height ? table : page.pixels[v * page.width + u];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [dx, dy] = [column - width / 2, row - height / 2];
      const [u, v] = [x * page.width + cos * dx + sin * dy, y * page.height - sin * dx + cos * dy];
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [right, down] = [u - left, v - top];
      const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
      const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
      // Paper is never quite white and ink never quite black in a camera.
      pixels[row * width + column] = 18 + 0.86 * (upper * (1 - down) + lower * down);
    }
  }
  return { width, height, pixels };
}

/** Nothing but the table. @returns {Grey} */
export function empty(width = 1280, height = 720, grey = 100) {
  return { width, height, pixels: new Uint8Array(width * height).fill(grey) };
}

/**
 * Writes a film; Chromium plays it in a loop.
 * @param {string} path
 * @param {Grey[]} frames All of one size.
 * @param {number} [perSecond]
 */
export async function writeY4m(path, frames, perSecond = 15) {
  const file = await open(path, 'w');
  const [{ width, height }] = frames;
  // Neutral colour: a quarter of the size, twice.
  const colour = Buffer.alloc((width * height) / 2, 128);
  await file.write(`YUV4MPEG2 W${width} H${height} F${perSecond}:1 Ip A1:1 C420jpeg\n`);
  for (const frame of frames) {
    await file.write('FRAME\n');
    await file.write(frame.pixels);
    await file.write(colour);
  }
  await file.close();
}
