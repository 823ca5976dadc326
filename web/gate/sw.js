// @ts-check
// Keeps the page on the device, so that it works in flight mode. Every file is held against its SHA-256 from the list of files
// before it is kept; a version is kept whole or not at all. Nothing of any paper passes through here.

const sw = /** @type {any} */ (self);
const PREFIX = 'nansen-gate-';
/** Both are put in by the server: with any file the worker changes too, and so browsers see that there is a new version. */
const VERSION = "@VERSION@";
/** @type {{path: string, sha256: string, bytes: number}[]} */
const FILES = /** @type {any} */ ("@FILES@");
const CACHE = PREFIX + VERSION;

/** What no paper can be read without, whatever the list says. */
const NEEDED = ['/', '/worker.js', '/nansen.wasm', '/nansen-pdf.wasm'];

sw.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(keepAll()));
sw.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(takeOver()));

async function keepAll() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(FILES.map((file) => keep(cache, file)));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
  // The first version is used at once; a later one waits until the person agrees.
  if (!sw.registration.active) await sw.skipWaiting();
}

/** @param {Cache} cache @param {{path: string, sha256: string}} file */
async function keep(cache, { path, sha256 }) {
  // What the page just loaded need not be loaded twice; what is not this version is.
  for (const how of /** @type {RequestCache[]} */ (['force-cache', 'reload'])) {
    const answer = await fetch(path, { cache: how });
    if (!answer.ok) continue;
    const body = await answer.arrayBuffer();
    if ((await digest(body)) !== sha256) continue;
    const headers = new Headers(answer.headers);
    headers.delete('content-encoding');
    headers.delete('content-length');
    await cache.put(path, new Response(body, { headers }));
    return;
  }
  throw new Error(`${path} is not what the list of files says`);
}

/** @param {ArrayBuffer} bytes */
async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function takeOver() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
  await sw.clients.claim();
}

sw.addEventListener('message', (/** @type {any} */ event) => {
  if (event.data === 'use') sw.skipWaiting();
  if (event.data === 'version') event.source.postMessage({ version: VERSION });
  if (event.data === 'whole') event.waitUntil(whole().then((whole) => event.source.postMessage({ whole })));
});

/** @returns {Promise<boolean>} Whether every file of this version is kept; one that went astray is fetched again, by its digest. */
async function whole() {
  const cache = await caches.open(CACHE);
  const kept = async () => {
    const paths = (await cache.keys()).map((request) => new URL(request.url).pathname);
    return FILES.filter((file) => !paths.includes(file.path));
  };
  await Promise.all((await kept()).map((file) => keep(cache, file).catch(() => {})));
  return (await kept()).length === 0 && NEEDED.every((path) => FILES.some((file) => file.path === path));
}

sw.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== sw.location.origin || url.pathname.startsWith('/api/') || url.pathname.startsWith('/desk')) return;
  // An app installed from an earlier version may still share pictures of papers hither: they are put aside, and leave no device.
  if (request.method === 'POST') return event.respondWith(Response.redirect('/', 303));
  if (request.method !== 'GET' || ['/health', '/metrics', '/assets.json', '/sw.js'].includes(url.pathname)) return;
  // An address without a file's ending shows the gate, as on the server.
  const page = request.mode === 'navigate' && !/\.\w+$/.test(url.pathname);
  event.respondWith(answer(page ? '/' : url.pathname, request));
});

/** @param {string} path @param {Request} request */
async function answer(path, request) {
  return (await (await caches.open(CACHE)).match(path)) ?? fetch(request);
}
