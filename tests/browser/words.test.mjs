// @ts-check
// The words of the gate: every language says everything, and nothing is said by a key that has no words.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const GATE = new URL('web/gate/', ROOT);
const LANGUAGES = ['en', 'fr', 'ar', 'es', 'uk', 'my', 'prs', 'sw'];
const read = (/** @type {string} */ path) => readFileSync(new URL(path, ROOT), 'utf8');
const words = Object.fromEntries(LANGUAGES.map((code) => [code, JSON.parse(read(`web/gate/words/${code}.json`))]));
const placeholders = (/** @type {string} */ text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
const page = read('web/gate/index.html');
const sources = ['gate', 'shared'].flatMap((folder) => readdirSync(new URL(`web/${folder}/`, ROOT)).filter((name) => name.endsWith('.js')).map((name) => read(`web/${folder}/${name}`))).join('\n');

test('every language of the page has its words, and no other has', () => {
  const files = readdirSync(new URL('words/', GATE)).map((name) => name.replace('.json', '')).sort();
  const offered = [...page.matchAll(/<option lang="(\w+)"/g)].map((found) => found[1]).sort();
  assert.deepEqual(files, [...LANGUAGES].sort());
  assert.deepEqual(offered, files);
});

for (const code of LANGUAGES) {
  test(`${code} has the keys and the placeholders of English, and no empty words`, () => {
    assert.deepEqual(Object.keys(words[code]).sort(), Object.keys(words.en).sort());
    for (const [key, text] of Object.entries(words.en)) {
      assert.deepEqual(placeholders(words[code][key]), placeholders(text), `${code}: ${key}`);
      assert.notEqual(words[code][key].trim(), '', `${code}: ${key}`);
    }
    assert.equal(words[code]['date.months'].split('|').length, 12);
    assert.equal(new Set(['valid', 'invalid', 'undecided', 'unreadable'].map((verdict) => words[code][`verdict.${verdict}`])).size, 4);
  });
}

test('every language but English is not English', () => {
  const shared = ['camera.zoom'];
  for (const code of LANGUAGES.slice(1)) {
    const same = Object.keys(words.en).filter((key) => /[a-z]{4}/.test(words.en[key].replace(/\{\w+\}/g, '')) && words[code][key] === words.en[key]);
    assert.ok(same.every((key) => shared.includes(key)) || same.length < 6, `${code}: ${same}`);
  }
});

test('every reason of the contract has a title and says what to do next', () => {
  const display = read('src/verify/reason.rs').split('impl fmt::Display for Reason')[1];
  const reasons = [...display.matchAll(/=> "([a-z-]+)"/g)].map((found) => found[1]);
  assert.ok(reasons.length >= 21);
  for (const reason of [...reasons, 'rule-failed']) {
    assert.ok(words.en[`reason.${reason}`], reason);
    assert.ok(words.en[`reason.${reason}.next`], reason);
  }
});

test('every hint and every refusal of the core has words', () => {
  const hints = [...read('src/gate/json.rs').matchAll(/"hint": "([a-z-]+)"/g)].map((found) => found[1]);
  const refusals = [...read('src/gate/core/shelf.rs').matchAll(/(?:reason: |=> \{?\s*\()"([a-z-]+)"/g)].map((found) => found[1]);
  assert.ok(hints.length >= 9 && refusals.length >= 6, `${hints} ${refusals}`);
  for (const hint of hints) assert.ok(words.en[`hint.${hint}`], hint);
  for (const refusal of refusals) assert.ok(words.en[`refused.${refusal}`], refusal);
});

test('every warning of the core has words, by its code and in the prose of earlier modules', async () => {
  const { kindOf } = await import(new URL('trust.js', GATE).href);
  const codes = [...read('src/gate/core/shelf.rs').matchAll(/warning\("([a-z-]+)"/g)].map((found) => found[1]);
  assert.ok(codes.length >= 5, `${codes}`);
  for (const code of codes) assert.equal(kindOf({ warning: code, text: 'in any words' }), code);
  const prose = {
    clock: 'the clock says 2026-01-01T00:00:00Z, but 2027-01-01T00:00:00Z has been seen here; the later time is used',
    'memory-lost': 'what was remembered about the trust lists of root 0f3a is lost; the one found is used',
    'status-left-out': 'a status list of the bundle was left out: it is damaged',
    'not-used': 'a trust list that was kept is not used: it is damaged',
  };
  for (const [code, text] of Object.entries(prose)) assert.equal(kindOf(text), code);
  // What is new to the page is no clock.
  assert.equal(kindOf({ warning: 'of another time', text: 'the clock' }), 'not-used');
  const view = read('web/gate/trust_view.js');
  for (const code of codes) assert.ok(new RegExp(`['"]?${code}['"]?: 'trust\\.`).test(view), code);
});

test('every key that is used has words, and every word is used', () => {
  const used = new Set([...page.matchAll(/data-t="([^"]+)"/g), ...sources.matchAll(/'([a-z]+(?:\.[a-z-]+)+)'/g)].map((found) => found[1]));
  const parts = [...sources.matchAll(/`([a-z]+(?:\.[a-z-]+)*\.)\$\{/g)].map((found) => found[1]);
  const isUsed = (/** @type {string} */ key) => used.has(key) || parts.some((part) => key.startsWith(part)) || (key.endsWith('.next') && used.has(key.slice(0, -5)));
  assert.deepEqual(Object.keys(words.en).filter((key) => !isUsed(key)), []);
  for (const [, key] of page.matchAll(/data-t="([^"]+)"/g)) assert.ok(words.en[key], key);
  for (const [, key] of sources.matchAll(/\bt\('([^']+)'/g)) assert.ok(words.en[key], key);
});

test('nothing in the page runs or dresses inside the page itself', () => {
  assert.equal(/<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|<style/.test(page), false);
  assert.equal(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/.test(sources), false);
  assert.equal(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/.test(sources.replace(/^\s*(\/\/|\*).*$/gm, '')), false);
});
