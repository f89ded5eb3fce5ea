// SPDX-License-Identifier: EUPL-1.2
// Who may go, and why.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { day, t, tn } from "../../../kit/words";
import type { CleanUp, Customer, Due } from "./types";
import { called, reasonName } from "./words";

export interface CleanUpActions {
  readonly back: () => void;
  readonly open: (id: string) => void;
  readonly keep: (one: Due) => void;
  readonly confirm: (one: Due) => void;
  readonly end: (one: Due) => void;
  readonly forget: (one: Due) => void;
  readonly print: () => void;
}

const dayOf = (iso: string): string => day(Date.parse(`${iso}T12:00:00`));

export function cleanUpView(found: CleanUp | null, owner: boolean, act: CleanUpActions): Part {
  return html`<div class="title"><div><button type="button" class="btn quiet small" id="to-customers" @click=${act.back}>${icon("back", "small")}<span>${t("Customers")}</span></button><h1>${t("Who may go")}</h1>
      <p class="mute measure">${found === null ? nothing : t("Nobody is kept longer than needed: after {quiet} days without an order you confirm that one is expected, or the relation ends; {claims} days after that he is anonymised by itself.", { quiet: found.terms.quiet_days, claims: found.terms.claim_days })}</p></div>${button(t("Print"), act.print, { icon: "note", id: "print" })}</div>
    ${found === null ? skeleton(5, t("Loading")) : found.lines.length === 0 ? html`<div class="card">${empty(t("Nobody stands on the list"), t("It is made anew each day. You go through it once a year, or when something stands on it."), "check", nothing, "ok")}</div>`
    : html`<ul class="card items clean-up">${repeat(found.lines, (one) => `${one.id}${one.reason}`, (one) => row(one, owner, act))}</ul>`}
    ${found === null || found.decided.length === 0 ? nothing : html`<details class="card pad"><summary>${tn("{n} decision of the last year", "{n} decisions of the last year", found.decided.length)}</summary><ul class="items">${found.decided.map((one) => html`<li><div class="body">${link(one, act.open)}<div class="faint small">${reasonName(one.reason)}: ${one.words}</div></div><div class="row end faint small">${[one.by, one.until === null ? "" : t("until {day}", { day: dayOf(one.until) })].filter(Boolean).join(" · ")}</div></li>`)}</ul></details>`}`;
}

const link = (one: Customer, open: (id: string) => void): Part => html`<button type="button" class="linkish" @click=${() => open(one.id)}>${called(one)}</button> <span class="faint">${one.number}</span>`;

function row(one: Due, owner: boolean, act: CleanUpActions): Part {
  return html`<li><div class="body stack tight"><div>${link(one, act.open)}</div><div class="mute">${reasonName(one.reason)} <span class="faint">${t("since {day}", { day: dayOf(one.since_on) })}</span></div></div>
    <div class="row end wrap">${one.restricted_ms === null ? nothing : pill(t("use restricted"), "alarm", { icon: "lock" })}${one.reason === "quiet" ? html`${button(t("Order expected"), () => act.confirm(one), { small: true })}${button(t("Relation over"), () => act.end(one), { small: true })}` : nothing}
      ${one.reason === "consent_over" ? nothing : button(t("Keep…"), () => act.keep(one), { small: true, kind: "quiet" })}${owner && one.reason !== "quiet" ? button(t("Anonymise…"), () => act.forget(one), { small: true, kind: "alarm" }) : nothing}</div></li>`;
}
