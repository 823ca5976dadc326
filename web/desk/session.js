// @ts-check
// First start, signing in and out, the key, and the question for the passphrase when a session has ended.

import { ask, onExpiry, post, refresh, request, state } from './api.js';
import { dialog } from './dialogs.js';
import { h, newId } from './dom.js';
import { during, problemBox, statusPlace } from './problems.js';
import { t } from './words.js';

/** Calls when who is signed in, or the key, has changed. @type {Set<() => void>} */
export const changed = new Set();
const tell = () => changed.forEach((listener) => listener());

/** Shortest passphrase that is taken. */
const LEAST = 12;

/**
 * A labelled input.
 * @param {string} label @param {Record<string, any>} attributes @param {string} [hint]
 */
export function input(label, attributes, hint = '') {
  const id = newId('in');
  const control = h('input', { id, ...attributes, 'aria-describedby': hint ? `${id}-hint` : null });
  const node = h('div', { class: 'field' },
    h('label', { for: id }, label, attributes.required && h('span', { class: 'required' }, ` ${t('required')}`)),
    hint && h('p', { class: 'hint', id: `${id}-hint` }, hint),
    control);
  return { node, control };
}

/** @param {string} label @param {Record<string, any>} [attributes] @param {string} [hint] */
function passphrase(label, attributes = {}, hint = '') {
  const made = input(label, { type: 'password', required: true, autocomplete: 'current-password', ...attributes }, hint);
  const shown = h('input', { type: 'checkbox', onchange: () => (made.control.type = shown.checked ? 'text' : 'password') });
  made.node.append(h('label', { class: 'check' }, shown, ` ${t('passphrase.show')}`));
  return made;
}

/** The page of the first start. @returns {import('./router.js').Page} */
export function setupPage() {
  const status = statusPlace();
  const token = input(t('setup.token'), { required: true, autocomplete: 'off', spellcheck: 'false', dir: 'ltr' }, t('setup.token.hint'));
  const name = input(t('setup.name'), { required: true, maxlength: 120, dir: 'auto', autocomplete: 'organization' }, t('setup.name.hint'));
  const country = input(t('setup.country'), { maxlength: 3, size: 6, autocapitalize: 'characters', dir: 'ltr', pattern: '[A-Za-z]{3}' }, t('setup.country.hint'));
  const first = passphrase(t('setup.passphrase'), { minlength: LEAST, autocomplete: 'new-password' }, t('setup.passphrase.hint', { n: LEAST }));
  const second = passphrase(t('setup.again'), { minlength: LEAST, autocomplete: 'new-password' });
  const button = h('button', { class: 'main' }, t('setup.do'));
  // A data folder that was set up at the command line has an issuer already, and lacks only the passphrase of the desk.
  const { desk } = state.session;
  const same = () => second.control.setCustomValidity(first.control.value === second.control.value ? '' : t('setup.differ'));
  first.control.addEventListener('input', same);
  second.control.addEventListener('input', same);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await during(status, t('setup.wait'), async () => {
      await post('/setup', {
        token: token.control.value.trim(), passphrase: first.control.value,
        ...(desk ? {} : { name: name.control.value.trim(), country: country.control.value.trim().toUpperCase() || null }),
      }, { once: true });
      await refresh();
      if (!state.session.signed_in) await signIn(first.control.value);
      tell();
    }, button);
  };
  return {
    title: t('setup.title'),
    node: h('section', { class: 'narrow' }, h('h1', {}, t('setup.title')), h('p', {}, t('setup.text')),
      desk && h('p', { class: 'lead' }, h('bdi', {}, desk.name)),
      h('form', { onsubmit: submit }, token.node, !desk && [name.node, country.node], first.node, second.node, status.node,
        h('div', { class: 'actions' }, button))),
  };
}

/** @param {string} passphrase */
async function signIn(passphrase) {
  await request('POST', '/session', { body: { passphrase }, once: true });
  if ((await refresh()).key !== 'locked') return;
  // The key mostly has the passphrase of the desk: nobody is asked for the same words twice. Where it has another, it stays locked.
  await post('/key/unlock', { passphrase }, { once: true }).catch(() => null);
  await refresh();
}

/** The page for who is not signed in. @returns {import('./router.js').Page} */
export function signInPage() {
  const form = signInForm(t('signin.do'), tell);
  const desk = state.session.desk?.name;
  return {
    title: t('signin.title'),
    node: h('section', { class: 'narrow' }, h('h1', {}, t('signin.title')), desk && h('p', { class: 'lead' }, h('bdi', {}, desk)), form),
  };
}

/** @param {string} yes @param {() => void} then @param {(() => void) | null} [cancel] */
function signInForm(yes, then, cancel = null) {
  const status = statusPlace();
  const secret = passphrase(t('passphrase'), { autofocus: true });
  const button = h('button', { class: 'main' }, yes);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await during(status, t('signin.wait'), async () => {
      try {
        await signIn(secret.control.value);
      } catch (error) {
        secret.control.select();
        throw wrong(error);
      }
      then();
    }, button);
  };
  return h('form', { onsubmit: submit }, secret.node, status.node,
    h('div', { class: 'actions' }, cancel && h('button', { type: 'button', onclick: cancel }, t('signout')), button));
}

/** A passphrase that does not fit has words of its own. @param {any} error */
function wrong(error) {
  if (error.status === 401 || error.status === 403) {
    error.status = -1;
    error.title = t('passphrase.wrong');
    error.detail = '';
    error.next ||= t('passphrase.wrong.next');
  }
  return error;
}

/** @type {Promise<boolean> | null} */
let asking = null;
/**
 * Says that the session has ended, and has the clerk sign in again over the page, which keeps what was typed. Several requests may
 * find out at once; the question is asked once.
 * @returns {Promise<boolean>} whether somebody is signed in again
 */
function signInAgain() {
  asking ??= dialog(t('expired.title'), (done) => [
    h('p', {}, t('expired.text')),
    signInForm(t('signin.do'), () => done(true), () => done(null)),
  ], { firm: true }).then(async (again) => {
    asking = null;
    if (!again) {
      await refresh().catch(() => null);
      tell();
    }
    return again === true;
  });
  return asking;
}
onExpiry(signInAgain);

/** Ends the session. */
export async function signOut() {
  await request('DELETE', '/session', { once: true }).catch(() => null);
  await refresh().catch(() => void ask());
  tell();
}

/** Opens the key when it is locked; false when the clerk does not want to. @returns {Promise<boolean>} */
export async function keyOpen() {
  if (state.session.key === 'open') return true;
  try {
    await refresh();
  } catch {
    // The server does not answer, which the line at the top says.
    return false;
  }
  if (!state.session.signed_in && !(await signInAgain())) return false;
  const opened = state.session.key === 'open' || (await dialog(t('key.title'), keyForm));
  tell();
  return opened === true;
}

/** @param {(answer: true | null) => void} done */
function keyForm(done) {
  const status = statusPlace();
  const secret = passphrase(t('passphrase'), { autofocus: true });
  const button = h('button', { class: 'main' }, t('key.unlock'));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await during(status, t('key.wait'), async () => {
      if (await unlocked(secret.control)) done(true);
      else if (!state.session.signed_in) done(null);
    }, button);
  };
  return [h('p', {}, t('key.text')), h('form', { onsubmit: submit }, secret.node, status.node,
    h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => done(null) }, t('cancel')), button))];
}

/**
 * Asks for the key to be opened. That nobody is signed in any more (401) is no wrong passphrase: the clerk signs in again, which
 * mostly opens the key too.
 * @param {HTMLInputElement} secret
 */
async function unlocked(secret) {
  try {
    // A token of another tab's session (403) is asked for anew, and the request repeated.
    await request('POST', '/key/unlock', { body: { passphrase: secret.value }, stay: true });
  } catch (/** @type {any} */ error) {
    if (error.status === 401) {
      if (!(await signInAgain())) return false;
      secret.select();
      return state.session.key === 'open';
    }
    secret.select();
    throw wrong(error);
  }
  await refresh();
  return true;
}

/** Locks the key. */
export async function lockKey() {
  // Where the server does not answer, the line at the top says so.
  await post('/key/lock').then(refresh).catch(() => null);
  tell();
}

/** Who is signed in, told when the desk is opened; null when the server does not answer. */
export async function begin() {
  try {
    await refresh();
    return null;
  } catch (error) {
    return problemBox(error, () => location.reload());
  }
}

