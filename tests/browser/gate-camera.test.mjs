// @ts-check
// The camera, fed from a film of a printed certificate: verdict in time, hints in words, one paper after another.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { screenshot } from './support/browser.mjs';
import { drawn, empty, seen, writeY4m } from './support/film.mjs';
import { next, verdict, world } from './support/gate.mjs';
import { demoDesk } from './support/server.mjs';

const MOST_MS = 300;
/** Fresh pages that are timed. */
const RUNS = 7;
/** Where the symbol is on the demo's pages, and how large the camera sees it. */
const VIEW = { x: 0.72, y: 0.78, scale: 1 };

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nansen-film-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Remembers, in the page, when the first frame of a camera came and when the verdict could be seen. */
function watch() {
  const times = /** @type {any} */ (globalThis).nansenTimes = /** @type {any} */ ({});
  const ask = HTMLVideoElement.prototype.requestVideoFrameCallback;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (told) {
    return ask.call(this, (now, facts) => {
      times.frame ??= performance.now();
      times.size = `${facts.width}x${facts.height}`;
      told(now, facts);
    });
  };
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver(() => {
      const shown = document.querySelector('#verdict:not([hidden]) .card');
      if (shown && !times.seen) requestAnimationFrame(() => setTimeout(() => (times.seen ??= performance.now())));
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}

/** @param {(desk: Awaited<ReturnType<typeof demoDesk>>) => Promise<import('./support/film.mjs').Grey[]>} frames */
async function filmed(name, frames) {
  const film = join(folder, `${name}.y4m`);
  // Filled once there is a desk whose papers can be filmed: the browser opens it when the camera starts.
  await writeY4m(film, [empty()]);
  const all = await world({ film });
  await writeY4m(film, await frames(all.desk));
  return all;
}

test('a printed certificate in front of the camera is valid within 300 ms of its first frame', async (t) => {
  const all = await filmed('one', async (desk) => {
    const page = await drawn(join(desk.folder, 'registration.pdf'), { dpi: 110 });
    return [seen(page, { ...VIEW, degrees: 4 })];
  });
  /** @type {number[]} */
  const times = [];
  for (let turn = 0; turn < RUNS; turn += 1) {
    const { page, context, faults } = await all.gate();
    await page.addInitScript(watch);
    await page.reload();
    await page.locator('#scan:enabled').waitFor();
    // The gate uses the time until somebody presses the button.
    await page.waitForTimeout(1_000);
    await page.locator('#scan').click();
    const said = await verdict(page);
    assert.equal(said.verdict, 'valid');
    await page.waitForFunction(() => /** @type {any} */ (globalThis).nansenTimes.seen);
    const { frame, seen: end, size } = await page.evaluate(() => /** @type {any} */ (globalThis).nansenTimes);
    times.push(end - frame);
    if (turn === 0) t.diagnostic(`frames of ${size}`);
    assert.deepEqual(faults, []);
    await context.close();
  }
  const median = [...times].sort((a, b) => a - b)[Math.floor(RUNS / 2)];
  t.diagnostic(`first frame to verdict, ${RUNS} fresh pages in turn: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms; median ${median.toFixed(0)} ms`);
  assert.ok(median <= MOST_MS, `a median of ${median.toFixed(0)} ms`);
  await all.end();
});

test('papers are checked one after another, and the same paper is not shown twice', async () => {
  const all = await filmed('queue', async (desk) => {
    const valid = seen(await drawn(join(desk.folder, 'registration.pdf'), { dpi: 110 }), { ...VIEW, degrees: -3 });
    const expired = seen(await drawn(join(desk.folder, 'expired.pdf'), { dpi: 110 }), { ...VIEW, degrees: 2 });
    return [...Array(45).fill(valid), ...Array(10).fill(empty()), ...Array(45).fill(expired), ...Array(10).fill(empty())];
  });
  const { page, context } = await all.gate();
  await page.locator('#scan').click();
  const first = await verdict(page);
  await screenshot(page, 'gate-from-camera');
  await next(page);
  const second = await verdict(page);
  assert.deepEqual(new Set([first.verdict, second.verdict]), new Set(['valid', 'invalid']));
  await next(page);
  const third = await verdict(page);
  assert.equal(third.verdict, first.verdict);
  // Leaving the verdict for the first screen lets go of the camera.
  await page.locator('#back').click();
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById('video')).srcObject === null);
  await context.close();
  await all.end();
});

test('what would help is said in words, and a hidden page lets go of the camera', async () => {
  const all = await filmed('dark', async () => [empty(1280, 720, 24)]);
  const { page, context } = await all.gate();
  await page.locator('#scan').click();
  await page.getByText('Too dark: more light').waitFor();
  await screenshot(page, 'gate-camera');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById('video')).srcObject === null);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.getByText('Too dark: more light').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#start:not([hidden])').waitFor();
  await context.close();
  await all.end();
});

test('a camera that is refused or missing is said, with what to do', async () => {
  const all = await world();
  const { page, context } = await all.gate();
  for (const [name, words] of [['NotAllowedError', 'The camera is not allowed'], ['NotFoundError', 'No camera was found'], ['NotReadableError', 'The camera does not start']]) {
    await page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
    }, name);
    await page.locator('#scan').click();
    await page.getByRole('heading', { name: words }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#start:not([hidden])').waitFor();
  }
  await context.close();
  await all.end();
});
