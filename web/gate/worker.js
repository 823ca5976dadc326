// @ts-check
// Where papers are read: pictures become grey here, the core answers, and the page stays quick meanwhile.

import { Core } from './core.js';
import { greyOf } from './grey.js';

const core = Core.load(fetch('/nansen.wasm'));
/** What reads PDFs and Data Matrix is fetched when a file comes: a camera does not wait for it, and who only scans never loads it. */
let others = /** @type {Promise<void> | null} */ (null);

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
  if (['document', 'picture'].includes(header.do)) {
    others ??= ready.loadPdf(fetch('/nansen-pdf.wasm'));
    // Without it PDFs are answered as not read; the next file asks again.
    await others.catch(() => (others = null));
  }
  if (!source) return ready.ask(header, ...parts);
  const { width, height, pixels } = await greyOf(source);
  return ready.ask({ ...header, width, height, format: 'grey' }, pixels);
}
