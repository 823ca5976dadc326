// @ts-check
// Watches a job on the server: by events, and by asking when events do not come. Knows how long is left.

import { address, get, post, Problem, requestKey } from './api.js';
import { announce, fill, h, said as english } from './dom.js';
import { faultText } from './field.js';
import { problemBox } from './problems.js';
import { keyOpen } from './session.js';
import { number, t } from './words.js';

/**
 * @typedef {{id: string, key?: string, type: string, state: 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted',
 *   stage?: 'checking' | 'issuing', done: number, total: number, serials: string[], document?: boolean, problem?: any,
 *   problems?: import('./form.js').Fault[]}} Job
 */

/** Faults of rows that are told. */
const TOLD = 20;
/** Milliseconds between questions when events do not come. */
const ASKED_EVERY = 1500;

/** @param {string} id @param {(job: Job) => void} onchange @param {(error: unknown) => void} onerror */
export function watch(id, onchange, onerror) {
  const path = `/jobs/${encodeURIComponent(id)}`;
  let over = false;
  let timer = 0;
  /** @param {Job} job */
  const take = (job) => {
    if (over) return;
    if (job.state !== 'running') stop();
    onchange(job);
  };
  const poll = async () => {
    if (over) return;
    try {
      take(await get(path));
    } catch (error) {
      if (!over) onerror(error);
    }
    if (!over) timer = window.setTimeout(poll, ASKED_EVERY);
  };
  const source = new EventSource(address(`${path}/events`));
  const stop = () => {
    over = true;
    source.close();
    clearTimeout(timer);
  };
  for (const name of ['message', 'job', 'progress']) {
    source.addEventListener(name, (event) => {
      try {
        take(JSON.parse(/** @type {MessageEvent} */ (event).data));
      } catch {
        // A comment or a word that is no job: the next question tells.
      }
    });
  }
  source.onerror = () => {
    source.close();
    if (!over && !timer) timer = window.setTimeout(poll, 200);
  };
  return stop;
}

/**
 * Asks for orders to be carried out, each once: where the answer to the first request was lost, the job that it began is looked
 * for before another is asked for, and the request that is repeated has the key of the first.
 */
export function issuer() {
  /** The order whose answer was lost, without the decision about who holds a paper already: that may be the holder of this very paper. */
  let lost = '';
  /** A key is for one order, to the letter: with another decision it is another order. */
  let key = '';
  let sent = '';
  /** @param {any} order */
  const without = ({ reissue, keep_going, ...order }) => JSON.stringify(order);
  /** @returns {Promise<Job[]>} */
  const all = async () => {
    const told = await get('/jobs');
    return Array.isArray(told) ? told : told?.jobs ?? [];
  };
  /** @param {Job[]} jobs @param {any} order */
  const begun = (jobs, order) => (lost && lost === without(order) ? jobs.find((job) => job.key === key) : undefined);
  return {
    /** The job of an order whose answer was lost, if it was begun: to be asked before anything is checked or decided anew. @param {any} order */
    begun: async (order) => (lost ? begun(await all(), order)?.id ?? null : null),
    /** @param {{type: string} & Record<string, any>} order @returns {Promise<{job: string}>} */
    issue: async (order) => {
      const known = lost ? begun(await all(), order) : undefined;
      if (known) return { job: known.id };
      if (!lost || sent !== JSON.stringify(order)) key = requestKey();
      sent = JSON.stringify(order);
      lost = '';
      try {
        const told = await post('/issue', order, { headers: { 'Idempotency-Key': key } });
        // An answer that was cut is none.
        if (!told?.job) throw new Problem({ status: 0 });
        return told;
      } catch (/** @type {any} */ error) {
        // A proxy between says for the server that there was no answer (RFC 9110 §15.6.3, §15.6.5).
        if ([0, 502, 504].includes(error.status)) lost = without(order);
        throw error;
      }
    },
  };
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 60) return t('time.seconds', { n: number(Math.max(1, Math.round(seconds))) });
  return t('time.minutes', { n: number(Math.ceil(seconds / 60)) });
}

/**
 * A job with its progress and what can be done with it.
 * @param {string} id
 * @param {{done?: (job: Job) => void, ended?: (job: Job) => void}} [then]
 */
export function jobBox(id, then = {}) {
  const node = h('div', { class: 'job' });
  const bar = h('progress', { max: 1, value: 0, 'aria-label': t('job.running') });
  const count = h('p', { class: 'job-count' });
  const said = h('div', {});
  const actions = h('div', { class: 'actions' });
  fill(node, bar, count, said, actions);
  let began = 0;
  let at = 0;
  /** @type {string | undefined} */
  let stageBefore;
  let stop = () => {};

  /** @param {'cancel' | 'resume'} what */
  const act = async (what) => {
    if (what === 'resume' && !(await keyOpen())) return;
    fill(said);
    fill(actions, h('p', { class: 'waiting' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), t('wait')));
    try {
      await post(`/jobs/${encodeURIComponent(id)}/${what}`);
    } catch (error) {
      // Why it was refused must not be wiped by the state that the job is in still.
      if (what === 'resume') return fill(actions, problemBox(error, () => void act(what)));
    }
    // A cancelled job may have ended before the answer came: the state on the server counts.
    begin();
  };

  /** @param {Job} job */
  function show(job) {
    bar.max = Math.max(1, job.total);
    bar.value = job.done;
    bar.hidden = job.state === 'done';
    if (!began || job.done < at) [began, at] = [performance.now(), job.done];
    const rate = (job.done - at) / ((performance.now() - began) / 1000);
    const left = job.state === 'running' && rate > 0 && job.total - job.done > 0 ? ` · ${t('job.left', { time: duration((job.total - job.done) / rate) })}` : '';
    const stage = job.state === 'running' && job.stage ? `${t(`job.stage.${job.stage}`)}: ` : '';
    // Each stage counts from the beginning.
    if (job.stage !== stageBefore) [stageBefore, began, at] = [job.stage, performance.now(), job.done];
    fill(count, stage, t('job.count', { done: number(job.done), total: number(job.total) }), left);
    const title = t(`job.${job.state}`);
    if (job.state === 'running') {
      fill(said);
      if (!actions.querySelector('button')) fill(actions, h('button', { type: 'button', onclick: () => void act('cancel') }, t('job.cancel')));
      return;
    }
    announce(title);
    const good = job.state === 'done';
    fill(said, h('div', { class: `box ${good ? 'good' : job.state === 'failed' ? 'bad' : 'warn'}` },
      h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, good ? '✓' : '!'), title),
      !good && h('p', {}, t(`job.${job.state}.next`))), job.problem && problemOf(job.problem),
      (job.problems ?? []).slice(0, TOLD).map((fault) => h('p', { class: 'fault' }, faultText(fault))));
    fill(actions, !good && h('button', { type: 'button', class: 'main', onclick: () => void act('resume') }, t('job.resume')));
    then.ended?.(job);
    if (good) then.done?.(job);
  }
  function begin() {
    began = 0;
    stop();
    fill(actions);
    stop = watch(id, show, (error) => fill(said, problemBox(error)));
  }
  begin();
  return { node, close: () => stop() };
}

/** @param {any} told */
function problemOf(told) {
  const text = typeof told === 'string' ? { detail: told } : told;
  return h('div', { class: 'box bad' }, ['title', 'detail', 'found', 'wanted', 'next'].map((name) => text[name] && h('p', {}, english(text[name]))));
}

/** Links that open the printed PDF, for the printer and as a file. @param {Job} job @param {string} name */
export function documentLinks(job, name) {
  if (job.document === false) return { node: h('p', { class: 'box warn' }, t('print.gone')), open: h('span') };
  const href = address(`/jobs/${encodeURIComponent(job.id)}/document.pdf`);
  return printLinks(href, `${name}.pdf`);
}

/** @param {string} href @param {string} file */
export function printLinks(href, file) {
  const open = h('a', { class: 'button main', href, target: '_blank', rel: 'noopener' }, t('print.open'));
  return { node: h('div', { class: 'buttons' }, open, h('a', { class: 'button', href, download: file }, t('print.save'))), open };
}
