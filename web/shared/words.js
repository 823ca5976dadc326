// @ts-check
// What the words of the gate and of the desk have in common.

/**
 * A name within a sentence, set apart from its direction (Unicode UAX #9, FSI and PDI): a Latin name with digits stays whole in an
 * Arabic sentence, and the other way round. Where there are elements, `bdi` does the same. What has no letters needs it not.
 * @param {string} name
 */
export const apart = (name) => (/\p{L}/u.test(name) ? `\u2068${name}\u2069` : name);

/** What is put into sentences in the language of the page; anything else is a name, in any language. */
const OWN = ['age', 'date', 'day', 'month', 'now', 'time', 'word'];

/**
 * A text with what stands in braces filled in; names are set apart.
 * @param {string} text
 * @param {Record<string, any>} values What is not there leaves nothing.
 * @param {(value: number) => string} write Numbers as the language has them.
 */
export function filled(text, values, write) {
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name] ?? '';
    if (typeof value === 'number') return write(value);
    return OWN.includes(name) ? String(value) : apart(String(value));
  });
}

/** Whether this browser knows how a language writes dates and names: Chromium, for one, has no Burmese. @param {string} locale */
export const isWritten = (locale) => Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0;
