// @ts-check
// A hand scanner that types: many keys one after another, then Enter. It is heard wherever the focus is.

/** After a break as long as this, in milliseconds, another text begins: scanners over radio are slow, but not as slow. */
const BREAK_MS = 1_000;
/** Some scanners end with Enter twice: the second, within so many milliseconds, would send the verdict away unseen. */
const ECHO_MS = 150;
/** Fewer keys are no symbol. */
const LEAST = 8;

/** @param {(text: string) => void} take Is given each text that a scanner typed. */
export function listen(take) {
  let typed = '';
  let last = 0;
  let taken = -ECHO_MS;
  addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      // A field takes its text itself; its form is sent by the same Enter.
      if (event.target instanceof Element && event.target.matches('input[type=text], textarea')) return;
      if (event.timeStamp - last > BREAK_MS) typed = '';
      last = event.timeStamp;
      if (event.key.length === 1) {
        typed += event.key;
        // A blank within a text must not press the button that has the focus.
        if (event.key === ' ' && typed.length > 1) event.preventDefault();
      } else if (event.key === 'Enter' || event.key === 'Tab') {
        const text = typed;
        typed = '';
        const isEcho = !text && event.timeStamp - taken < ECHO_MS;
        if (text.length < LEAST && !isEcho) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (isEcho) return;
        taken = event.timeStamp;
        take(text);
      }
    },
    { capture: true },
  );
}
