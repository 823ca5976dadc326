// @ts-check
// Errors on the console of a page, without those that a test asks for: an answer that refuses is told there too.

import assert from 'node:assert/strict';

/** @param {string[]} faults */
export function expectNothing(faults) {
  const own = faults.filter((fault) => !/Failed to load resource: .*(40[0-9]|42[0-9]|409|ERR_INTERNET_DISCONNECTED)/.test(fault));
  assert.deepEqual(own, []);
}
