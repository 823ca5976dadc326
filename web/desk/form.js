// @ts-check
// A form made from a credential type: its fields, and the members of a household as groups that can be added and removed.
// Goes out as rows, such as a list has them: one, or one for each member.

import { fill, h, newId, said } from './dom.js';
import { faultText, makeField } from './field.js';
import { label, number, t } from './words.js';

/**
 * @typedef {import('./field.js').Described} Described
 * @typedef {import('./field.js').Field} Field
 * @typedef {Record<string, string>} Row
 * @typedef {{row?: number, line?: number, column?: string | null, kind?: string, fault?: string, found?: string, wanted?: string}} Fault
 * @typedef {{name: string, title: Record<string, string>, subject: string, languages?: string[],
 *   layouts: {name: string, title?: any}[], photo: boolean, fields: Described[]}} Type
 */

/** @param {Type} type @param {() => void} changed */
export function makeForm(type, changed) {
  let dirty = false;
  const onchange = () => {
    dirty = true;
    changed();
  };
  const group = type.fields.find((field) => field.kind === 'members' || field.members?.length);
  const fields = type.fields.filter((field) => field !== group).map((made) => makeField(made, onchange));
  const summary = h('div', { class: 'summary', tabindex: '-1' });
  /** @type {{node: HTMLElement, legend: HTMLElement, fields: Field[]}[]} */
  let members = [];
  const place = h('div', { class: 'members' });

  function renumber() {
    members.forEach((member, at) => {
      fill(member.legend, t('member', { n: number(at + 1) }));
      // A household without anybody is none.
      /** @type {HTMLElement} */ (member.node.lastElementChild).hidden = members.length === 1;
    });
  }
  /** @param {boolean} [focus] */
  function addMember(focus = false) {
    const legend = h('legend', {});
    const own = (group?.members ?? []).map((made) => makeField(made, onchange));
    const remove = h('button', {
      type: 'button', class: 'quiet', onclick: () => {
        members = members.filter((member) => member.node !== node);
        node.remove();
        renumber();
        onchange();
        add.focus();
      },
    }, t('member.remove'));
    const node = h('fieldset', {}, legend, h('div', { class: 'fields' }, own.map((field) => field.node)), remove);
    members.push({ node, legend, fields: own });
    place.append(node);
    renumber();
    if (focus) own[0]?.control.focus();
  }
  const add = h('button', { type: 'button', onclick: () => {
    addMember(true);
    onchange();
  } }, t('member.add'));
  if (group) addMember();

  const node = h('div', {}, summary, h('div', { class: 'fields' }, fields.map((field) => field.node)),
    group && h('section', {}, h('h2', {}, label(group.labels, group.name)), place, add));

  /** @param {Field[]} of @returns {Row} */
  const values = (of) => Object.fromEntries(of.map((field) => [field.name, field.value()]).filter(([, value]) => value !== ''));

  /** @returns {Row[]} */
  function rows() {
    const own = values(fields);
    return group ? members.map((member) => ({ ...own, ...values(member.fields) })) : [own];
  }

  /** @param {Row[]} kept */
  function set(kept) {
    for (const field of fields) field.set(kept[0]?.[field.name] ?? '');
    if (!group) return;
    place.replaceChildren();
    members = [];
    for (const row of kept.length ? kept : [{}]) {
      addMember();
      for (const field of members[members.length - 1].fields) field.set(/** @type {Row} */ (row)[field.name] ?? '');
    }
  }

  /** The field that a fault is about. @param {Fault} fault */
  function fieldOf(fault) {
    const own = fields.find((field) => field.name === fault.column);
    if (own) return own;
    const member = members[Math.max(0, (fault.row ?? 1) - 1)] ?? members[0];
    return member?.fields.find((field) => field.name === fault.column);
  }

  const all = () => [...fields, ...members.flatMap((member) => member.fields)];

  /** Tells faults at their fields, and all of them on top. @param {Fault[]} faults */
  function setFaults(faults, focus = false) {
    const known = faults.map((fault) => ({ fault, field: fieldOf(fault) }));
    for (const field of all()) field.problem(known.find((entry) => entry.field === field)?.fault ?? null);
    const id = newId('summary');
    fill(summary, faults.length > 0 && h('div', { class: 'box bad', role: 'group', 'aria-labelledby': id },
      h('h2', { id, class: 'box-title' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, '✕'), t('faults.title', { n: number(faults.length) })),
      h('ul', {}, known.map(({ fault, field }) => h('li', {}, field
        ? h('button', { type: 'button', class: 'link', onclick: () => field.control.focus() }, h('b', {}, h('bdi', {}, field.label)), ':\u00a0', fault.fault ? said(fault.fault) : t('fault'))
        : faultText(fault))))));
    if (focus && faults.length) summary.focus();
  }

  return {
    node, rows, set, setFaults,
    /** As the preview takes them: what all have in common, and the members. */
    parts: () => ({ row: values(fields), members: group ? members.map((member) => values(member.fields)) : [] }),
    isDirty: () => dirty,
    clean: () => (dirty = false),
    isEmpty: () => rows().every((row) => Object.keys(row).length === 0),
    focus: () => fields[0]?.control.focus(),
    /** Labels of the fields that still have to be filled in. */
    missing: () => {
      const wanted = (/** @type {Described[]} */ made, /** @type {Field[]} */ of) =>
        of.filter((field) => made.find((one) => one.name === field.name)?.required && field.value() === '').map((field) => field.label);
      return [...wanted(type.fields, fields), ...members.flatMap((member) => wanted(group?.members ?? [], member.fields))];
    },
  };
}
