// @ts-check
// The page's end of the service worker: whether flight mode will work, and newer versions, which wait until the person agrees.

import { at } from './dom.js';
import * as shelf from './shelf.js';
import { t } from './words.js';

const WORKER = '/sw.js';
const ANSWER_MS = 3_000;
/** On a slow line the first paper goes before what flight mode needs. */
const FIRST_PAPER_MS = 1_500;

/** Pages of one browser tell each other that they are at work. */
const OTHERS = 'nansen-gate-pages';
/** They answer at once, or are not there. */
const OTHERS_MS = 300;

/** @typedef {'ready' | 'list' | 'saving' | 'no'} Kept */
/** @type {(state: Kept) => void} */
let tell = () => {};

/**
 * @param {(state: Kept) => void} told Is told whether the page works without a network.
 * @param {() => boolean} idle Whether nothing would be lost if the page were loaded anew.
 */
export async function listen(told, idle) {
  tell = told;
  const worker = navigator.serviceWorker;
  if (!worker) return tell('no');
  let had = Boolean(worker.controller);
  tell('saving');
  worker.addEventListener('controllerchange', () => {
    // The second change in one life of the page is another version: its words and its core must not meet this page. A verdict and a
    // scan stay where they are until the person loads it.
    if (had) return asked || idle() ? location.reload() : offer('reload');
    had = true;
    check();
    // Browsers short of room throw away what nobody asked them to keep: the page, the lists and their memory.
    navigator.storage?.persist?.().catch(() => {});
  });
  const others = 'BroadcastChannel' in globalThis ? new BroadcastChannel(OTHERS) : null;
  others?.addEventListener('message', ({ data }) => data === 'idle?' && !idle() && others.postMessage('busy'));
  at('update-use').addEventListener('click', () => use(others));
  document.addEventListener('visibilitychange', () => document.hidden || check());
  check();
  if (!had) await new Promise((done) => setTimeout(done, FIRST_PAPER_MS));
  try {
    const registration = await worker.register(WORKER, { updateViaCache: 'none' });
    follow(registration);
    registration.addEventListener('updatefound', () => follow(registration));
  } catch {
    if (!worker.controller) tell('no');
  }
}

/** Tells whether everything that flight mode needs is here: each file of the page, both modules of the core, and a trust list. */
export async function check() {
  if (!navigator.serviceWorker?.controller) return;
  if (!(await ask('whole'))) return tell('saving');
  const lists = await shelf.all('lists').catch(() => null);
  tell(lists === null ? 'no' : lists.some((one) => one.bytes?.byteLength) ? 'ready' : 'list');
}

/** Whether the person of this page wanted the new version. */
let asked = false;

/** @param {'update' | 'reload'} what There is a new version: one that waits, or one that the other pages use already. */
function offer(what) {
  at('update').dataset.what = what;
  at('update').hidden = false;
}

/** @param {BroadcastChannel | null} others The person wants the new version. */
async function use(others) {
  if (at('update').dataset.what === 'reload') return location.reload();
  // It takes the place of the old one in all pages of this browser: not while one of them has a paper in hand.
  const busy = await new Promise((done) => {
    others?.addEventListener('message', ({ data }) => data === 'busy' && done(true));
    others?.postMessage('idle?');
    setTimeout(() => done(false), others ? OTHERS_MS : 0);
  });
  at('update-said').textContent = t(busy ? 'update.busy' : 'update.ready');
  if (busy) return;
  asked = true;
  const registration = await navigator.serviceWorker.getRegistration();
  registration?.waiting?.postMessage('use');
}

/** @param {ServiceWorkerRegistration} registration Offers the version that waits, or that will wait once it is kept. */
function follow(registration) {
  const tell = () => registration.waiting && navigator.serviceWorker.controller && offer('update');
  tell();
  registration.installing?.addEventListener('statechange', tell);
}

/** Asks the site whether it has a newer version. */
export async function look() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.update();
}

/**
 * @param {string} question
 * @returns {Promise<any>} What the service worker says to that.
 */
function ask(question) {
  return new Promise((done) => {
    const worker = navigator.serviceWorker;
    const heard = (/** @type {MessageEvent} */ { data }) => data && question in data && end(data[question]);
    const end = (/** @type {any} */ answer) => {
      worker?.removeEventListener('message', heard);
      done(answer);
    };
    worker?.addEventListener('message', heard);
    worker?.controller?.postMessage(question);
    setTimeout(() => end(null), worker?.controller ? ANSWER_MS : 0);
  });
}

/** @returns {Promise<string>} The version that is in use. */
export const version = async () => (await ask('version')) ?? '–';
