// @ts-check
// Trust lists on the device: taken with the page, from a file, never an older one, never an unknown one unasked.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { screenshot } from './support/browser.mjs';
import { exported, next, ready, verdict, wedge, world } from './support/gate.mjs';
import { demoDesk, nansen } from './support/server.mjs';

/** @type {Awaited<ReturnType<typeof world>>} */
let all;
/** @type {Awaited<ReturnType<typeof demoDesk>>} */
let stranger;
before(async () => {
  [all, stranger] = [await world(), await demoDesk()];
});
after(async () => {
  await all.end();
  await stranger.remove();
});

const YEAR_MS = 365 * 86_400_000;
/** @param {import('playwright-core').Page} page @param {string | {name: string, mimeType: string, buffer: Buffer}} file */
async function take(page, file) {
  if (!(await page.locator('#trust').isVisible())) await page.locator('[data-go="trust"]').click();
  await page.locator('#file').setInputFiles(file);
}

test('the list that came with the page is told with its age, and its fingerprint can be compared', async () => {
  const { page, faults, context } = await all.gate();
  const state = page.locator('#state .trust-state.fresh');
  assert.match(await state.innerText(), /Lakeside registration desk[\s\S]*today – fresh[\s\S]*fingerprint not compared/);
  await state.click();
  await page.locator('#trust-lists').getByRole('button', { name: 'Compare the fingerprint' }).click();
  const groups = await page.locator('#trust-ask .fingerprint code').allInnerTexts();
  assert.equal(groups.length, 16);
  assert.ok(groups.every((group) => /^[0-9a-f]{4}$/.test(group)), groups.join(' '));
  await screenshot(page, 'gate-fingerprint');
  await page.getByRole('button', { name: 'They are the same' }).click();
  await page.locator('#trust-lists').getByText('fingerprint compared').waitFor();
  await page.reload();
  await ready(page);
  assert.doesNotMatch(await page.locator('#state').innerText(), /not compared/);
  assert.deepEqual(faults, []);
  await context.close();
});

test('an older list is refused, with the reason, and the newer one stays in use', async () => {
  const old = await exported(all.desk.home, join(all.desk.folder, 'old.bundle'));
  await nansen(['--home', all.desk.home, 'trust', 'sign']);
  const fresh = await exported(all.desk.home, join(all.desk.folder, 'new.bundle'));
  const { page, context } = await all.gate();
  await take(page, fresh);
  await page.locator('#trust-said .notice').waitFor();
  assert.match(await page.locator('#trust-said').innerText(), /List|Taken/);
  const number = /List number (\d+)/.exec(await page.locator('#trust-lists').innerText())?.[1];
  await take(page, old);
  await page.locator('#trust-said .bad').waitFor();
  assert.match(await page.locator('#trust-said').innerText(), /was not taken[\s\S]*older than the list on this device/);
  await screenshot(page, 'gate-rollback');
  assert.equal(/List number (\d+)/.exec(await page.locator('#trust-lists').innerText())?.[1], number);
  // The memory outlives the page.
  await page.reload();
  await ready(page);
  await take(page, old);
  await page.locator('#trust-said .bad').waitFor();
  // And the list: whoever removes it gets neither it back unasked, nor an older one.
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByRole('button', { name: 'Remove this list' }).click();
  await page.locator('#trust-lists .list').waitFor({ state: 'detached' });
  await page.reload();
  await ready(page);
  assert.match(await page.locator('#state').innerText(), /No trust list yet/);
  await take(page, old);
  await page.getByRole('button', { name: 'They are the same' }).click();
  await page.locator('#trust-said .bad').waitFor();
  assert.match(await page.locator('#trust-said').innerText(), /older than the list on this device/);
  assert.equal(await page.locator('#trust-lists .list').count(), 0);
  await context.close();
});

test('of two pages of one browser, the older cannot put back an older list', async () => {
  const old = await exported(all.desk.home, join(all.desk.folder, 'before.bundle'));
  const { page, context } = await all.gate();
  await nansen(['--home', all.desk.home, 'trust', 'sign']);
  const fresh = await exported(all.desk.home, join(all.desk.folder, 'after.bundle'));
  const other = await context.newPage();
  await other.goto(page.url());
  await ready(other);
  await take(other, fresh);
  await other.locator('#trust-said .notice').waitFor();
  const number = /List number (\d+)/.exec(await other.locator('#trust-lists').innerText())?.[1];
  await take(page, old);
  await page.locator('#trust-said .bad').waitFor();
  await page.reload();
  await ready(page);
  await page.locator('[data-go="trust"]').click();
  assert.equal(/List number (\d+)/.exec(await page.locator('#trust-lists').innerText())?.[1], number);
  await context.close();
});

test('a clock that was once ahead is told with each verdict, and can be set right', async () => {
  const { page, context } = await all.gate();
  await page.clock.setSystemTime(Date.now() + 30 * YEAR_MS);
  await page.reload();
  await ready(page);
  await page.clock.setSystemTime(Date.now());
  await page.reload();
  await ready(page);
  await wedge(page, await all.text('registration'));
  assert.match((await verdict(page)).text, /clock of this device is behind/);
  await next(page);
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByRole('button', { name: 'time is right' }).click();
  await page.locator('#state .trust-state.fresh').waitFor();
  await wedge(page, await all.text('registration'));
  const said = await verdict(page);
  assert.equal(said.verdict, 'valid');
  assert.doesNotMatch(said.text, /clock/);
  await context.close();
});

test('a list of an unknown keeper is taken only when the person has compared its fingerprint', async () => {
  const bundle = await exported(await otherDesk(), join(stranger.folder, 'other.bundle'));
  const { page, context } = await all.gate();
  await wedge(page, await textOf(stranger.folder));
  assert.equal((await verdict(page)).reason, 'unknown-issuer');
  await next(page);
  await take(page, bundle);
  await page.locator('#trust-ask').getByRole('button', { name: 'They differ' }).click();
  assert.match(await page.locator('#trust-said').innerText(), /Not taken/);
  assert.equal(await page.locator('#trust-lists .list').count(), 1);
  await take(page, bundle);
  await page.locator('#trust-ask').getByRole('button', { name: 'They are the same' }).click();
  await page.locator('#trust-lists .list').nth(1).waitFor();
  await page.locator('#back').click();
  await wedge(page, await textOf(stranger.folder));
  assert.equal((await verdict(page)).verdict, 'valid');
  await context.close();
});

test('a list comes in from scanned sheets, by the same rules', async () => {
  const sheets = join(stranger.folder, 'sheets.pdf');
  await nansen(['--home', join(stranger.folder, 'other'), 'trust', 'export', '--sheets', sheets]);
  const { page, context } = await all.gate();
  await take(page, sheets);
  await page.locator('#trust-ask').getByRole('button', { name: 'They are the same' }).click();
  await page.locator('#trust-lists .list').nth(1).waitFor();
  await take(page, sheets);
  await page.getByText('is on this device already').waitFor();
  await context.close();
});

test('a file that is no list, or a damaged one, is refused', async () => {
  const { page, context } = await all.gate();
  await take(page, { name: 'x.bundle', mimeType: '', buffer: Buffer.from('nansen-trust-bundle and nothing else') });
  await page.locator('#trust-said .bad').waitFor();
  assert.match(await page.locator('#trust-said').innerText(), /not a trust list, or it is damaged/);
  await context.close();
});

test('a clock turned back is told, and a list grown old decides nothing', async () => {
  const { page, context } = await all.gate();
  await page.clock.setSystemTime(Date.now() - YEAR_MS);
  await page.reload();
  await ready(page);
  assert.match(await page.locator('#state').innerText(), /clock of this device is behind/);
  await page.clock.setSystemTime(Date.now() + YEAR_MS);
  await page.reload();
  await ready(page);
  assert.match(await page.locator('#state .trust-state.stale').innerText(), /too old/);
  await wedge(page, await all.text('diploma'));
  const said = await verdict(page);
  assert.equal(said.verdict, 'undecided');
  assert.match(said.reason ?? '', /^stale-/);
  await context.close();
});

test('a newer list is asked for only by the person', async () => {
  const { page, requests, context } = await all.gate();
  const before = requests.length;
  await page.reload();
  await ready(page);
  assert.equal(requests.slice(before).some((request) => request.includes('/api/')), false);
  await page.locator('[data-go="trust"]').click();
  await page.locator('#trust-update').click();
  await page.locator('#trust-said .notice').waitFor();
  assert.ok(requests.slice(before).some((request) => request.endsWith('/api/v1/trust')));
  await context.close();
});

/** A desk of another name: one of the same name would borrow it. */
async function otherDesk() {
  const home = join(stranger.folder, 'other');
  await nansen(['--home', home, 'init', '--name', 'Hillside office', '--country', 'UGA']);
  const list = join(stranger.folder, 'other.csv');
  await writeFile(list, (await readFile(join(stranger.folder, 'registration.csv'), 'utf8')).replaceAll('KEN-', 'UGA-'));
  await nansen(['--home', home, 'issue', 'registration', list, '-o', join(stranger.folder, 'other.pdf'), '--symbols', join(stranger.folder, 'other.jsonl')]);
  return home;
}

/** @param {string} folder */
async function textOf(folder) {
  return JSON.parse((await readFile(join(folder, 'other.jsonl'), 'utf8')).split('\n')[0]).text[0];
}
