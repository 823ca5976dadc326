// @ts-check
// A list of people at once: a CSV file comes in, its errors are corrected in place, the papers come out as one PDF.

import { post, request } from './api.js';
import { asRows, csv, separatorOf } from './csv.js';
import { fill, h, newId, said } from './dom.js';
import { faultText } from './field.js';
import { makeGrid } from './grid.js';
import { documentLinks, issuer, jobBox } from './jobs.js';
import { during, statusPlace } from './problems.js';
import { dropping } from './readback.js';
import { go, mayLeave } from './router.js';
import { keyOpen } from './session.js';
import { makeOptions, typeOf, types } from './types.js';
import { decide } from './warnings.js';
import { label, number, t } from './words.js';

/** Warnings that are shown one by one. */
const TOLD = 20;

/** What was being corrected, while the page is made anew in another language. In memory only. @type {any} */
let draft = null;

/** @param {Record<string, string>} parameters @returns {Promise<import('./router.js').Page>} */
export async function listPage(parameters) {
  if (parameters.job) return jobPage(parameters.job);
  const page = new ListPage(await types());
  await page.restore();
  return page;
}

/** A list that is being issued, or was stopped. @param {string} id @returns {import('./router.js').Page} */
function jobPage(id) {
  const result = h('div', {});
  const box = jobBox(id, { done: (job) => {
    const links = documentLinks(job, `nansen-${job.type}-${job.id}`);
    fill(result, h('h2', {}, t('print.title')), h('p', {}, t('list.issued', { n: number(job.total) })), links.node,
      h('p', {}, h('a', { href: '#/readback' }, t('list.read'))), h('p', {}, h('a', { href: '#/list' }, t('list.another'))));
    links.open.focus();
  } });
  return {
    title: t('list.job'), close: box.close,
    node: h('section', { class: 'narrow' }, h('h1', {}, t('list.job')), box.node, result),
  };
}

/** The page of a list that is not issued yet. */
class ListPage {
  /** @param {import('./types.js').Short[]} all */
  constructor(all) {
    this.title = t('nav.list');
    this.all = all;
    /** @type {import('./grid.js').Table | null} */
    this.table = null;
    this.name = '';
    this.reissue = false;
    this.going = false;
    this.fresh = false;
    /** Faults that only the file shows: cells by column cannot say them. @type {any[]} */
    this.ofFile = [];
    this.issuer = issuer();
    this.separator = ',';
    const id = newId('type');
    this.select = h('select', { id, onchange: () => void this.again() }, all.map((type) => h('option', { value: type.name }, label(type.title, type.name))));
    this.file = h('input', { type: 'file', accept: '.csv,text/csv', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: () => {
      const file = this.file.files?.[0];
      this.file.value = '';
      if (file) void this.take(file);
    } });
    this.status = statusPlace();
    this.result = h('div', {});
    this.options = h('div', {});
    const drop = h('div', { class: 'drop' }, h('p', {}, t('list.drop')), h('div', { class: 'buttons' },
      h('button', { type: 'button', class: 'main', onclick: () => this.file.click() }, t('list.file')), this.file));
    dropping(drop, (files) => files[0] && void this.take(files[0]));
    this.columns = h('p', { class: 'hint' });
    this.node = h('section', {}, h('h1', {}, t('nav.list')), h('p', { class: 'lead' }, t('list.text')),
      h('div', { class: 'list-head' }, h('div', { class: 'field' }, h('label', { for: id }, t('list.type')), this.select), this.options),
      drop, this.columns, this.status.node, this.result);
  }

  unsaved() {
    return !this.going && this.table !== null && (this.grid?.touched() ?? 0) + (this.edited ? 1 : 0) > 0;
  }

  remember() {
    if (this.table && !this.going) draft = { table: this.table, name: this.name, separator: this.separator, type: this.select.value, edited: this.edited, ofFile: this.ofFile, issuer: this.issuer };
  }

  async restore() {
    if (draft) this.select.value = draft.type;
    await this.chooseType();
    if (!draft) return;
    ({ table: this.table, name: this.name, separator: this.separator, edited: this.edited, ofFile: this.ofFile, issuer: this.issuer } = draft);
    draft = null;
    this.draw();
    void this.check();
  }

  async chooseType() {
    this.type = await typeOf(this.select.value);
    this.making = makeOptions(this.type, () => {});
    fill(this.options, this.making.node);
    const all = this.type.fields.flatMap((field) => field.members ?? [field]);
    this.labels = Object.fromEntries(all.map((field) => [field.name, label(field.labels, field.name)]));
    fill(this.columns, t('list.columns'), ' ', this.type.fields.flatMap((field) => (field.members ? field.members : [field]))
      .map((field, at) => [at > 0 && ', ', h('bdi', { class: field.required ? 'wanted' : '' }, field.name)]).flat());
  }

  /** Another type: the same table has other columns. */
  async again() {
    this.fresh = false;
    await during(this.status, t('wait'), () => this.chooseType(), null, () => this.again());
    if (this.table) {
      this.draw();
      await this.check();
    }
  }

  /** @param {File} file */
  async take(file) {
    // Corrections that were not issued or saved are not put away by a file that slipped.
    if (!(await mayLeave())) return;
    this.table = null;
    fill(this.result);
    this.name = file.name;
    this.separator = await separatorOf(file).catch(() => ',');
    this.edited = false;
    const told = await during(this.status, t('list.checking'), async () => {
      const values = /** @type {any} */ (this.making?.values() ?? {});
      const parameters = new URLSearchParams({ type: this.select.value, ...(values.layout ? { layout: values.layout } : {}) });
      const answer = await request('POST', `/check?${parameters}`, { body: file, type: 'text/csv' });
      return answer.json();
    }, null, () => this.take(file));
    if (!told) return;
    if (told.table.more) {
      this.table = null;
      fill(this.result);
      return this.status.show(h('div', { class: 'box bad', role: 'alert' }, h('p', { class: 'box-title' }, t('list.more', { n: number(told.table.rows.length) })), h('p', {}, t('list.more.next'))));
    }
    // Every row gets as many cells as there are columns: one that lacks some can be mended too.
    this.table = {
      columns: told.table.columns, lines: told.table.lines,
      rows: told.table.rows.map((/** @type {string[]} */ row) => told.table.columns.map((/** @type {string} */ _, /** @type {number} */ at) => row[at] ?? '')),
    };
    const columns = this.table.columns.length;
    this.ofFile = (told.problems ?? []).filter((/** @type {any} */ fault) => (!fault.row && (fault.line ?? 0) < 2)
      || (told.table.rows[this.rowOf(fault)]?.length ?? 0) > columns);
    this.draw();
    this.tell(told);
  }

  /** @param {any} fault */
  rowOf(fault) {
    return fault.row ? fault.row - 1 : (this.table?.lines ?? []).indexOf(fault.line ?? 0);
  }

  draw() {
    if (!this.table) return;
    this.grid = makeGrid(this.table, { labels: this.labels ?? {}, changed: (row) => this.changed(row) });
    this.summary = h('div', { tabindex: '-1' });
    this.checkButton = h('button', { type: 'button', onclick: () => void this.check() }, t('list.check'));
    this.issueButton = h('button', { type: 'button', class: 'main big', onclick: () => void this.issue() }, t('list.issue'));
    fill(this.result, h('h2', {}, h('bdi', {}, this.name)), this.summary, this.grid.node,
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', onclick: () => this.save() }, t('list.save')), this.checkButton, this.issueButton));
  }

  /** @param {number} row A row with too many cells counts as mended once somebody wrote in it. */
  changed(row) {
    this.ofFile = this.ofFile.filter((fault) => this.rowOf(fault) !== row);
    this.fresh = false;
    this.edited = true;
  }

  async check() {
    const told = await during(this.status, t('list.checking'), () => post('/check', {
      type: this.select.value, ...this.printing(), rows: asRows(/** @type {any} */ (this.table)),
    }), this.checkButton, () => this.check());
    if (told) {
      const same = (/** @type {any} */ a) => (/** @type {any} */ b) => this.rowOf(a) === this.rowOf(b) && a.column === b.column && a.fault === b.fault;
      const found = told.problems ?? [];
      this.tell({ ...told, problems: [...this.ofFile.filter((fault) => !found.some(same(fault))), ...found] });
    }
    return told;
  }

  /** @param {any} told */
  tell(told) {
    const problems = told.problems ?? [];
    const warnings = told.warnings ?? [];
    this.warnings = warnings;
    this.fresh = true;
    this.problems = problems.length;
    this.grid?.setFaults(problems);
    const whole = problems.filter((/** @type {any} */ fault) => !fault.row && (fault.line ?? 0) < 2);
    fill(/** @type {any} */ (this.summary),
      problems.length
        ? h('div', { class: 'box bad', role: 'alert' }, h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✕'), t('faults.title', { n: number(problems.length) + (told.more ? ' +' : '') })),
          h('p', {}, t('list.faults', { rows: number(told.rows), good: number(told.good) })), whole.map((/** @type {any} */ fault) => h('p', { class: 'fault' }, faultText(fault))))
        : h('div', { class: 'box good', role: 'status' }, h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✓'), t('list.good', { n: number(told.rows) }))),
      warnings.length > 0 && h('details', { class: 'box warn' }, h('summary', {}, t('list.warnings', { n: number(warnings.length) })),
        h('ul', {}, warnings.slice(0, TOLD).map((/** @type {any} */ warning) => h('li', {}, said(warning.text))), warnings.length > TOLD && h('li', {}, '…'))));
    if (problems.length) this.grid?.jump(1);
    else this.issueButton?.focus();
  }

  save() {
    const url = URL.createObjectURL(new Blob([csv(/** @type {any} */ (this.table), this.separator)], { type: 'text/csv' }));
    h('a', { href: url, download: this.name.replace(/(\.(?:csv|tsv|tab|txt))?$/i, (ending) => `${t('list.corrected')}${ending || '.csv'}`) }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  /** A second press of the button, while the first is being looked into, asks for nothing. */
  async issue() {
    if (this.isIssuing || this.going) return;
    this.isIssuing = true;
    try {
      await this.ask();
    } finally {
      this.isIssuing = false;
    }
  }

  async ask() {
    // The papers of an answer that was lost are there already.
    const begun = await during(this.status, t('wait'), async () => ({ job: await this.issuer.begun(this.order()) }), this.issueButton, () => this.issue());
    if (!begun) return;
    if (begun.job) return this.goTo(begun.job);
    // What was corrected since the last check is checked first, so that nothing unchecked is signed.
    if (!this.fresh && !(await this.check())) return;
    if (this.problems) return this.grid?.jump(1);
    /** @type {any} */
    let decision = {};
    if (this.warnings?.length) {
      decision = await decide(this.warnings, { list: true });
      if (!decision) return;
    }
    if (!(await keyOpen())) return;
    const job = await during(this.status, t('issue.wait'), () => this.issuer.issue({ ...this.order(), ...decision }), this.issueButton, () => this.issue());
    if (job?.job) this.goTo(job.job);
  }

  /** What a check needs to know of how it is printed. */
  printing() {
    const { layout, printer } = /** @type {any} */ (this.making?.values() ?? {});
    return { ...(layout ? { layout } : {}), ...(printer ? { printer } : {}) };
  }

  /** What is asked to be issued. */
  order() {
    return { type: this.select.value, ...this.making?.values(), rows: asRows(/** @type {any} */ (this.table)) };
  }

  /** @param {string} job */
  goTo(job) {
    this.going = true;
    go(`/list/${encodeURIComponent(job)}`);
  }
}
