// @ts-check
// What the person set: kept in this browser, and nothing of any paper with it.

const KEY = 'nansen-gate';
const DEFAULTS = { language: '', sound: false, vibration: true, theme: 'auto', camera: '' };

/** @returns {typeof DEFAULTS} */
function read() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return { ...DEFAULTS };
  }
}

export const settings = read();

/** @param {Partial<typeof DEFAULTS>} changes */
export function keep(changes) {
  Object.assign(settings, changes);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing still checks papers.
  }
}

/** Light or dark, or as the device has it. */
export function dress() {
  const root = document.documentElement;
  if (settings.theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = settings.theme;
}
