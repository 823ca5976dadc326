// @ts-check
// Where papers are read: pictures become grey here, the core answers, and the page stays quick meanwhile.

import { Core } from './core.js';
import { greyOf } from './grey.js';

const core = Core.load(fetch('/nansen.wasm'));

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
  const ready = await core;
  if (about) return ready.call({ do: 'about' });
  if (!source) return ready.call(header, ...parts);
  const { width, height, pixels } = await greyOf(source);
  return ready.call({ ...header, width, height, format: 'grey' }, pixels);
}
