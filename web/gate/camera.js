// @ts-check
// The camera: rear by default, frames at their native size, one at a time; light, zoom and choice of camera where there are any.

import { settings, keep } from './settings.js';

/** Sizes that browsers may give less of; symbols on paper need the pixels. */
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 30 } };
/** One frame that cannot be read is followed by another; so many in a row are told. */
const MOST_FAILURES = 5;
/** Telephones silence the camera for a moment when they are turned; longer, and another app has it. */
const SILENCE_MS = 4_000;

/** Why there is no picture. */
export class CameraError extends Error {
  /** @param {'refused' | 'none' | 'busy' | 'lost' | 'reader'} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export class Camera {
  /**
   * @param {HTMLVideoElement} video
   * @param {(frame: any, delivered: number) => Promise<void>} look Is given each frame, and when it was delivered; the next one
   *   follows once it is done.
   * @param {(why: CameraError) => void} lost Is told when the pictures end although nobody ended them.
   */
  constructor(video, look, lost) {
    this.video = video;
    this.look = look;
    this.lost = lost;
    this.failures = 0;
    /** @type {MediaStream | null} */
    this.stream = null;
    this.watching = false;
    this.busy = false;
    this.turn = 0;
  }

  /** Starts, or goes on with a camera that is open still. @throws {CameraError} */
  async start() {
    const turn = (this.turn += 1);
    if (this.track?.readyState === 'ended') this.release();
    if (!this.stream) {
      const stream = await opened();
      if (turn !== this.turn) return stop(stream);
      this.stream = stream;
      this.follow(stream);
      this.video.srcObject = stream;
      await this.video.play().catch((error) => {
        // Somebody left meanwhile, which interrupts it; anything else is no picture.
        if (turn === this.turn && error.name !== 'AbortError') throw new CameraError('busy');
      });
      if (turn !== this.turn) return;
    }
    this.failures = 0;
    this.watching = true;
    this.next();
  }

  /** @param {MediaStream} stream Tells when it ends by itself: unplugged, taken by another app, or no longer allowed. */
  follow(stream) {
    const [track] = stream.getVideoTracks();
    /** @type {any} */
    let silence;
    const gone = () => {
      clearTimeout(silence);
      if (this.stream === stream) this.fail('lost');
    };
    track?.addEventListener('ended', gone);
    track?.addEventListener('mute', () => (silence = setTimeout(gone, SILENCE_MS)));
    track?.addEventListener('unmute', () => clearTimeout(silence));
  }

  /** @param {'lost' | 'reader'} kind Behind a verdict nobody needs to know: the next paper opens the camera again. */
  fail(kind) {
    const { watching } = this;
    this.stop();
    if (watching) this.lost(new CameraError(kind));
  }

  /** No more frames; the camera stays open for the next paper. */
  pause() {
    this.watching = false;
    this.turn += 1;
  }

  /** Lets go of the camera. */
  stop() {
    this.pause();
    this.release();
  }

  release() {
    if (this.stream) stop(this.stream);
    this.stream = null;
    this.video.srcObject = null;
  }

  next() {
    const turn = this.turn;
    const show = () => this.frame(turn, performance.now());
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(show);
    else requestAnimationFrame(show);
  }

  /** @param {number} turn @param {number} delivered */
  async frame(turn, delivered) {
    if (turn !== this.turn || !this.watching) return;
    if (!this.busy && this.video.videoWidth > 0) {
      this.busy = true;
      /** @type {VideoFrame | ImageBitmap | null} */
      let frame = null;
      try {
        frame = typeof VideoFrame === 'undefined' ? await createImageBitmap(this.video) : new VideoFrame(this.video, { timestamp: 0 });
        await this.look(frame, delivered);
        this.failures = 0;
      } catch {
        // A frame that could not be taken is followed by another; when none can be, the person is told.
        this.failures += 1;
        if (turn === this.turn && this.failures >= MOST_FAILURES) this.fail('reader');
      } finally {
        // One that nobody took over is given back: cameras stop after a handful that are not.
        frame?.close();
        this.busy = false;
      }
    }
    if (turn === this.turn && this.watching) this.next();
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  /** What this camera can do. @returns {any} */
  get abilities() {
    return this.track?.getCapabilities?.() ?? {};
  }

  /** @param {Record<string, any>} wish @returns {Promise<boolean>} Whether the camera does it. */
  async set(wish) {
    const asked = this.track?.applyConstraints(/** @type {any} */ ({ advanced: [wish] }));
    return asked ? asked.then(() => true, () => false) : false;
  }

  /** @returns {Promise<MediaDeviceInfo[]>} */
  async others() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === 'videoinput');
  }

  /** @param {string} id Another camera, from now on. */
  async change(id) {
    keep({ camera: id });
    this.stop();
    await this.start();
  }
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

async function opened() {
  if (!navigator.mediaDevices) throw new CameraError('none');
  const rear = { facingMode: { ideal: 'environment' } };
  const chosen = settings.camera ? { deviceId: { exact: settings.camera } } : rear;
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...WANTED, ...chosen }, audio: false }).catch((error) => {
      // The chosen camera is not there any more: take any.
      if (!settings.camera || error.name === 'NotAllowedError') throw error;
      keep({ camera: '' });
      return navigator.mediaDevices.getUserMedia({ video: { ...WANTED, ...rear }, audio: false });
    });
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    throw new CameraError(name === 'NotAllowedError' ? 'refused' : name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy');
  }
}
