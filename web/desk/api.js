// @ts-check
// Talks to the server. What it refuses becomes a Problem; a session that ended is opened again and the request repeated;
// a server that does not answer is told, and nothing that was typed is touched.

const BASE = '/api/v1';

/**
 * What the server says of itself and of who is signed in.
 * @typedef {{signed_in: boolean, csrf: string | null, setup_needed: boolean,
 *   desk: {name: string, country: string | null, kid: string} | null, key: 'absent' | 'locked' | 'open'}} Session
 */

/** @type {{session: Session}} */
export const state = { session: { signed_in: false, csrf: null, setup_needed: false, desk: null, key: 'absent' } };

/** A request that was refused (RFC 9457), or was not answered (`status` 0). */
export class Problem extends Error {
  /** @param {Record<string, any>} told */
  constructor(told) {
    super(told.detail ?? told.title ?? String(told.status));
    this.status = told.status ?? 0;
    this.title = told.title ?? '';
    this.detail = told.detail ?? '';
    this.found = told.found ?? '';
    this.wanted = told.wanted ?? '';
    this.next = told.next ?? '';
    this.line = told.line ?? null;
    this.column = told.column ?? null;
    /** Everything that the server told. */
    this.told = told;
  }
}

/** @type {Set<(answers: boolean) => void>} */
const listeners = new Set();
let answers = true;
let asking = 0;

/** Calls `listener` whenever the server stops or begins to answer. @param {(answers: boolean) => void} listener */
export const onConnection = (listener) => listeners.add(listener);

/** @param {boolean} now */
function connection(now) {
  if (now !== answers) {
    answers = now;
    listeners.forEach((listener) => listener(now));
  }
  if (!now && !asking) asking = window.setInterval(ask, 3000);
  if (now && asking) asking = (clearInterval(asking), 0);
}

/** Asks whether the server is there. */
export async function ask() {
  try {
    await fetch('/health', { cache: 'no-store' });
    connection(true);
  } catch {
    connection(false);
  }
}

/** Signs in again when a session has ended: set by the page that can ask for the passphrase. @type {() => Promise<boolean>} */
let signInAgain = async () => false;
/** @param {() => Promise<boolean>} ask */
export const onExpiry = (ask) => (signInAgain = ask);

/**
 * @typedef {{body?: any, type?: string, signal?: AbortSignal, once?: boolean, stay?: boolean,
 *   headers?: Record<string, string>}} Options
 * `once`: no answer is a reason to ask again; `stay`: an ended session is an answer, and not a reason to ask for the passphrase
 */

/** @param {string} method @param {string} path @param {Options} options @returns {Promise<Response>} */
async function send(method, path, options) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json, application/problem+json, */*', ...options.headers };
  if (method !== 'GET' && state.session.csrf) headers['X-CSRF-Token'] = state.session.csrf;
  let body = options.body;
  if (body !== undefined) {
    headers['Content-Type'] = options.type ?? 'application/json';
    if (!options.type) body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(BASE + path, {
      method, headers, body, signal: options.signal, credentials: 'same-origin', cache: 'no-store',
    });
    connection(true);
    return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    connection(false);
    throw new Problem({ status: 0 });
  }
}

/** The answer to a request, whatever its kind. @param {string} method @param {string} path @param {Options} [options] */
export async function request(method, path, options = {}) {
  let answer = await send(method, path, options);
  if (answer.status === 401 && !options.once && !options.stay) {
    if (!(await signInAgain())) throw new Problem({ status: 401 });
    answer = await send(method, path, options);
  } else if (answer.status === 403 && method !== 'GET' && !options.once) {
    // Signed in again in another tab: the token is another one.
    const before = state.session.csrf;
    await refresh();
    if (state.session.csrf !== before) answer = await send(method, path, options);
  }
  if (answer.ok) return answer;
  throw await problem(answer);
}

/** @param {Response} answer */
async function problem(answer) {
  const text = await answer.text();
  try {
    return new Problem({ ...JSON.parse(text), status: answer.status });
  } catch {
    return new Problem({ status: answer.status, title: answer.statusText });
  }
}

/** The answer to a request as JSON. @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} */
export async function json(method, path, options) {
  const answer = await request(method, path, options);
  return answer.status === 204 ? null : answer.json().catch(() => null);
}

/** @param {string} path @param {Options} [options] */
export const get = (path, options) => json('GET', path, options);
/** @param {string} path @param {any} [body] @param {Options} [options] */
export const post = (path, body, options) => json('POST', path, { ...options, body: body ?? {} });

/** Asks who is signed in. */
export async function refresh() {
  state.session = await get('/session', { once: true });
  return state.session;
}

/** A name for one request that may be sent twice and is to be carried out once. Where the page came without TLS there is no `randomUUID`. */
export function requestKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The address of something that the browser itself opens. @param {string} path */
export const address = (path) => BASE + path;

/** @param {Record<string, any>} values */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return set.length ? `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}` : '';
}
