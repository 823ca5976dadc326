// @ts-check
// The gate: puts its parts together.

import { at, h } from './dom.js';
import { Engine } from './engine.js';
import * as intake from './intake.js';
import * as numbers from './numbers.js';
import * as offline from './offline.js';
import { Papers, say } from './papers.js';
import { Scanning } from './scanning.js';
import * as screens from './screens.js';
import { dress, keep, settings } from './settings.js';
import { Trust } from './trust.js';
import { TrustDesk } from './trust_desk.js';
import * as wedge from './wedge.js';
import { onLanguage, speak, t } from './words.js';

/** The camera is let go of when nobody asked for the next paper in this time. */
const CAMERA_REST_MS = 90_000;

const engine = new Engine(() => trust.open(), started);
const trust = new Trust(engine);
const papers = new Papers(engine, trust.compared, () => trust.clockIsBehind, (bytes) => desk.offer(bytes));
const scanning = new Scanning(engine, {
  found: (answers, delivered) => papers.show(answers, delivered, true),
  sheets: (said) => desk.sheets(said),
});
const desk = new TrustDesk(trust, () => offline.check());
/** @type {import('./offline.js').Kept} */
let kept = 'saving';
/** @type {any} */
let rest;

function tellOffline(/** @type {import('./offline.js').Kept} */ state = kept) {
  kept = state;
  at('offline').dataset.state = state;
  at('offline').textContent = `${t(`start.offline.${state}`)} · ${t('start.private')}`;
}

function listen() {
  screens.listen();
  numbers.listen();
  desk.listen();
  at('scan').addEventListener('click', () => screens.go('camera', { focus: false }));
  at('stop').addEventListener('click', () => screens.go('start'));
  at('next').addEventListener('click', () => papers.next());
  at('other').addEventListener('click', async () => {
    await papers.forget();
    papers.next();
  });
  at('choose').addEventListener('click', () => at('file').click());
  at('file').addEventListener('change', () => {
    const [file] = at('file').files;
    if (file) take(file);
  });
  at('paste').addEventListener('click', async () => {
    const found = await intake.pasted();
    if (found) take(found);
    else say(h('p', { text: t('start.paste.empty') }));
  });
  at('typed').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = at('text').value.trim();
    at('text').value = '';
    if (text) papers.text(text);
  });
  intake.listen({ drop: at('drop'), file: take, text: take });
  wedge.listen((text) => take(text));
  addEventListener('keydown', keys);
  addEventListener('hashchange', () => {
    const paper = location.href;
    history.replaceState(history.state, '', '/');
    take(paper);
  });
  screens.onScreen(moved);
  onLanguage(() => (tellOffline(), desk.draw(), papers.redraw(), screens.screen() === 'numbers' && numbers.draw()));
  preferences();
}

/** @param {Blob | string} paper From wherever it came. */
function take(paper) {
  // What the camera sees meanwhile would take the place of this paper's verdict.
  scanning.camera.pause();
  if (typeof paper === 'string') papers.text(paper);
  else if (screens.screen() === 'trust') desk.file(paper);
  else papers.file(paper);
}

/** @param {string} left @param {string} entered */
function moved(left, entered) {
  clearTimeout(rest);
  if (left === 'verdict' && entered !== 'camera' && !papers.goesOn) papers.forget();
  if (left === 'camera' && entered !== 'verdict') scanning.stop();
  if (left === 'verdict' && entered !== 'camera') scanning.stop();
  if (entered === 'verdict') rest = setTimeout(() => scanning.camera.stop(), CAMERA_REST_MS);
  if (entered === 'camera') {
    scanning.start(desk.scanning ? 'trust' : 'paper');
    at('stop').focus();
  }
  if (entered !== 'camera') desk.scanning = false;
  if (entered === 'numbers') numbers.draw();
  if (entered === 'trust' || entered === 'start') desk.draw();
  if (entered === 'settings') offline.version().then((version) => (at('version').textContent = version));
  if (entered !== 'start') say();
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const where = screens.screen();
  if (event.defaultPrevented || at('busy').open || where === 'start') return;
  const control = event.target instanceof Element && event.target.closest('button, a, summary, input, select');
  if (event.key === 'Escape') {
    if (where === 'verdict') papers.next();
    else screens.go('start');
  } else if (event.key === 'Enter' && where === 'verdict' && !control) {
    event.preventDefault();
    papers.next();
  }
}

function preferences() {
  at('language').addEventListener('change', async () => {
    const wanted = at('language').value;
    const done = await speak(wanted);
    at('language-said').hidden = done;
    if (done) keep({ language: wanted });
    else at('language-said').textContent = t('language.failed');
  });
  for (const name of /** @type {const} */ (['sound', 'vibration'])) {
    at(name).checked = settings[name];
    at(name).addEventListener('change', () => keep({ [name]: at(name).checked }));
  }
  at('theme').value = settings.theme;
  at('theme').addEventListener('change', () => {
    keep({ theme: at('theme').value });
    dress();
  });
}

/** A paper that came with the address, until there is a reader for it. */
let landed = '';

/** @type {Promise<void> | null} */
let equipped = null;

/** Whatever started the reader, the first time or again: with the lists of the site, if there are none here, papers can be checked. */
function started() {
  equipped ??= (async () => {
    removeEventListener('online', wake);
    if (at('start-said').querySelector('button')) say();
    if (!trust.lists.length) await desk.first();
    at('scan').disabled = false;
  })();
  return equipped.then(() => desk.draw());
}

/** Starts the reader; where that fails, as with a lost connection, the person can try again, and a new connection does. */
async function wake() {
  try {
    await engine.start();
  } catch {
    const again = h('button', { type: 'button', class: 'second', onclick: wake }, t('camera.again'));
    if (screens.screen() === 'start') papers.problem('engine.failed', again);
    return;
  }
  await started();
  if (landed) take(landed);
  else engine.warm().catch(() => {});
  landed = '';
}

/** Whether nothing would be lost if the page were loaded anew: no verdict, no scan, nothing typed, no question open. */
const idle = () =>
  !['camera', 'verdict'].includes(screens.screen()) && !at('busy').open && !at('text').value && !at('trust-ask').childElementCount && !papers.waitsForParts;

async function begin() {
  dress();
  const isWanted = await speak();
  at('language-said').hidden = isWanted;
  if (!isWanted) at('language-said').textContent = t('language.failed');
  listen();
  screens.go('start', { focus: false });
  landed = /** @type {any} */ (globalThis).nansenLanding?.paper ?? '';
  addEventListener('online', wake);
  await wake();
  document.body.dataset.ready = 'true';
  await offline.listen(tellOffline, idle);
}

document.documentElement.dataset.alive = 'true';
// Without any words there is nothing to show but the sentence that the page itself brings.
begin().catch(() => (at('failed').hidden = false));
