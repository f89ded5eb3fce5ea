// SPDX-License-Identifier: EUPL-1.2
// Incidents: what happened, what is kept for it and until when, and who signed.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, progress, skeleton } from "../../../kit/pieces";
import { relative, t, tn, when } from "../../../kit/words";
import type { Actions } from "./controller";
import { stateOf, type Hold, type Incident, type One, type State } from "./model";

export function page(state: State, act: Actions): Part {
  return html`<div class="page incidents stack">${state.id === null ? listed(state, act) : state.one === null ? skeleton(6, t("Loading")) : detail(state, state.one, act)}</div>`;
}

function listed(state: State, act: Actions): Part {
  const heading = html`<div class="title"><div><h1>${t("Incidents")}</h1><p class="mute measure">${t("Something happened and images of it are needed for longer than their term. Two people sign, exactly the time they name is kept, and when the incident is closed it is deleted.")}</p></div>
    ${button(t("Open an incident"), act.open, { kind: "primary", icon: "plus", id: "open-incident", disabled: (state.list?.sites.length ?? 0) === 0 })}</div>`;
  if (state.list === null) return html`${heading}${skeleton(6, t("Loading"))}`;
  const { incidents, waiting } = state.list;
  if (incidents.length === 0) return html`${heading}<div class="card">${empty(t("No incident"), t("When the police or an insurer must see what happened, open one here before the term of the images is over."), "shield", nothing, "ok")}</div>`;
  return html`${heading}<ul class="card items">${repeat(incidents, ({ id }) => id, (one) => row(state, one, waiting.includes(one.id), act))}</ul>`;
}

function row(state: State, one: Incident, waits: boolean, act: Actions): Part {
  return html`<li class="incident"><div class="grow"><button type="button" class="plainlink" @click=${() => act.show(one.id)}><b>${one.title}</b></button>
    <div class="mute small">${one.site.name} · ${t("opened by {name}, {when}", { name: one.opened_by, when: when(one.opened_ms, state.nowMs, one.site.tz) })}</div></div>
    ${one.closed_ms !== null ? pill(t("Closed"), "") : waits ? pill(t("Waits for a signature"), "warn", { dot: true }) : pill(t("Open"), "accent", { dot: true })}</li>`;
}

function detail(state: State, one: One, act: Actions): Part {
  const open = one.closed_ms === null;
  const site = state.list?.sites.find(({ id }) => id === one.site.id);
  const mayEnd = state.role !== "member";
  return html`<div><button type="button" class="plainlink row" id="all-incidents" @click=${() => act.show(null)}>${icon("back", "small")}${t("All incidents")}</button></div>
    <div class="title"><div><h1>${one.title}</h1><p class="mute">${one.site.name} · ${t("opened by {name}, {when}", { name: one.opened_by, when: when(one.opened_ms, state.nowMs, one.site.tz) })}</p></div>
      ${open && mayEnd ? button(t("Close it"), act.close, { icon: "check", id: "close-incident", busy: state.busy }) : nothing}</div>
    <blockquote>${one.reason}</blockquote>
    ${open ? nothing : note(html`<b>${t("Closed by {name}, {when}", { name: one.closed_by, when: when(one.closed_ms ?? 0, state.nowMs, one.site.tz) })}</b><p>${one.outcome}</p>`, "ok", "check")}
    <section class="card" aria-labelledby="kept"><header class="row apart"><h2 id="kept">${t("What is kept")}</h2>${open && site?.kept ? button(t("Keep a time"), act.ask, { small: true, icon: "plus", id: "ask-hold", busy: state.busy }) : nothing}</header>
      ${site !== undefined && !site.kept ? html`<div class="pad">${note(t("Images of this site are not kept past their term, also not for an investigation. Make an evidence package before they expire."), "warn", "info")}</div>` : nothing}
      ${one.holds.length === 0 ? html`<p class="pad mute">${t("Nothing is kept for this incident.")}</p>` : html`<ul class="items">${repeat(one.holds, ({ id }) => id, (hold) => holdRow(state, one, hold, act))}</ul>`}
      ${state.sealing ? html`<div class="pad">${progress(null, t("Your device seals the keys of what is kept"))}</div>` : nothing}</section>`;
}

function trackName(track: number): string {
  if (track === 2) return t("Overview pictures");
  return track === 3 ? t("Pictures taken by hand") : t("Recordings");
}

function holdRow(state: State, one: One, hold: Hold, act: Actions): Part {
  const { tz } = one.site;
  const now = stateOf(hold, state.nowMs);
  const words = { waiting: t("Waits for a second signature"), held: t("Kept"), released: t("Let go"), gone: t("Nobody signed in time") }[now];
  return html`<li class="hold" data-state=${now}><div class="grow stack tight"><div class="row"><b>${hold.camera}</b><span class="mute">${trackName(hold.track)}</span>${pill(words, now === "held" ? "ok" : now === "waiting" ? "warn" : "", { dot: now === "waiting" })}</div>
      <div>${t("{from} until {to}", { from: when(hold.from_ms, state.nowMs, tz), to: when(hold.to_ms, state.nowMs, tz) })}</div>
      <div class="mute small">${t("Asked by {name}", { name: hold.asked_by })}${hold.signed_ms === null ? nothing : html` · ${t("signed by {name}, {when}", { name: hold.signed_by, when: when(hold.signed_ms, state.nowMs, tz) })}`}</div>
      ${now === "waiting" && hold.over_ms !== null ? html`<div class="small warn">${t("Deleted {when} unless somebody else signs", { when: relative(hold.over_ms, state.nowMs) })}</div>` : nothing}
      ${now === "held" ? html`<div class="faint small">${hold.sealed < hold.epochs ? t("The owner’s device has not sealed all of its keys yet: it does so when he opens this page.") : tn("1 part, under a key of the owner’s own", "{n} parts, each under a key of the owner’s own", hold.sealed)}</div>` : nothing}</div>
    <div class="row">${now === "waiting" && !hold.mine ? button(t("Sign"), () => act.sign(hold), { kind: "primary", small: true, id: "sign-hold", busy: state.busy }) : nothing}
      ${now === "waiting" && hold.mine ? html`<span class="mute small">${t("Somebody else must sign")}</span>` : nothing}
      ${(now === "held" || now === "waiting") && one.closed_ms === null && state.role !== "member" ? button(t("Let it go"), () => act.release(hold), { small: true, kind: "quiet", busy: state.busy }) : nothing}</div></li>`;
}
