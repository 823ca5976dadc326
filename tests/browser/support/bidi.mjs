// @ts-check
// Where the letters of a name stand on the page, to see that it is not torn apart by the direction of the sentence around it.

import assert from 'node:assert/strict';

/**
 * Each letter of `name` stands after the one before it, in the direction of the name.
 * @param {import('playwright-core').Locator} place An element whose text has the name in it.
 * @param {string} name
 * @param {1 | -1} direction 1 from left to right, -1 from right to left.
 */
export async function staysWhole(place, name, direction) {
  await place.filter({ hasText: name }).first().waitFor();
  const steps = await place.filter({ hasText: name }).first().evaluate((node, name) => {
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = /** @type {Text | null} */ (walk.nextNode()); text; text = /** @type {Text | null} */ (walk.nextNode())) {
      const start = text.data.indexOf(name);
      if (start < 0) continue;
      return [...name].map((_, at) => {
        const range = document.createRange();
        range.setStart(/** @type {Text} */ (text), start + at);
        range.setEnd(/** @type {Text} */ (text), start + at + 1);
        return range.getBoundingClientRect().x;
      });
    }
    return [];
  }, name);
  assert.equal(steps.length, name.length, name);
  for (let at = 1; at < steps.length; at += 1) assert.ok((steps[at] - steps[at - 1]) * direction >= 0, `${name[at]} of ${name}: ${steps}`);
}
