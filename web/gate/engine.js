// @ts-check
// The page's end of the worker in which papers are read: a question goes in, the answer comes out. A question that takes too long
// ends the worker; the next one starts another, which is given the trust lists again.

import { likeSymbol } from './warm.js';

/** The reader gave no answer. */
export class EngineError extends Error {
  /** @param {'took-too-long' | 'not-a-picture' | 'failed'} kind @param {any} [facts] */
  constructor(kind, facts) {
    super(kind);
    this.kind = kind;
    this.facts = facts;
  }
}

export class Engine {
  /**
   * @param {() => Promise<void>} prepare Gives a new worker what it must know.
   * @param {() => void} [started] Is told of each worker that can be asked.
   */
  constructor(prepare, started = () => {}) {
    this.prepare = prepare;
    this.started = started;
    /** @type {Map<number, {done: (answer: any) => void, fail: (error: Error) => void, timer: any}>} */
    this.waiting = new Map();
    this.last = 0;
    /** @type {Promise<void> | null} */
    this.ready = null;
    /** @type {Worker | null} */
    this.worker = null;
  }

  /** @returns {Promise<void>} Once questions can be asked. A start that failed, as with a lost connection, is tried again when asked. */
  start() {
    if (this.ready) return this.ready;
    const mine = this.begin();
    this.ready = mine;
    mine.then(this.started, (error) => this.ready === mine && this.end(error));
    return mine;
  }

  async begin() {
    const worker = new Worker('/worker.js', { type: 'module' });
    this.worker = worker;
    worker.onmessage = ({ data }) => this.answered(data);
    worker.onerror = () => this.end(new EngineError('failed'));
    await this.post({ about: true }, [], 60_000);
    await this.prepare();
  }

  /** Reads something before the first paper comes, so that this one is quick. */
  async warm() {
    const { pixels, ...picture } = likeSymbol();
    await this.ask({ do: 'frame', ...picture }, [pixels]);
    await this.ask({ do: 'forget' });
  }

  /** @param {Error} error Ends the worker; whoever waits is told. */
  end(error) {
    this.worker?.terminate();
    this.worker = null;
    this.ready = null;
    for (const { fail, timer } of this.waiting.values()) {
      clearTimeout(timer);
      fail(error);
    }
    this.waiting.clear();
  }

  /** @param {{id: number, answer?: any, failed?: any}} data */
  answered({ id, answer, failed }) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    this.waiting.delete(id);
    clearTimeout(asked.timer);
    if (failed) asked.fail(new EngineError(failed.kind ?? 'failed', failed));
    else asked.done(answer);
  }

  /** @param {any} message @param {Transferable[]} moved @param {number} limit Milliseconds. @returns {Promise<any>} */
  post(message, moved, limit) {
    this.last += 1;
    const id = this.last;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => this.end(new EngineError('took-too-long')), limit);
      this.waiting.set(id, { done, fail, timer });
      this.worker?.postMessage({ id, ...message }, moved);
    });
  }

  /**
   * Asks the core one thing.
   * @param {any} header
   * @param {(Uint8Array | ArrayBuffer)[]} [parts] Payload.
   * @param {number} [limit]
   */
  async ask(header, parts = [], limit = 60_000) {
    if (header.do !== 'trust') await this.start();
    return this.post({ header: { now: Date.now(), ...header }, parts }, [], limit);
  }

  /**
   * Shows the core a picture: a frame of the camera (moved there), or a file.
   * @param {any} header
   * @param {any} source
   * @param {number} limit
   */
  async look(header, source, limit) {
    await this.start();
    const moved = source instanceof Blob ? [] : [source];
    return this.post({ header: { now: Date.now(), ...header }, source }, moved, limit);
  }
}
