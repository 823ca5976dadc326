// @ts-check
// What goes wrong at the desk: a session that ends, an answer that is lost, a button that is pressed twice, a paper of somebody else.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.mjs';
import { staysWhole } from './support/bidi.mjs';
import { launch, screenshot } from './support/browser.mjs';
import { button, en, field, fillIn, issued, list, openDesk, PASSPHRASE, person, setUp, signIn, unlock } from './support/clerk.mjs';
import { scanned } from './support/film.mjs';
import { demoDesk, emptyHome, serve } from './support/server.mjs';

/** @type {Awaited<ReturnType<typeof emptyHome>>} */ let home;
/** @type {Awaited<ReturnType<typeof serve>>} */ let server;
/** @type {import('playwright-core').Browser} */ let browser;

before(async () => {
  home = await emptyHome();
  server = await serve(home.home);
  browser = await launch({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
  const { context, page } = await openDesk(browser);
  await setUp(page, server);
  await context.close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await home?.remove();
});

/** Signed in, with the form of a registration filled in. @param {number} who @param {any} [options] */
async function filled(who, options = {}) {
  const opened = await openDesk(browser, options);
  await signIn(opened.page, server.url);
  await opened.page.goto(`${server.url}/desk/#/issue/registration`);
  await opened.page.locator('.issue form').waitFor();
  await fillIn(opened.page, person(who));
  return opened;
}

/** @param {import('playwright-core').Page} page */
const head = (page) => page.locator('#head');

/** Papers of a person in the register. @param {import('playwright-core').BrowserContext} context @param {number} who */
async function papersOf(context, who) {
  const answer = await context.request.get(`${server.url}/api/v1/register?q=${person(who).individual_id}`);
  return (await answer.json()).entries.filter((/** @type {any} */ entry) => entry.subject === person(who).individual_id);
}

/** @param {import('playwright-core').BrowserContext} context */
const jobs = async (context) => (await (await context.request.get(`${server.url}/api/v1/jobs`)).json()).length;

for (const when of ['before the question', 'while the question is open']) {
  test(`a session that ends ${when} for the key is told as that, and what was typed stays`, async () => {
    const { context, page, check } = await filled(when.length);
    await head(page).getByRole('button', { name: en('key.lock'), exact: true }).click();
    const open = head(page).getByRole('button', { name: en('key.unlock'), exact: true });
    await open.waitFor();
    if (when.startsWith('before')) await context.clearCookies();
    await open.click();
    if (when.startsWith('while')) {
      const question = page.getByRole('dialog', { name: en('key.title') });
      await question.waitFor();
      await context.clearCookies();
      await question.locator('input[type=password]').fill(PASSPHRASE);
      await page.keyboard.press('Enter');
    }
    const again = page.getByRole('dialog', { name: en('expired.title') });
    await again.waitFor();
    assert.match(await again.innerText(), /session has ended[\s\S]*is kept/);
    assert.equal(await page.getByText(en('passphrase.wrong')).count(), 0);
    await screenshot(page, 'desk-session');
    assert.deepEqual(await violations(page), []);
    await again.locator('input[type=password]').fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await again.waitFor({ state: 'detached' });
    await head(page).getByRole('button', { name: en('key.lock'), exact: true }).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await field(page, 'given_names').inputValue(), person(when.length).given_names);
    await button(page, 'issue.do').click();
    await issued(page);
    check();
    await context.close();
  });
}

test('a wrong passphrase of the key is still told as that', async () => {
  const { context, page } = await filled(40);
  await head(page).getByRole('button', { name: en('key.lock'), exact: true }).click();
  await head(page).getByRole('button', { name: en('key.unlock'), exact: true }).click();
  const question = page.getByRole('dialog', { name: en('key.title') });
  await question.locator('input[type=password]').fill('not the passphrase');
  await page.keyboard.press('Enter');
  await question.getByText(en('passphrase.wrong')).waitFor();
  await question.locator('input[type=password]').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'detached' });
  assert.equal(await field(page, 'given_names').inputValue(), person(40).given_names);
  await context.close();
});

test('“Issue” pressed twice issues once', async () => {
  const { context, page, check } = await filled(41);
  await unlock(page);
  let asked = 0;
  page.on('request', (request) => (asked += Number(request.method() === 'POST' && request.url().endsWith('/issue'))));
  const before = await jobs(context);
  await button(page, 'issue.do').dblclick();
  await page.keyboard.press('Enter');
  await issued(page);
  assert.deepEqual([asked, (await jobs(context)) - before, (await papersOf(context, 41)).length], [1, 1, 1]);
  check();
  await context.close();
});

for (const cut of ['the whole answer', 'its body']) {
  test(`where ${cut} is lost, the job is found again and nobody gets two`, async () => {
    const who = cut.length + 20;
    const { context, page } = await filled(who);
    await unlock(page);
    const before = await jobs(context);
    let asked = 0;
    await page.route('**/api/v1/issue', async (route) => {
      asked += 1;
      const answer = await route.fetch();
      return cut === 'its body' ? route.fulfill({ response: answer, body: '{"jo' }) : route.abort('connectionreset');
    });
    await button(page, 'issue.do').click();
    await page.locator('.status .box.bad').waitFor();
    await page.unroute('**/api/v1/issue');
    assert.equal(await field(page, 'given_names').inputValue(), person(who).given_names);
    // Long enough for the first job to be done: its paper must not be taken for one that the person had before.
    for (let wait = 0; wait < 100 && (await papersOf(context, who)).length === 0; wait += 1) await page.waitForTimeout(200);
    await button(page, 'issue.do').click();
    await issued(page);
    assert.equal(await page.getByRole('dialog').count(), 0, 'nobody is asked about the paper just made');
    assert.deepEqual([asked, (await jobs(context)) - before, (await papersOf(context, who)).length], [1, 1, 1]);
    await context.close();
  });
}

test('“Try again” goes on with what was begun', async () => {
  const { context, page } = await filled(48);
  await unlock(page);
  await page.route('**/api/v1/issue', (route) => route.fulfill({
    status: 409, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Conflict', status: 409, detail: 'another job is running at this desk' }),
  }));
  await button(page, 'issue.do').click();
  const told = page.locator('.status .box.bad');
  await told.waitFor();
  await page.unroute('**/api/v1/issue');
  const before = await jobs(context);
  await told.getByRole('button', { name: en('retry'), exact: true }).click();
  await issued(page);
  assert.deepEqual([(await jobs(context)) - before, (await papersOf(context, 48)).length], [1, 1]);
  await context.close();
});

test('a request that is sent again has the key of the first, and another form another', async () => {
  const { context, page } = await filled(43);
  await unlock(page);
  /** @type {string[]} */
  const keys = [];
  let refuse = true;
  await page.route('**/api/v1/issue', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    return refuse ? route.abort('connectionreset') : route.continue();
  });
  await button(page, 'issue.do').click();
  await page.locator('.status .box.bad').waitFor();
  refuse = false;
  await button(page, 'issue.do').click();
  await issued(page);
  await button(page, 'issue.next').click();
  await page.locator('.issue form').waitFor();
  await fillIn(page, person(44));
  await button(page, 'issue.do').click();
  await issued(page);
  assert.equal(keys.length, 3);
  assert.match(keys[0], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(keys[0], keys[1]);
  assert.notEqual(keys[1], keys[2]);
  assert.equal((await papersOf(context, 43)).length, 1);
  await context.close();
});

test('a paper of another desk is not handed over, and is not called forged', async () => {
  const other = await demoDesk();
  const { context, page, check } = await openDesk(browser);
  await signIn(page, server.url);
  await page.goto(`${server.url}/desk/#/readback`);
  await page.locator('.drop').waitFor();
  await page.locator('input[type=file]').setInputFiles({ name: 'scan.png', mimeType: 'image/png', buffer: await scanned(join(other.folder, 'registration.pdf'), { dpi: 300 }) });
  await page.locator('.paper.bad').waitFor({ timeout: 60_000 });
  const told = await page.locator('.paper.bad').innerText();
  assert.ok(told.includes(en('readback.bad')) && told.includes(en('readback.stranger')), told);
  assert.doesNotMatch(told, /forged|false|altered/i);
  check();
  await context.close();
  await other.remove();
});

for (const [name, separator] of [['semicolons', ';'], ['tabs', '\t'], ['commas', ',']]) {
  test(`a list that came with ${name} is saved with ${name}`, async () => {
    const { context, page, check } = await openDesk(browser);
    await signIn(page, server.url);
    await page.goto(`${server.url}/desk/#/list`);
    await page.locator('.drop').waitFor();
    await page.getByLabel(en('list.type')).selectOption('registration');
    const text = list(9000, 2).replaceAll(',', separator);
    // A tab is no part of any name.
    const quoted = separator === '\t' ? text : text.replace('Hiwet 9000', `"Hiwet${separator} 9000"`);
    await page.locator('main input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(quoted) });
    await page.locator('.box.good').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'list.save').click()]);
    const saved = await readFile(/** @type {string} */ (await download.path()), 'utf8');
    assert.equal(saved.replace('\ufeff', '').replaceAll('\r\n', '\n'), quoted);
    check();
    await context.close();
  });
}

test('printers can be chosen where the server knows some, and are left out where not', async () => {
  const { context, page } = await openDesk(browser);
  await signIn(page, server.url);
  await page.goto(`${server.url}/desk/#/issue/registration`);
  await page.locator('.issue form').waitFor();
  await page.locator('details.options summary').click();
  const printer = page.getByLabel(en('options.printer'));
  await page.route('**/api/v1/printers', (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{"status":404}' }));
  await page.reload();
  await page.locator('details.options summary').click();
  assert.equal(await printer.isVisible(), false);
  await page.route('**/api/v1/printers', (route) => route.fulfill({ json: [{ name: '203dpi' }, { name: '600dpi' }] }));
  await page.reload();
  await page.locator('details.options summary').click();
  await printer.selectOption('600dpi');
  await unlock(page);
  await fillIn(page, person(45));
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/issue'));
  await button(page, 'issue.do').click();
  assert.equal((await asked).postDataJSON().printer, '600dpi');
  await issued(page);
  // The next paper is printed on the same one.
  await button(page, 'issue.next').click();
  await page.locator('details.options summary').click();
  assert.equal(await printer.inputValue(), '600dpi');
  await screenshot(page, 'desk-printer', { fullPage: true });
  assert.deepEqual(await violations(page), []);
  await context.close();
});

test('a name of another direction stays whole within a sentence', async () => {
  for (const [tag, name, direction] of /** @type {const} */ ([['ar', '12 scan (7)!', 1], ['en', '(ب) صورة!', -1]])) {
    const { context, page } = await openDesk(browser, { tag });
    await signIn(page, server.url);
    await page.goto(`${server.url}/desk/#/issue/registration`);
    await page.locator('.photo').waitFor();
    await page.locator('.photo input[type=file]').setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await staysWhole(page.locator('.photo .fault'), name, direction);
    await context.close();
  }
});

test('a camera that stops is told, and its last picture is not taken', async () => {
  const { context, page } = await filled(46);
  await button(page, 'photo.camera').click();
  const dialog = page.getByRole('dialog', { name: en('photo.camera') });
  await page.locator('dialog button.main:enabled').waitFor();
  await dialog.locator('video').evaluate((video) => {
    /** @type {any} */ (video).srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'));
  });
  await dialog.getByText(en('camera.lost')).waitFor();
  assert.equal(await dialog.getByRole('button', { name: en('camera.shoot') }).isDisabled(), true);
  await dialog.getByRole('button', { name: en('retry') }).click();
  await page.locator('dialog button.main:enabled').waitFor();
  await context.close();
});
