// @ts-check
// One credential in full: photo, names, who signed, until when, every field, and what was not checked.

import { country } from './countries.js';
import { ago, day, partial } from './dates.js';
import { glyph, h } from './dom.js';
import { apart, has, language, number, pick, t } from './words.js';

/** Shapes of the verdicts, told apart without colour: tick in a disc, cross in an octagon, question in a diamond, ring. */
const SHAPES = /** @type {Record<string, string>} */ ({
  valid: 'M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zM10.2 17.4 5.4 12.6l2-2 2.8 2.8 6.6-6.6 2 2z',
  invalid: 'M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4zM8.4 6.4l-2 2 3.6 3.6-3.6 3.6 2 2 3.6-3.6 3.6 3.6 2-2-3.6-3.6 3.6-3.6-2-2-3.6 3.6z',
  undecided: 'M12 .6 23.4 12 12 23.4.6 12zM12 5.6c-2.3 0-3.9 1.5-4 3.7h2.4c0-1 .7-1.6 1.6-1.6s1.5.6 1.5 1.4c0 .7-.3 1.1-1.2 1.7-1.1.8-1.6 1.5-1.5 2.9h2.3c0-.8.3-1.2 1.2-1.8 1-.7 1.6-1.6 1.6-2.9 0-2-1.6-3.4-3.9-3.4zM12 15a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8z',
  unreadable: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 5a7 7 0 1 1 0 14 7 7 0 0 1 0-14z',
});
/** The worst first, as the exit codes of the command line have it. */
const ORDER = ['invalid', 'undecided', 'unreadable', 'valid'];

/** @param {any[]} answers */
export const worstFirst = (answers) => [...answers].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));

/** @param {any} answer The reason in plain words. */
export function why(answer) {
  const key = answer.reason ? `reason.${answer.reason}` : `verdict.${answer.verdict}.why`;
  return has(key) ? t(key) : (answer.reason ?? '');
}

/** @param {string} verdict */
const word = (verdict) => t(`verdict.${verdict}`);

/**
 * The band that is seen first. The focus goes to its heading, and so a screen reader says it, once, with the reason after it.
 * @param {any} answer
 * @param {boolean} first
 */
function band(answer, first) {
  const heading = h(first ? 'h1' : 'h2', { class: 'word', tabindex: '-1', 'aria-describedby': first ? 'verdict-why verdict-todo' : null }, word(answer.verdict));
  return h('div', { class: 'band' }, glyph(SHAPES[answer.verdict], 'shape'), h('div', {}, heading, h('p', { class: 'why', id: first && 'verdict-why', text: why(answer) })));
}

/** @param {any} answer @param {boolean} first */
function next(answer, first) {
  // Without a photo there is no face to compare.
  const valid = answer.shown?.photo ? 'verdict.valid.next' : 'verdict.valid.next.names';
  const key = answer.reason ? `reason.${answer.reason}.next` : valid;
  if (!has(key)) return null;
  const ended = answer.shown?.expires_last_day ?? answer.expires;
  return h('p', { class: 'todo', id: first && 'verdict-todo' }, h('strong', { text: `${t('verdict.todo')}: ` }), t(key, { date: ended ? day(ended) : '–' }));
}

/**
 * @param {any} answer One answer of the core.
 * @param {{first: boolean, keepUrl: (url: string) => void, compared: (root: string) => boolean}} how
 */
export function card(answer, how) {
  const shown = answer.shown;
  const unchecked = shown && !shown.checked;
  const article = h('article', { class: 'card', 'data-verdict': answer.verdict, 'data-reason': answer.reason }, band(answer, how.first), next(answer, how.first));
  if (shown) {
    const body = h('div', { class: unchecked ? 'body unchecked' : 'body' });
    if (unchecked) body.append(h('p', { class: 'not-checked', text: t('card.unchecked') }));
    body.append(who(shown, how), facts(answer, how));
    article.append(body);
  }
  article.append(technical(answer));
  return article;
}

/** Title, photo and names. */
function who(/** @type {any} */ shown, /** @type {any} */ how) {
  const title = pick(shown.title);
  const names = (shown.names ?? []).map((/** @type {any} */ name) => h('p', { class: 'name', lang: name.lang, dir: 'auto', text: name.text }));
  return h(
    'div', { class: 'who' }, photo(shown.photo, how),
    h('div', {}, title && h('p', { class: 'title', lang: title.lang, dir: 'auto', text: title.text }), ...names),
  );
}

function photo(/** @type {any} */ picture, /** @type {any} */ how) {
  if (!picture?.data) return null;
  const bytes = Uint8Array.from(atob(picture.data), (letter) => letter.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: picture.media_type }));
  how.keepUrl(url);
  return h('figure', {}, h('img', { src: url, alt: t('card.photo') }), h('figcaption', { text: t('card.face') }));
}

/** Everything in rows of label and value. */
function facts(/** @type {any} */ answer, /** @type {any} */ how) {
  const list = h('dl', { class: 'facts' });
  const row = (/** @type {any} */ label, /** @type {any} */ value, attributes = {}) => {
    if (value === null || value === undefined || value === '') return;
    const { text, lang } = typeof label === 'string' ? { text: label, lang: undefined } : label;
    list.append(h('div', {}, h('dt', { lang: lang === language().code ? undefined : lang, dir: 'auto', text }), h('dd', { dir: 'auto', ...attributes }, value)));
  };
  const { shown, issuer, trust } = answer;
  if (issuer?.name) row(t('card.issuer'), h('span', {}, h('bdi', { text: issuer.name }), issuer.country ? ` (${apart(country(issuer.country))})` : ''), { class: 'strong', dir: null });
  if (issuer?.root_name) row(t('card.vouched'), h('span', {}, h('bdi', { text: issuer.root_name }), trust?.root && !how.compared(trust.root) ? ` – ${t('trust.uncompared')}` : ''), { dir: null });
  row(t('card.issued'), shown.issued ? day(shown.issued) : t('card.unsaid'));
  if (answer.reason === 'not-yet-valid' && answer.not_before) row(t('card.from'), day(answer.not_before), { class: 'strong' });
  row(t('card.until'), shown.expires_last_day ? day(shown.expires_last_day) : t('card.no-end'));
  for (const field of shown.fields ?? []) row(labelOf(field), valueOf(field), field.kind === 'members' ? { dir: null } : {});
  row(t('card.serial'), answer.serial, { dir: 'ltr' });
  row(t('card.copy'), shown.copy ? number(shown.copy) : null);
  row(t('card.supersedes'), shown.supersedes, { dir: 'ltr' });
  if (trust) row(t('card.trust'), trustLine(trust));
  for (const departure of shown.departures ?? []) row(t('card.note'), departure, { lang: 'en' });
  return list;
}

/** @param {any} trust */
function trustLine(trust) {
  return `${t('trust.signed', { age: ago(trust.age_days) })} – ${t(`trust.state.${trust.state}`)} – ${t('trust.number')} ${number(trust.sequence)}`;
}

/** @param {any} field */
function labelOf(field) {
  return pick(field.labels) ?? { text: field.name.replaceAll('_', ' '), lang: 'en' };
}

/** @param {any} field @returns {any} */
function valueOf(field) {
  if (field.kind === 'members') {
    return h('ol', { class: 'members' }, ...(field.members ?? []).map((/** @type {any[]} */ one) => h('li', {}, member(one))));
  }
  const words = field.kind === 'date' || field.kind === 'country' ? null : pick(field.words);
  if (words) return h('span', { lang: words.lang, text: words.text });
  if (field.kind === 'date') return partial(field.value, field.certainty);
  if (field.kind === 'country') return country(field.value, field.words);
  return field.value;
}

/** @param {any[]} fields One member of a household: values, each after its label. */
function member(fields) {
  const list = h('dl', { class: 'member' });
  for (const field of fields) {
    const label = labelOf(field);
    list.append(h('div', {}, h('dt', { lang: label.lang, dir: 'auto', text: label.text }), h('dd', { dir: 'auto' }, valueOf(field))));
  }
  return list;
}

/** What a supervisor may ask for; in the words of the program, which are English. */
function technical(/** @type {any} */ answer) {
  const { symbol } = answer;
  const facts = [
    answer.detail, answer.format && `format: ${answer.format}`, answer.issuer?.kid && `key: ${answer.issuer.kid}`,
    answer.reason && `reason: ${answer.reason}`, answer.source_kind && `read from: ${answer.source_kind}`,
    symbol?.kind && `symbol: ${symbol.kind} ${symbol.version ?? ''}-${symbol.ec_level ?? ''}, ${symbol.errors_corrected ?? 0} errors corrected`,
    answer.page && answer.page > 1 && `page: ${answer.page}`,
  ].filter(Boolean);
  if (!facts.length) return null;
  return h('details', { class: 'technical' }, h('summary', { text: t('card.technical') }), h('ul', { lang: 'en', dir: 'ltr' }, ...facts.map((fact) => h('li', { dir: 'auto', text: fact }))));
}
