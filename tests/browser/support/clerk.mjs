// @ts-check
// What a clerk does at the desk, in steps that several tests take.

import { readFileSync } from 'node:fs';
import { expectNothing } from './faults.mjs';
import { openPage } from './browser.mjs';

export const PASSPHRASE = 'lamp river orange mountain';
export const DESK = 'Kakuma registration desk';

const folder = new URL('../../../web/desk/words/', import.meta.url);

/** The words of a language. @param {string} tag @returns {Record<string, string>} */
export const wordsOf = (tag) => JSON.parse(readFileSync(new URL(`${tag}.json`, folder), 'utf8'));

/** The English words by key. @param {string} key @param {Record<string, any>} [values] */
export const en = ((words) => (/** @type {string} */ key, /** @type {Record<string, any>} */ values = {}) => {
  if (!(key in words)) throw new Error(`no words ${key}`);
  return words[key].replace(/\{(\w+)\}/g, (/** @type {string} */ _, /** @type {string} */ name) => String(values[name]));
})(wordsOf('en'));

/** Somebody to be registered; `number` makes them another. @param {number} number */
export const person = (number) => ({
  individual_id: `KEN-10C${String(number).padStart(5, '0')}`, given_names: `Najib ${number}`, family_name: 'Rahimi', native_name: 'نجیب رحیمی',
  native_language: 'fa', year: String(1950 + number), about: true, sex: 'M', nationality: 'AFG', legal_status: 'refugee',
});

/** A page of the desk on which every error is kept. @param {import('playwright-core').Browser} browser @param {any} [options] */
export async function openDesk(browser, options = {}) {
  const { tag = 'en', ...rest } = options;
  const opened = await openPage(browser, { viewport: { width: 1366, height: 768 }, acceptDownloads: true, ...rest });
  await opened.context.addInitScript((/** @type {string} */ chosen) => localStorage.getItem('nansen-language') ?? localStorage.setItem('nansen-language', chosen), tag);
  return { ...opened, check: () => expectNothing(opened.faults) };
}

/** @param {import('playwright-core').Page} page @param {string} key */
export const button = (page, key) => page.getByRole('button', { name: en(key), exact: true });

/** @param {import('playwright-core').Page} page @param {string} url */
export async function signIn(page, url) {
  await page.goto(`${url}/desk/`);
  await page.locator('main input[type=password]').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await page.locator('.tiles').waitFor();
}

/** Sets the desk up with the token that the server has printed. @param {import('playwright-core').Page} page @param {{url: string, said: () => string}} server */
export async function setUp(page, server) {
  const token = /\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b/.exec(server.said())?.[0];
  if (!token) throw new Error(`no token in ${server.said()}`);
  await page.goto(`${server.url}/desk/`);
  await page.getByLabel(en('setup.token')).fill(token);
  await page.getByLabel(en('setup.name')).fill(DESK);
  await page.getByLabel(en('setup.country')).fill('KEN');
  const secrets = page.locator('main input[type=password]');
  await secrets.nth(0).fill(PASSPHRASE);
  await secrets.nth(1).fill(PASSPHRASE);
  await button(page, 'setup.do').click();
  await page.locator('.tiles').waitFor();
}

/** @param {import('playwright-core').Page} page @param {string} name */
export const field = (page, name) => page.locator(`[data-name="${name}"]`);

/** Fills the form of a registration in. @param {import('playwright-core').Page} page @param {ReturnType<typeof person>} who */
export async function fillIn(page, who) {
  for (const name of /** @type {const} */ (['individual_id', 'given_names', 'family_name', 'native_name', 'native_language', 'nationality'])) {
    await field(page, name).fill(who[name]);
  }
  await field(page, 'sex').selectOption(who.sex);
  await field(page, 'legal_status').selectOption(who.legal_status);
  await page.locator('[data-part=year]').first().fill(who.year);
  if (who.about) await page.locator('[data-part=about]').first().check();
}

/** Issues one paper by the form; its serial and the address of its PDF. @param {import('playwright-core').Page} page @param {string} url @param {ReturnType<typeof person>} who */
export async function issueOne(page, url, who) {
  await page.goto(`${url}/desk/#/issue/registration`);
  await page.locator('.issue form').waitFor();
  await fillIn(page, who);
  await button(page, 'issue.do').click();
  return issued(page);
}

/** What the page of an issued paper says. @param {import('playwright-core').Page} page */
export async function issued(page) {
  const open = page.getByRole('link', { name: en('print.open') });
  await open.waitFor({ timeout: 60_000 });
  const serial = await page.locator('.issue .serial').first().innerText();
  return { serial, address: /** @type {string} */ (await open.getAttribute('href')) };
}

/** A birthday that nobody else of a list has. @param {number} number */
export function born(number) {
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
  return `${1950 + (number % 50)}-${two(1 + (Math.floor(number / 50) % 12))}-${two(1 + (Math.floor(number / 600) % 28))}`;
}

/** A list of people as CSV. @param {number} first @param {number} rows */
export function list(first, rows) {
  const lines = Array.from({ length: rows }, (_, at) => `KEN-20C${String(first + at).padStart(6, '0')},Hiwet ${first + at},Desta,${born(first + at)},F,ERI,refugee`);
  return ['individual_id,given_names,family_name,date_of_birth,sex,nationality,legal_status', ...lines, ''].join('\n');
}

/** Opens the key: it is locked whenever the last clerk has signed out, and after a restart. @param {import('playwright-core').Page} page */
export async function unlock(page) {
  const open = page.locator('#head').getByRole('button', { name: en('key.unlock'), exact: true });
  if (!(await open.count())) return;
  await open.click();
  await answerKey(page);
  await page.locator('#head').getByRole('button', { name: en('key.lock'), exact: true }).waitFor();
}

/** @param {import('playwright-core').Page} page */
export async function answerKey(page) {
  const question = page.getByRole('dialog', { name: en('key.title') });
  if (!(await question.waitFor({ timeout: 3_000 }).then(() => true, () => false))) return;
  await question.locator('input[type=password]').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'hidden' });
}
