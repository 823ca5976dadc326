// @ts-check
// What the tests of the gate share: a demo desk behind the real server, and the gate in a browser.

import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { launch, openPage } from './browser.mjs';
import { demoDesk, nansen, serve } from './server.mjs';

/** A demo desk, its server and a browser. */
export async function world(options = {}) {
  const desk = await demoDesk();
  const server = await serve(desk.home);
  const browser = await launch(options);
  return {
    desk, server, browser,
    /** @param {string} name A file of the demo. */
    file: (name) => join(desk.folder, name),
    /** @param {string} name Such as `registration`. @returns {Promise<string>} The text of its first symbol. */
    text: async (name) => JSON.parse((await readFile(join(desk.folder, `${name}.jsonl`), 'utf8')).split('\n')[0]).text[0],
    /** The gate, ready. @param {import('playwright-core').BrowserContextOptions & {at?: string}} [how] */
    gate: (how = {}) => gate(browser, server.url, how),
    async end() {
      await browser.close();
      await server.stop();
      await desk.remove();
    },
  };
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {import('playwright-core').BrowserContextOptions & {at?: string}} how
 */
export async function gate(browser, url, { at = '/', ...how }) {
  const opened = await openPage(browser, how);
  await opened.page.goto(url + at);
  await ready(opened.page);
  return opened;
}

/** @param {import('playwright-core').Page} page */
export const ready = (page) => page.locator('body[data-ready]').waitFor({ timeout: 60_000 });

/** @param {import('playwright-core').Page} page Waits until the page will open in flight mode. */
export const kept = (page) => page.locator('#offline[data-state="ready"]').waitFor({ timeout: 60_000 });

/**
 * The verdict on the screen.
 * @param {import('playwright-core').Page} page
 */
export async function verdict(page) {
  const card = page.locator('#verdict:not([hidden]) .card').first();
  await card.waitFor({ timeout: 60_000 });
  return {
    verdict: await card.getAttribute('data-verdict'),
    reason: await card.getAttribute('data-reason'),
    word: await card.locator('.word').innerText(),
    text: await page.locator('#cards').innerText(),
  };
}

/** @param {import('playwright-core').Page} page @param {string} text Types it as a hand scanner does: anywhere, quickly, then Enter. */
export async function wedge(page, text) {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** @param {import('playwright-core').Page} page The next paper. */
export async function next(page) {
  await page.locator('#next').click();
  await page.locator('#verdict').waitFor({ state: 'hidden' });
}

/** A bundle of a desk's trust list, as a file. @param {string} home @param {string} file */
export async function exported(home, file) {
  await nansen(['--home', home, 'trust', 'export', file]);
  return file;
}

/**
 * Counts the bytes that a server sends.
 * @param {number} port
 */
export async function counted(port) {
  let bytes = 0;
  const proxy = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.on('data', (data) => (bytes += data.length));
    client.pipe(upstream).pipe(client);
    for (const end of [client, upstream]) end.on('error', () => (client.destroy(), upstream.destroy()));
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', () => done(null)));
  const { port: own } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  return { url: `http://127.0.0.1:${own}`, bytes: () => bytes, stop: () => proxy.close() };
}
