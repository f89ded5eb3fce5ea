// SPDX-License-Identifier: EUPL-1.2
// The review desk: views of images as the log has them, judged with a reason. There is no picture here.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { choices, textField, toggle } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../kit/pieces";
import { table } from "../../kit/table";
import { clockSeconds, day, number, relative, span, t, tn, when } from "../../kit/words";
import { alarmNumber, codeName, reopenReason, stepName, whyName } from "../names";
import type { CentreState } from "./model";
import type { Desk, Finding, Review, ReviewDetail, Reviews, Trends, Verdict } from "./types";
import type { CentreActions } from "./view";
import { classWord, riskName, riskWords, verdictName } from "./words";

const desks: readonly Desk[] = ["open", "follow_up", "done"];
const deskWord = (desk: Desk): string => ({ open: t("To judge"), follow_up: t("To follow up"), done: t("Done") })[desk];
const verdicts: readonly Verdict[] = ["ok", "question", "breach"];
const tones = { ok: "ok", question: "warn", breach: "alarm" } as const;

export function reviewsPart(state: CentreState, all: Reviews, act: CentreActions): Part {
  return html`<div class="row apart"><h1>${t("Review of views")}</h1><div class="segments" role="group" aria-label=${t("Which")}>${desks.map((desk) => html`<button type="button" aria-pressed=${desk === state.desk ? "true" : "false"} @click=${() => act.desk(desk)}>${deskWord(desk)}${desk === "done" ? nothing : html` <b>${number(all.counts[desk])}</b>`}</button>`)}</div></div>
    <p class="mute">${t("Each look at a customer’s images is logged. Risky ones, and some at random, are dealt to somebody who did not look. You read the log here; the pictures stay sealed.")}</p>
    <div class="two review">
      <section aria-label=${t("Views")}>${all.reviews.length === 0 ? html`<div class="panel">${emptyDesk(state.desk)}</div>` : html`<ul class="deals">${repeat(all.reviews, (row) => row.id, (row) => dealt(state, row, act))}</ul>`}</section>
      <section aria-label=${t("The chosen view")}>${state.chosen === null ? html`<div class="panel">${empty(t("Choose a view"), t("Its story and your judgement appear here. Arrow keys go through the list."), "eye")}</div>` : state.review === null ? skeleton(6, t("Loading")) : detail(state, state.review, act)}</section></div>
    ${state.trends === null ? nothing : trendsPart(state.trends)}`;
}

const emptyDesk = (desk: Desk): Part =>
  desk === "open" ? empty(t("Nothing to judge"), t("When somebody looks at images, some views come here by themselves: all risky ones, and a share of the others."), "check", nothing, "ok")
  : desk === "follow_up" ? empty(t("Nothing to follow up"), t("Questions and breaches stay here until it is written what was done."), "check", nothing, "ok")
  : empty(t("Nothing judged yet"), t("What you judge is kept here, with its reason."), "list");

function dealt(state: CentreState, row: Review, act: CentreActions): Part {
  return html`<li><button type="button" class="deal ${row.id === state.chosen ? "chosen" : ""}" aria-pressed=${row.id === state.chosen ? "true" : "false"} @click=${() => act.choose(row.id)}>
    <span class="row apart"><b>${row.person.name}</b><span class="mute small">${when(row.from_ms, state.nowMs)}</span></span>
    <span class="mute">${row.camera || t("Camera")} · ${row.site || t("Unknown site")} · ${span((row.to_ms - row.from_ms) / 1000)}</span>
    <span class="row">${row.finding === null ? nothing : pill(verdictName(row.finding.verdict), tones[row.finding.verdict])}${row.why === "random" && row.risks.length === 0 ? pill(riskName("random")) : row.risks.map((risk) => pill(riskName(risk), risk === "after_recall" ? "alarm" : "warn"))}</span></button></li>`;
}

function detail(state: CentreState, row: ReviewDetail, act: CentreActions): Part {
  const facts: readonly (readonly [string, Part])[] = [
    [t("Who"), row.person.name], [t("Camera"), `${row.camera} · ${row.site}`], [t("Purpose"), whyName(row.purpose)],
    [t("When"), `${day(row.from_ms)}, ${clockSeconds(row.from_ms)} – ${clockSeconds(row.to_ms)} (${span((row.to_ms - row.from_ms) / 1000)})`],
    [t("How much"), tn("{n} second of images", "{n} seconds of images", row.slots)], [t("In the log"), html`<span class="mono">${t("entry {n}", { n: number(row.index) })}</span>`],
    [t("Same camera in 90 days"), tn("{n} other view", "{n} other views", row.other_views)], [t("Dealt to"), row.dealt_to?.name ?? t("nobody yet: no other supervisor")],
  ];
  return html`<div class="panel stack"><div class="row apart"><h2>${t("{name} looked", { name: row.person.name })}</h2>${row.why === "random" ? pill(t("drawn at random")) : pill(t("by risk"), "warn")}</div>
    ${row.risks.map((risk) => note(html`<b>${riskName(risk)}</b> – ${riskWords(risk)}`, risk === "after_recall" ? "alarm" : "warn", "alarm"))}
    <dl class="review-facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${row.alarm === null ? nothing : alarmPart(state, row.alarm_id ?? "", row.alarm)}
    <h3>${t("What was done for the alarm")}</h3>
    ${row.steps.length === 0 ? html`<p class="mute">${t("Nothing is on record.")}</p>` : html`<ol class="steps-log">${row.steps.map((step) => html`<li class=${step.his ? "his" : ""}><span class="mono">${clockSeconds(step.at_ms)}</span><span><b>${stepName(step.kind)}</b>${step.by === "" ? "" : ` · ${step.by}`}${step.note === "" ? "" : ` · ${step.note}`}</span></li>`)}</ol>`}
  </div>${row.finding === null ? judging(state, row, act) : found(state, row.finding, act)}`;
}

function alarmPart(state: CentreState, id: string, alarm: NonNullable<ReviewDetail["alarm"]>): Part {
  const facts = [
    alarmNumber({ id, number: alarm.number ?? 0 }), classWord(alarm.signal_class || alarm.class), when(alarm.received_ms, state.nowMs),
    alarm.recalled_ms === null ? null : t("recalled {time}", { time: clockSeconds(alarm.recalled_ms) }), alarm.closed_code === "" ? null : codeName(alarm.closed_code),
    alarm.reopened === null ? null : `${t("reopened")}: ${reopenReason(alarm.reopened.reason)}`,
  ];
  return html`<p class="alarm-line">${icon("bell", "small")}<span>${facts.filter((fact) => fact !== null).join(" · ")}</span></p>`;
}

function judging(state: CentreState, row: ReviewDetail, act: CentreActions): Part {
  if (row.own) return note(t("These are your own views: somebody else judges them."), "", "lock");
  if (state.me.role !== "supervisor") return note(t("A supervisor judges it."), "", "info");
  const { verdict, reason, suspend } = state.judging;
  return html`<form class="panel stack judge" @submit=${(event: Event) => { event.preventDefault(); act.judge(); }}>
    ${choices("verdict", t("Your judgement"), verdicts.map((value, i) => ({ value, words: verdictName(value), key: ["O", "Q", "X"][i] ?? "" })), verdict, (value) => act.judging({ verdict: value as Verdict }))}
    ${textField("reason", t("Your reason"), { rows: 3, value: reason, input: (value) => act.judging({ reason: value }), hint: t("What the log shows, in a sentence. It is kept with the finding."), maxlength: 2000 })}
    ${verdict === "breach" ? html`<div class="row">${toggle(t("Suspend {name}", { name: row.person.name }), suspend, () => act.judging({ suspend: !suspend }))}<span>${t("Suspend {name}: no alarms and no images, until somebody else lifts it", { name: row.person.name })}</span></div>` : nothing}
    <div class="row">${button(t("Record the finding"), act.judge, { kind: verdict === "breach" ? "alarm" : "primary", key: "⏎", busy: state.busy, disabled: verdict === null || reason.trim().length < 3, id: "judge" })}</div></form>`;
}

function found(state: CentreState, finding: Finding, act: CentreActions): Part {
  const wants = finding.verdict !== "ok" && finding.followed_up_ms === null;
  return html`<div class="panel stack"><div class="row apart"><h2>${t("Finding")}</h2>${pill(verdictName(finding.verdict), tones[finding.verdict])}</div>
    <p class="said">${finding.reason}</p><p class="mute small">${finding.by}, ${relative(finding.at_ms, state.nowMs)}${finding.suspended ? ` · ${t("suspended")}` : ""}</p>
    ${finding.followed_up_ms === null ? nothing : html`<h3>${t("Follow-up")}</h3><p class="said">${finding.follow_up}</p>`}
    ${wants ? html`<div class="row">${button(t("Write what was done"), act.followUp, { icon: "note", id: "follow-up", busy: state.busy })}</div>` : nothing}</div>`;
}

function trendsPart({ weeks, risks }: Trends): Part {
  return html`<section class="stack" aria-labelledby="trends"><h2 id="trends">${t("The last twelve weeks")}</h2><div class="two even">
    ${table(t("By week"), [
      { title: t("Week from"), cell: (row) => day(row.from_ms) }, { title: t("Dealt"), numeric: true, cell: (row) => number(row.dealt) }, { title: t("Judged"), numeric: true, cell: (row) => number(row.judged) },
      { title: t("Questions"), numeric: true, cell: (row) => number(row.question) }, { title: t("Breaches"), numeric: true, cell: (row) => (row.breach > 0 ? html`<b class="bad">${number(row.breach)}</b>` : number(row.breach)) },
    ], weeks, (row) => row.from_ms, html`<p class="pad mute">${t("Nothing was dealt yet.")}</p>`)}
    ${table(t("By reason"), [
      { title: t("Reason"), cell: (row) => riskName(row.risk) }, { title: t("Dealt"), numeric: true, cell: (row) => number(row.dealt) }, { title: t("In order"), numeric: true, cell: (row) => number(row.ok) },
      { title: t("Questions"), numeric: true, cell: (row) => number(row.question) }, { title: t("Breaches"), numeric: true, cell: (row) => number(row.breach) },
    ], risks, (row) => row.risk, html`<p class="pad mute">${t("Nothing was dealt yet.")}</p>`)}</div></section>`;
}
