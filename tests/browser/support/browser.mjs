// @ts-check
// Debian's Chromium, driven through playwright-core, which brings no browser of its own.

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** The browser: `run.sh` finds it. */
export const CHROMIUM =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync) ?? '';

const QUIET = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/**
 * A browser; with `film`, its camera shows that y4m or mjpeg file in a loop.
 * @param {{film?: string, args?: string[]}} [options]
 */
export function launch(options = {}) {
  const camera = options.film
    ? ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${options.film}`]
    : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...camera, ...(options.args ?? [])] });
}

/**
 * A page in a context of its own. Whatever the page says on its console as an error, and every error it does not catch, is kept
 * in `faults`; every request in `requests`.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 }, ...options });
  const page = await context.newPage();
  /** @type {string[]} */
  const faults = [];
  /** @type {string[]} */
  const requests = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  context.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
  return { context, page, faults, requests };
}

/**
 * Keeps a screenshot when `NANSEN_SCREENSHOTS` names a folder.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {{fullPage?: boolean}} [options]
 */
export async function screenshot(page, name, options = {}) {
  const folder = process.env.NANSEN_SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', ...options });
}
