// @ts-check
// Files, by whatever way they come: chosen, dropped, pasted or shared. What one is shows in its first bytes, not in its name.

const PICTURES = [
  [0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x47, 0x49, 0x46, 0x38], [0x42, 0x4d], [0x52, 0x49, 0x46, 0x46],
];
/** Stands near the start of every bundle. */
const BUNDLE = 'nansen-trust-bundle';
/** Larger files are not what anyone was given. */
export const MOST_BYTES = 64 * 1024 * 1024;

/**
 * @param {Blob} file
 * @returns {Promise<'picture' | 'document' | 'bundle' | 'text'>}
 */
export async function kindOf(file) {
  const start = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const begins = (/** @type {number[]} */ bytes) => bytes.every((byte, at) => start[at] === byte);
  const letters = String.fromCharCode(...start);
  if (letters.includes(BUNDLE)) return 'bundle';
  if (PICTURES.some(begins) || letters.slice(4, 8) === 'ftyp') return 'picture';
  if (file.type.startsWith('text/') && !letters.startsWith('%PDF')) return 'text';
  return 'document';
}

/**
 * Listens for files and texts, wherever on the page they are dropped or pasted.
 * @param {{drop: HTMLElement, file: (file: File | Blob) => void, text: (text: string) => void}} to
 */
export function listen({ drop, file, text }) {
  let over = 0;
  const show = (/** @type {number} */ change) => {
    over = change === 0 ? 0 : Math.max(0, over + change);
    drop.hidden = over === 0;
  };
  addEventListener('dragenter', (event) => (event.preventDefault(), show(1)));
  addEventListener('dragleave', () => show(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    show(0);
    handOn(event.dataTransfer);
  });
  addEventListener('paste', (event) => {
    const field = event.target instanceof Element && event.target.matches('input, textarea');
    const data = event.clipboardData;
    if (field && !data?.files.length) return;
    event.preventDefault();
    handOn(data);
  });

  /** @param {DataTransfer | null} data */
  function handOn(data) {
    const [first] = data?.files ?? [];
    const words = data?.getData('text/plain').trim();
    if (first) file(first);
    else if (words) text(words);
  }
}

/**
 * What the clipboard holds, when the person presses “Paste”.
 * @returns {Promise<Blob | string | null>}
 */
export async function pasted() {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((one) => one.startsWith('image/')) ?? item.types.find((one) => one === 'application/pdf');
      if (type) return await item.getType(type);
      if (item.types.includes('text/plain')) return (await (await item.getType('text/plain')).text()).trim() || null;
    }
  } catch {
    // Not allowed, or a browser without it.
  }
  return null;
}
