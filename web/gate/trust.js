// @ts-check
// The trust lists of this device: opened in the core from what is kept, taken from the site, a file or scanned sheets under the
// core's rules against older lists, and kept with the memory that those rules need.

import * as shelf from './shelf.js';

const LISTS = '/api/v1/trust';

/** @typedef {{root: string, fingerprint: string, name: string, sequence: number, issued: string, age_days: number, state: string, issuers: any[], memory: any}} List */
/** @typedef {{done: 'new' | 'newer' | 'same', list: List} | {done: 'refused', refused: any} | {done: 'compare', refused: any, bytes: Uint8Array}} Taken */

/**
 * What the core warns of, by its code. Modules of before say it in English prose only, of which no more is asked than this.
 * @param {any} told
 * @returns {'clock' | 'memory-lost' | 'status-left-out' | 'not-used'}
 */
export function kindOf(told) {
  const codes = /** @type {const} */ (['clock', 'memory-lost', 'status-left-out', 'not-used']);
  const code = codes.find((one) => one === told?.warning);
  if (code || typeof told !== 'string') return code ?? 'not-used';
  return /\bclock\b/.test(told) ? 'clock' : /remembered/.test(told) ? 'memory-lost' : /status list/.test(told) ? 'status-left-out' : 'not-used';
}

export class Trust {
  /** @param {import('./engine.js').Engine} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {List[]} */
    this.lists = [];
    /** @type {any[]} */
    this.warnings = [];
    /** @type {Map<string, any>} What is kept beside each list, by root. */
    this.kept = new Map();
  }

  /** Gives the core what this device kept. Called whenever a reader starts. */
  async open() {
    // A browser that keeps nothing has its lists in the page, so that a new worker has them too.
    const kept = await shelf.all('lists').catch(() => [...this.kept.values()]);
    this.kept = new Map(kept.map((one) => [one.root, one]));
    const latest = (await shelf.get('kept', 'latest').catch(() => null)) ?? null;
    const header = { do: 'trust', latest, lists: kept.map((one) => ({ root: one.root, bytes: one.bytes.byteLength, memory: one.memory })) };
    const { lists, warnings, latest: seen } = await this.engine.ask(header, kept.map((one) => one.bytes));
    this.lists = lists;
    this.warnings = warnings ?? [];
    // Another page of this browser may have seen a later time meanwhile.
    await shelf.change('kept', 'latest', (had) => Math.max(had ?? seen, seen)).catch(() => {});
  }

  /** @returns {boolean} Whether papers are judged by a time later than this device's. */
  get clockIsBehind() {
    return this.warnings.some((warning) => kindOf(warning) === 'clock');
  }

  /** The person says that this device's time is right: times seen that are later came from a clock that was once ahead. */
  async resetClock() {
    const now = Date.now();
    await shelf.put('kept', 'latest', now);
    for (const one of await shelf.all('lists')) {
      if (one.memory) await shelf.put('lists', one.root, { ...one, memory: { ...one.memory, latest: Math.min(one.memory.latest, now) } });
    }
    this.engine.end(new Error('the clock was set'));
    await this.engine.start();
  }

  /**
   * Offers a bundle to the core. A root that is new here is asked about first, except when it came with the page itself: whoever
   * could put a false list there could put a false page there.
   * @param {Uint8Array} bytes
   * @param {{accept?: boolean, compared?: boolean, from: string, typed?: string}} how `typed` is the fingerprint as the keeper told it
   * @returns {Promise<Taken>}
   */
  async take(bytes, { accept = false, compared = false, from, typed }) {
    const reply = await this.engine.ask({ do: 'import', accept, ...(typed ? { expected_fingerprint: typed } : {}) }, [bytes]);
    return this.settle(reply, reply.refused ? bytes : reply.payload, { compared, from });
  }

  /**
   * Keeps a list that the core has taken.
   * @param {any} reply What the core says to a bundle, in a file or from sheets.
   * @param {Uint8Array} bytes The bundle: the one to keep, or the one that was refused.
   * @param {{compared?: boolean, from: string}} how
   * @returns {Promise<Taken>}
   */
  async settle({ list, state, refused }, bytes, { compared = false, from }) {
    if (refused) return ['unknown-root', 'borrowed-name'].includes(refused.reason) ? { done: 'compare', refused, bytes } : { done: 'refused', refused };
    const older = await this.olderThanSeen(list);
    if (older) {
      // The core did not know: it is given again what this device keeps.
      await this.open();
      return { done: 'refused', refused: { reason: older } };
    }
    const before = this.kept.get(list.root);
    // What comes back is the bundle with the status lists that were here and are still the newest.
    const kept = { root: list.root, bytes, memory: list.memory, compared: compared || Boolean(before?.compared), from };
    await shelf.put('lists', list.root, kept).catch(() => {});
    this.kept.set(list.root, kept);
    this.lists = [...this.lists.filter((one) => one.root !== list.root), list];
    return { done: state, list };
  }

  /**
   * The core remembers what this page gave it. Another page may have taken a newer list since, and a list that was removed is
   * remembered here alone.
   * @param {List} list
   * @returns {Promise<string>} Why it may not be taken; nothing if it may.
   */
  async olderThanSeen({ root, memory }) {
    const known = [await shelf.get('lists', root).catch(() => null), await shelf.get('kept', `removed ${root}`).catch(() => null)];
    for (const seen of known) {
      if (!seen?.memory || !memory) continue;
      if (memory.sequence < seen.memory.sequence) return 'lower-sequence';
      if (memory.sequence === seen.memory.sequence && memory.digest !== seen.memory.digest) return 'same-sequence';
    }
    return '';
  }

  /** @param {string} root Whether a person compared the fingerprint of this root. */
  compared = (root) => {
    const kept = this.kept.get(root) ?? [...this.kept.values()].find((one) => this.named(one.root) === root);
    return Boolean(kept?.compared);
  };

  /** @param {string} root */
  named(root) {
    return this.lists.find((list) => list.root === root)?.name;
  }

  /** @param {string} root The person has compared it now. */
  async confirm(root) {
    // Only this: another page may have a newer list there.
    await shelf.change('lists', root, (had) => ({ ...(had ?? this.kept.get(root)), compared: true })).catch(() => {});
    this.kept.set(root, { ...this.kept.get(root), compared: true });
  }

  /** @param {string} root Removes its list; that there was one is remembered, so that no older one can follow it. */
  async remove(root) {
    const memory = this.kept.get(root)?.memory;
    if (memory) await shelf.put('kept', `removed ${root}`, { memory }).catch(() => {});
    this.kept.delete(root);
    await shelf.remove('lists', root).catch(() => {});
    await this.open();
  }

  /**
   * Asks the site for its lists: the only requests that this page makes after it was loaded, and never by itself once it has a list.
   * @param {{accept: boolean}} how
   * @returns {Promise<Taken[]>}
   */
  async fetch({ accept }) {
    const answer = await fetch(LISTS, { cache: 'no-store' });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const { lists } = await answer.json();
    const taken = [];
    for (const { root } of lists) {
      const bundle = await fetch(`${LISTS}/${encodeURIComponent(root)}`, { cache: 'no-store' });
      if (!bundle.ok) throw new Error(`${bundle.status}`);
      // A list that a person removed does not come back by itself.
      const isRemoved = Boolean(await shelf.get('kept', `removed ${root}`).catch(() => null));
      taken.push(await this.take(new Uint8Array(await bundle.arrayBuffer()), { accept: accept && !isRemoved, from: location.host }));
    }
    return taken;
  }

  /** @returns {List | undefined} The list to tell of first: the one in the worst state. */
  worst() {
    const order = ['stale', 'ageing', 'fresh'];
    return [...this.lists].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
  }
}
