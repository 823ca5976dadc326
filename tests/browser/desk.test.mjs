// @ts-check
// The desk against the real server: from the first start to a paper that was printed, read back, printed again and revoked.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.mjs';
import { launch, screenshot } from './support/browser.mjs';
import { answerKey, born, button, DESK, en, field, fillIn, issued, issueOne, list, openDesk, PASSPHRASE, person, setUp, signIn, unlock, wordsOf } from './support/clerk.mjs';
import { scanned } from './support/film.mjs';
import { emptyHome, nansen, serve } from './support/server.mjs';

/** @type {Awaited<ReturnType<typeof emptyHome>>} */ let home;
/** @type {Awaited<ReturnType<typeof serve>>} */ let server;
/** @type {import('playwright-core').Browser} */ let browser;
let folder = '';

before(async () => {
  home = await emptyHome();
  server = await serve(home.home);
  browser = await launch({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
  folder = await mkdtemp(join(tmpdir(), 'nansen-desk-'));
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await home?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The PDF at an address of this desk, as a file. */
async function fetched(context, address, name) {
  const answer = await context.request.get(address.startsWith('http') ? address : `${server.url}${address}`);
  assert.equal(answer.status(), 200);
  assert.equal(answer.headers()['content-type'], 'application/pdf');
  const path = join(folder, name);
  await writeFile(path, await answer.body());
  return path;
}

test('a first start is set up with the token, and a wrong token is refused', async () => {
  const { context, page, check } = await openDesk(browser);
  await page.goto(`${server.url}/desk/`);
  await page.getByRole('heading', { name: en('setup.title') }).waitFor();
  assert.deepEqual(await violations(page), []);
  await screenshot(page, 'desk-setup');
  await page.getByLabel(en('setup.token')).fill('aaaa-bbbb-cccc-dddd');
  await page.getByLabel(en('setup.name')).fill(DESK);
  const secrets = page.locator('main input[type=password]');
  await secrets.nth(0).fill(PASSPHRASE);
  await secrets.nth(1).fill(`${PASSPHRASE}?`);
  await button(page, 'setup.do').click();
  assert.equal(await secrets.nth(1).evaluate((input) => /** @type {HTMLInputElement} */ (input).validationMessage), en('setup.differ'));
  await secrets.nth(1).fill(PASSPHRASE);
  await button(page, 'setup.do').click();
  await page.locator('.box.bad').waitFor();
  await setUp(page, server);
  assert.equal(await page.locator('h1').innerText(), DESK);
  check();
  await context.close();
});

test('one paper: faults at their fields, preview, photo, PDF, read back, next person', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await page.goto(`${server.url}/desk/#/issue/registration`);
  await field(page, 'given_names').fill('Najib');
  await page.locator('[data-part=year]').first().fill('19877');
  await button(page, 'issue.do').click();
  const summary = page.locator('.summary .box.bad');
  await summary.waitFor();
  assert.match(await summary.innerText(), /Individual number/);
  assert.equal(await field(page, 'individual_id').getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await violations(page), []);
  await summary.getByRole('button', { name: /Individual number/ }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-name')), 'individual_id');

  await fillIn(page, person(1));
  await page.locator('.preview img:not([hidden])').waitFor({ timeout: 60_000 });
  const pixels = await page.locator('.preview img').evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth);
  assert.ok(pixels > 500, `${pixels} pixels`);
  await page.locator('.photo .hint').filter({ hasText: /\d/ }).waitFor();
  assert.equal(await page.locator('.summary .box.bad').count(), 0, 'the faults go away as they are corrected');

  await button(page, 'photo.camera').click();
  await page.locator('dialog .with-oval video').waitFor();
  await button(page, 'camera.shoot').click({ timeout: 20_000 });
  await page.locator('dialog .crop').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('+');
  await page.keyboard.press('ArrowLeft');
  await button(page, 'crop.use').click();
  await page.locator('img.face:not([hidden])').waitFor();
  await page.locator('.preview:not([aria-busy]) img:not(.is-old)').waitFor({ timeout: 60_000 });
  await page.evaluate(() => scrollTo(0, 0));
  await screenshot(page, 'desk-issue', { fullPage: true });

  await button(page, 'issue.do').click();
  const paper = await issued(page);
  assert.match(paper.serial, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  assert.deepEqual(await violations(page), []);
  const pdf = await fetched(context, paper.address, 'one.pdf');
  await page.locator('input[type=file]').setInputFiles({ name: 'scan.png', mimeType: 'image/png', buffer: await scanned(pdf, { dpi: 300 }) });
  await page.locator('.paper.good').waitFor({ timeout: 60_000 });
  const told = await page.locator('.paper.good').innerText();
  assert.ok(told.includes(en('readback.good')) && told.includes(paper.serial), told);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, 'desk-readback');
  const verdict = JSON.parse((await nansen(['--home', home.home, 'verify', '--format', 'json', pdf])).stdout);
  assert.equal(verdict.verdict, 'valid');
  assert.ok(verdict.photo.bytes > 30, 'the photo is in the symbol');

  await button(page, 'issue.next').click();
  await page.locator('.issue form').waitFor();
  assert.equal(await field(page, 'given_names').inputValue(), '');
  check();
  await context.close();
});

test('the file itself is no scan, and a strange picture has no symbol', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  const { address } = await issueOne(page, server.url, person(2));
  const pdf = await fetched(context, address, 'two.pdf');
  await page.goto(`${server.url}/desk/#/readback`);
  await page.locator('.drop').waitFor();
  await page.locator('input[type=file]').setInputFiles(pdf);
  await page.locator('.paper.bad').waitFor({ timeout: 60_000 });
  assert.ok((await page.locator('.paper.bad').innerText()).includes(en('reason.not-a-scan')));
  await page.locator('input[type=file]').setInputFiles({ name: 'table.png', mimeType: 'image/png', buffer: await page.screenshot() });
  await page.locator('.paper.bad').nth(1).waitFor({ timeout: 60_000 });
  assert.ok((await page.locator('.paper').first().innerText()).includes(en('reason.no-symbol')));
  check();
  await context.close();
});

test('a person who holds a paper already gets another only when the clerk says so', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  const first = await issueOne(page, server.url, person(3));
  await button(page, 'issue.next').click();
  await page.locator('.issue form').waitFor();
  await fillIn(page, person(3));
  await button(page, 'issue.do').click();
  const question = page.getByRole('dialog', { name: en('decide.holder.title') });
  await question.waitFor();
  assert.ok((await question.innerText()).includes(first.serial));
  assert.deepEqual(await violations(page), []);
  await question.getByLabel(en('decide.stop')).check();
  await question.getByRole('button', { name: en('decide.go') }).click();
  await page.getByText(en('issue.stopped')).waitFor();
  await button(page, 'issue.do').click();
  await question.getByLabel(en('decide.replace')).check();
  await question.getByRole('button', { name: en('decide.go') }).click();
  const second = await issued(page);
  assert.notEqual(second.serial, first.serial);
  await page.goto(`${server.url}/desk/#/register/${first.serial}`);
  await page.locator('.badge.state-superseded').waitFor();
  check();
  await context.close();
});

test('a household has its members in one paper', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await page.goto(`${server.url}/desk/#/issue/household`);
  await field(page, 'household').fill('HH-10009');
  const people = [['KEN-10C00091', 'Hiwet', 'principal'], ['KEN-10C00092', 'Samuel', 'child']];
  for (const [at, [id, name, relation]] of people.entries()) {
    if (at) await button(page, 'member.add').click();
    await field(page, 'individual_id').nth(at).fill(id);
    await field(page, 'given_names').nth(at).fill(name);
    await field(page, 'relationship').nth(at).selectOption(relation);
  }
  assert.deepEqual(await violations(page), []);
  await page.locator('.preview img:not([hidden])').waitFor({ timeout: 60_000 });
  await button(page, 'issue.do').click();
  const { address } = await issued(page);
  const pdf = await fetched(context, address, 'household.pdf');
  const verdict = JSON.parse((await nansen(['--home', home.home, 'verify', '--format', 'json', pdf])).stdout);
  assert.equal(verdict.claims.members.length, 2);
  check();
  await context.close();
});

test('a list with errors is corrected in place by keyboard, saved, and issued', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await page.goto(`${server.url}/desk/#/list`);
  await page.locator('.drop').waitFor();
  await page.getByLabel(en('list.type')).selectOption('registration');
  const bad = list(1, 3).replace(born(1), '17/04/1991').replace(`${born(3)},F`, `${born(3)},Z`);
  await page.locator('main input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(bad) });
  await page.locator('.cell-bad').first().waitFor();
  assert.equal(await page.locator('.cell-bad').count(), 2);
  // The first error has the focus, and says what was found and wanted.
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '✕17/04/1991');
  assert.match(await page.locator('.cell-message').innerText(), /17\/04\/1991[\s\S]*1987-03-14/);
  assert.deepEqual(await violations(page), []);
  await screenshot(page, 'desk-list', { fullPage: true });
  await page.keyboard.press('Enter');
  await page.keyboard.type(born(1));
  await page.keyboard.press('Enter');
  await button(page, 'grid.next').focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '✕Z');
  await page.keyboard.press('F');
  await page.keyboard.press('Tab');
  await button(page, 'list.check').click();
  await titled(page, en('list.good', { n: 3 })).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'list.save').click()]);
  assert.equal(download.suggestedFilename(), 'people-corrected.csv');
  const saved = await readFile(/** @type {string} */ (await download.path()), 'utf8');
  assert.equal(saved.replace('\ufeff', '').replaceAll('\r\n', '\n'), list(1, 3));
  await button(page, 'list.issue').click();
  await titled(page, en('job.done')).waitFor({ timeout: 60_000 });
  const pdf = await fetched(context, /** @type {string} */ (await page.getByRole('link', { name: en('print.open') }).getAttribute('href')), 'list.pdf');
  const lines = (await nansen(['--home', home.home, 'verify', '--format', 'json', pdf])).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.verdict), ['valid', 'valid', 'valid']);
  assert.deepEqual(await violations(page), []);
  check();
  await context.close();
});

test('a list can be stopped and resumed, and nobody gets two', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await beginList(page, list(1000, 600));
  await page.locator('.job-count').filter({ hasText: /[1-9]/ }).waitFor({ timeout: 120_000 });
  await button(page, 'job.cancel').click();
  await titled(page, en('job.cancelled')).waitFor({ timeout: 60_000 });
  assert.deepEqual(await violations(page), []);
  await page.goto(`${server.url}/desk/#/`);
  await page.getByRole('link', { name: en('job.look') }).click();
  await button(page, 'job.resume').click();
  await titled(page, en('job.done')).waitFor({ timeout: 300_000 });
  await page.goto(`${server.url}/desk/#/register`);
  await page.getByLabel(en('register.search')).fill('KEN-20C0010');
  // 001000 to 001099, of which fifty at a time are shown.
  await page.locator('table.cards tbody tr').first().filter({ hasText: 'KEN-20C001099' }).waitFor();
  await page.locator('table.cards tbody tr').nth(49).waitFor();
  await button(page, 'register.more').click();
  await page.locator('table.cards tbody tr').nth(99).waitFor();
  assert.equal(await page.locator('table.cards tbody tr').count(), 100);
  check();
  await context.close();
});

test('a list that the server left half way is offered after a restart', async () => {
  const { context, page } = await openDesk(browser);
  await signIn(page, server.url);
  await beginList(page, list(5000, 600));
  await page.locator('.job-count').filter({ hasText: /[1-9]/ }).waitFor({ timeout: 120_000 });
  await server.stop();
  await page.locator('#connection:not([hidden])').waitFor();
  server = await serve(home.home);
  await signIn(page, server.url);
  await page.locator('.box.warn').getByRole('link', { name: en('job.look') }).first().click();
  await button(page, 'job.resume').click();
  await answerKey(page);
  await titled(page, en('job.done')).waitFor({ timeout: 300_000 });
  await context.close();
});

test('a paper is found, printed again, suspended, reinstated and revoked, and then refused', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await unlock(page);
  const { serial, address } = await issueOne(page, server.url, person(4));
  const pdf = await fetched(context, address, 'four.pdf');
  await page.goto(`${server.url}/desk/#/register`);
  await page.getByLabel(en('register.search')).pressSequentially('najib 4');
  await page.getByRole('link', { name: 'Najib 4 Rahimi' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel(en('register.state')).selectOption('revoked');
  await page.getByText(en('register.nothing')).first().waitFor();
  await page.getByLabel(en('register.state')).selectOption('');
  await page.getByRole('link', { name: 'Najib 4 Rahimi' }).click();
  await page.getByRole('heading', { name: 'Najib 4 Rahimi' }).waitFor();
  assert.deepEqual(await violations(page), []);

  await button(page, 'reprint.do').click();
  await titled(page, en('reprint.done', { n: 2 })).waitFor({ timeout: 60_000 });
  await page.getByText(en('copy', { n: 2 })).first().waitFor();
  await screenshot(page, 'desk-entry', { fullPage: true });

  for (const [what, state] of /** @type {const} */ ([['suspend', 'suspended'], ['reinstate', 'valid'], ['revoke', 'revoked']])) {
    await button(page, `${what}.do`).click();
    const question = page.getByRole('dialog', { name: en(`${what}.title`) });
    assert.ok((await question.innerText()).includes('Najib 4 Rahimi'), 'the question names the person');
    if (what === 'revoke') assert.deepEqual(await violations(page), []);
    await question.getByLabel(en('reason')).fill('reported lost');
    await question.getByRole('button', { name: en(`${what}.yes`) }).click();
    await page.locator(`.badge.state-${state}`).waitFor({ timeout: 60_000 });
  }
  assert.ok((await page.locator('.entry').innerText()).includes('reported lost'));
  const { stdout, code } = await nansen(['--home', home.home, 'verify', '--format', 'json', pdf]);
  const verdict = JSON.parse(stdout);
  assert.deepEqual([code, verdict.serial, verdict.verdict, verdict.reason], [1, serial, 'invalid', 'revoked']);

  // The printed sheet is refused by the read-back too.
  await page.goto(`${server.url}/desk/#/readback`);
  await page.locator('.drop').waitFor();
  await page.locator('input[type=file]').setInputFiles({ name: 'scan.png', mimeType: 'image/png', buffer: await scanned(pdf, { dpi: 300 }) });
  await page.locator('.paper.bad').waitFor({ timeout: 60_000 });
  assert.ok((await page.locator('.paper.bad').innerText()).includes(en('reason.revoked')));
  check();
  await context.close();
});

test('a session that has ended keeps what was typed', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await unlock(page);
  await page.goto(`${server.url}/desk/#/issue/registration`);
  await page.locator('.issue form').waitFor();
  await fillIn(page, person(5));
  await page.locator('.preview img:not([hidden])').waitFor({ timeout: 60_000 });
  await context.clearCookies();
  await button(page, 'issue.do').click();
  const question = page.getByRole('dialog', { name: en('expired.title') });
  await question.waitFor();
  assert.deepEqual(await violations(page), []);
  await question.locator('input[type=password]').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await issued(page);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.equal(kept, JSON.stringify([{ 'nansen-language': 'en' }, {}]), 'nothing of a person is stored');
  check();
  await context.close();
});

test('a server that does not answer is told, and nothing typed is lost', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await unlock(page);
  await page.goto(`${server.url}/desk/#/issue/registration`);
  await page.locator('.issue form').waitFor();
  await fillIn(page, person(6));
  await context.setOffline(true);
  await button(page, 'issue.do').click();
  await page.locator('#connection:not([hidden])').waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await field(page, 'given_names').inputValue(), 'Najib 6');
  await context.setOffline(false);
  await page.locator('#connection').waitFor({ state: 'hidden' });
  await button(page, 'issue.do').click();
  await issued(page);
  check();
  await context.close();
});

test('leaving with something unsaved asks, and another language keeps it', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await page.goto(`${server.url}/desk/#/issue/registration`);
  await field(page, 'given_names').fill('Amina');
  await page.getByRole('link', { name: en('nav.register') }).click();
  const question = page.getByRole('dialog', { name: en('leave.title') });
  await question.getByRole('button', { name: en('cancel') }).click();
  assert.equal(await field(page, 'given_names').inputValue(), 'Amina');
  await page.locator('#language').selectOption('fr');
  await page.getByText(wordsOf('fr')['step.fill']).waitFor();
  assert.equal(await field(page, 'given_names').inputValue(), 'Amina');
  await page.getByRole('link', { name: wordsOf('fr')['nav.register'] }).click();
  await page.getByRole('dialog').getByRole('button', { name: wordsOf('fr')['leave.yes'] }).click();
  await page.getByRole('heading', { name: wordsOf('fr')['nav.register'] }).waitFor();
  check();
  await context.close();
});

test('a paper can be issued with the keyboard alone', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await unlock(page);
  const keys = page.keyboard;
  const until = async (/** @type {(element: Element) => boolean} */ found, most = 80) => {
    for (let at = 0; at < most; at += 1) {
      await keys.press('Tab');
      if (await page.evaluate(`(${found})(document.activeElement)`)) return;
    }
    assert.fail(`not reached by Tab: ${found}`);
  };
  await page.evaluate(() => document.querySelector('h1')?.focus());
  await until((element) => element.matches('a.tile[href="#/issue"]'));
  await keys.press('Enter');
  await page.getByRole('heading', { name: en('issue.type') }).waitFor();
  await until((element) => element.matches('a.tile[href="#/issue/registration"]'));
  await keys.press('Enter');
  await page.locator('.issue form').waitFor();
  await until((element) => element.getAttribute('data-name') === 'individual_id');
  await keys.type('KEN-10C00007');
  await until((element) => element.getAttribute('data-name') === 'given_names');
  await keys.type('Olena');
  await until((element) => element.getAttribute('data-part') === 'month');
  await keys.type('Nov');
  await keys.press('Tab');
  await keys.type('2001');
  await until((element) => element.getAttribute('data-name') === 'nationality');
  await keys.type('UKR');
  await until((element) => element.getAttribute('data-name') === 'legal_status');
  await keys.type('Refugee');
  assert.equal(await field(page, 'legal_status').inputValue(), 'refugee');
  await until((element) => element.matches('button.main.big'));
  await keys.press('Enter');
  const { serial } = await issued(page);
  assert.ok(await page.evaluate(() => document.activeElement?.matches('a.button.main')), 'the link for printing has the focus');
  await page.goto(`${server.url}/desk/#/register/${serial}`);
  await page.getByText('2001-11', { exact: true }).waitFor();
  check();
  await context.close();
});

test('Arabic runs from right to left, in 320 pixels too', async () => {
  const words = wordsOf('ar');
  const { context, page, check } = await openDesk(browser, { tag: 'ar' });
  await signIn(page, server.url);
  assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
  await page.goto(`${server.url}/desk/#/issue/registration`);
  await page.getByText(words['step.fill']).waitFor();
  assert.ok((await page.locator('.issue').innerText()).includes('الرقم الفردي'), 'labels of the type are Arabic');
  await field(page, 'given_names').fill('أمينة');
  const [form, preview] = [await page.locator('.issue form').boundingBox(), await page.locator('.preview').boundingBox()];
  assert.ok(form && preview && preview.x < form.x, 'the preview stands on the left');
  assert.deepEqual(await violations(page), []);
  await screenshot(page, 'desk-arabic');
  const narrow = await context.newPage();
  await narrow.setViewportSize({ width: 320, height: 640 });
  for (const path of ['/', '/issue/registration', '/list', '/readback', '/register', '/numbers', '/trust']) {
    await visit(narrow, path);
    const over = await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${path} is ${over} pixels too wide`);
    assert.deepEqual(await violations(narrow), [], path);
  }
  await visit(narrow, '/');
  await screenshot(narrow, 'desk-arabic-320');
  check();
  await context.close();
});

test('every page passes axe in light and in dark', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { context, page, check } = await openDesk(browser, { colorScheme });
    await signIn(page, server.url);
    for (const path of ['/', '/issue', '/issue/registration', '/issue/household', '/list', '/readback', '/register', '/numbers', '/trust', '/nowhere']) {
      await visit(page, path);
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme}`);
      if (path === '/' && colorScheme === 'light') await screenshot(page, 'desk-home');
      if (path === '/numbers' && colorScheme === 'light') {
        assert.ok((await page.locator('.chart').count()) === 1, 'something was counted');
        await screenshot(page, 'desk-numbers');
      }
    }
    check();
    await context.close();
  }
});

test('the own trust list can be saved for the gates, and taken in again', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await visit(page, '/trust');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: en('trust.save') }).click()]);
  const path = /** @type {string} */ (await download.path());
  assert.ok((await readFile(path)).length > 100);
  await page.locator('main input[type=file]').setInputFiles({ name: 'trust.cbor', mimeType: 'application/cbor', buffer: await readFile(path) });
  await page.locator('.status .box.good').waitFor();
  check();
  await context.close();
});

test('who signs out sees nothing any more', async () => {
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await button(page, 'signout').click();
  await page.getByRole('heading', { name: en('signin.title') }).waitFor();
  await page.goto(`${server.url}/desk/#/register`);
  await page.getByRole('heading', { name: en('signin.title') }).waitFor();
  await page.locator('main input[type=password]').fill('not the passphrase');
  await page.keyboard.press('Enter');
  await titled(page, en('passphrase.wrong')).waitFor();
  assert.deepEqual(await violations(page), []);
  check();
  await context.close();
});

/** A box that says so on top. @param {import('playwright-core').Page} page @param {string} text */
const titled = (page, text) => page.locator('.box-title').filter({ hasText: text });

/** Shows a page and waits until it has what it asked the server for. @param {import('playwright-core').Page} page @param {string} path */
async function visit(page, path) {
  await page.goto(`${server.url}/desk/#${path}`);
  await page.locator('main h1').waitFor();
  await page.locator('main .waiting').waitFor({ state: 'detached' });
  // What the page asks for after it is shown: lists, numbers.
  await page.waitForTimeout(500);
}

/** @param {import('playwright-core').Page} page @param {string} text */
async function beginList(page, text) {
  await unlock(page);
  await page.goto(`${server.url}/desk/#/list`);
  await page.locator('.drop').waitFor();
  await page.getByLabel(en('list.type')).selectOption('registration');
  await page.locator('main input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.locator('.box.good').waitFor({ timeout: 120_000 });
  await button(page, 'list.issue').click();
  await page.getByRole('heading', { name: en('list.job') }).waitFor();
}
