// @ts-check
// A frame or a picture file → grey pixels, 8 bits each.

/** Pictures with more pixels are made smaller: a telephone's largest photographs would take hundreds of megabytes. */
const MOST_PIXELS = 24_000_000;

/** @type {OffscreenCanvas | null} */
let canvas = null;

/**
 * @param {any} source A `VideoFrame` or `ImageBitmap` (closed here), or a `Blob`.
 * @returns {Promise<{width: number, height: number, pixels: Uint8Array}>}
 */
export async function greyOf(source) {
  if (source instanceof Blob) return drawn(await decoded(source));
  if (typeof VideoFrame !== 'undefined' && source instanceof VideoFrame) {
    try {
      return (await luma(source)) ?? drawn(source);
    } finally {
      source.close();
    }
  }
  return drawn(source);
}

/** @param {Blob} file */
async function decoded(file) {
  try {
    return await createImageBitmap(file);
  } catch (error) {
    throw Object.assign(new Error(String(error)), { kind: 'not-a-picture' });
  }
}

/**
 * Cameras mostly give brightness apart from colour already: then it is taken as it is.
 * @param {VideoFrame} frame
 */
async function luma(frame) {
  if (!['I420', 'I420A', 'I422', 'I444', 'NV12'].includes(frame.format ?? '')) return null;
  const bytes = new Uint8Array(frame.allocationSize());
  const [{ offset, stride }] = await frame.copyTo(bytes);
  const { width, height } = /** @type {DOMRectReadOnly} */ (frame.visibleRect);
  if (stride === width) return { width, height, pixels: bytes.subarray(offset, offset + width * height) };
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    pixels.set(bytes.subarray(offset + row * stride, offset + row * stride + width), row * width);
  }
  return { width, height, pixels };
}

/** @param {any} picture */
function drawn(picture) {
  const [full, tall] = [picture.displayWidth ?? picture.width, picture.displayHeight ?? picture.height];
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (full * tall)));
  const [width, height] = [Math.round(full * scale), Math.round(tall * scale)];
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  // What is transparent is paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  picture.close?.();
  const colour = context.getImageData(0, 0, width, height).data;
  // Nothing of the paper stays behind.
  context.clearRect(0, 0, width, height);
  const pixels = new Uint8Array(width * height);
  // Weights of ITU-R BT.601, in 256ths.
  for (let i = 0, at = 0; i < pixels.length; i += 1, at += 4) {
    pixels[i] = (77 * colour[at] + 150 * colour[at + 1] + 29 * colour[at + 2]) >> 8;
  }
  return { width, height, pixels };
}
