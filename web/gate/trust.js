// @ts-check
// The trust lists of this device: opened in the core from what is kept, taken from the site, a file or scanned sheets under the
// core's rules against older lists, and kept with the memory that those rules need.

import * as shelf from './shelf.js';

const LISTS = '/api/v1/trust';

/** @typedef {{root: string, fingerprint: string, name: string, sequence: number, issued: string, age_days: number, state: string, issuers: any[], memory: any}} List */
/** @typedef {{done: 'new' | 'newer' | 'same', list: List} | {done: 'refused', refused: any} | {done: 'compare', refused: any, bytes: Uint8Array}} Taken */

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
    const kept = await shelf.all('lists').catch(() => []);
    this.kept = new Map(kept.map((one) => [one.root, one]));
    const latest = (await shelf.get('kept', 'latest').catch(() => null)) ?? null;
    const header = { do: 'trust', latest, lists: kept.map((one) => ({ root: one.root, bytes: one.bytes.byteLength, memory: one.memory })) };
    const { lists, warnings, latest: seen } = await this.engine.ask(header, kept.map((one) => one.bytes));
    this.lists = lists;
    this.warnings = warnings ?? [];
    await shelf.change('kept', 'latest', () => seen).catch(() => {});
  }

  /**
   * Offers a bundle to the core. A root that is new here is asked about first, except when it came with the page itself: whoever
   * could put a false list there could put a false page there.
   * @param {Uint8Array} bytes
   * @param {{accept?: boolean, compared?: boolean, from: string}} how
   * @returns {Promise<Taken>}
   */
  async take(bytes, { accept = false, compared = false, from }) {
    const reply = await this.engine.ask({ do: 'import', accept }, [bytes]);
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
    if (refused) return refused.reason === 'unknown-root' ? { done: 'compare', refused, bytes } : { done: 'refused', refused };
    const before = this.kept.get(list.root);
    // What comes back is the bundle with the status lists that were here and are still the newest.
    const kept = { root: list.root, bytes, memory: list.memory, compared: compared || Boolean(before?.compared), from };
    await shelf.put('lists', list.root, kept);
    this.kept.set(list.root, kept);
    this.lists = [...this.lists.filter((one) => one.root !== list.root), list];
    return { done: state, list };
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
    const kept = { ...this.kept.get(root), compared: true };
    await shelf.put('lists', root, kept);
    this.kept.set(root, kept);
  }

  /** @param {string} root */
  async remove(root) {
    await shelf.remove('lists', root);
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
      taken.push(await this.take(new Uint8Array(await bundle.arrayBuffer()), { accept, from: location.host }));
    }
    return taken;
  }

  /** @returns {List | undefined} The list to tell of first: the one in the worst state. */
  worst() {
    const order = ['stale', 'ageing', 'fresh'];
    return [...this.lists].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
  }
}
