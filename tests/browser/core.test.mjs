// @ts-check
// The core in WebAssembly, through web/gate/core.js, without a browser: papers that the native program made, and hostile messages.
//
// NANSEN_BIN names a built program; pdftoppm draws its papers. NANSEN_WASM names another module than the one in web/built.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Core } from '../../web/gate/core.js';

const BIN = process.env.NANSEN_BIN ?? 'nansen';
const MODULE = readFileSync(process.env.NANSEN_WASM ?? new URL('../../web/built/nansen.wasm.gz', import.meta.url));
const now = Date.now();

/** @type {string} */
let folder;
/** @type {Core} */
let core;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nansen-core-'));
  nansen('demo', join(folder, 'demo'));
  nansen('trust', 'export', join(folder, 'bundle'));
  core = await Core.load(MODULE);
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string[]} args */
function nansen(...args) {
  return execFileSync(BIN, ['--home', join(folder, 'demo', 'home'), ...args], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 });
}

/** @param {string} name */
const paper = (name) => join(folder, 'demo', `${name}.pdf`);

/** The text of the first symbol on a paper. @param {string} name */
function symbol(name) {
  const line = nansen('read', paper(name)).toString().split('\n').find((line) => line.startsWith('{'));
  return Buffer.from(JSON.parse(/** @type {string} */ (line)).symbols[0].bytes, 'hex');
}

/** The first page as a scanner sees it. @param {string} name @param {number} [dpi] */
function scanned(name, dpi = 150) {
  const bytes = execFileSync('pdftoppm', ['-gray', '-r', `${dpi}`, '-f', '1', '-l', '1', paper(name)], { maxBuffer: 1 << 26 });
  const [head, width, height] = /** @type {RegExpExecArray} */ (/^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 32).toString('latin1')));
  return { width: Number(width), height: Number(height), pixels: bytes.subarray(head.length) };
}

const bundle = () => readFileSync(join(folder, 'bundle'));

/** @param {string} name @param {Core} [asked] */
function frame(name, asked = core) {
  const { width, height, pixels } = scanned(name, 110);
  return asked.call({ do: 'frame', now, width, height, format: 'grey' }, pixels).header;
}

test('says what it can do', () => {
  const { header } = core.call({ do: 'about' });
  assert.match(header.version, /^\d+\.\d+\.\d+$/);
  assert.ok(header.now_supported.includes('frame'));
});

test('knows nobody before a list is taken in, and says so', () => {
  const { header } = core.call({ do: 'text', now }, symbol('diploma'));
  assert.equal(header.answers[0].verdict, 'undecided');
  assert.equal(header.answers[0].reason, 'unknown-issuer');
});

test('takes in a list only once its fingerprint was compared', () => {
  const refused = core.call({ do: 'import', now }, bundle()).header.refused;
  assert.equal(refused.reason, 'unknown-root');
  const { header, payload } = core.call({ do: 'import', now, expected_fingerprint: refused.fingerprint }, bundle());
  assert.equal(header.state, 'new');
  assert.equal(header.list.fingerprint, refused.fingerprint);
  assert.ok(payload.length > 0);
});

test('judges the text of a symbol as the program that made it does', () => {
  for (const [name, verdict, reason] of [['diploma', 'valid', null], ['revoked', 'invalid', 'revoked'], ['forged', 'invalid', 'bad-signature'], ['expired', 'invalid', 'expired']]) {
    const { header } = core.call({ do: 'text', now }, symbol(/** @type {string} */ (name)));
    assert.deepEqual([header.answers[0].verdict, header.answers[0].reason ?? null], [verdict, reason], String(name));
    assert.equal(header.answers[0].shown.checked, name !== 'forged');
  }
});

test('reads a picture, grey or in colour', () => {
  const { width, height, pixels } = scanned('registration');
  const rgba = new Uint8Array(pixels.length * 4).fill(255);
  pixels.forEach((grey, at) => rgba.fill(grey, 4 * at, 4 * at + 3));
  for (const [format, bytes] of /** @type {[string, Uint8Array][]} */ ([['grey', pixels], ['rgba', rgba]])) {
    const { header } = core.call({ do: 'picture', now, width, height, format }, bytes);
    assert.equal(header.answers[0].verdict, 'valid', JSON.stringify(header.answers[0]));
  }
});

test('reads a PDF with its attachment', () => {
  const { header } = core.call({ do: 'document', now, name: 'household.pdf' }, readFileSync(paper('household')));
  assert.ok(header.answers.length > 0);
  assert.ok(header.answers.every((/** @type {any} */ answer) => answer.verdict === 'valid'), JSON.stringify(header));
});

test('answers for a camera frame once', () => {
  core.call({ do: 'forget' });
  assert.equal(frame('training').answers[0].verdict, 'valid');
  assert.deepEqual(frame('training').answers, []);
  core.call({ do: 'forget' });
  assert.equal(frame('training').answers.length, 1);
});

test('a blank picture has no symbol', () => {
  const { header } = core.call({ do: 'picture', now, width: 64, height: 64, format: 'grey' }, new Uint8Array(4096).fill(255));
  assert.equal(header.answers[0].reason, 'no-symbol');
});

/** Numbers that are the same in every run. */
function generator(seed = 1) {
  let state = seed >>> 0;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('no message makes it trap', async () => {
  const hostile = await Core.load(MODULE);
  const random = generator();
  const text = symbol('diploma');
  const headers = [
    { do: 'text', now }, { do: 'import', now, accept: true }, { do: 'about' }, { do: 'document', now },
    { do: 'picture', now, width: 16, height: 16, format: 'grey' }, { do: 'frame', now, width: 16, height: 4, format: 'rgba' },
    { do: 'trust', now, lists: [{ bytes: 9, memory: null }], latest: null },
  ];
  const payloads = [text, bundle(), new Uint8Array(256), new Uint8Array(9), new Uint8Array()];
  for (let round = 0; round < 10_000; round += 1) {
    const head = Buffer.from(JSON.stringify(headers[random(headers.length)]));
    const payload = payloads[random(payloads.length)];
    const request = Buffer.concat([Buffer.alloc(4), head, payload]);
    request.writeUInt32LE([head.length, head.length, head.length - 1, 0, 0xffff_ffff, 0x7fff_ffff, random(2 ** 32)][random(7)]);
    for (let change = random(4); change > 0; change -= 1) request[random(request.length)] = random(256);
    const sent = random(3) === 0 ? request.subarray(0, random(request.length)) : request;
    const answer = hostile.exchange(sent);
    const length = new DataView(answer.buffer).getUint32(0, true);
    JSON.parse(Buffer.from(answer.subarray(4, 4 + length)).toString());
  }
  assert.equal(hostile.lost, 0);
});

test('headers with wrong values are answered with what was wanted', () => {
  const values = [null, -1, 0, 1.5, 1e300, 2 ** 53, '', 'grey', [], {}, true];
  for (const verb of ['trust', 'import', 'frame', 'picture', 'document', 'text', 'nothing', 7, null]) {
    for (const key of ['now', 'width', 'height', 'format', 'lists', 'latest', 'name', 'expected_fingerprint', 'accept']) {
      for (const value of values) {
        const header = { do: verb, now, width: 4, height: 4, format: 'grey', lists: [], [key]: value };
        const answer = core.exchange(message(header, new Uint8Array(16)));
        assert.ok(answer.length > 4);
      }
    }
  }
});

test('damaged papers do not trap either', () => {
  const random = generator(7);
  const whole = readFileSync(paper('diploma'));
  for (let round = 0; round < 40; round += 1) {
    const damaged = Buffer.from(whole);
    for (let change = 0; change < 1 + round; change += 1) damaged[random(damaged.length)] = random(256);
    const { header } = core.call({ do: 'document', now }, damaged.subarray(0, random(4) === 0 ? random(damaged.length) : damaged.length));
    assert.ok(header.error || header.answers.length > 0);
  }
  // What hayro gives up on costs the instance; the trust lists are back in the next one.
  assert.equal(core.call({ do: 'text', now }, symbol('diploma')).header.answers[0].verdict, 'valid');
});

test('an instance that traps is put aside, and the next one has its trust lists', async () => {
  const fragile = await Core.load(MODULE);
  const { fingerprint } = fragile.call({ do: 'import', now }, bundle()).header.refused;
  fragile.call({ do: 'import', now, expected_fingerprint: fingerprint }, bundle());
  const { exports } = fragile;
  fragile.exports = { ...exports, nansen_call: () => { throw new WebAssembly.RuntimeError('unreachable'); } };
  assert.match(fragile.call({ do: 'text', now }, symbol('diploma')).header.error.found, /unreachable/);
  assert.equal(fragile.lost, 1);
  assert.equal(fragile.call({ do: 'text', now }, symbol('diploma')).header.answers[0].verdict, 'valid');
});

/** @param {any} header @param {Uint8Array} payload */
function message(header, payload) {
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, payload]);
}
