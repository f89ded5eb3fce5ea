// SPDX-License-Identifier: EUPL-1.2
// One case: its clocks on top, then its steps in their order. Draws; decides nothing.
import { html, nothing, percent, placed, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, note, pill, skeleton } from "../../../kit/pieces";
import { number, t, tn, when } from "../../../kit/words";
import type { Affected, By, Case, Duty, Measure, Notice } from "./types";
import type { State } from "./view";
import { clockOf, howName, lawOf, levelName, natureName, riskName, stateName, stateTone, whom } from "./words";

export interface CaseActions {
  readonly assess: (one: Case) => void;
  readonly numbers: (affected: Affected) => void;
  readonly judge: (one: Case) => void;
  readonly dismiss: (one: Case) => void;
  readonly reopen: (one: Case) => void;
  readonly tell: (duty: Duty) => void;
  readonly drop: (duty: Duty) => void;
  readonly measure: (one: Case) => void;
  readonly done: (measure: Measure, done: boolean) => void;
  readonly evaluate: (one: Case) => void;
}

export function caseView(state: State, act: CaseActions, back: () => void): Part {
  const { one, nowMs } = state;
  if (one === null) return skeleton(8, t("Loading"));
  const open = one.state !== "closed" && one.state !== "no_breach";
  return html`<div><button type="button" class="btn small quiet" id="back" @click=${back}>${icon("back", "small")}<span>${t("All breaches")}</span></button></div>
    <div class="title"><div><h1>${t("Breach {n}", { n: one.number })}</h1></div><div class="row">${pill(stateName(one.state), stateTone(one.state))}${open ? button(t("It is no breach"), () => act.dismiss(one), { small: true, id: "dismiss" }) : button(t("Open it again"), () => act.reopen(one), { small: true, id: "reopen" })}</div></div>
    ${one.state === "no_breach" ? note(html`<b>${t("It was no breach.")}</b> ${one.reason}`, "", "info") : clocks(one, nowMs)}
    <section class="card pad stack tight"><h2>${t("Reported")}</h2><p class="breach-what">${one.what}</p><p class="mute small">${t("By {name}. Known since {known}, reported {reported}.", { name: one.reported_by, known: when(one.known_ms, nowMs), reported: when(one.reported_ms, nowMs) })}</p></section>
    ${one.state === "no_breach" ? nothing : html`${assessment(one, nowMs, open, act)}${judgement(one, nowMs, open, act)}${telling(one, nowMs, open, act)}${measures(one, nowMs, open, act)}${evaluation(one, nowMs, open, act)}`}`;
}

function clocks(one: Case, nowMs: number): Part {
  const live = one.duties.filter(({ dropped_ms }) => dropped_ms === null);
  if (live.length === 0) return nothing;
  return html`<section class="clocks" aria-label=${t("Clocks")}>${repeat(live, ({ id }) => id, (duty) => {
    const clock = clockOf(duty, nowMs);
    return html`<div class="card pad clock-card" data-tone=${clock.tone} data-kind=${duty.kind}><div class="row apart"><b>${whom(duty)}</b>${icon(duty.met_ms === null ? "clock" : "check", "small")}</div>
      <div class="clock-words" role="timer">${clock.words}</div>
      ${clock.gone === null ? nothing : html`<div class="clock-bar" aria-hidden="true"><span ${placed({ width: percent(Math.min(1, Math.max(0, clock.gone))) })}></span></div>`}
      <div class="faint small">${duty.due_ms === null ? nothing : html`${t("Until {when}", { when: when(duty.due_ms, nowMs) })} · `}${lawOf(duty)}</div></div>`;
  })}</section>`;
}

const by = (said: By | null, nowMs: number): Part => (said === null ? nothing : html`<span class="faint small">${t("{name}, {when}", { name: said.name, when: when(said.at_ms, nowMs) })}</span>`);

const facts = (rows: readonly (readonly [string, Part])[]): Part => html`<dl class="facts">${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;

function assessment(one: Case, nowMs: number, open: boolean, act: CaseActions): Part {
  const period = one.began_ms === null ? t("not known") : one.ended_ms === null ? t("since {from}; it may go on", { from: when(one.began_ms, nowMs) }) : t("from {from} until {to}", { from: when(one.began_ms, nowMs), to: when(one.ended_ms, nowMs) });
  return html`<section class="card pad stack" id="assessment"><div class="row apart"><h2>${t("What was touched")}</h2>${by(one.assessed, nowMs)}</div>
    ${one.assessed === null ? html`<p class="mute measure">${t("Say which data of whom it touched. How many people and records that is, is counted from what the system declares to hold; whose processing it was decides which clocks run.")}</p>` : html`
      ${facts([[t("What happened to it"), one.nature.map(natureName).join("; ")], [t("When"), period], [t("Cause"), one.cause || t("not known yet")]])}
      ${one.affected.length === 0 ? note(t("Nothing of that kind is held. Choose other data, or say that it is no breach."), "warn") : html`<ul class="items affected">${repeat(one.affected, ({ id }) => id, (row) => affectedRow(row, open, act))}</ul>`}`}
    ${open ? html`<div>${button(one.assessed === null ? t("Assess it") : t("Assess it anew"), () => act.assess(one), { kind: one.assessed === null ? "primary" : "", icon: "list", id: "assess" })}</div>` : nothing}</section>`;
}

function affectedRow(row: Affected, open: boolean, act: CaseActions): Part {
  const people = row.people === null ? t("people can’t be counted") : tn("{n} person", "{n} people", row.people, { n: number(row.people) });
  return html`<li data-side=${row.side}><div class="body stack tight"><div><b>${row.name}</b></div>
      <div><span class="breach-figure">${people}</span>, <span class="breach-figure">${tn("{n} record", "{n} records", row.records, { n: number(row.records) })}</span>${row.said ? html` <span class="faint small">${t("as the officer says; counted: {people}, {records}", { people: row.counted_people === null ? "–" : number(row.counted_people), records: number(row.counted_records) })}</span>` : nothing}</div>
      <details><summary class="mute small">${t("Where it lies")}</summary><ul class="lines">${row.lines.map((line) => html`<li><code>${line.model}</code> <span class="mute small">${tn("{n} record", "{n} records", line.records, { n: number(line.records) })}${line.people === null ? "" : `, ${tn("{n} person", "{n} people", line.people, { n: number(line.people) })}`}</span></li>`)}</ul></details></div>
    <div class="row end">${pill(row.side === "processor" ? t("We process for them") : t("Our own processing"), row.side === "processor" ? "accent" : "")}${open ? button(t("Correct"), () => act.numbers(row), { small: true, kind: "quiet" }) : nothing}</div></li>`;
}

function judgement(one: Case, nowMs: number, open: boolean, act: CaseActions): Part {
  return html`<section class="card pad stack" id="judgement"><div class="row apart"><h2>${t("How bad it is")}</h2>${by(one.judged, nowMs)}</div>
    ${one.judged === null ? html`<p class="mute measure">${t("How severe, how likely, and so how great the risk to people is: with the reason. It decides whether the authority and the people concerned are told.")}</p>`
    : facts([[t("Severity, likelihood"), `${levelName(one.severity)}, ${levelName(one.likelihood)}`], [t("Risk"), html`<b>${riskName(one.risk)}</b>`], [t("Reason"), one.reason], [t("What may come of it"), one.consequences || "–"]])}
    ${open ? html`<div>${button(one.judged === null ? t("Judge it") : t("Judge it anew"), () => act.judge(one), { kind: one.judged === null && one.assessed !== null ? "primary" : "", icon: "shield", id: "judge", disabled: one.assessed === null })}</div>` : nothing}</section>`;
}

function telling(one: Case, nowMs: number, open: boolean, act: CaseActions): Part {
  return html`<section class="card pad stack" id="telling"><h2>${t("Who is told")}</h2>
    ${one.assessed === null ? html`<p class="mute measure">${t("Until the breach is assessed both clocks run: for customers, and for the authority.")}</p>` : nothing}
    <ul class="items duties">${repeat(one.duties.filter(({ towards, dropped_ms }) => towards !== null || dropped_ms === null), ({ id }) => id, (duty) => dutyRow(one, duty, nowMs, open, act))}</ul></section>`;
}

function dutyRow(one: Case, duty: Duty, nowMs: number, open: boolean, act: CaseActions): Part {
  const notices = one.notices.filter(({ duty_id }) => duty_id === duty.id);
  const clock = clockOf(duty, nowMs);
  const ready = one.assessed !== null && duty.dropped_ms === null && (duty.kind !== "customer" || duty.towards !== null);
  const why = duty.dropped_ms === null ? duty.late_reason && t("Why late: {reason}", { reason: duty.late_reason }) : duty.late_reason || one.reason;
  return html`<li data-duty=${duty.kind}><div class="body stack tight"><div><b>${whom(duty)}</b></div>${why ? html`<div class="mute small">${why}</div>` : nothing}
      ${notices.map((notice) => noticeRow(notice, nowMs))}
      ${ready && duty.kind !== "people" ? html`<div class="row small"><a class="btn small quiet" href="/api/v1/breach-duties/${duty.id}/form?language=${document.documentElement.lang || "en"}" download>${icon("download", "small")}<span>${t("The authority’s form")}</span></a><a class="btn small quiet" href="/api/v1/breach-duties/${duty.id}/form?shape=json" download>${icon("download", "small")}<span>${t("As data")}</span></a></div>` : nothing}</div>
    <div class="row end">${pill(clock.words, clock.tone)}${open && ready ? button(notices.length === 0 ? t("Write it") : t("Write more"), () => act.tell(duty), { small: true, kind: duty.met_ms === null ? "primary" : "", icon: "send", id: `tell-${duty.id}` }) : nothing}${open && ready && duty.kind === "people" && duty.met_ms === null ? button(t("Need not be told"), () => act.drop(duty), { small: true, kind: "quiet" }) : nothing}</div></li>`;
}

function noticeRow(notice: Notice, nowMs: number): Part {
  const at = notice.told_ms === null ? (notice.fault ? t("not sent yet ({fault}); it is tried again", { fault: notice.fault }) : t("on its way")) : when(notice.told_ms, nowMs);
  return html`<div class="notice small"><span>${t("Part {n}: {how}, to {to}, {at}", { n: notice.phase, how: howName(notice.how), to: notice.to, at })}${notice.reference ? ` · ${notice.reference}` : ""}</span><a class="btn small quiet" href="/api/v1/breach-notices/${notice.id}/paper" download>${icon("download", "small")}<span>${t("As it left")}</span></a><span class="faint mono hash">SHA-256 ${notice.sha256.slice(0, 16)}…</span></div>`;
}

function measures(one: Case, nowMs: number, open: boolean, act: CaseActions): Part {
  return html`<section class="card pad stack" id="measures"><h2>${t("Measures")}</h2>
    ${one.measures.length === 0 ? html`<p class="mute">${t("None yet. What stops it, what mends it, what keeps it from coming back.")}</p>` : html`<ul class="items">${repeat(one.measures, ({ id }) => id, (row) => html`<li><div class="body"><b>${row.words}</b><div class="mute small">${t("{name}, before {day}", { name: row.name, day: when(row.due_ms, nowMs) })}</div></div>
      <div class="row end">${row.done_ms !== null ? pill(t("Done"), "ok", { icon: "check" }) : row.due_ms < nowMs ? pill(t("Late"), "alarm") : nothing}${row.done_ms === null ? button(t("Done"), () => act.done(row, true), { small: true, icon: "check" }) : button(t("Not done"), () => act.done(row, false), { small: true, kind: "quiet", icon: "undo" })}</div></li>`)}</ul>`}
    ${open ? html`<div>${button(t("Add a measure"), () => act.measure(one), { icon: "plus", id: "measure" })}</div>` : nothing}</section>`;
}

function evaluation(one: Case, nowMs: number, open: boolean, act: CaseActions): Part {
  return html`<section class="card pad stack" id="case-evaluation"><div class="row apart"><h2>${t("What is learnt")}</h2>${by(one.closed ?? one.evaluated, nowMs)}</div>
    ${one.evaluation === "" ? html`<p class="mute">${t("A case ends with its evaluation: what went well, what did not, what is learnt.")}</p>` : facts([[t("Evaluation"), one.evaluation], [t("Lessons"), one.lessons || "–"]])}
    ${open ? html`<div>${button(t("Evaluate and close"), () => act.evaluate(one), { icon: "check", id: "evaluate", disabled: one.judged === null })}</div>` : nothing}</section>`;
}
