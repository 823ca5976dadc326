// @ts-check
// Where papers are read: pictures become grey here, the core answers, and the page stays quick meanwhile.

import { Core } from './core.js';
import { greyOf } from './grey.js';

const core = Core.load(fetch('/nansen.wasm'));
// What reads PDFs comes after what decides: a camera does not wait for it. Without it PDFs are answered as not read.
core.then((ready) => ready.loadPdf(fetch('/nansen-pdf.wasm'))).catch(() => {});

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
  if (about) return ready.ask({ do: 'about' });
  if (!source) return ready.ask(header, ...parts);
  const { width, height, pixels } = await greyOf(source);
  return ready.ask({ ...header, width, height, format: 'grey' }, pixels);
}
