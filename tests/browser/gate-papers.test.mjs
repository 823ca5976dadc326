// @ts-check
// Papers come in by every way there is, and each gets the verdict that the command line gives it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { screenshot } from './support/browser.mjs';
import { empty, scanned, drawn } from './support/film.mjs';
import { kept, next, verdict, wedge, world } from './support/gate.mjs';
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

test('a chosen PDF is valid, and says who, by whom, from when and until when', async () => {
  const { page, faults, context } = await all.gate();
  await kept(page);
  await screenshot(page, 'gate-start');
  await page.locator('#file').setInputFiles(all.file('registration.pdf'));
  const said = await verdict(page);
  assert.deepEqual([said.verdict, said.reason, said.word], ['valid', null, 'VALID']);
  for (const part of ['Hiwet Desta', 'ሕይወት ደስታ', 'Lakeside registration desk', 'Kenya', 'Vouched for by', 'Issued', '17 April 1991', 'Eritrea', 'Female']) {
    assert.ok(said.text.includes(part), `${part} in ${said.text}`);
  }
  assert.equal(await page.locator('.name[lang="ti"]').innerText(), 'ሕይወት ደስታ');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'word');
  // A screen reader says it once: the heading has the focus, with the reason as its description, and no live region says it again.
  const heard = await page.evaluate(() => {
    const described = (document.activeElement?.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    const live = [...document.querySelectorAll('[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log], output')];
    return { described, live: live.map((one) => one.textContent ?? '').filter((text) => /VALID|Signed by/.test(text)) };
  });
  assert.match(heard.described, /^Signed by a trusted issuer[\s\S]*Compare the/);
  assert.deepEqual(heard.live, []);
  assert.deepEqual(faults, []);
  await screenshot(page, 'gate-valid');
  await context.close();
});

test('a photograph, a drop and a paste are read like a PDF', async () => {
  const { page, faults, context } = await all.gate();
  const photo = await scanned(all.file('diploma.pdf'));
  await page.locator('#file').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: photo });
  assert.equal((await verdict(page)).verdict, 'valid');
  await next(page);

  const pdf = (await readFile(all.file('training.pdf'))).toString('base64');
  const hand = (/** @type {string} */ kind, /** @type {string} */ data, /** @type {string} */ type) =>
    page.evaluate(([kind, data, type]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], 'paper', { type }));
      const event = kind === 'drop'
        ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    }, [kind, data, type]);
  await hand('drop', pdf, 'application/pdf');
  assert.equal((await verdict(page)).verdict, 'valid');
  await next(page);
  await hand('paste', photo.toString('base64'), 'image/png');
  assert.equal((await verdict(page)).verdict, 'valid');
  assert.deepEqual(faults, []);
  await context.close();
});

test('a hand scanner is heard on every screen, and Enter or Escape leads on', async () => {
  const { page, context } = await all.gate();
  await wedge(page, await all.text('registration'));
  assert.equal((await verdict(page)).verdict, 'valid');
  // The next paper is scanned while the last verdict is on the screen: that one is gone before this one is looked at, and the second
  // Enter of some scanners sends nothing away.
  await page.evaluate(() => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ moved) {
      if (message.header?.do === 'text') /** @type {any} */ (globalThis).standing = document.getElementById('cards')?.innerText;
      send.call(this, message, moved);
    };
  });
  const expired = await all.text('expired');
  await page.evaluate((text) => {
    for (const key of [...text, 'Enter', 'Enter']) document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  }, expired);
  await page.locator('.card[data-verdict="invalid"]').waitFor();
  assert.equal((await verdict(page)).reason, 'expired');
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).standing), '');
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await page.locator('#start:not([hidden])').waitFor();
  await page.locator('[data-go="settings"]').click();
  await wedge(page, await all.text('vaccination'));
  assert.equal((await verdict(page)).verdict, 'valid');
  await page.keyboard.press('Escape');
  await page.locator('#start:not([hidden])').waitFor();
  await context.close();
});

test('expired, revoked and forged papers say why and what to do', async () => {
  const { page, context } = await all.gate();
  for (const [name, reason, words] of [['expired', 'expired', 'The signature is good, but the time ended on'], ['revoked', 'revoked', 'Ask the issuer why'], ['forged', 'bad-signature', 'Keep a copy and ask your supervisor']]) {
    await page.locator('#file').setInputFiles(all.file(`${name}.pdf`));
    const said = await verdict(page);
    assert.deepEqual([said.verdict, said.reason, said.word], ['invalid', reason, 'NOT VALID'], name);
    assert.ok(said.text.includes(words), said.text);
    if (name === 'forged') await screenshot(page, 'gate-forged');
    await next(page);
  }
  await context.close();
});

test('a paper of an unknown issuer cannot be decided, and what it says is marked as not checked', async () => {
  const { page, context } = await all.gate();
  await page.locator('#file').setInputFiles(join(stranger.folder, 'registration.pdf'));
  const said = await verdict(page);
  assert.deepEqual([said.verdict, said.reason, said.word], ['undecided', 'unknown-issuer', 'CANNOT BE DECIDED']);
  assert.ok(said.text.includes('This says nothing against the paper'));
  assert.match(await page.locator('.unchecked .not-checked').innerText(), /NOT CHECKED/);
  await screenshot(page, 'gate-unknown');
  await context.close();
});

test('a page without a symbol is not read, and that is no accusation', async () => {
  const { page, context } = await all.gate();
  const blank = empty(640, 480, 230);
  const pgm = Buffer.concat([Buffer.from(`P5\n${blank.width} ${blank.height}\n255\n`), blank.pixels]);
  await page.locator('#file').setInputFiles({ name: 'blank.pgm', mimeType: '', buffer: pgm });
  const shown = page.locator('#verdict:not([hidden]) .card, #start-said .notice').first();
  await shown.waitFor();
  assert.doesNotMatch(await shown.innerText(), /NOT VALID/);
  const { width, height, pixels } = await drawn(all.file('registration.pdf'), { dpi: 20 });
  assert.ok(width * height === pixels.length);
  await page.locator('#file').setInputFiles({ name: 'small.png', mimeType: 'image/png', buffer: await scanned(all.file('registration.pdf'), { dpi: 20 }) });
  const said = await verdict(page);
  assert.deepEqual([said.verdict, said.word], ['unreadable', 'NOT READ']);
  await context.close();
});

test('a text that is no paper is not called one', async () => {
  const { page, context } = await all.gate();
  await page.locator('#text').fill('https://example.org/hello');
  await page.locator('#text').press('Enter');
  const said = await verdict(page);
  assert.deepEqual([said.verdict, said.reason], ['undecided', 'network-only']);
  await context.close();
});

test('of several credentials the worst comes first, with a summary', async () => {
  const { page, context } = await all.gate();
  const file = join(all.desk.folder, 'several.pdf');
  execFileSync('pdfunite', ['registration.pdf', 'diploma.pdf', 'forged.pdf'].map((name) => all.file(name)).concat(file));
  await page.locator('#file').setInputFiles(file);
  const said = await verdict(page);
  assert.equal(said.verdict, 'invalid');
  assert.equal(await page.locator('.card').count(), 3);
  assert.match(await page.locator('.summary').innerText(), /3[\s\S]*NOT VALID: 1[\s\S]*VALID: 2/);
  await screenshot(page, 'gate-several');
  await context.close();
});

test('an address of a symbol, opened by a telephone, is judged at once and leaves the address bar', async () => {
  const list = join(all.desk.folder, 'link.csv');
  const csv = await readFile(all.file('registration.csv'), 'utf8');
  await writeFile(list, csv.replaceAll('KEN-', 'LINK-'));
  const symbols = join(all.desk.folder, 'link.jsonl');
  await nansen(['--home', all.desk.home, 'issue', 'registration', list, '-o', join(all.desk.folder, 'link.pdf'), '--symbols', symbols, '--address', 'https://v.example/check/paper']);
  const text = JSON.parse((await readFile(symbols, 'utf8')).split('\n')[0]).text[0];
  const fragment = text.slice(text.indexOf('#'));
  assert.match(fragment, /^#\d+$/);

  const { page, requests, context } = await all.gate({ at: `/check/paper${fragment}` });
  assert.equal((await verdict(page)).verdict, 'valid');
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).hash, '/');
  assert.equal(requests.some((request) => request.includes(fragment.slice(1, 40)) && !request.includes('#')), false);
  await page.goBack().catch(() => {});
  assert.equal(page.url().includes('#'), false);
  // An app that is open already is handed the next link without loading.
  await page.evaluate((hash) => (location.hash = hash), fragment);
  assert.equal((await verdict(page)).verdict, 'valid');
  assert.equal(page.url().includes('#'), false);
  await context.close();
});

test('the photo of the holder is shown, to be compared with the face', async () => {
  const { page, context, faults } = await all.gate();
  const picture = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 120, height: 150 });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    for (const [colour, x, y, w, h] of /** @type {[string, number, number, number, number][]} */ ([['#9db4c0', 60, 75, 200, 200], ['#5c4033', 60, 68, 40, 52], ['#c68642', 60, 75, 32, 42], ['#222', 47, 68, 4, 3], ['#222', 73, 68, 4, 3], ['#7a3b2e', 60, 96, 12, 3]])) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.ellipse(x, y, w, h, 0, 0, 7);
      pen.fill();
    }
    return canvas.toDataURL('image/jpeg', 0.5).split(',')[1];
  });
  const photos = join(all.desk.folder, 'photos');
  await mkdir(photos);
  await writeFile(join(photos, 'PHOTO-10C00001.jpg'), Buffer.from(picture, 'base64'));
  const list = join(all.desk.folder, 'photo.csv');
  await writeFile(list, (await readFile(all.file('registration.csv'), 'utf8')).replaceAll('KEN-', 'PHOTO-'));
  const out = join(all.desk.folder, 'photo.pdf');
  await nansen(['--home', all.desk.home, 'issue', 'registration', list, '-o', out, '--photos', photos]);
  await page.locator('#file').setInputFiles(out);
  const said = await verdict(page);
  assert.equal(said.verdict, 'valid');
  assert.match(said.text, /Compare the face and the names/);
  const shown = await page.locator('figure img').evaluate((/** @type {HTMLImageElement} */ image) => image.decode().then(() => [image.naturalWidth, image.width]));
  assert.ok(shown[0] > 20 && shown[1] >= 130, `${shown}`);
  assert.deepEqual(faults, []);
  await screenshot(page, 'gate-photo');
  await context.close();
});

test('a paper of several symbols says how many were read, and asks for the next', async () => {
  const { page, context } = await all.gate();
  await page.locator('#file').setInputFiles(new URL('../../sample-scans/parts-missing.jpg', import.meta.url).pathname);
  const said = await verdict(page);
  assert.deepEqual([said.verdict, said.reason], ['undecided', 'incomplete']);
  assert.match(await page.locator('#verdict-parts').innerText(), /^\d of \d read: show the next symbol$/);
  assert.equal(await page.locator('#next').innerText(), 'Show the next part');
  // What was read of it is kept while the next part is chosen.
  await page.locator('#next').click();
  await page.locator('#start:not([hidden])').waitFor();
  await page.evaluate(() => (/** @type {any} */ (globalThis).forgot = 0));
  await page.evaluate(() => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ moved) {
      if (message.header?.do === 'forget') /** @type {any} */ (globalThis).forgot += 1;
      send.call(this, message, moved);
    };
  });
  await page.locator('#file').setInputFiles([]);
  await page.locator('#file').setInputFiles(new URL('../../sample-scans/parts-missing.jpg', import.meta.url).pathname);
  assert.equal((await verdict(page)).reason, 'incomplete');
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).forgot), 0);
  await page.locator('#other').click();
  await page.locator('#start:not([hidden])').waitFor();
  await context.close();
});

test('nothing of the last paper stays, in the page or on the device', async () => {
  const { page, context } = await all.gate();
  await page.locator('#file').setInputFiles(all.file('registration.pdf'));
  const { text } = await verdict(page);
  assert.ok(text.includes('Hiwet'));
  const serial = JSON.parse((await readFile(all.file('registration.jsonl'), 'utf8')).split('\n')[0]).serial;
  await next(page);
  const left = await page.evaluate(async () => {
    const kept = [document.documentElement.outerHTML, JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state), location.href];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((done) => (indexedDB.open(name ?? '').onsuccess = (event) => done(/** @type {any} */ (event.target).result)));
      for (const store of database.objectStoreNames) {
        const rows = await new Promise((done) => (database.transaction(store).objectStore(store).getAll().onsuccess = (/** @type {any} */ event) => done(event.target.result)));
        // Trust lists are bytes; as letters, so that a name in them would show.
        kept.push(JSON.stringify(rows, (_, value) => (value instanceof Uint8Array ? String.fromCharCode(...value.slice(0, 1e5)) : value)));
      }
    }
    return kept.join('\n');
  });
  for (const secret of ['Hiwet', 'Desta', 'KEN-10C00001', serial]) assert.equal(left.includes(secret), false, secret);
  assert.ok(left.includes('"verified"'), 'the count is kept');
  await context.close();
});

test('numbers count verdicts and reasons by day, are saved as CSV, and can be deleted', async () => {
  const { page, context } = await all.gate();
  for (const name of ['registration', 'diploma', 'revoked']) {
    await wedge(page, await all.text(name));
    await verdict(page);
    await next(page);
  }
  await page.locator('[data-go="numbers"]').click();
  await page.locator('#numbers-table tbody tr').first().waitFor();
  await screenshot(page, 'gate-numbers');
  const saving = page.waitForEvent('download');
  await page.locator('#numbers-save').click();
  const csv = await readFile(await (await saving).path(), 'utf8');
  const [head, ...rows] = csv.trim().split('\n');
  assert.equal(head, 'day,event,type_or_verdict,reason,count,median_ms');
  assert.equal(rows.length, 2);
  assert.match(rows[0], /^\d{4}-\d\d-\d\d,verified,invalid,revoked,1,\d+$/);
  assert.match(rows[1], /^\d{4}-\d\d-\d\d,verified,valid,,2,\d+$/);
  page.once('dialog', (dialog) => dialog.accept());
  await page.locator('#numbers-delete').click();
  await page.getByText('Nothing counted yet').waitFor();
  await context.close();
});
