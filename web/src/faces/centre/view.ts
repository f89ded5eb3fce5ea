// SPDX-License-Identifier: EUPL-1.2
// The frame of the centre's pages: who you are, your seat, where you can go, and what must be known first.
import { html, nothing, type Part } from "../../kit/dom";
import { icon, mark } from "../../kit/icons";
import { button, keyHint, note, skeleton } from "../../kit/pieces";
import { age, t } from "../../kit/words";
import { languageSwitch } from "../language";
import { reportButton } from "../report";
import { roleName } from "../names";
import { certificatesPart } from "./certificates";
import { figuresPart } from "./figures";
import { handOverPart } from "./hand_over";
import { pagesFor, pathOf, type CentreState, type Judging, type PageName } from "./model";
import { reviewsPart } from "./reviews";
import { settingsPart } from "./settings";
import type { Desk, Settings } from "./types";
import { wallPart } from "./wall";

export interface CentreActions {
  readonly go: (page: PageName) => void;
  readonly seat: (onDuty: boolean, onBreak: boolean) => void;
  readonly acknowledge: (id: string) => void;
  readonly handNote: (text: string) => void;
  readonly writeHandOver: () => void;
  readonly acceptHandOver: (id: string) => void;
  readonly days: (days: number) => void;
  readonly file: (what: "responses" | "causes") => string;
  readonly desk: (desk: Desk) => void;
  readonly choose: (id: string | null) => void;
  readonly judging: (part: Partial<Judging>) => void;
  readonly judge: () => void;
  readonly followUp: () => void;
  readonly addCertificate: () => void;
  readonly withdraw: (id: string) => void;
  readonly suspend: (personId: string) => void;
  readonly invite: () => void;
  readonly letIn: (personId: string) => void;
  readonly letOut: (personId: string) => void;
  readonly renewKey: () => void;
  readonly uninvite: (invitationId: string) => void;
  readonly lift: (id: string) => void;
  readonly settings: (part: Partial<Settings>) => void;
  readonly saveSettings: () => void;
  readonly keys: () => void;
  readonly signOut: () => void;
}

export const pageWord = (page: PageName): string =>
  ({ wall: t("Wall"), "hand-over": t("Hand-over"), figures: t("Figures"), reviews: t("Review"), certificates: t("Certificates"), settings: t("Settings") })[page];

export function centreView(state: CentreState, act: CentreActions): Part {
  return html`${header(state, act)}
    ${state.connected ? nothing : html`<div class="offline" role="alert">${icon("offline", "small")}<span>${t("Connection lost. Trying again; what you see may be old.")}</span></div>`}
    <main id="content" class="centre-page p-${state.page} ${state.connected ? "" : "old"}" tabindex="-1">
      ${state.refused === null ? nothing : note(html`<b>${state.refused.message}</b> ${state.refused.action}`, "alarm", "alarm")}
      ${state.wall?.suspended ? note(html`<b>${t("You are suspended from this work.")}</b> ${t("Another supervisor or the administrator can lift it.")}`, "alarm", "lock") : nothing}
      ${part(state, act)}
    </main>`;
}

function part(state: CentreState, act: CentreActions): Part {
  if (!pagesFor(state.me.role).includes(state.page)) return note(t("This page is for supervisors."), "", "lock");
  switch (state.page) {
    case "wall": return state.wall === null ? waiting(state) : wallPart(state, state.wall, act);
    case "hand-over": return state.handOvers === null ? waiting(state) : handOverPart(state, state.handOvers, act);
    case "figures": return state.figures === null ? waiting(state) : figuresPart(state, state.figures, act);
    case "reviews": return state.reviews === null ? waiting(state) : reviewsPart(state, state.reviews, act);
    case "certificates": return state.certificates === null ? waiting(state) : certificatesPart(state, state.certificates, act);
    case "settings": return state.settings === null ? waiting(state) : settingsPart(state, state.settings, act);
  }
}

const waiting = (state: CentreState): Part => (state.refused === null ? html`<h1 class="sr">${pageWord(state.page)}</h1>${skeleton(6, t("Loading"))}` : html`<h1 class="sr">${pageWord(state.page)}</h1>`);

function header(state: CentreState, act: CentreActions): Part {
  const mine = pagesFor(state.me.role);
  const open = state.reviews?.counts.open ?? 0;
  return html`<header class="top centre-top">
    <span class="logo">${mark()}<span>Zegel</span></span>
    <nav aria-label=${t("The centre’s pages")}>${mine.map((page, i) => html`<a href=${pathOf(page)} aria-current=${page === state.page ? "page" : nothing} @click=${(event: Event) => { event.preventDefault(); act.go(page); }}>${pageWord(page)}${page === "reviews" && open > 0 ? html`<b class="n">${open}</b>` : nothing}${keyHint(String(i + 1))}</a>`)}
      ${state.me.role === "supervisor" ? html`<a href="/backoffice/settings/" id="to-settings">${t("Panels and lines")}${icon("arrow", "small")}</a><a href="/backoffice/privacy/" id="to-privacy">${t("Privacy")}${icon("arrow", "small")}</a>` : nothing}
      ${state.me.role === "operator" || state.me.role === "supervisor" ? html`<a href="/console/">${t("Queue")}${icon("arrow", "small")}</a>` : nothing}</nav>
    ${seatPart(state, act)}
    <details class="menu"><summary class="pill" aria-label=${t("You: {name}", { name: state.me.name })}>${icon("person")}<span>${state.me.name}</span></summary>
      <div class="sheet stack tight"><b>${state.me.name}</b><span class="mute small">${roleName(state.me.role)} · ${state.me.party}</span>${reportButton(state.me.role)}${languageSwitch()}${button(t("Keys"), act.keys, { small: true, icon: "key", key: "?" })}${button(t("Sign out"), act.signOut, { icon: "signOut", small: true })}</div></details>
  </header>`;
}

function seatPart(state: CentreState, act: CentreActions): Part {
  const seat = state.wall?.mine ?? null;
  if (seat === null) return nothing;
  const away = seat.break_since_ms;
  const words = !seat.on_duty ? t("Not on duty") : away !== null ? t("On a break, {time}", { time: age(state.nowMs - away) }) : t("On duty");
  return html`<div class="seat-switch" role="group" aria-label=${t("Your seat")}>
    <button type="button" class="btn small ${seat.on_duty && away === null ? "on" : ""}" aria-pressed=${seat.on_duty ? "true" : "false"} ?disabled=${state.busy} @click=${() => act.seat(!seat.on_duty, false)}><i class="dot ${!seat.on_duty ? "" : away === null ? "ok" : "warn"}"></i><span>${words}</span>${keyHint("D")}</button>
    ${seat.on_duty ? html`<button type="button" class="btn small quiet" aria-pressed=${away !== null ? "true" : "false"} ?disabled=${state.busy} @click=${() => act.seat(true, away === null)}><span>${away === null ? t("Break") : t("Back")}</span>${keyHint("B")}</button>` : nothing}</div>`;
}
