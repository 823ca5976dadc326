// @ts-check
// The words of the desk: every language has the same, and every one that the pages ask for is there.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { wordsOf } from './support/clerk.mjs';

const DESK = new URL('../../web/desk/', import.meta.url);
const LANGUAGES = ['en', 'fr', 'ar', 'es', 'uk', 'my', 'prs', 'sw'];
const places = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

test('every language has the words that English has, with the same places to fill in', () => {
  const files = readdirSync(new URL('words/', DESK)).map((name) => name.replace('.json', ''));
  assert.deepEqual(files.sort(), [...LANGUAGES].sort());
  const english = wordsOf('en');
  for (const tag of LANGUAGES) {
    const words = wordsOf(tag);
    assert.deepEqual(Object.keys(words), Object.keys(english), tag);
    for (const [key, text] of Object.entries(words)) {
      assert.ok(text.trim(), `${tag} ${key}`);
      assert.deepEqual(places(text), places(english[key]), `${tag} ${key}`);
    }
  }
});

test('every word that a page asks for is there, and none is left over', () => {
  const english = wordsOf('en');
  const sources = readdirSync(DESK).filter((name) => name.endsWith('.js')).map((name) => readFileSync(new URL(name, DESK), 'utf8')).join('\n');
  const asked = new Set([...sources.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key));
  assert.deepEqual([...asked].filter((key) => !(key in english)), []);
  // Some are put together: `state.${…}`, `${what}.title`.
  const beginnings = [...sources.matchAll(/`([a-z]+(?:\.[a-z]+)*\.)\$\{/g)].map(([, beginning]) => beginning);
  const ends = [...sources.matchAll(/t\(`\$\{what\}(\.[a-z]+)`/g)].map(([, end]) => end);
  const isUsed = (/** @type {string} */ key) => sources.includes(`'${key}'`) || beginnings.some((part) => key.startsWith(part))
    || ends.some((end) => key.endsWith(end)) || (key.startsWith('problem.') && sources.includes('`problem.${'));
  assert.deepEqual(Object.keys(english).filter((key) => !isUsed(key)), []);
});
