// @ts-check
// Where papers are read: pictures become grey here, the core answers, and the page stays quick meanwhile.

import { load } from './core.js';
import { greyOf } from './grey.js';

const core = load('/nansen.wasm');

self.onmessage = async ({ data }) => {
  const { id } = data;
  try {
    const { header, payload } = await act(data);
    self.postMessage(header.error ? { id, failed: { kind: 'failed', ...header.error } } : { id, answer: { ...header, payload } });
  } catch (error) {
    self.postMessage({ id, failed: { kind: /** @type {any} */ (error).kind ?? 'failed', found: String(error) } });
  }
};

/** @param {any} data */
async function act({ about, header, parts = [], source }) {
  const { call } = await core;
  if (about) return call({ do: 'about' });
  if (!source) return call(header, ...parts);
  const { width, height, pixels } = await greyOf(source);
  return call({ ...header, width, height, format: 'grey' }, pixels);
}
