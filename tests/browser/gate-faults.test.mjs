// @ts-check
// What goes wrong around the gate: a lost connection, a camera that is taken away, words that do not come, a cache with holes, a new
// version while somebody is at work. It is said, with what to do, and nothing of a paper leaves the device.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.mjs';
import { staysWhole } from './support/bidi.mjs';
import { openPage, screenshot } from './support/browser.mjs';
import { exported, kept, next, ready, verdict, wedge, world } from './support/gate.mjs';
import { demoDesk, nansen, serve } from './support/server.mjs';

/** @type {Awaited<ReturnType<typeof world>>} */
let all;
before(async () => {
  all = await world({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
});
after(() => all.end());

/** A page whose requests can all be stopped. @param {import('playwright-core').BrowserContextOptions} [how] */
const bare = (how = {}) => openPage(all.browser, { serviceWorkers: 'block', ...how });

test('a camera that ends by itself is told, with what to do, and starts again', async () => {
  const { page, context } = await all.gate();
  await page.locator('#scan').click();
  await page.locator('#hint:not(:empty)').waitFor();
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById('video')).videoWidth > 0);
  await page.evaluate(() => {
    const stream = /** @type {MediaStream} */ (/** @type {HTMLVideoElement} */ (document.getElementById('video')).srcObject);
    stream.getVideoTracks()[0].dispatchEvent(new Event('ended'));
  });
  await page.getByRole('heading', { name: 'The camera has stopped' }).waitFor();
  assert.match(await page.locator('#camera-problem').innerText(), /unplugged[\s\S]*Try again/);
  await screenshot(page, 'gate-camera-lost');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('#stage:not([hidden])').waitFor();
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById('video')).srcObject !== null);
  await context.close();
});

test('pictures that cannot be read are told, and not swallowed', async () => {
  const { page, context } = await all.gate();
  await page.evaluate(() => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ moved) {
      if (message.header?.do !== 'frame') return send.call(this, message, moved);
      this.onmessage?.(new MessageEvent('message', { data: { id: message.id, failed: { kind: 'failed' } } }));
    };
  });
  await page.locator('#scan').click();
  await page.getByRole('heading', { name: 'The pictures of the camera cannot be read' }).waitFor();
  await context.close();
});

test('the camera is paused behind a verdict, and looks again for the next paper', async () => {
  const { page, context } = await all.gate();
  await page.locator('#scan').click();
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById('video')).videoWidth > 0);
  await page.evaluate(() => {
    const send = Worker.prototype.postMessage;
    Object.assign(globalThis, { frames: 0 });
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ moved) {
      if (message.header?.do === 'frame') /** @type {any} */ (globalThis).frames += 1;
      send.call(this, message, moved);
    };
  });
  const frames = () => page.evaluate(() => /** @type {any} */ (globalThis).frames);
  await page.waitForFunction(() => /** @type {any} */ (globalThis).frames > 2);
  await wedge(page, await all.text('registration'));
  assert.equal((await verdict(page)).verdict, 'valid');
  const before = await frames();
  await page.waitForTimeout(600);
  assert.equal(await frames(), before, 'no picture is taken behind a verdict');
  // A camera that is lost meanwhile does not take the verdict's place.
  await page.evaluate(() => {
    const stream = /** @type {MediaStream | null} */ (/** @type {HTMLVideoElement} */ (document.getElementById('video')).srcObject);
    stream?.getVideoTracks()[0].dispatchEvent(new Event('ended'));
  });
  assert.equal((await verdict(page)).verdict, 'valid');
  await next(page);
  await page.locator('#scan').click();
  await page.waitForFunction((count) => /** @type {any} */ (globalThis).frames > count, before);
  await context.close();
});

test('a reader that did not come at the first load is fetched again, by a button and by the next paper', async () => {
  for (const way of ['button', 'paper']) {
    const { page, context } = await bare();
    await context.route('**/nansen.wasm', (route) => route.abort());
    await page.goto(all.server.url);
    await ready(page);
    await page.getByText('The gate cannot start').waitFor();
    assert.equal(await page.locator('#scan').isDisabled(), true);
    assert.deepEqual(await violations(page), []);
    await screenshot(page, 'gate-no-reader');
    await context.unroute('**/nansen.wasm');
    if (way === 'button') {
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('#scan:enabled').waitFor();
      assert.equal(await page.locator('#start-said').innerText(), '');
    }
    await wedge(page, await all.text('registration'));
    await verdict(page);
    await next(page);
    await page.locator('#scan:enabled').waitFor();
    await wedge(page, await all.text('registration'));
    assert.equal((await verdict(page)).verdict, 'valid');
    await context.close();
  }
});

test('words that do not come leave English, or the language of before; without any, the page says so', async () => {
  const { page, context } = await bare({ locale: 'fr' });
  await context.route('**/words/fr.json', (route) => route.fulfill({ status: 502, body: '' }));
  await page.goto(all.server.url);
  await ready(page);
  assert.equal(await page.locator('#start-title').innerText(), 'Check a paper');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  assert.match(await page.locator('#language-said').innerText(), /could not be loaded/);
  await context.unroute('**/words/fr.json');
  await page.locator('#language').selectOption('ar');
  await page.locator('html[lang="ar"]').waitFor();
  await context.route('**/words/*.json', (route) => route.abort());
  await page.locator('#language').selectOption('fr');
  await page.locator('#language-said:not([hidden])').waitFor();
  assert.equal(await page.locator('#language').inputValue(), 'ar');
  assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
  await page.reload();
  await page.getByText('Parts of this page did not load').waitFor();
  await context.unroute('**/words/*.json');
  await page.getByRole('button', { name: 'Load it again' }).click();
  await ready(page);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ar');
  await context.close();
});

test('a page whose parts did not come is not blank', async () => {
  const { page, context } = await bare();
  await context.route('**/card.js', (route) => route.abort());
  await page.goto(all.server.url);
  await page.getByText('Parts of this page did not load').waitFor();
  await context.unroute('**/card.js');
  await page.getByRole('button', { name: 'Load it again' }).click();
  await ready(page);
  assert.equal(await page.locator('#failed').isVisible(), false);
  await context.close();
});

test('“works without a network” is said only when every file and a trust list are here', async () => {
  const { page, context } = await all.gate();
  await kept(page);
  const state = () => page.locator('#offline').getAttribute('data-state');
  const look = () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  const names = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]);
    return (await cache.keys()).map((request) => new URL(request.url).pathname);
  });
  for (const file of ['/', '/nansen.wasm', '/nansen-pdf.wasm', '/worker.js', '/words/my.json']) assert.ok(names.includes(file), file);
  // A hole in the cache, and nobody to mend it.
  await (await context.newCDPSession(page)).send('Network.clearBrowserCache');
  await context.setOffline(true);
  await page.evaluate(async () => (await caches.open((await caches.keys())[0])).delete('/nansen-pdf.wasm'));
  await look();
  await page.locator('#offline[data-state="saving"]').waitFor();
  await context.setOffline(false);
  await look();
  await kept(page);
  // Without a trust list nothing can be decided in flight mode.
  page.on('dialog', (dialog) => dialog.accept());
  await page.locator('[data-go="trust"]').click();
  await page.getByRole('button', { name: 'Remove this list' }).click();
  await page.locator('#trust-lists .list').waitFor({ state: 'detached' });
  await page.locator('#offline[data-state="list"]').waitFor({ state: 'attached' });
  assert.equal(await state(), 'list');
  await context.close();
});

test('nothing can be posted out of the gate: no share target, and no request of the page but reading', async () => {
  const manifest = await (await fetch(`${all.server.url}/manifest.webmanifest`)).json();
  assert.equal('share_target' in manifest, false);
  // What an app installed from an earlier version would still post stays on the device.
  /** @type {string[]} */
  const heard = [];
  const proxy = createServer(async (request, response) => {
    heard.push(`${request.method} ${request.url}`);
    const answer = await fetch(all.server.url + request.url, { headers: { host: new URL(all.server.url).host } });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', () => done(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  const { page, context } = await openPage(all.browser);
  await page.goto(`http://127.0.0.1:${port}`);
  await ready(page);
  await kept(page);
  const answered = await page.evaluate(async () => {
    const form = new FormData();
    form.append('paper', new Blob(['a picture of a paper']), 'paper.png');
    return (await fetch('/share', { method: 'POST', body: form, redirect: 'manual' })).type;
  });
  assert.equal(answered, 'opaqueredirect');
  assert.deepEqual(heard.filter((line) => !line.startsWith('GET ')), []);
  await context.close();
  proxy.closeAllConnections();
  proxy.close();
});

test('a new version takes no verdict and no scan from anybody, in no tab', async () => {
  const pages = await mkdtemp(join(tmpdir(), 'nansen-pages-'));
  await cp(new URL('../../web', import.meta.url), pages, { recursive: true, filter: (path) => !path.includes('/wasm') });
  // A data folder has one server at a time.
  const site = await demoDesk();
  const paper = JSON.parse((await readFile(join(site.folder, 'registration.jsonl'), 'utf8')).split('\n')[0]).text[0];
  const first = await serve(site.home, { args: ['--assets', pages] });
  const { page, context } = await openPage(all.browser);
  const other = await context.newPage();
  for (const one of [page, other]) {
    await one.goto(first.url);
    await ready(one);
    await kept(one);
  }
  await first.stop();
  const words = join(pages, 'gate/words/en.json');
  await writeFile(words, (await readFile(words, 'utf8')).replace('"Check a paper"', '"Check one more paper"'));
  const second = await serve(site.home, { args: ['--assets', pages], port: first.port });
  await wedge(other, paper);
  await verdict(other);
  await page.reload();
  await page.locator('#update:not([hidden])').waitFor({ timeout: 30_000 });
  // The other tab has a paper in hand: not now.
  await page.locator('#update-use').click();
  await page.getByText('Another tab is checking a paper').waitFor();
  await screenshot(page, 'gate-update');
  assert.equal((await verdict(other)).verdict, 'valid');
  // One that cannot be asked, as an older page could not, is not loaded anew either, and is told.
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.postMessage('use'));
  await page.getByRole('heading', { name: 'Check one more paper' }).waitFor();
  await other.locator('#update:not([hidden])').waitFor();
  assert.equal((await verdict(other)).verdict, 'valid');
  await next(other);
  assert.equal(await other.locator('#start-title').innerText(), 'Check a paper');
  await other.locator('#update-use').click();
  await other.getByRole('heading', { name: 'Check one more paper' }).waitFor();
  await second.stop();
  await context.close();
  await site.remove();
  await rm(pages, { recursive: true, force: true });
});

test('a name of another direction stays whole within a sentence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nansen-names-'));
  for (const [locale, name, direction] of /** @type {const} */ ([['ar', '12 Hillside (7)!', 1], ['en-GB', '(ب) مكتب!', -1]])) {
    const home = join(folder, locale);
    await nansen(['--home', home, 'init', '--name', name, '--country', 'UGA']);
    const bundle = await exported(home, join(folder, `${locale}.bundle`));
    const { page, context } = await all.gate({ locale });
    await page.locator('[data-go="trust"]').click();
    await page.locator('#file').setInputFiles(bundle);
    await page.locator('#trust-ask button.primary').click();
    await staysWhole(page.locator('#trust-said .notice'), name, direction);
    for (const place of ['#trust-lists h2', '#trust-lists li']) await staysWhole(page.locator(place), name, direction);
    // On the first screen, as the only list, and among the facts of a paper.
    page.on('dialog', (dialog) => dialog.accept());
    await page.locator('#trust-lists .list').filter({ hasText: 'Lakeside' }).locator('button.quiet').click();
    await page.locator('#trust-lists .list').filter({ hasText: 'Lakeside' }).waitFor({ state: 'detached' });
    await page.locator('#back').click();
    await staysWhole(page.locator('#state .trust-state'), name, direction);
    await context.close();
  }
  await rm(folder, { recursive: true, force: true });
});
