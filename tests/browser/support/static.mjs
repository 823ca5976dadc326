// @ts-check
// A small server for working on the pages without the program: files of web/, the headers of the real server, and answers of the
// interface from a table. `node support/static.mjs` listens on port 8799. No test relies on it.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { gunzipSync } from 'node:zlib';

const WEB = new URL('../../../web/', import.meta.url).pathname;
const KINDS = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.svg': 'image/svg+xml', '.png': 'image/png',
  '.wasm': 'application/wasm',
});
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; media-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache',
  'cross-origin-opener-policy': 'same-origin', 'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
};

async function files(folder, prefix = '') {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await files(join(folder, entry.name), path)));
    else found.push({ path, bytes: await readFile(join(folder, entry.name)) });
  }
  return found;
}

async function wasm(name = 'nansen') {
  return readFile(join(WEB, `built/${name}.wasm.gz`)).catch(() => null);
}

async function assets() {
  const built = [];
  for (const name of ['nansen', 'nansen-pdf']) {
    const core = await wasm(name);
    if (core) built.push({ path: `/${name}.wasm`, bytes: gunzipSync(core) });
  }
  const gate = (await files(join(WEB, 'gate'))).filter(({ path }) => path !== '/sw.js');
  const shared = (await files(join(WEB, 'shared'))).map(({ path, bytes }) => ({ path: `/shared${path}`, bytes }));
  const all = [...gate, ...shared, ...built];
  const list = all.map(({ path, bytes }) => ({
    path: path === '/index.html' ? '/' : path, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length,
  }));
  return { version: createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 16), files: list };
}

/** @param {Map<string, () => Promise<{type: string, body: Buffer | string}>>} [answers] By path. */
export async function serveFiles(port = 0, answers = new Map()) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const send = (status, type, body, more = {}) => response.writeHead(status, { ...HEADERS, 'content-type': type, ...more }).end(body);
    try {
      const answer = answers.get(path);
      if (answer) return send(200, (await answer()).type, (await answer()).body);
      if (path === '/assets.json') return send(200, 'application/json', JSON.stringify(await assets()));
      const core = /^\/(nansen(?:-pdf)?)\.wasm$/.exec(path);
      if (core) return send(200, 'application/wasm', await wasm(core[1]), { 'content-encoding': 'gzip' });
      const both = /^(?:\/desk)?(\/shared\/.+)$/.exec(path);
      if (both) return send(200, KINDS[extname(path)], await readFile(join(WEB, both[1])));
      if (path.startsWith('/desk/')) return send(200, KINDS[extname(path)] ?? KINDS['.html'], await readFile(join(WEB, path.endsWith('/') ? `${path}index.html` : path)));
      if (path === '/sw.js') {
        const { version, files: list } = await assets();
        const text = await readFile(join(WEB, 'gate/sw.js'), 'utf8');
        return send(200, KINDS['.js'], text.replace('"@VERSION@"', JSON.stringify(version)).replace('"@FILES@"', JSON.stringify(list)));
      }
      const file = extname(path) ? path : '/index.html';
      return send(200, KINDS[extname(file)] ?? 'application/octet-stream', await readFile(join(WEB, 'gate', file)));
    } catch {
      return send(404, 'text/plain', 'not found');
    }
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', () => done(null)));
  const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${taken}`, stop: () => new Promise((done) => server.close(done)) };
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.log((await serveFiles(8799)).url);
