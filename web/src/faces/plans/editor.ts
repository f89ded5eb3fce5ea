// SPDX-License-Identifier: EUPL-1.2
// One plan being written: its steps, what the operator will see of them, and what changed since a version.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { field, textField } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button, note, pill } from "../../kit/pieces";
import { day, clock, span, t } from "../../kit/words";
import { anyChange, changes, type Change } from "./diff";
import { type Draft, isChanged, type PlannerState } from "./model";
import { grip } from "./reorder";
import { type Contact, kinds, type Step, type StepKind, type Version } from "./types";
import type { PlannerActions } from "./view";
import { closeName, kindIcon, kindName, planClass, stepFacts } from "./words";

const attempts = [1, 2, 3, 4, 5];
const waits = [15, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600];
const closing = ["", "genuine", "false_user", "false_equipment", "false_environment", "test", "unknown"];

export function editor(state: PlannerState, draft: Draft, act: PlannerActions): Part {
  const people = state.contacts?.contacts ?? [];
  const nameOf = (id: string): string => people.find((one) => one.id === id)?.name ?? t("somebody who was removed");
  return html`<div class="row">${button(t("All plans"), act.leave, { small: true, kind: "quiet", icon: "back", id: "leave-editor" })}</div>
    <div class="title"><div><div class="lbl">${draft.base === 0 ? t("New plan") : t("Version {n} is in force", { n: draft.base })}</div><h1>${draft.name === "" ? t("A plan without a name") : draft.name}</h1></div></div>
    ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}
    <div class="editor"><div class="stack">${basics(state, draft, act)}
        <ol class="step-list" aria-label=${t("Steps")}>${repeat(draft.steps, (_, n) => n, (step, n) => stepRow(step, n, draft, people, act))}</ol>
        ${draft.steps.length === 0 ? note(t("A plan without steps tells the operator nothing. Add the first one."), "", "info") : nothing}
        <div class="card pad stack tight"><h2>${t("Add a step")}</h2><div class="row">${kinds.map((kind) => button(kindName(kind), () => act.add(kind), { small: true, icon: kindIcon[kind], id: `add-${kind}` }))}</div></div>
        ${saveBar(state, draft, act)}</div>
      <div class="side">${preview(draft, nameOf)}${beside(state, draft, nameOf, act)}${history(state, act)}</div></div>`;
}

function basics(state: PlannerState, draft: Draft, act: PlannerActions): Part {
  const all = state.standard?.classes ?? [];
  return html`<div class="card pad stack">${field("plan-title", t("Name"), { value: draft.name, maxlength: 120, required: true, input: (name) => act.edit({ name }) })}
    <fieldset class="choices"><legend class="field"><span class="label">${t("For these classes of alarm")}</span></legend><div class="days">${all.map((code) => html`<label><input type="checkbox" name="class" value=${code} .checked=${draft.classes.includes(code)}
      @change=${(event: Event) => act.edit({ classes: (event.target as HTMLInputElement).checked ? [...draft.classes, code] : draft.classes.filter((one) => one !== code) })}>${planClass(code)}</label>`)}</div></fieldset></div>`;
}

function stepRow(step: Step, n: number, draft: Draft, people: readonly Contact[], act: PlannerActions): Part {
  const name = t("step {n}, {kind}", { n: n + 1, kind: kindName(step.kind) });
  const change = (part: Partial<Step>): void => act.step(n, part);
  return html`<li class="step-row" data-step=${n + 1}>${grip("step", n, draft.steps.length, name, act.move)}
    <div class="fields"><div class="row">${icon(kindIcon[step.kind], "small")}<b>${kindName(step.kind)}</b></div>
      ${textField(`text-${n}`, step.kind === "note" ? t("Instruction") : t("What the operator reads"), { value: step.text, maxlength: 500, rows: 2, input: (text) => change({ text }) })}
      ${extras(step, n, people, change)}</div>
    <div class="tools"><button type="button" class="btn quiet icon small" aria-label=${t("Take out {name}", { name })} title=${t("Take out")} @click=${() => act.takeOut(n)}>${icon("close", "small")}</button></div></li>`;
}

function extras(step: Step, n: number, people: readonly Contact[], change: (part: Partial<Step>) => void): Part {
  switch (step.kind) {
    case "call_contact": return html`<div class="line">${select(`contact-${n}`, t("Whom"), [["", t("All contacts, in order")], ...people.map((one) => [one.id, one.name] as const)], step.contact ?? "", (value) => change({ contact: value === "" ? null : value }))}
      ${select(`attempts-${n}`, t("Attempts"), attempts.map((one) => [String(one), String(one)]), String(step.attempts), (value) => change({ attempts: Number(value) }), "few")}</div>
      ${check(`word-${n}`, t("Ask for the code word"), step.code_word, (on) => change({ code_word: on }))}`;
    case "wait": return html`<div class="line">${select(`wait-${n}`, t("How long"), [...new Set([...waits, step.wait_s])].sort((a, b) => a - b).map((one) => [String(one), span(one)]), String(step.wait_s), (value) => change({ wait_s: Number(value) }))}</div>`;
    case "send_guard": return check(`tell-${n}`, t("The guard sees the contacts that allow it"), step.tell_contacts, (on) => change({ tell_contacts: on }));
    case "close_suggest": return html`<div class="line">${select(`close-${n}`, t("Suggested code"), closing.map((one) => [one, closeName(one)]), step.close_code, (value) => change({ close_code: value }))}</div>`;
    default: return nothing;
  }
}

export function select(id: string, label: string, options: readonly (readonly [string, string])[], value: string, choose: (value: string) => void, size = ""): Part {
  return html`<div class="field ${size}"><label for=${id}>${label}</label><select class="input" id=${id} .value=${value} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
    ${options.map(([code, words]) => html`<option value=${code} ?selected=${code === value}>${words}</option>`)}</select></div>`;
}

export function check(id: string, words: string, on: boolean, change: (on: boolean) => void): Part {
  return html`<label class="check" for=${id}><input type="checkbox" id=${id} .checked=${on} @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}><span>${words}</span></label>`;
}

function saveBar(state: PlannerState, draft: Draft, act: PlannerActions): Part {
  const changed = isChanged(draft, state.whole);
  return html`<div class="card pad stack">${field("plan-why", t("Why this version?"), { value: draft.why, maxlength: 300, hint: t("One line for who reads the history later. No names."), input: (why) => act.edit({ why }) })}</div>
    <div class="save-bar">${changed ? pill(t("not saved"), "warn", { dot: true }) : draft.base === 0 ? nothing : pill(t("saved"), "ok", { icon: "check" })}
      ${button(t("Undo all"), act.reset, { kind: "quiet", disabled: !changed || state.busy })}
      ${button(t("Save as version {n}", { n: draft.base + 1 }), act.save, { kind: "primary", disabled: !changed, busy: state.busy, id: "save-plan" })}</div>`;
}

/** The dark panel of the console, before any of it happened. */
function preview(draft: Draft, nameOf: (id: string) => string): Part {
  return html`<section class="stack tight"><h2>${t("As the operator sees it")}</h2><div class="as-operator dark" id="preview"><div class="plan-panel"><p class="plan-name"><b>${draft.name}</b> <span class="faint">${t("version {n}, pinned", { n: draft.base + 1 })}</span></p>
    <ol>${draft.steps.map((step, n) => html`<li class=${n === 0 ? "here" : ""}><div class="step-head"><span class="ck">${n + 1}</span>${icon(kindIcon[step.kind], "small")}<span class="grow"><b>${kindName(step.kind)}</b>${step.text === "" ? nothing : html`<span class="said">${step.text}</span>`}${stepFacts(step, nameOf) === "" ? nothing : html`<span class="said faint">${stepFacts(step, nameOf)}</span>`}</span></div></li>`)}</ol></div></div></section>`;
}

function beside(state: PlannerState, draft: Draft, nameOf: (id: string) => string, act: PlannerActions): Part {
  const versions = state.whole?.versions ?? [];
  const other = versions.find((one) => one.number === (state.beside ?? draft.base)) ?? versions[0];
  if (other === undefined) return nothing;
  const list = changes(other.steps, draft.steps);
  return html`<section class="stack tight" id="diff"><div class="row apart"><h2>${t("What changes")}</h2></div>
    ${select("beside", t("Compared with"), versions.map((one) => [String(one.number), t("version {n}, {day}", { n: one.number, day: day(one.made_ms) })]), String(other.number), (value) => act.compare(Number(value)))}
    ${named(other, draft)}
    ${anyChange(list) ? html`<ul class="diff">${list.map((one) => changeLine(one, nameOf))}</ul>` : html`<p class="mute">${t("The steps are the same.")}</p>`}</section>`;
}

function named(other: Version, draft: Draft): Part {
  const classes = (codes: readonly string[]): string => codes.map(planClass).join(", ");
  return html`${other.name === draft.name ? nothing : html`<p class="small"><s class="mute">${other.name}</s> → ${draft.name}</p>`}
    ${other.classes.join() === draft.classes.join() ? nothing : html`<p class="small"><s class="mute">${classes(other.classes)}</s> → ${classes(draft.classes)}</p>`}`;
}

const signs: Readonly<Record<Change["what"], string>> = { same: " ", added: "+", removed: "−", moved: "↕", changed: "~" };
const changeWords = (one: Change): string => ({ same: t("the same"), added: t("added"), removed: t("taken out"), moved: t("moved from place {n}", { n: one.from ?? 0 }), changed: t("changed") })[one.what];

function changeLine(one: Change, nameOf: (id: string) => string): Part {
  const words = (step: Step): string => [kindName(step.kind), step.text, stepFacts(step, nameOf)].filter(Boolean).join(" · ");
  return html`<li class=${one.what === "changed" ? "moved" : one.what}><span class="sign" aria-hidden="true">${signs[one.what]}</span><span><span class="sr">${changeWords(one)}: </span>${one.was === undefined ? nothing : html`<s class="mute">${words(one.was)}</s><br>`}<span class="what">${one.no}. ${words(one.step)}</span>${one.what === "moved" ? html` <span class="faint">${changeWords(one)}</span>` : nothing}</span></li>`;
}

function history(state: PlannerState, act: PlannerActions): Part {
  const versions = state.whole?.versions ?? [];
  if (versions.length === 0) return nothing;
  return html`<section class="stack tight" id="history"><h2>${t("Versions")}</h2><p class="mute small">${t("An open alarm keeps the version that it began with.")}</p><ul class="history">${versions.map((one, n) => html`<li><span><b>${t("Version {n}", { n: one.number })}</b> <span class="mute">${day(one.made_ms)} ${clock(one.made_ms)}${one.made_by === "" ? "" : ` · ${one.made_by}`}</span>
      ${one.restored_from === null ? nothing : html`<br><span class="small">${t("as version {n} was", { n: one.restored_from })}</span>`}${one.why === "" ? nothing : html`<br><span class="small mute">${one.why}</span>`}</span>
    ${n === 0 ? pill(t("in force"), "ok") : button(t("Restore"), () => act.restore(one.number), { small: true, kind: "quiet" })}</li>`)}</ul>
    ${button(t("End this plan…"), act.endPlan, { small: true, kind: "quiet", icon: "close" })}</section>`;
}

/** The kinds of a plan's steps, in one line. */
export const shortSteps = (steps: readonly Step[]): Part => html`<ul class="short-steps" aria-label=${t("Steps")}>${steps.map((step) => html`<li>${icon(kindIcon[step.kind as StepKind], "small")}<span>${kindName(step.kind)}</span></li>`)}</ul>`;
