// @ts-check
// A hand scanner that types: many keys, faster than any hand, then Enter. It is heard wherever the focus is.

/** Keys further apart than this, in milliseconds, were typed by a person. */
const GAP = 80;
/** Fewer keys are no symbol. */
const LEAST = 8;

/** @param {(text: string) => void} take Is given each text that a scanner typed. */
export function listen(take) {
  let typed = '';
  let last = 0;
  addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      // A field takes its text itself; its form is sent by the same Enter.
      if (event.target instanceof Element && event.target.matches('input[type=text], textarea')) return;
      const quick = event.timeStamp - last < GAP;
      last = event.timeStamp;
      if (!quick) typed = '';
      if (event.key.length === 1) {
        typed += event.key;
        // A blank within a text must not press the button that has the focus.
        if (event.key === ' ' && typed.length > 1) event.preventDefault();
      } else if (event.key === 'Enter' || event.key === 'Tab') {
        const text = typed;
        typed = '';
        if (text.length < LEAST) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        take(text);
      }
    },
    { capture: true },
  );
}
