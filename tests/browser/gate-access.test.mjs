// @ts-check
// Everybody can use it: axe-core finds nothing, a keyboard is enough, 320 pixels are enough, in eight languages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.mjs';
import { screenshot } from './support/browser.mjs';
import { next, verdict, wedge, world } from './support/gate.mjs';

const LANGUAGES = ['en', 'fr', 'ar', 'es', 'uk', 'my', 'prs', 'sw'];
const NARROW = { width: 320, height: 640 };

/** @type {Awaited<ReturnType<typeof world>>} */
let all;
before(async () => {
  all = await world({ args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] });
});
after(() => all.end());

/**
 * Shows every screen, one after another.
 * @param {import('playwright-core').Page} page
 * @param {(name: string) => Promise<void>} look
 */
async function screens(page, look) {
  await look('start');
  for (const name of ['registration', 'household', 'expired', 'forged']) {
    await wedge(page, await all.text(name));
    await verdict(page);
    await look(`verdict-${name}`);
    await next(page);
  }
  await page.locator('#text').fill('NP1:NOTHING');
  await page.locator('#text').press('Enter');
  await verdict(page);
  await look('verdict-text');
  await next(page);
  await page.locator('[data-go="trust"]').click();
  await page.locator('#trust-lists .list .second').click();
  await look('trust');
  for (const name of ['numbers', 'settings']) {
    await page.locator(`[data-go="${name}"]`).click();
    if (name === 'numbers') await page.locator('#numbers-table td').first().waitFor();
    await look(name);
  }
  await page.locator('#back').click();
  await page.locator('#scan').click();
  await page.locator('#hint:not(:empty)').waitFor();
  await look('camera');
  await page.locator('#stop').click();
}

for (const locale of ['en-GB', 'ar']) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    test(`axe-core finds nothing on any screen: ${locale}, ${colorScheme}`, async () => {
      const { page, context } = await all.gate({ locale, colorScheme });
      await screens(page, async (name) => {
        assert.deepEqual(await violations(page), [], name);
        if (locale !== 'ar' && colorScheme === 'dark' && name === 'verdict-expired') await screenshot(page, 'gate-dark');
      });
      await context.close();
    });
  }
}

test('axe-core finds nothing in forced colours, nor where the camera is refused or a fingerprint is asked for', async () => {
  const { page, context } = await all.gate({ forcedColors: 'active' });
  await screens(page, async (name) => assert.deepEqual(await violations(page), [], name));
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await page.locator('#scan').click();
  await page.locator('#camera-problem:not([hidden])').waitFor();
  assert.deepEqual(await violations(page), []);
  await context.close();
});

for (const locale of LANGUAGES) {
  test(`320 pixels are enough, no target is smaller than 44, and the language is named: ${locale}`, async () => {
    const { page, context } = await all.gate({ locale: locale === 'prs' ? 'fa-AF' : locale, viewport: NARROW });
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
    assert.equal(await page.evaluate(() => document.documentElement.dir), ['ar', 'prs'].includes(locale) ? 'rtl' : 'ltr');
    await screens(page, async (name) => {
      assert.deepEqual(await page.evaluate(tooWide), [], `${locale} ${name}`);
      assert.deepEqual(await page.evaluate(tooSmall), [], `${locale} ${name}`);
      if (locale === 'ar' && name === 'verdict-registration') await screenshot(page, 'gate-ar');
      if (locale === 'my' && name === 'verdict-registration') await screenshot(page, 'gate-my');
    });
    await context.close();
  });
}

test('text of twice the size fits as well', async () => {
  const { page, context } = await all.gate({ viewport: { width: 390, height: 844 } });
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
  await screens(page, async (name) => assert.deepEqual(await page.evaluate(tooWide), [], name));
  await context.close();
});

test('in Arabic the page runs from right to left, and Latin names and numbers stay whole', async () => {
  const { page, context } = await all.gate({ locale: 'ar', viewport: NARROW });
  await wedge(page, await all.text('registration'));
  const said = await verdict(page);
  assert.equal(said.word, 'صالحة');
  const [shape, word] = await page.evaluate(() => ['.shape', '.word'].map((what) => document.querySelector(what)?.getBoundingClientRect().x ?? 0));
  assert.ok(shape > word, 'the shape stands right of the word');
  assert.ok(said.text.includes('Hiwet Desta'));
  assert.equal(await page.locator('.card .name[lang="ti"]').getAttribute('dir'), 'auto');
  await context.close();
});

test('a keyboard is enough, from the first paper to the settings', async () => {
  const { page, context } = await all.gate();
  /** @param {string} id */
  const reach = async (id) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if (await page.evaluate((id) => document.activeElement?.id === id, id)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`${id} is not reached by Tab`);
  };
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  await reach('text');
  const outline = await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle);
  assert.equal(outline, 'solid');
  await page.keyboard.insertText(await all.text('registration'));
  await page.keyboard.press('Enter');
  assert.equal((await verdict(page)).verdict, 'valid');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SUMMARY');
  await page.keyboard.press('Enter');
  await page.getByText('format: nansen').waitFor();
  await reach('next');
  await page.keyboard.press('Enter');
  await page.locator('#start:not([hidden])').waitFor();
  await reach('scan');
  await page.keyboard.press('Enter');
  await page.locator('#camera:not([hidden])').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'stop');
  await page.keyboard.press('Enter');
  await page.locator('#start:not([hidden])').waitFor();
  await page.locator('[data-go="settings"]').focus();
  await page.keyboard.press('Enter');
  await reach('sound');
  await page.keyboard.press('Space');
  assert.equal(await page.locator('#sound').isChecked(), true);
  await page.keyboard.press('Escape');
  await page.locator('#start:not([hidden])').waitFor();
  await context.close();
});

/** What sticks out at the side. */
function tooWide() {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > wide + 1 || one.getBoundingClientRect().left < -1).map((one) => one.outerHTML.slice(0, 120));
}

/** What a thumb could miss. */
function tooSmall() {
  const targets = [...document.querySelectorAll('button, select, input:not([type=checkbox]):not([type=file]), summary, .switch, a.brand')];
  return targets
    .map((one) => ({ one, box: one.getBoundingClientRect() }))
    .filter(({ one, box }) => one.checkVisibility() && box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(({ one, box }) => `${one.outerHTML.slice(0, 90)} ${box.width} × ${box.height}`);
}
