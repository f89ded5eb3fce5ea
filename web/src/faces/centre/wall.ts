// SPDX-License-Identifier: EUPL-1.2
// The wall: read from five metres away. What waits and how long, who is there, what escalated, which lines are down.
import { html, nothing, percent, placed, repeat, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { button, pill } from "../../kit/pieces";
import { age, clockSeconds, number, t, tn, when } from "../../kit/words";
import { roleName } from "../names";
import { standing, urgency, type CentreState } from "./model";
import type { Escalation, Seat, WaitingClass, Wall } from "./types";
import type { CentreActions } from "./view";
import { causeTitle, classWord, escalationStep } from "./words";

export function wallPart(state: CentreState, wall: Wall, act: CentreActions): Part {
  return html`<h1 class="sr">${t("Wall")}</h1>
    ${wall.escalations.map((one) => escalationPart(state, one, act))}
    <div class="big">${figures(state, wall)}</div>
    <div class="walls">
      ${queuePart(state, wall)}
      ${seatsPart(state, wall.seats)}
      <div class="wall-side">${linesPart(wall)}${stormsPart(wall)}${todayPart(wall)}</div>
    </div>`;
}

function figures(state: CentreState, wall: Wall): Part {
  const all = standing(wall.queue);
  const late = all.dueMs !== null && state.nowMs >= all.dueMs;
  return html`
    <section class="figure ${all.overdue > 0 ? "late" : ""}"><h2>${t("Waiting")}</h2><b>${number(all.waiting)}</b><p>${all.overdue > 0 ? tn("{n} past the norm", "{n} past the norm", all.overdue) : all.waiting > 0 ? t("all within the norm") : t("nobody waits")}</p></section>
    <section class="figure ${late ? "late" : ""}"><h2>${t("Oldest")}</h2><b>${all.oldestMs === null ? "–" : age(state.nowMs - all.oldestMs)}</b><p>${all.dueMs === null ? t("no alarm waits") : late ? t("{time} past the norm", { time: age(state.nowMs - all.dueMs) }) : t("next norm in {time}", { time: age(all.dueMs - state.nowMs) })}</p></section>
    <section class="figure ${wall.manned === 0 ? (all.waiting > 0 ? "late" : "soon") : ""}"><h2>${t("At the desk")}</h2><b>${number(wall.manned)}</b><p>${wall.manned === 0 ? t("nobody is on duty") : tn("{n} signed in", "{n} signed in", wall.seats.length)}</p></section>
    <section class="figure"><h2>${t("In hand")}</h2><b>${number(wall.in_hand)}</b><p>${tn("{n} parked", "{n} parked", wall.parked)}</p></section>`;
}

function escalationPart(state: CentreState, one: Escalation, act: CentreActions): Part {
  const quiet = one.acknowledged_ms !== null && one.next_ms > state.nowMs;
  const last = one.steps.at(-1);
  return html`<section class="escalation ${quiet ? "quiet" : ""}" role="alert">
    ${icon("alarm")}
    <div class="grow"><h2>${causeTitle(one)}</h2>
      <p>${tn("{n} waits", "{n} wait", one.waiting)}, ${tn("{n} past the norm", "{n} past the norm", one.overdue)}. ${t("Since {time}.", { time: clockSeconds(one.opened_ms) })}
        ${quiet ? t("Somebody acts; told again at {time} if it is still so.", { time: clockSeconds(one.next_ms) }) : t("Round {n}; next at {time}.", { n: one.rounds, time: clockSeconds(one.next_ms) })}
        ${last === undefined ? nothing : html`<span class="mute">${clockSeconds(last.at_ms)} ${escalationStep(last.kind)}${last.by === null ? "" : `: ${last.by}`}</span>`}</p></div>
    ${quiet || state.me.role === "privacy_officer" ? nothing : button(t("I act on it"), () => act.acknowledge(one.id), { kind: "alarm", key: "A", busy: state.busy, id: "acknowledge" })}
  </section>`;
}

function queuePart(state: CentreState, wall: Wall): Part {
  return html`<section class="panel queue-by-class" aria-labelledby="by-class"><h2 id="by-class">${t("Queue by class")}</h2>
    ${wall.queue.length === 0 ? html`<p class="calm">${icon("check")}<span>${t("Nothing waits.")}</span></p>` : html`<ol>${repeat(wall.queue, (row) => row.class, (row) => classRow(state, row))}</ol>`}
    ${wall.stand_in.length === 0 ? nothing : html`<h2>${t("For whom you step in")}</h2><ol>${repeat(wall.stand_in, (row) => row.class, (row) => classRow(state, row))}</ol>`}</section>`;
}

function classRow(state: CentreState, row: WaitingClass): Part {
  const whole = Math.max(1, row.due_ms - row.oldest_ms);
  const used = Math.min(1, Math.max(0, (state.nowMs - row.oldest_ms) / whole));
  const near = urgency(row, state.nowMs);
  return html`<li class=${near}>
    <span class="name">${classWord(row.class)}</span><b class="count">${number(row.waiting)}</b><span class="age">${age(state.nowMs - row.oldest_ms)}</span>
    <span class="to-norm"><i ${placed({ width: percent(used) })}></i></span>
    <span class="due">${near === "late" ? t("{time} past the norm", { time: age(state.nowMs - row.due_ms) }) : t("{time} to the norm", { time: age(row.due_ms - state.nowMs) })}</span></li>`;
}

function seatsPart(state: CentreState, seats: readonly Seat[]): Part {
  return html`<section class="panel seats" aria-labelledby="seats"><h2 id="seats">${t("Seats")}</h2>
    ${seats.length === 0 ? html`<p class="calm warn">${icon("alarm")}<span>${t("Nobody is signed in. If an alarm comes, supervisors are told at once.")}</span></p>` : html`<ul>${repeat(seats, (seat) => seat.person.id, (seat) => html`<li>
      <i class="dot ${!seat.on_duty ? "" : seat.break_since_ms === null ? "ok" : "warn"}"></i><span class="name">${seat.person.name}<small>${roleName(seat.role)}</small></span>
      <span class="mute">${!seat.on_duty ? t("not on duty") : seat.break_since_ms === null ? t("since {time}", { time: when(seat.since_ms, state.nowMs) }) : t("break, {time}", { time: age(state.nowMs - seat.break_since_ms) })}</span></li>`)}</ul>`}</section>`;
}

function linesPart({ links }: Wall): Part {
  const row = (words: string, lost: number, total: number): Part => html`<li><span class="name">${words}</span>${total === 0 ? pill(t("none")) : lost === 0 ? pill(t("all {n} well", { n: number(total) }), "ok", { dot: true }) : pill(t("{lost} of {n} down", { lost: number(lost), n: number(total) }), "alarm", { dot: true })}</li>`;
  return html`<section class="panel" aria-labelledby="lines"><h2 id="lines">${t("Lines")}</h2><ul>${row(t("Camera units"), links.units_lost, links.units)}${row(t("Panels’ paths"), links.paths_lost, links.paths)}</ul></section>`;
}

function stormsPart({ storms }: Wall): Part {
  return html`<section class="panel" aria-labelledby="storms"><h2 id="storms">${t("Storms")}</h2>
    ${storms.length === 0 ? html`<p class="mute">${t("No site rings more than usual.")}</p>` : html`<ul>${storms.map((storm) => html`<li><span class="name">${storm.site === "" ? t("Unknown site") : storm.site}</span>${pill(t("{n} alarms, {f} folded", { n: number(storm.alarms), f: number(storm.folded) }), "warn", { dot: true })}</li>`)}</ul>`}</section>`;
}

function todayPart({ today }: Wall): Part {
  const groups = today.filter((row) => row.whole);
  return html`<section class="panel" aria-labelledby="today"><h2 id="today">${t("Last 24 hours against the norm")}</h2>
    <ul>${groups.map((row) => html`<li><span class="name">${classWord(row.class)}</span>${row.shares === null || row.targets === null ? pill(t("none")) : html`<span class="row">${row.shares.map((share, i) => pill(t("{n} % in {s} s", { n: number(share * 100, share === 1 ? 0 : 1), s: row.targets?.[i]?.[0] ?? 0 }), share >= (row.targets?.[i]?.[1] ?? 1) ? "ok" : "alarm"))}</span>`}</li>`)}</ul></section>`;
}
