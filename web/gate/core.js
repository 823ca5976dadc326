// @ts-check
// Messages to and from the core in WebAssembly: a header of JSON and a payload go in, and the like come out.
//
// A message is the length of its header (32 bits, least significant byte first), the header in UTF-8, and the payload; an answer
// has the length of the whole message in front. A core that traps, as on a PDF that nests too deep, is put aside and another is
// begun with the trust lists that the first one had: whoever asked is told, and the next question is answered.

/** @typedef {{header: any, payload: Uint8Array}} Message */
/** @typedef {Uint8Array | ArrayBuffer} Bytes */
/**
 * @typedef {object} Exports
 * @property {WebAssembly.Memory} memory
 * @property {(length: number) => number} nansen_alloc
 * @property {(at: number, length: number) => void} nansen_free
 * @property {(at: number, length: number) => number} nansen_call
 */

/** Bytes of a length. */
const LENGTH = 4;
/** The longest message that 32-bit pointers leave room for beside what reading it takes. */
const MOST = 0x4000_0000;
const NOTHING = new Uint8Array();

export class Core {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.module = module;
    this.exports = begin(module);
    /** What gives a new instance the trust lists of this one. @type {Uint8Array[]} */
    this.trust = [];
    /** How often an instance had to be put aside. */
    this.lost = 0;
  }

  /**
   * @param {Bytes | Response | Promise<Response> | WebAssembly.Module} source The module, also packed with gzip.
   * @returns {Promise<Core>}
   */
  static async load(source) {
    return new Core(await compiled(await source));
  }

  /**
   * Asks the core one thing. It throws nothing but for messages of more than a gigabyte.
   * @param {any} header
   * @param {...Bytes} parts What makes the payload together.
   * @returns {Message}
   */
  call(header, ...parts) {
    const request = message(header, parts);
    try {
      const answer = split(this.exchange(request));
      this.remember(header, request, answer.header);
      return answer;
    } catch (fault) {
      this.renew();
      const wanted = 'another picture or document';
      return { header: { error: { found: String(fault), wanted, next: wanted } }, payload: NOTHING };
    }
  }

  /**
   * The bytes of a message in, those of its answer out, each copied once.
   * @param {Uint8Array} request
   * @returns {Uint8Array}
   */
  exchange(request) {
    const { memory, nansen_alloc, nansen_call, nansen_free } = this.exports;
    // Pointers are unsigned, and JavaScript sees them signed.
    const at = nansen_alloc(request.length) >>> 0;
    if (at === 0 && request.length > 0) throw new RangeError('out of memory');
    // Every call may grow the memory, and with it the buffer is another.
    new Uint8Array(memory.buffer).set(request, at);
    const answer = nansen_call(at, request.length) >>> 0;
    if (answer === 0) throw new RangeError('out of memory');
    const total = new DataView(memory.buffer).getUint32(answer, true);
    const bytes = new Uint8Array(memory.buffer).slice(answer + LENGTH, answer + LENGTH + total);
    nansen_free(answer, LENGTH + total);
    return bytes;
  }

  /**
   * Keeps what a new instance would have to be told.
   * @param {any} header
   * @param {Uint8Array} request
   * @param {any} answer
   */
  remember(header, request, answer) {
    if (header?.do === 'trust' && !answer.error) this.trust = [request];
    if (header?.do === 'import' && answer.list) this.trust.push(request);
  }

  /** Begins a new instance with the trust lists of this one. What a camera has seen so far is lost. */
  renew() {
    this.lost += 1;
    this.exports = begin(this.module);
    for (const request of this.trust) this.exchange(request);
  }
}

/**
 * @param {WebAssembly.Module} module
 * @returns {Exports}
 */
function begin(module) {
  return /** @type {any} */ (new WebAssembly.Instance(module, {}).exports);
}

/**
 * @param {Bytes | Response | WebAssembly.Module} source
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
  return compiled(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

/**
 * @param {any} header
 * @param {Bytes[]} parts
 * @returns {Uint8Array}
 */
function message(header, parts) {
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
