// @ts-check
// What a person does with trust lists: fetch, choose a file, scan sheets, compare fingerprints, remove.

import { at, h } from './dom.js';
import { kindOf, MOST_BYTES } from './intake.js';
import * as offline from './offline.js';
import { go, screen } from './screens.js';
import * as view from './trust_view.js';
import { language, t } from './words.js';

const PICTURE_LIMIT_MS = 60_000;

export class TrustDesk {
  /** @param {import('./trust.js').Trust} trust @param {() => void} changed Is told when there may be other lists than before. */
  constructor(trust, changed) {
    this.trust = trust;
    this.changed = changed;
    this.engine = trust.engine;
    /** Whether the camera looks for sheets of a list. */
    this.scanning = false;
  }

  listen() {
    at('trust-update').addEventListener('click', () => this.update());
    at('trust-file').addEventListener('click', () => at('file').click());
    at('trust-scan').addEventListener('click', () => {
      this.scanning = true;
      go('camera', { focus: false });
    });
  }

  draw() {
    this.changed();
    view.state(this.trust, { open: () => go('trust'), resetClock: () => this.resetClock() });
    if (screen() === 'trust') view.lists(this.trust, { changed: () => this.draw() });
  }

  /** The first time on this device: the lists that the page came with. */
  async first() {
    try {
      await this.trust.fetch({ accept: true });
    } catch {
      // Without a network, or from a site without lists: the first screen says that there is none.
    }
  }

  /** The person says that the clock is right, and was ahead before. */
  async resetClock() {
    const now = new Intl.DateTimeFormat(language().locale, { dateStyle: 'full', timeStyle: 'short' }).format(Date.now());
    if (!confirm(t('trust.clock.reset.sure', { now }))) return;
    await this.trust.resetClock().catch(() => {});
    this.draw();
  }

  /** The person asks for newer lists. */
  async update() {
    view.say();
    at('trust-update').disabled = true;
    try {
      const taken = await this.trust.fetch({ accept: this.trust.lists.length === 0 });
      // What asks for the person is told last, so that no good news stands in its place.
      const grave = (/** @type {import('./trust.js').Taken} */ one) => ['same', 'newer', 'new', 'compare', 'refused'].indexOf(one.done);
      if (taken.length) for (const one of taken.sort((a, b) => grave(a) - grave(b))) this.tell(one);
      else view.say(h('p', { text: t('trust.update.none') }));
      await offline.look().catch(() => {});
    } catch {
      view.say(h('p', { text: t('trust.update.offline') }));
    }
    at('trust-update').disabled = false;
    this.draw();
  }

  /** @param {Uint8Array} bytes A bundle. @param {{accept?: boolean, compared?: boolean, typed?: string}} [how] */
  async offer(bytes, how = {}) {
    if (screen() !== 'trust') go('trust');
    view.say();
    const taken = await this.trust.take(bytes, { ...how, from: '' });
    this.tell(taken);
    this.draw();
  }

  /** @param {Blob} file A bundle, or a picture or PDF of its sheets. */
  async file(file) {
    at('file').value = '';
    view.say();
    try {
      if (file.size > MOST_BYTES) throw new RangeError(`${file.size} bytes`);
      const kind = await kindOf(file);
      if (kind === 'picture') return this.sheets(await this.engine.look({ do: 'picture', for: 'trust', name: '' }, file, PICTURE_LIMIT_MS));
      const bytes = new Uint8Array(await file.arrayBuffer());
      const isPdf = String.fromCharCode(...bytes.slice(0, 4)) === '%PDF';
      if (isPdf) return this.sheets(await this.engine.ask({ do: 'document', for: 'trust', name: '' }, [bytes]));
      return await this.offer(bytes);
    } catch {
      // A picture that no browser opens, or that took too long: nothing was taken.
      view.say(h('strong', { text: t('reading.failed') }), h('p', { text: t('reading.failed.next') }));
    }
  }

  /** @param {any} said What the core found on sheets. @returns {boolean} Whether a whole list came out. */
  sheets(said) {
    if (!said.list && !said.refused) {
      const parts = said.trust_parts;
      if (screen() === 'trust') view.say(h('p', { text: parts ? t('camera.parts', { read: parts.have, all: parts.need }) : t('reason.no-symbol') }));
      return false;
    }
    if (screen() !== 'trust') go('trust');
    this.trust.settle(said, said.payload, { from: '' }).then((taken) => {
      view.say();
      this.tell(taken);
      this.draw();
    });
    return true;
  }

  /** @param {import('./trust.js').Taken} taken */
  tell(taken) {
    if (taken.done === 'refused') return view.refuse(taken.refused);
    if (taken.done === 'compare') {
      const { refused, bytes } = taken;
      // A name that is borrowed is only a coincidence when the keeper's own fingerprint, typed, says so.
      const isTyped = refused.reason === 'borrowed-name';
      if (isTyped) view.refuse(refused);
      return view.ask({ ...refused, isTyped }, {
        yes: (typed) => this.offer(bytes, { accept: true, compared: true, typed }),
        no: () => view.say(h('p', { text: t('trust.compare.rejected') })),
      });
    }
    const { list } = taken;
    view.say(h('p', { text: t(taken.done === 'same' ? 'trust.same' : 'trust.taken', { sequence: list.sequence, name: list.name }) }));
  }
}
