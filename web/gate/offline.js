// @ts-check
// The page's end of the service worker: whether flight mode will work, and newer versions, which wait until the person agrees.

import { at } from './dom.js';

const WORKER = '/sw.js';
const ANSWER_MS = 3_000;
/** On a slow line the first paper goes before what flight mode needs. */
const FIRST_PAPER_MS = 1_500;

/** @param {(state: 'ready' | 'saving' | 'no') => void} tell */
export async function listen(tell) {
  const worker = navigator.serviceWorker;
  if (!worker) return tell('no');
  let had = Boolean(worker.controller);
  tell(had ? 'ready' : 'saving');
  worker.addEventListener('controllerchange', () => {
    // The second change in one life of the page is another version: its words and its core must not meet this page.
    if (had) return location.reload();
    had = true;
    tell('ready');
    // Browsers short of room throw away what nobody asked them to keep: the page, the lists and their memory.
    navigator.storage?.persist?.().catch(() => {});
  });
  at('update-use').addEventListener('click', async () => {
    const registration = await worker.getRegistration();
    registration?.waiting?.postMessage('use');
  });
  if (!had) await new Promise((done) => setTimeout(done, FIRST_PAPER_MS));
  try {
    const registration = await worker.register(WORKER, { updateViaCache: 'none' });
    follow(registration);
    registration.addEventListener('updatefound', () => follow(registration));
  } catch {
    if (!worker.controller) tell('no');
  }
}

/** @param {ServiceWorkerRegistration} registration Offers the version that waits, or that will wait once it is kept. */
function follow(registration) {
  const offer = () => (at('update').hidden = !(registration.waiting && navigator.serviceWorker.controller));
  offer();
  registration.installing?.addEventListener('statechange', offer);
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
    worker?.addEventListener('message', ({ data }) => data && question in data && done(data[question]));
    worker?.controller?.postMessage(question);
    setTimeout(() => done(null), worker?.controller ? ANSWER_MS : 0);
  });
}

/** @returns {Promise<string>} The version that is in use. */
export const version = async () => (await ask('version')) ?? '–';

/** @returns {Promise<File | null>} What another app shared with the gate. */
export const sharedFile = () => ask('shared');
