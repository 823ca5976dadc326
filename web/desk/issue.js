// @ts-check
// One paper for one person: fill in, issue, print, read back, next person.

import { post } from './api.js';
import { debounced, fill, h } from './dom.js';
import { makeForm } from './form.js';
import { documentLinks, issuer, jobBox } from './jobs.js';
import { makePhoto } from './photo.js';
import { makePreview } from './preview.js';
import { during, statusPlace } from './problems.js';
import { makeReadback } from './readback.js';
import { go } from './router.js';
import { keyOpen } from './session.js';
import { makeOptions, typeOf, types } from './types.js';
import { decide } from './warnings.js';

import { label, t } from './words.js';

/**
 * What was typed, while the page is made anew in another language. In memory only.
 * @type {Map<string, {rows: any[], photo: any, issuer: any}>}
 */
const drafts = new Map();
/** Jobs that were begun and are shown, by type, while the page is made anew in another language. @type {Map<string, string>} */
const begun = new Map();

/** @param {Record<string, string>} parameters @returns {Promise<import('./router.js').Page>} */
export async function issuePage(parameters) {
  if (!parameters.type) return typesPage();
  const type = await typeOf(parameters.type);
  const page = new IssuePage(type);
  return page;
}

/** @returns {Promise<import('./router.js').Page>} */
async function typesPage() {
  const all = await types();
  return {
    title: t('nav.issue'),
    node: h('section', {}, h('h1', {}, t('issue.type')),
      h('ul', { class: 'tiles' }, all.map((type) => h('li', {}, h('a', { class: 'tile', href: `#/issue/${encodeURIComponent(type.name)}` },
        h('span', { class: 'tile-name' }, label(type.title, type.name))))))),
  };
}

/** The three steps, the one that is on marked. @param {number} on */
const steps = (on) => h('ol', { class: 'steps' }, ['step.fill', 'step.print', 'step.read'].map((key, at) =>
  h('li', { class: at < on ? 'is-done' : '', 'aria-current': at === on ? 'step' : null }, t(key))));

/** One person's page. */
class IssuePage {
  /** @param {import('./form.js').Type} type */
  constructor(type) {
    this.type = type;
    this.title = label(type.title, type.name);
    this.node = h('section', { class: 'issue' });
    this.closing = /** @type {(() => void)[]} */ ([]);
    this.issued = false;
    this.checked = false;
    this.form = makeForm(type, () => this.changed());
    this.options = makeOptions(type, () => this.changed());
    this.photo = type.photo ? makePhoto(() => this.changed()) : null;
    this.preview = makePreview(() => this.wanted(), (bytes) => this.photo?.room(bytes));
    this.closing.push(() => this.preview.close());
    this.status = statusPlace();
    this.recheck = debounced(() => void this.check(false), 800);
    const draft = drafts.get(type.name);
    // Knows of an answer that was lost.
    this.issuer = draft?.issuer ?? issuer();
    if (draft) {
      this.form.set(draft.rows);
      this.photo?.restore(draft.photo);
      this.form.isDirty = () => true;
      drafts.delete(type.name);
    }
    this.fillIn();
    const job = begun.get(type.name);
    begun.delete(type.name);
    if (job) this.follow(job);
  }

  unsaved() {
    return !this.issued && (this.form.isDirty() || Boolean(this.photo?.data()));
  }

  remember() {
    if (this.job) begun.set(this.type.name, this.job);
    if (this.issued || this.form.isEmpty()) return;
    drafts.set(this.type.name, { rows: this.form.rows(), photo: this.photo?.keep(), issuer: this.issuer });
  }

  close() {
    this.recheck.cancel();
    this.closing.forEach((act) => act());
  }

  shown() {
    if (!this.form.isEmpty()) this.preview.later();
  }

  changed() {
    this.preview.later();
    if (this.checked) this.recheck();
  }

  /** What the preview draws. */
  wanted() {
    if (this.form.isEmpty()) return null;
    const photo = this.photo?.data();
    const { row, members } = this.form.parts();
    return { type: this.type.name, ...this.options.values(), row, ...(members.length ? { members } : {}), ...(photo ? { photo } : {}) };
  }

  fillIn() {
    this.button = h('button', { class: 'main big' }, t('issue.do'));
    const form = h('form', { novalidate: true, onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.issue();
    } }, this.form.node, this.photo?.node, this.options.node, this.status.node, h('div', { class: 'actions' },
      h('button', { type: 'button', onclick: () => void this.check(true) }, t('issue.check')), this.button));
    fill(this.node, h('h1', {}, this.title), steps(0), h('div', { class: 'beside' }, form, this.preview.node));
  }

  /** What is asked to be checked and issued. */
  order() {
    const photo = this.photo?.data();
    return { type: this.type.name, ...this.options.values(), rows: this.form.rows(), ...(photo ? { photos: { 1: photo } } : {}) };
  }

  /** What the server says of the rows; null while it was not asked. @param {boolean} tell */
  async check(tell) {
    this.recheck.cancel();
    const ask = async () => {
      const told = await post('/check', this.order());
      this.checked = true;
      this.form.setFaults(told.problems ?? [], tell);
      return told;
    };
    if (!tell) return ask().catch(() => null);
    const told = await during(this.status, t('issue.checking'), ask, null, () => this.check(true));
    if (told && !(told.problems ?? []).length) this.status.good(t('issue.no-faults'));
    return told;
  }

  /** A second press of the button, while the first is being looked into, asks for nothing. */
  async issue() {
    if (this.isIssuing || this.issued) return;
    this.isIssuing = true;
    try {
      await this.ask();
    } finally {
      this.isIssuing = false;
    }
  }

  async ask() {
    // The paper of an answer that was lost is there already: it must not be taken for another one that the person holds.
    const begun = await during(this.status, t('wait'), async () => ({ job: await this.issuer.begun(this.order()) }), this.button, () => this.issue());
    if (!begun) return;
    if (begun.job) return this.follow(begun.job);
    const told = await this.check(true);
    if (!told || (told.problems ?? []).length) return;
    this.status.clear();
    let reissue = false;
    const warnings = told.warnings ?? [];
    if (warnings.length) {
      const decision = await decide(warnings);
      if (!decision) return this.status.show(h('p', { class: 'box warn' }, t('issue.stopped')));
      reissue = Boolean(decision.reissue);
    }
    if (!(await keyOpen())) return;
    await this.send(reissue);
  }

  /** @param {boolean} reissue */
  async send(reissue) {
    const job = await during(this.status, t('issue.wait'), async () => {
      try {
        return await this.issuer.issue({ ...this.order(), ...(reissue ? { reissue } : {}) });
      } catch (/** @type {any} */ error) {
        const faults = error.told?.problems;
        if (!faults?.length) throw error;
        this.form.setFaults(faults, true);
        return null;
      }
    }, this.button, () => this.issue());
    if (job?.job) this.follow(job.job);
  }

  /** Shows what becomes of a job, and how its paper is printed. @param {string} job */
  follow(job) {
    this.issued = true;
    this.job = job;
    const box = jobBox(job, { done: (done) => this.print(done) });
    this.closing.push(() => box.close());
    fill(this.node, h('h1', {}, this.title), steps(1), box.node);
    this.node.querySelector('h1')?.setAttribute('tabindex', '-1');
    this.node.querySelector('h1')?.focus();
  }

  /** @param {import('./jobs.js').Job} job */
  print(job) {
    const serial = job.serials?.[0] ?? '';
    const links = documentLinks(job, serial || this.type.name);
    const next = h('button', { type: 'button', onclick: () => this.next() }, t('issue.next'));
    const head = h('h1', { tabindex: '-1' }, this.title);
    const place = h('ol', { class: 'steps' });
    const mark = (/** @type {number} */ on) => place.replaceWith(Object.assign(steps(on), { id: 'steps' }));
    // Only this paper, and only when it reads well, leads on to the next person.
    const readback = makeReadback({ serials: job.serials ?? [], done: (papers) => {
      if (!papers.some((paper) => paper.good && paper.serial === serial)) return;
      next.classList.add('main');
      next.focus();
    } });
    fill(this.node, head, place,
      h('div', { class: 'box good', role: 'status' }, h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✓'), t('issue.done')),
        serial && h('p', {}, t('serial'), ' ', h('a', { href: `#/register/${encodeURIComponent(serial)}` }, h('bdi', { class: 'serial' }, serial)))),
      h('section', {}, h('h2', {}, t('print.title')), h('p', {}, t('print.text')), links.node),
      h('section', {}, h('h2', {}, t('readback.title')), h('p', {}, t('readback.text')), readback.node),
      h('div', { class: 'actions' }, next));
    mark(1);
    links.open.addEventListener('click', () => document.getElementById('steps')?.replaceWith(Object.assign(steps(2), { id: 'steps' })));
    links.open.focus();
  }

  next() {
    go(`/issue/${encodeURIComponent(this.type.name)}`);
  }
}
