// @ts-check
// The core in WebAssembly: messages of a header (JSON) and a payload go in, and the like come out.
//
// Two modules: the first decides, and is all that a camera needs; the second reads PDFs and Data Matrix with code of others, is loaded
// after it, and is asked by it through its one import. A module that traps, as on a PDF that nests too deep, is put aside and begun
// anew: whoever asked is told, and the next question is answered.

/** @typedef {{header: any, payload: Uint8Array}} Message */
/** @typedef {Uint8Array | ArrayBuffer} Bytes */
/** @typedef {Bytes | Response | WebAssembly.Module} Source */
/**
 * @typedef {object} Exports
 * @property {WebAssembly.Memory} memory
 * @property {(length: number) => number} nansen_alloc
 * @property {(at: number, length: number) => void} nansen_free
 * @property {(at: number, length: number) => number} nansen_call
 */

/** Bytes of a length: 32 bits, least significant byte first. */
const LENGTH = 4;
/** The longest question that 32-bit pointers leave room for, beside what answering it takes. */
const MOST = 0x4000_0000;
const NOTHING = new Uint8Array();

/** An instance of a module: bytes in, bytes out. */
class Machine {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports */
  constructor(module, imports) {
    this.exports = /** @type {Exports} */ (/** @type {unknown} */ (new WebAssembly.Instance(module, imports).exports));
  }

  /** @param {Uint8Array} bytes @returns {number} Where they are now. */
  put(bytes) {
    // Pointers are unsigned, and JavaScript sees them signed.
    const at = this.exports.nansen_alloc(bytes.length) >>> 0;
    if (at === 0 && bytes.length > 0) throw new RangeError('out of memory');
    // Taking memory may grow it, and then its buffer is another.
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return at;
  }

  /** @param {Uint8Array} question @returns {Uint8Array} The answer's own bytes. */
  exchange(question) {
    const { memory, nansen_call, nansen_free } = this.exports;
    const at = nansen_call(this.put(question), question.length) >>> 0;
    if (at === 0) throw new RangeError('out of memory');
    const total = new DataView(memory.buffer).getUint32(at, true);
    const answer = new Uint8Array(memory.buffer).slice(at + LENGTH, at + LENGTH + total);
    nansen_free(at, LENGTH + total);
    return answer;
  }
}

export class Core {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.module = module;
    /** How often a machine had to be put aside. */
    this.lost = 0;
    /** What gives a new machine the trust lists of this one. @type {Uint8Array[]} */
    this.trust = [];
    /** @type {WebAssembly.Module | null} */
    this.pdfModule = null;
    /** The reader of PDFs, begun when it is first needed. @type {Machine | null} */
    this.pdf = null;
    /** Fulfilled when it is known whether there is a reader of PDFs. @type {Promise<unknown>} */
    this.pdfReady = Promise.resolve();
    this.machine = this.begin();
  }

  /**
   * @param {Source | Promise<Source>} source The module that decides, also packed with gzip.
   * @returns {Promise<Core>}
   */
  static async load(source) {
    return new Core(await compiled(await source));
  }

  /**
   * Adds the module that reads PDFs. Without it, or until it is there, PDFs are answered as not read.
   * @param {Source | Promise<Source>} source
   * @returns {Promise<void>}
   */
  loadPdf(source) {
    const loaded = Promise.resolve(source).then(compiled).then((module) => {
      this.pdfModule = module;
    });
    this.pdfReady = loaded.catch(() => {});
    return loaded;
  }

  /**
   * Asks the core one thing; a document, once the reader of PDFs is there.
   * @param {any} header
   * @param {...Bytes} parts What makes the payload together.
   * @returns {Promise<Message>}
   */
  async ask(header, ...parts) {
    if (header.do === 'document') await this.pdfReady;
    return this.call(header, ...parts);
  }

  /**
   * Asks the core one thing. It throws nothing but for messages of more than a gigabyte.
   * @param {any} header
   * @param {...Bytes} parts What makes the payload together.
   * @returns {Message}
   */
  call(header, ...parts) {
    const question = joined(header, parts);
    try {
      const answer = split(this.machine.exchange(question));
      this.remember(header, question, answer.header);
      return answer;
    } catch (fault) {
      this.renew();
      const wanted = 'another picture or document';
      return { header: { error: { found: String(fault), wanted, next: wanted } }, payload: NOTHING };
    }
  }

  /** @returns {Machine} */
  begin() {
    const elsewhere = (/** @type {number} */ at, /** @type {number} */ length) => this.askElsewhere(at >>> 0, length >>> 0);
    return new Machine(this.module, { nansen: { elsewhere } });
  }

  /**
   * A question of the core to the readers in the second module.
   * @param {number} at @param {number} length Where it is in the core's memory.
   * @returns {number} Where the answer is there; 0 when there is none.
   */
  askElsewhere(at, length) {
    if (!this.pdfModule) return 0;
    try {
      const question = new Uint8Array(this.machine.exports.memory.buffer).slice(at, at + length);
      this.pdf ??= new Machine(this.pdfModule, {});
      const answer = this.pdf.exchange(question);
      const framed = new Uint8Array(LENGTH + answer.length);
      new DataView(framed.buffer).setUint32(0, answer.length, true);
      framed.set(answer, LENGTH);
      return this.machine.put(framed);
    } catch {
      this.lost += 1;
      this.pdf = null;
      return 0;
    }
  }

  /**
   * Keeps what a new machine would have to be told.
   * @param {any} header
   * @param {Uint8Array} question
   * @param {any} answer
   */
  remember(header, question, answer) {
    if (header?.do === 'trust' && !answer.error) this.trust = [question];
    if (header?.do === 'import' && answer.list) this.trust.push(question);
  }

  /** Begins anew with the same trust lists. What a camera has seen so far is lost. */
  renew() {
    this.lost += 1;
    this.machine = this.begin();
    for (const question of this.trust) this.machine.exchange(question);
  }
}

/**
 * @param {Source} source
 * @returns {Promise<WebAssembly.Module>}
 */
async function compiled(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (!source.ok) throw new Error(`${source.status} ${source.url}`);
    const isNamed = source.headers.get('content-type')?.startsWith('application/wasm');
    return isNamed ? WebAssembly.compileStreaming(source) : compiled(await source.arrayBuffer());
  }
  const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (source));
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked) return WebAssembly.compile(bytes);
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return compiled(await new Response(unpacked).arrayBuffer());
}

/**
 * @param {any} header
 * @param {Bytes[]} parts
 * @returns {Uint8Array}
 */
function joined(header, parts) {
  const head = new TextEncoder().encode(JSON.stringify(header));
  const total = parts.reduce((sum, part) => sum + part.byteLength, LENGTH + head.length);
  if (total > MOST) throw new RangeError(`${total} > ${MOST}`);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, LENGTH);
  let at = LENGTH + head.length;
  for (const part of parts) {
    bytes.set(part instanceof Uint8Array ? part : new Uint8Array(part), at);
    at += part.byteLength;
  }
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Message}
 */
function split(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH, LENGTH + length)));
  return { header, payload: bytes.subarray(LENGTH + length) };
}
