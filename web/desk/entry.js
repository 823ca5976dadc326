// @ts-check
// One credential of the register: what it says, how often it was printed, and printing it again or taking it back.

import { get, post, request } from './api.js';
import { confirmed, dialog } from './dialogs.js';
import { fill, h } from './dom.js';
import { printLinks } from './jobs.js';
import { during, statusPlace } from './problems.js';
import { stateBadge } from './register.js';
import { input, keyOpen } from './session.js';
import { layoutName, makePrinter, typeOf } from './types.js';
import { date, label, t } from './words.js';

/** @param {Record<string, string>} parameters @returns {Promise<import('./router.js').Page>} */
export async function entryPage({ serial }) {
  const entry = await get(`/register/${encodeURIComponent(serial)}`);
  const type = await typeOf(entry.type).catch(() => null);
  const page = new EntryPage(entry, type);
  return page;
}

/** Kinds of fields whose values read from left to right in any script. */
const LTR = ['date', 'identifier', 'country', 'language', 'integer', 'url'];

/** The page of one credential. */
class EntryPage {
  /** @param {any} entry @param {import('./form.js').Type | null} type */
  constructor(entry, type) {
    this.entry = entry;
    this.type = type;
    this.name = entry.name || entry.subject || entry.serial;
    this.title = this.name;
    this.status = statusPlace();
    /** @type {string[]} */
    this.urls = [];
    this.node = h('section', { class: 'entry' });
    this.draw();
  }

  close() {
    this.urls.forEach((url) => URL.revokeObjectURL(url));
  }

  draw() {
    const { entry } = this;
    const facts = [
      ['serial', h('bdi', { class: 'serial' }, entry.serial)], ['register.type', h('bdi', {}, this.type ? label(this.type.title, entry.type) : entry.type)],
      ['register.subject', h('bdi', {}, entry.subject)], ['register.issued', date(entry.issued, true)], ['register.expires', entry.expires ? date(entry.expires) : t('register.no-end')],
      ['register.supersedes', entry.supersedes && link(entry.supersedes)], ['register.superseded-by', entry.superseded_by && link(entry.superseded_by)],
    ];
    const layouts = this.type?.layouts ?? [];
    this.layout = layouts.length > 1 ? h('select', { 'aria-label': t('options.layout') }, layouts.map((one) => h('option', { value: one.name, selected: one.name === 'a4' }, layoutName(one)))) : null;
    this.printer ??= makePrinter(undefined, true);
    const inForce = entry.state === 'valid';
    const back = entry.state === 'suspended';
    fill(this.node, h('p', {}, h('a', { href: '#/register' }, t('register.back'))), h('h1', { tabindex: '-1' }, h('bdi', {}, this.name)), h('p', {}, stateBadge(entry.state)),
      this.status.node,
      h('div', { class: 'actions start' }, inForce && h('span', { class: 'together' }, h('button', { type: 'button', class: 'main', onclick: (/** @type {any} */ event) => void this.reprint(event.currentTarget) }, t('reprint.do')), this.layout, this.printer.node),
        inForce && h('button', { type: 'button', onclick: (/** @type {any} */ event) => void this.reprint(event.currentTarget, true) }, t('replace.do')),
        inForce && h('button', { type: 'button', onclick: () => void this.change('suspend') }, t('suspend.do')),
        back && h('button', { type: 'button', onclick: () => void this.change('reinstate') }, t('reinstate.do')),
        (inForce || back) && h('button', { type: 'button', class: 'grave', onclick: () => void this.change('revoke') }, t('revoke.do'))),
      h('div', { class: 'two' },
        h('section', {}, h('h2', {}, t('entry.facts')), h('dl', {}, facts.filter(([, value]) => value).map(([key, value]) => [h('dt', {}, t(/** @type {string} */ (key))), h('dd', {}, value)]).flat())),
        this.claims(), this.prints(), this.history()));
  }

  /** What stands on the paper. */
  claims() {
    const { claims } = this.entry;
    if (!claims || typeof claims !== 'object') return null;
    const fields = this.type?.fields ?? [];
    const known = [...fields, ...fields.flatMap((field) => field.members ?? [])];
    const labels = Object.fromEntries(known.map((field) => [field.name, label(field.labels, field.name)]));
    const words = (/** @type {string} */ name, /** @type {string} */ value) => label(known.find((field) => field.name === name)?.choices?.find((choice) => choice.value === value)?.labels, value);
    /** @type {(of: Record<string, any>) => HTMLElement} */
    const list = (of) => h('dl', {}, Object.entries(of).flatMap(([name, value]) => [
      h('dt', { dir: 'auto' }, labels[name] ?? name),
      h('dd', {}, Array.isArray(value) ? value.map(list) : typeof value === 'object' && value ? list(value) : h('bdi', { dir: LTR.includes(known.find((field) => field.name === name)?.kind ?? '') ? 'ltr' : null }, words(name, String(value))))]));
    return h('section', {}, h('h2', {}, t('entry.claims')), list(claims));
  }

  prints() {
    /** @type {{copy: number, at: string}[]} */
    const prints = this.entry.papers ?? [];
    /** @type {{copy: number, at: string, grade: string}[]} */
    const scans = this.entry.readbacks ?? [];
    const best = (/** @type {number} */ copy) => scans.filter((scan) => scan.copy === copy).map((scan) => scan.grade).sort()[0];
    return h('section', {}, h('h2', {}, t('entry.prints')), prints.length === 0 ? h('p', {}, t('entry.no-prints'))
      : h('ol', { class: 'plain' }, prints.map((print) => h('li', {}, t('copy', { n: print.copy }), ' · ', date(print.at, true),
        best(print.copy) ? ` · ${t('readback.grade', { grade: best(print.copy) })} ${t(`grade.${best(print.copy)}`)}` : ` · ${t('entry.not-read')}`))));
  }

  history() {
    /** @type {{at: string, state: string, reason: string}[]} */
    const told = this.entry.history ?? [];
    if (told.length === 0) return null;
    return h('section', {}, h('h2', {}, t('entry.history')), h('ol', { class: 'plain' }, told.map((event) =>
      h('li', {}, date(event.at, true), ' · ', t(`state.${event.state}`), ...(event.reason ? [': ', h('bdi', {}, event.reason)] : [])))));
  }

  /** Prints it again: as a further copy, or under a new serial when the paper is gone. @param {HTMLButtonElement} button @param {boolean} [replace] */
  async reprint(button, replace = false) {
    if (replace && !(await confirmed(t('replace.title'), [h('p', { class: 'who' }, h('b', {}, h('bdi', {}, this.name)), ' · ', h('bdi', {}, this.entry.serial)), h('p', {}, t('replace.text'))], t('replace.yes')))) return;
    if (!(await keyOpen())) return;
    await this.printAgain(button, replace);
  }

  /** @param {HTMLButtonElement} button @param {boolean} replace */
  async printAgain(button, replace) {
    const answer = await during(this.status, t('reprint.wait'), async () => {
      const answered = await request('POST', `/register/${encodeURIComponent(this.entry.serial)}/reprint`, { body: { ...(this.layout?.value ? { layout: this.layout.value } : {}), ...(this.printer.value() ? { printer: this.printer.value() } : {}), ...(replace ? { replace } : {}) } });
      return { copy: answered.headers.get('X-Copy'), serial: answered.headers.get('X-Serial'), pdf: await answered.blob() };
    }, button, () => this.printAgain(button, replace));
    if (!answer) return;
    const url = URL.createObjectURL(new Blob([answer.pdf], { type: 'application/pdf' }));
    this.urls.push(url);
    await this.reload();
    const { copy } = answer;
    const links = printLinks(url, `${answer.serial ?? this.entry.serial}.pdf`);
    this.status.show(h('div', { class: 'box good', role: 'status' }, h('p', { class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✓'), copy ? t('reprint.done', { n: copy }) : t('reprint.ready')),
      answer.serial ? h('p', {}, t('serial'), ' ', link(answer.serial)) : h('p', {}, t('reprint.text')), links.node));
    links.open.focus();
  }

  async reload() {
    this.entry = await get(`/register/${encodeURIComponent(this.entry.serial)}`).catch(() => this.entry);
    this.draw();
  }

  /** Takes it back, for a while or for good, or gives it back its force. @param {'suspend' | 'revoke' | 'reinstate'} what */
  async change(what) {
    const reason = await dialog(t(`${what}.title`), (done) => {
      const why = input(t('reason'), { required: true, dir: 'auto', maxlength: 200, autofocus: true, autocomplete: 'off' }, t('reason.hint'));
      return [
        h('p', { class: 'who' }, h('b', {}, h('bdi', {}, this.name)), ' · ', h('bdi', {}, this.entry.serial)),
        h('p', {}, t(`${what}.text`)),
        h('form', { onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          const text = why.control.value.trim();
          if (text) done(text);
        } }, why.node, h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => done(null) }, t('cancel')),
          h('button', { class: what === 'revoke' ? 'grave' : 'main' }, t(`${what}.yes`)))),
      ];
    });
    if (!reason || !(await keyOpen())) return;
    await this.ask(what, reason);
  }

  /** @param {'suspend' | 'revoke' | 'reinstate'} what @param {string} reason */
  async ask(what, reason) {
    const path = `/register/${encodeURIComponent(this.entry.serial)}/${what === 'reinstate' ? 'reinstate' : 'revoke'}`;
    const done = await during(this.status, t('wait'), async () => {
      await post(path, what === 'suspend' ? { reason, suspend: true } : { reason });
      return true;
    }, null, () => this.ask(what, reason));
    if (!done) return;
    await this.reload();
    this.status.good(t(`${what}.done`));
    this.node.querySelector('h1')?.focus();
  }
}

/** @param {string} serial */
const link = (serial) => h('a', { href: `#/register/${encodeURIComponent(serial)}` }, h('bdi', {}, serial));
