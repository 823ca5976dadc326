// @ts-check
// A verdict for ear and hand: sound and vibration, each only when the person wants it.

import { settings } from './settings.js';

/** Tones in hertz, one after another; breaks between them are heard as well. */
const TONES = /** @type {Record<string, number[]>} */ ({
  valid: [660, 990], invalid: [220, 220, 220], undecided: [440, 330], unreadable: [330],
});
/** Milliseconds on, off, on. */
const BEATS = /** @type {Record<string, number[]>} */ ({
  valid: [60], invalid: [250, 120, 250, 120, 250], undecided: [120, 100, 120], unreadable: [40, 60, 40],
});
const TONE_S = 0.13;

/** @type {AudioContext | null} */
let audio = null;

/** @param {string} verdict */
export function signal(verdict) {
  if (settings.vibration) navigator.vibrate?.(BEATS[verdict] ?? []);
  if (!settings.sound) return;
  audio ??= new AudioContext();
  const start = audio.currentTime;
  (TONES[verdict] ?? []).forEach((hertz, index) => {
    const tone = /** @type {AudioContext} */ (audio).createOscillator();
    const volume = /** @type {AudioContext} */ (audio).createGain();
    const from = start + index * TONE_S * 1.4;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.2, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_S);
    tone.connect(volume).connect(/** @type {AudioContext} */ (audio).destination);
    tone.start(from);
    tone.stop(from + TONE_S);
  });
}
