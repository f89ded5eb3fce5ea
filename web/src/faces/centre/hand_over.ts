// SPDX-License-Identifier: EUPL-1.2
// From one shift to the next: what stands open, a note, and somebody who takes it over.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { textField } from "../../kit/form";
import { icon } from "../../kit/icons";
import { button, empty, pill } from "../../kit/pieces";
import { clock, number, relative, t, tn, when } from "../../kit/words";
import type { CentreState } from "./model";
import type { HandOver, HandOvers, OpenAlarm, Standing } from "./types";
import type { CentreActions } from "./view";
import { classWord, stateName } from "./words";

export function handOverPart(state: CentreState, all: HandOvers, act: CentreActions): Part {
  const open = all.hand_overs.find((one) => one.accepted === null);
  return html`<div class="two">
    <section class="stack"><h1>${t("Hand over this shift")}</h1>
      ${open === undefined ? nothing : waitingFor(state, open, act)}
      <div class="panel"><h2>${t("What stands open now")}</h2>${standingPart(state, all.now)}</div>
      <div class="panel stack">${textField("hand-note", t("Note for the next shift"), { rows: 6, value: state.handNote, input: act.handNote, hint: t("What is unusual tonight, whom you still wait for, what was agreed. It is kept."), maxlength: 4000 })}
        <div class="row">${button(t("Hand over"), act.writeHandOver, { kind: "primary", key: "H", busy: state.busy, disabled: state.handNote.trim() === "", id: "hand-over" })}</div></div></section>
    <section class="stack" aria-labelledby="history"><h2 id="history">${t("Earlier hand-overs")}</h2>
      ${all.hand_overs.length === 0 ? html`<div class="panel">${empty(t("No hand-over yet"), t("The first one that is written here begins the history."), "note")}</div>` : html`<ol class="handed">${repeat(all.hand_overs, (one) => one.id, (one) => earlier(state, one))}</ol>`}</section></div>`;
}

function waitingFor(state: CentreState, one: HandOver, act: CentreActions): Part {
  const mine = one.by.id === state.me.id;
  return html`<div class="panel accent stack"><div class="row apart"><h2>${t("{name} hands over", { name: one.by.name })}</h2><span class="mute">${when(one.written_ms, state.nowMs)}</span></div>
    <p class="said">${one.note}</p>${standingPart(state, one.state)}
    ${mine ? html`<p class="mute">${t("A colleague of the next shift accepts it.")}</p>` : html`<div class="row">${button(t("I take over"), () => act.acceptHandOver(one.id), { kind: "primary", key: "T", busy: state.busy, id: "take-over" })}</div>`}</div>`;
}

function standingPart(state: CentreState, standing: Standing): Part {
  const nothingOpen = standing.alarms.length + standing.parked.length + standing.tests.length + standing.troubles.length === 0;
  if (nothingOpen) return html`<p class="calm">${icon("check")}<span>${t("No open alarm, nothing parked, no test, no troubles.")}</span></p>`;
  return html`<div class="standing">
    ${group(t("Open alarms"), standing.alarms.map((alarm) => alarmLine(state, alarm)))}
    ${group(t("Parked"), standing.parked.map((alarm) => alarmLine(state, alarm)))}
    ${group(t("Tests running"), standing.tests.map((test) => html`<span class="name">${test.site}</span><span class="mute">${t("until {time}", { time: clock(test.to_ms) })}${test.fire ? ` · ${t("fire too")}` : ""}</span>`))}
    ${group(t("Sites with troubles today"), standing.troubles.map((one) => html`<span class="name">${one.site}</span><span class="mute">${tn("once", "{n} times", one.times)}, ${relative(one.last_ms, state.nowMs)}</span>`))}</div>`;
}

const MOST = 30;

function group(title: string, lines: readonly Part[]): Part {
  if (lines.length === 0) return nothing;
  return html`<div><h3>${title} <span class="mute">${number(lines.length)}</span></h3><ul>${lines.slice(0, MOST).map((line) => html`<li>${line}</li>`)}${lines.length > MOST ? html`<li class="mute">${t("and {n} more", { n: number(lines.length - MOST) })}</li>` : nothing}</ul></div>`;
}

const alarmLine = (state: CentreState, alarm: OpenAlarm): Part =>
  html`<span class="name">${classWord(alarm.signal_class || alarm.class)} · ${alarm.site === "" ? t("Unknown site") : alarm.site}</span><span class="mute">${alarm.parked_until_ms === null ? `${stateName(alarm.state)}, ${relative(alarm.received_ms, state.nowMs)}` : t("until {time}", { time: clock(alarm.parked_until_ms) })}</span>`;

function earlier(state: CentreState, one: HandOver): Part {
  const counts = [tn("{n} open alarm", "{n} open alarms", one.state.alarms.length), tn("{n} parked", "{n} parked", one.state.parked.length)];
  return html`<li class="panel"><div class="row apart"><b>${one.by.name}</b><span class="mute">${when(one.written_ms, state.nowMs)}</span></div>
    <p class="said">${one.note}</p><p class="mute small">${counts.join(" · ")}</p>
    ${one.accepted === null ? pill(t("waits for the next shift"), "warn", { dot: true }) : html`<p class="row">${pill(t("taken over by {name}", { name: one.accepted.by }), "ok", { icon: "check" })}<span class="mute small">${when(one.accepted.at_ms, state.nowMs)}${one.accepted.note === "" ? "" : ` · ${one.accepted.note}`}</span></p>`}</li>`;
}
