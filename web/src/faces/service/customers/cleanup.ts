// SPDX-License-Identifier: EUPL-1.2
// Who may go, and why.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { day, number, t, tn } from "../../../kit/words";
import type { CleanUp, Customer, Due, Yearly, YearlyLine, YearlyState } from "./types";
import { called, decisionName, reasonName } from "./words";

export interface CleanUpActions {
  readonly back: () => void;
  readonly open: (id: string) => void;
  readonly keep: (one: Due) => void;
  readonly confirm: (one: Due) => void;
  readonly end: (one: Due) => void;
  readonly forget: (one: Due) => void;
  readonly print: () => void;
  readonly drawUp: () => void;
  readonly endQuiet: (list: Yearly) => void;
  readonly close: (list: Yearly) => void;
  readonly look: (list: Yearly) => void;
}

const dayOf = (iso: string): string => day(Date.parse(`${iso}T12:00:00`));

export function cleanUpView(found: CleanUp | null, owner: boolean, act: CleanUpActions): Part {
  return html`<div class="title"><div><button type="button" class="btn quiet small" id="to-customers" @click=${act.back}>${icon("back", "small")}<span>${t("Customers")}</span></button><h1>${t("Who may go")}</h1>
      <p class="mute measure">${found === null ? nothing : t("Nobody is kept longer than needed: after {quiet} days without an order you confirm that one is expected, or the relation ends; {claims} days after that he is anonymised by itself.", { quiet: found.terms.quiet_days, claims: found.terms.claim_days })}</p></div>${button(t("Print"), act.print, { icon: "note", id: "print" })}</div>
    ${found === null ? nothing : yearlyCard(found.yearly, found.lines, act)}
    ${found === null ? skeleton(5, t("Loading")) : found.lines.length === 0 ? html`<div class="card">${empty(t("Nobody stands on the list"), t("What stands here is made anew each day."), "check", nothing, "ok")}</div>`
    : html`<ul class="card items clean-up">${repeat(found.lines, (one) => `${one.id}${one.reason}`, (one) => row(one, owner, act))}</ul>`}
    ${found === null || found.decided.length === 0 ? nothing : html`<details class="card pad"><summary>${tn("{n} decision of the last year", "{n} decisions of the last year", found.decided.length)}</summary><ul class="items">${found.decided.map((one) => html`<li><div class="body">${link(one, act.open)}<div class="faint small">${reasonName(one.reason)}: ${one.words}</div></div><div class="row end faint small">${[one.by, one.until === null ? "" : t("until {day}", { day: dayOf(one.until) })].filter(Boolean).join(" · ")}</div></li>`)}</ul></details>`}`;
}

/** The yearly act: drawn up, decided, closed. */
function yearlyCard(state: YearlyState, lines: readonly Due[], act: CleanUpActions): Part {
  const { open } = state;
  const quiet = lines.filter(({ reason }) => reason === "quiet").length;
  const due = state.due_ms === null ? "" : t("The next one is drawn up by itself on {day}.", { day: day(state.due_ms) });
  const body = open === null
    ? html`<p class="mute measure">${state.past.length === 0 ? t("No list was drawn up yet.") : t("The last one was drawn up on {day} and closed.", { day: day(state.past[0]!.drawn_ms) })} ${due}</p>
      <div class="row wrap">${button(t("Draw up the yearly list"), act.drawUp, { small: true, icon: "note", id: "draw-up" })}</div>`
    : html`<p>${t("Drawn up on {day} {by}. Customers looked at: {looked}. On the list: {lines}.", { day: day(open.drawn_ms), by: open.drawn_by === "" ? t("by itself") : t("by {name}", { name: open.drawn_by }), looked: number(open.looked_at), lines: number(open.lines) })}</p>
      <div class="row wrap">${open.open === 0 ? pill(t("all decided"), "ok", { icon: "check" }) : pill(tn("{n} line is open", "{n} lines are open", open.open), "warn")}${counted(open)}</div>
      <div class="row wrap">${quiet > 1 ? button(t("End it with all {n} who were quiet…", { n: number(quiet) }), () => act.endQuiet(open), { small: true, id: "end-quiet" }) : nothing}${button(t("Look at it"), () => act.look(open), { small: true, id: "look" })}${button(t("Close the list"), () => act.close(open), { small: true, kind: open.open === 0 ? "primary" : "", id: "close-list" })}</div>`;
  return html`<section class="card pad stack" aria-labelledby="yearly"><h2 id="yearly">${t("The yearly list")}</h2>${body}
    ${state.past.length === 0 ? nothing : html`<details><summary>${tn("{n} list that is closed", "{n} lists that are closed", state.past.length)}</summary><ul class="items">${state.past.map((one) => html`<li><div class="body"><button type="button" class="linkish" @click=${() => act.look(one)}>${day(one.drawn_ms)}</button> <span class="mute">${tn("{n} line", "{n} lines", one.lines)}</span> ${counted(one)}<div class="faint small">${t("closed on {day}", { day: one.closed_ms === null ? "–" : day(one.closed_ms) })}${one.closed_by === "" ? "" : ` · ${one.closed_by}`} · ${t("proof in the log:")} <code class="hash">${one.proof}</code></div></div></li>`)}</ul></details>`}</section>`;
}

const counted = (one: Yearly): Part => html`<span class="faint small">${Object.entries(one.decided).map(([what, n]) => `${number(n)} ${decisionName(what)}`).join(" · ")}</span>`;

export const yearlyLines = (lines: readonly YearlyLine[]): Part => lines.length === 0 ? html`<p class="mute">${t("Nobody stood on it.")}</p>` : html`<ul class="items">${repeat(lines, (one) => `${one.id}${one.reason}`, (one) => html`<li><div class="body"><b>${called(one)}</b> <span class="faint">${one.number}</span><div class="mute">${reasonName(one.reason)}</div>${one.words === "" ? nothing : html`<div class="faint small">${one.words}</div>`}</div>
    <div class="row end">${one.by === "" ? nothing : html`<span class="faint small">${one.by}</span>`}${pill(decisionName(one.decision), one.decision === "" ? "warn" : "")}</div></li>`)}</ul>`;

const link = (one: Customer, open: (id: string) => void): Part => html`<button type="button" class="linkish" @click=${() => open(one.id)}>${called(one)}</button> <span class="faint">${one.number}</span>`;

function row(one: Due, owner: boolean, act: CleanUpActions): Part {
  return html`<li><div class="body stack tight"><div>${link(one, act.open)}</div><div class="mute">${reasonName(one.reason)} <span class="faint">${t("since {day}", { day: dayOf(one.since_on) })}</span></div></div>
    <div class="row end wrap">${one.restricted_ms === null ? nothing : pill(t("use restricted"), "alarm", { icon: "lock" })}${one.reason === "quiet" ? html`${button(t("Order expected"), () => act.confirm(one), { small: true })}${button(t("Relation over"), () => act.end(one), { small: true })}` : nothing}
      ${one.reason === "double" ? button(t("Look and merge…"), () => act.open(one.id), { small: true }) : nothing}${one.reason === "consent_over" ? nothing : button(t("Keep…"), () => act.keep(one), { small: true, kind: "quiet" })}${owner && one.reason !== "quiet" ? button(t("Anonymise…"), () => act.forget(one), { small: true, kind: "alarm" }) : nothing}</div></li>`;
}
