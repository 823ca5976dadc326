// @ts-check
// Names of countries for this reader.

import { regionName } from './shared/countries.js';
import { isKnown, language, pick } from './words.js';

/**
 * @param {string} code
 * @param {Record<string, string>} [words] Names that came with the paper, for languages that the browser does not know.
 * @returns {string} The country's name for this reader; the code where there is none.
 */
export function country(code, words) {
  if (!isKnown()) return pick(words)?.text ?? code;
  return regionName(code, language().locale) ?? code;
}
