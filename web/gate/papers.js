// @ts-check
// One paper after another: from whatever it was read, to the verdict, to the next one.

import { at, h } from './dom.js';
import { kindOf, MOST_BYTES } from './intake.js';
import { count } from './numbers.js';
import { go, screen } from './screens.js';
import { signal } from './signal.js';
import * as verdict from './verdict.js';
import { t } from './words.js';

const PICTURE_LIMIT_MS = 60_000;
/** A quick answer needs no word about waiting. */
const QUIET_MS = 150;

export class Papers {
  /**
   * @param {import('./engine.js').Engine} engine
   * @param {(root: string) => boolean} compared
   * @param {() => boolean} late Whether papers are judged by a time later than this device's.
   * @param {(bytes: Uint8Array) => void} bundle Takes a trust list that was offered like a paper.
   */
  constructor(engine, compared, late, bundle) {
    this.late = late;
    this.engine = engine;
    this.compared = compared;
    this.bundle = bundle;
    /** Whether the verdict came from the camera, and whether it waits for more parts. */
    this.camera = false;
    this.waitsForParts = false;
    /** While the way leads from the verdict to the next part of the same paper. */
    this.goesOn = false;
    this.turn = 0;
  }

  /** @param {string} text Of a symbol, or an address that carries one. */
  async text(text) {
    await this.read(() => this.engine.ask({ do: 'text' }, [new TextEncoder().encode(text)]));
  }

  /** @param {Blob} file */
  async file(file) {
    if (file.size > MOST_BYTES) return this.problem('reading.failed');
    const kind = await kindOf(file).catch(() => 'document');
    if (kind === 'text') return this.text((await file.text()).trim());
    if (kind === 'bundle') return this.bundle(new Uint8Array(await file.arrayBuffer()));
    const name = /** @type {File} */ (file).name ?? '';
    const whole = async () => this.engine.ask({ do: 'document', name }, [await file.arrayBuffer()], PICTURE_LIMIT_MS);
    if (kind !== 'picture') return this.read(whole);
    // A kind of picture that this browser does not open may still be one that the core opens.
    const opened = () => this.engine.look({ do: 'picture', name }, file, PICTURE_LIMIT_MS);
    return this.read(() => opened().catch((error) => (error.kind === 'not-a-picture' ? whole() : Promise.reject(error))));
  }

  /** @param {() => Promise<any>} ask */
  async read(ask) {
    const turn = (this.turn += 1);
    const began = performance.now();
    const waiting = setTimeout(() => busy(true), QUIET_MS);
    let started = false;
    // The verdict of the last paper must not stand while this one is read.
    if (!this.waitsForParts) verdict.wipe();
    try {
      await this.engine.start();
      started = true;
      if (!this.waitsForParts) await this.engine.ask({ do: 'forget' });
      const said = await ask();
      clearTimeout(waiting);
      // Closed before the focus moves to the verdict: a closing dialogue gives it back to where it was.
      busy(false);
      if (turn === this.turn) this.show(said.answers, began, false, said);
    } catch (error) {
      busy(false);
      const { kind } = /** @type {any} */ (error);
      if (turn === this.turn) this.problem(kind === 'took-too-long' ? 'reading.took-too-long' : started ? 'reading.failed' : 'engine.failed');
    } finally {
      clearTimeout(waiting);
    }
  }

  /**
   * @param {any[]} answers
   * @param {number} began When the paper was there to be read, by `performance.now()`.
   * @param {boolean} camera
   * @param {{missing?: any[], notes?: any[]}} [beside] What else the core has to say.
   */
  show(answers, began, camera, { missing = [], notes = [] } = {}) {
    this.camera = camera;
    this.waitsForParts = answers.some((answer) => answer.reason === 'incomplete');
    say();
    verdict.show(answers, notes, { again: this.again(), compared: this.compared, late: this.late() });
    at('verdict-parts').hidden = !missing.length;
    if (missing.length) at('verdict-parts').textContent = t('camera.parts', { read: missing[0].have, all: missing[0].need });
    at('other').hidden = !this.waitsForParts;
    go('verdict', { focus: false });
    verdict.focus();
    const worst = document.querySelector('#cards .card')?.getAttribute('data-verdict') ?? '';
    signal(worst);
    requestAnimationFrame(() => {
      const took = performance.measure('verdict', { start: began, end: performance.now() }).duration;
      for (const answer of answers) count(answer.verdict, answer.reason, took).catch(() => {});
    });
  }

  /** The word on the button that leads on. */
  again() {
    return t(this.waitsForParts ? 'verdict.more' : this.camera ? 'verdict.camera' : 'verdict.next');
  }

  /** The next paper, or the next part of this one: then what was read of it is kept. */
  async next() {
    if (!this.waitsForParts) await this.forget();
    this.goesOn = this.waitsForParts;
    go(this.camera ? 'camera' : 'start');
    this.goesOn = false;
  }

  /** Nothing of the last paper stays. */
  async forget() {
    this.turn += 1;
    this.waitsForParts = false;
    verdict.wipe();
    at('text').value = '';
    at('file').value = '';
    performance.clearMeasures('verdict');
    if (this.engine.worker) await this.engine.ask({ do: 'forget' }).catch(() => {});
  }

  /** @param {string} key @param {...Node} more What can be done at once. */
  problem(key, ...more) {
    if (screen() !== 'start') go('start');
    say(h('strong', { text: t(key) }), h('p', { text: t(`${key}.next`) }), ...more);
  }

  redraw() {
    if (screen() !== 'verdict') return;
    // The focus stays where it is: on the list of languages.
    verdict.draw(this.again());
  }
}

/** @param {...Node} words */
export function say(...words) {
  at('start-said').replaceChildren(...(words.length ? [h('div', { class: 'notice bad' }, ...words)] : []));
}

/** @param {boolean} on */
function busy(on) {
  const dialog = at('busy');
  if (on && !dialog.open) dialog.showModal();
  if (!on && dialog.open) dialog.close();
}
