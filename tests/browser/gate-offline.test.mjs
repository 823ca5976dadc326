// @ts-check
// Flight mode: after the first load the gate asks nobody for anything, and opens again without a network.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { counted, kept, next, ready, verdict, wedge, world } from './support/gate.mjs';
import { demoDesk, serve } from './support/server.mjs';

const MOST_BYTES = 1_500_000;

/** @type {Awaited<ReturnType<typeof world>>} */
let all;
before(async () => {
  all = await world();
});
after(() => all.end());

test('until it can be used, the page loads at most 1.5 MB', async (t) => {
  const proxy = await counted(all.server.port);
  t.after(() => proxy.stop());
  const context = await all.browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(proxy.url);
  await ready(page);
  const shown = proxy.bytes();
  await kept(page);
  await page.waitForTimeout(500);
  t.diagnostic(`first load: ${shown} bytes until it can be used, ${proxy.bytes()} bytes with everything kept for flight mode`);
  assert.ok(shown <= MOST_BYTES, `${shown} bytes`);
  await context.close();
});

test('in flight mode papers are verified, without one request, also after the page was opened anew', async () => {
  const { page, context, faults } = await all.gate();
  await kept(page);
  /** @type {string[]} */
  const asked = [];
  await context.setOffline(true);
  await context.route('**', (route) => (asked.push(route.request().url()), route.abort()));
  for (const again of [false, true]) {
    if (again) {
      await page.reload();
      await ready(page);
    }
    await page.locator('#file').setInputFiles(all.file('registration.pdf'));
    assert.equal((await verdict(page)).verdict, 'valid');
    await next(page);
    await wedge(page, await all.text('expired'));
    assert.equal((await verdict(page)).reason, 'expired');
    await next(page);
    for (const screen of ['trust', 'numbers', 'settings']) {
      await page.locator(`[data-go="${screen}"]`).click();
      await page.locator('#back').click();
    }
    for (const language of ['ar', 'my', 'en']) {
      await page.locator('#language').selectOption(language);
      await page.locator(`html[lang="${language}"]`).waitFor();
    }
  }
  assert.deepEqual(asked, []);
  assert.deepEqual(faults.filter((fault) => !fault.includes('sw.js')), []);
  // Any address of the site opens the gate, and a link in a symbol lands in it.
  await page.goto(`${all.server.url}/check/paper#00121364743939438`);
  await verdict(page);
  // Asked to look for newer lists, the gate says that it cannot, and keeps what it has.
  await page.locator('#back').click();
  await page.locator('[data-go="trust"]').click();
  await page.locator('#trust-update').click();
  await page.getByText('The site cannot be reached').waitFor();
  await context.close();
});

test('the page may ask nobody else, run nothing else, and be framed by nobody', async () => {
  const answer = await fetch(all.server.url);
  const policy = answer.headers.get('content-security-policy') ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'", "frame-ancestors 'none'"]) assert.ok(policy.includes(rule), policy);
  const { page, context, requests } = await all.gate();
  await page.locator('#file').setInputFiles(all.file('registration.pdf'));
  await verdict(page);
  assert.ok(requests.every((request) => request.includes(all.server.url) || request.startsWith('GET blob:')), requests.join('\n'));
  assert.ok(requests.every((request) => request.startsWith('GET ')), requests.join('\n'));
  await context.close();
});

test('it can be installed', async () => {
  const { page, context } = await all.gate();
  const manifest = await (await fetch(new URL(await page.locator('link[rel="manifest"]').getAttribute('href') ?? '', all.server.url))).json();
  assert.equal(manifest.display, 'standalone');
  assert.deepEqual(manifest.icons.map((/** @type {any} */ icon) => icon.sizes), ['192x192', '512x512', '512x512', 'any']);
  for (const { src, sizes } of manifest.icons.filter((/** @type {any} */ icon) => icon.type === 'image/png')) {
    const png = Buffer.from(await (await fetch(all.server.url + src)).arrayBuffer());
    assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes, src);
  }
  await context.close();
});

test('a new version is offered, and used once the person agrees', async () => {
  const pages = await mkdtemp(join(tmpdir(), 'nansen-pages-'));
  await cp(new URL('../../web', import.meta.url), pages, { recursive: true, filter: (path) => !path.includes('/wasm') });
  // A data folder has one server at a time.
  const site = await demoDesk();
  const first = await serve(site.home, { args: ['--assets', pages] });
  const context = await all.browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(first.url);
  await ready(page);
  await kept(page);
  await first.stop();

  const words = join(pages, 'gate/words/en.json');
  await writeFile(words, (await readFile(words, 'utf8')).replace('"Check a paper"', '"Check one more paper"'));
  const second = await serve(site.home, { args: ['--assets', pages], port: first.port });
  await page.reload();
  await ready(page);
  assert.equal(await page.locator('#start-title').innerText(), 'Check a paper');
  await page.locator('#update:not([hidden])').waitFor({ timeout: 30_000 });
  await page.locator('#update-use').click();
  await page.getByRole('heading', { name: 'Check one more paper' }).waitFor();
  await second.stop();
  await context.close();
  await site.remove();
  await rm(pages, { recursive: true, force: true });
});
