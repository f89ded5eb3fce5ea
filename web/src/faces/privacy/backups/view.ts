// SPDX-License-Identifier: EUPL-1.2
// The back-ups: when a copy was made, and what its trial found. Read only; making, trying and restoring are commands of the installation's
// administrator, because he alone has the key.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { bytes, clock, day, number, span, t, tn } from "../../../kit/words";
import type { Ctx, Mounted } from "../pages";
import type { Answer, Copy, Trial } from "./types";
import { faultWords } from "./words";

interface State {
  readonly answer: Answer | null;
}

const at = (ms: number): string => `${day(ms)} ${clock(ms)}`;

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const board = new Board<State>(host, { answer: null }, (state) => draw(state));
  void ctx.ask<Answer>("GET", "/backups").then((answer) => board.change({ answer }), (error: unknown) => ctx.failed(error));
  return { close: () => undefined };
}

function draw({ answer }: State): Part {
  return html`<div class="title"><div><h1>${t("Back-ups")}</h1><p class="mute measure">${t("Each night the database is copied, sealed to a key that the administrator holds apart, and the copy is tried: put back aside, questioned, and asked for what was erased since. Recordings are never in a copy. Where copies lie is said nowhere.")}</p></div></div>
    ${answer === null ? skeleton(6, t("Loading")) : html`
    ${answer.faults.map((fault) => note(faultWords(fault), fault === "trial_failed" ? "alarm" : "warn", "alarm"))}
    ${answer.faults.length === 0 && answer.trials.length > 0 ? note(t("Last night’s copy can be restored, and nothing that was erased since comes back with it."), "ok", "check") : nothing}
    <section class="card"><header><h2>${t("Trials")}</h2></header>${answer.trials.length === 0 ? empty(t("No trial yet"), t("The first one follows the first nightly copy."), "tool") : html`<ul class="items">${answer.trials.map(trial)}</ul>`}</section>
    <section class="card"><header><h2>${t("Copies")}</h2><span class="mute small">${tn("kept for {n} day", "kept for {n} days", answer.keep_days)}</span></header>${answer.copies.length === 0 ? empty(t("No copy yet"), t("The guide says how to set back-ups up: two places, and a key that is kept apart."), "lock") : html`<ul class="items">${answer.copies.map(copy)}</ul>`}</section>`}`;
}

function trial(row: Trial): Part {
  const wrong = row.answers.filter(({ faults }) => faults > 0);
  const tried = row.fault === "" ? `${tn("{n} erased thing tried", "{n} erased things tried", row.erased)}, ${tn("{n} opened", "{n} opened", row.opened)}` : t("could not be held: {code}", { code: row.fault });
  return html`<li>${tile(row.passed ? "check" : "alarm", row.passed ? "ok" : "alarm")}<div class="body"><b>${at(row.ended_ms)}</b> ${pill(row.passed ? t("passed") : t("failed"), row.passed ? "ok" : "alarm")}
    <div class="mute">${tried}</div>
    ${row.blind ? html`<div class="small">${t("The trial could open nothing at all, so it proves nothing.")}</div>` : nothing}
    ${row.answers.length === 0 ? nothing : html`<details class="small"><summary>${tn("{n} question asked", "{n} questions asked", row.answers.length)}${wrong.length === 0 ? "" : `, ${tn("{n} wrong", "{n} wrong", wrong.length)}`}</summary><ul class="backup-questions">${row.answers.map(({ question, faults }) => html`<li class="mono">${question} ${faults === 0 ? pill(t("holds"), "ok") : pill(tn("{n} fault", "{n} faults", faults), "alarm")}</li>`)}</ul></details>`}
    ${row.entries === 0 ? nothing : html`<div class="small faint">${t("{n} entries of the log", { n: number(row.entries) })}</div>`}</div><span class="mute small">${span((row.ended_ms - row.began_ms) / 1000)}</span></li>`;
}

function copy(row: Copy): Part {
  const whole = row.ended_ms !== null && row.fault === "";
  return html`<li>${tile("lock", whole ? "ok" : "warn")}<div class="body"><b>${at(row.began_ms)}</b> ${whole ? nothing : pill(row.fault === "" ? t("not finished") : t("failed: {code}", { code: row.fault }), "warn")}
    <div class="mute">${whole ? `${bytes(row.size)}, ${t("{n} entries of the log", { n: number(row.entries) })}` : "–"}</div></div></li>`;
}
