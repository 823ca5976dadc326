// @ts-check
// The camera's screen: frames go to the core, its hints become words, and the first paper that is read ends it.

import { Camera } from './camera.js';
import { at, h } from './dom.js';
import { has, number, t } from './words.js';

/** What a lone symbol of these kinds says is shown only when nothing better came within so many milliseconds. */
const POOR = ['network-only', 'unsigned', 'no-symbol', 'damaged', 'not-verifiable-offline'];
const PATIENCE_MS = 700;
/** A frame takes a fraction of that. */
const FRAME_LIMIT_MS = 10_000;

/** @typedef {{found: (answers: any[], delivered: number) => void, sheets: (answer: any) => boolean}} To */

export class Scanning {
  /** @param {import('./engine.js').Engine} engine @param {To} to */
  constructor(engine, to) {
    this.engine = engine;
    this.to = to;
    this.camera = new Camera(at('video'), (frame, delivered) => this.look(frame, delivered), (why) => this.problem(why.kind));
    /** @type {'paper' | 'trust'} */
    this.purpose = 'paper';
    /** @type {{answers: any[], since: number} | null} */
    this.poor = null;
    /** @type {string} Digest of what was shown last, so that the same paper is not shown twice in a row. */
    this.before = '';
    this.listen();
  }

  listen() {
    at('torch').addEventListener('click', () => this.light(at('torch').getAttribute('aria-pressed') !== 'true'));
    at('zoom').addEventListener('input', () => this.camera.set({ zoom: Number(at('zoom').value) }));
    at('which').addEventListener('change', () => this.start(this.purpose, at('which').value));
    document.addEventListener('visibilitychange', () => {
      if (at('camera').hidden) return this.camera.stop();
      if (document.hidden) {
        this.camera.stop();
        this.hint(t('camera.paused'));
      } else this.start(this.purpose);
    });
  }

  /**
   * @param {'paper' | 'trust'} purpose What is to be scanned.
   * @param {string} [which] Another camera.
   */
  async start(purpose, which) {
    this.purpose = purpose;
    this.poor = null;
    at('camera-problem').hidden = true;
    at('stage').hidden = false;
    at('parts').hidden = true;
    this.hint(t(this.camera.stream ? this.aim() : 'camera.starting'));
    try {
      await (which ? this.camera.change(which) : this.camera.start());
      if (this.camera.watching) this.hint(t(this.aim()));
    } catch (error) {
      return this.problem(/** @type {any} */ (error).kind ?? 'busy');
    }
    // A camera that cannot say what it can do shows papers all the same.
    await this.offer().catch(() => {});
  }

  aim() {
    return this.purpose === 'trust' ? 'camera.aim.trust' : 'camera.aim';
  }

  /** Leaves the camera; nothing of what it saw stays. */
  stop() {
    this.camera.stop();
    this.before = '';
    this.poor = null;
    at('torch').setAttribute('aria-pressed', 'false');
  }

  /** @param {any} frame @param {number} delivered */
  async look(frame, delivered) {
    const header = this.purpose === 'trust' ? { do: 'frame', for: 'trust' } : { do: 'frame' };
    const said = await this.engine.look(header, frame, FRAME_LIMIT_MS);
    if (!this.camera.watching) return;
    if (this.purpose === 'trust') {
      this.tell(said);
      if (this.to.sheets(said)) this.camera.pause();
      return;
    }
    const answers = await this.fresh((said.answers ?? []).filter((/** @type {any} */ answer) => answer.reason !== 'incomplete'));
    if (!this.camera.watching) return;
    const ready = this.weigh(answers);
    if (!ready) return this.tell(said);
    this.before = await digest(ready);
    this.camera.pause();
    this.to.found(ready, delivered);
  }

  /** @param {any[]} answers Without the paper that was shown last: it may lie there still. */
  async fresh(answers) {
    if (!answers.length || !this.before || (await digest(answers)) !== this.before) return answers;
    this.hint(t('camera.same'));
    return [];
  }

  /** @param {any[]} answers @returns {any[] | null} What to show now. */
  weigh(answers) {
    const now = performance.now();
    if (answers.length && this.poor) answers = [...answers, ...this.poor.answers.filter((old) => !answers.some((one) => one.reason === old.reason))];
    if (answers.some((answer) => !POOR.includes(answer.reason))) return answers.filter((answer) => !POOR.includes(answer.reason) || answer.shown);
    if (answers.length) this.poor ??= { answers, since: now };
    return this.poor && now - this.poor.since > PATIENCE_MS ? this.poor.answers : null;
  }

  /** @param {any} said Hints of the core, and how many parts there are. */
  tell(said) {
    const missing = said.trust_parts ?? said.missing?.[0];
    at('parts').hidden = !missing;
    if (missing) at('parts').textContent = t('camera.parts', { read: missing.have, all: missing.need });
    const kind = said.hint?.hint;
    if (kind && has(`hint.${kind}`)) this.hint(t(`hint.${kind}`));
  }

  /** @param {string} words */
  hint(words) {
    if (at('hint').textContent !== words) at('hint').textContent = words;
  }

  /** @param {string} kind */
  problem(kind) {
    this.camera.stop();
    at('stage').hidden = true;
    for (const control of ['torch', 'zoom-row', 'which-row']) at(control).hidden = true;
    const again = h('button', { type: 'button', class: 'primary', onclick: () => this.start(this.purpose) }, t('camera.again'));
    const file = this.purpose === 'paper' && h('button', { type: 'button', class: 'second', onclick: () => at('file').click() }, t('start.file'));
    at('camera-problem').replaceChildren(...[h('h2', { text: t(`camera.${kind}`) }), h('p', { text: t(`camera.${kind}.next`) }), again, file].filter(Boolean));
    at('camera-problem').hidden = false;
  }

  /** Shows what this camera can do. */
  async offer() {
    if (!this.camera.stream) return;
    const { torch, zoom } = this.camera.abilities;
    at('torch').hidden = !torch;
    at('zoom-row').hidden = !zoom || zoom.max <= zoom.min;
    if (zoom) Object.assign(at('zoom'), { min: zoom.min, max: zoom.max, step: zoom.step || 0.1, value: this.camera.track?.getSettings().zoom ?? zoom.min });
    if (this.camera.abilities.focusMode?.includes('continuous')) await this.camera.set({ focusMode: 'continuous' });
    const others = await this.camera.others();
    const using = this.camera.track?.getSettings().deviceId;
    at('which-row').hidden = others.length < 2;
    at('which').replaceChildren(...others.map((one, index) => h('option', { value: one.deviceId, dir: 'auto', selected: one.deviceId === using }, one.label || t('camera.number', { n: number(index + 1) }))));
  }

  /** @param {boolean} on */
  async light(on) {
    // A light that did not come is not said to be on.
    if (await this.camera.set({ torch: on })) at('torch').setAttribute('aria-pressed', String(on));
  }
}

/** Of another page of this browser the same paper has another digest. */
const salt = crypto.getRandomValues(new Uint8Array(16));

/** @param {any[]} answers What tells papers apart; it cannot be turned back into what they say. */
async function digest(answers) {
  const told = answers.map((one) => [one.verdict, one.reason, one.serial, one.issuer?.kid, one.claims, one.unverified_claims, one.detail]);
  const bytes = new TextEncoder().encode(JSON.stringify(told));
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array([...salt, ...bytes]));
  return [...new Uint8Array(hash)].join();
}
