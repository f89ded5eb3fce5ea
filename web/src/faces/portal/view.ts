// SPDX-License-Identifier: EUPL-1.2
// The customer's pages, drawn from their state. State first, in words that the unit confirmed; then who can see; then who looked.
import { foot, openDialog } from "../../kit/dialog";
import { html, nothing, ref, repeat, type Part } from "../../kit/dom";
import { toggle } from "../../kit/form";
import { icon, mark, sealed } from "../../kit/icons";
import { button, empty, keyWords, link, note, pill, skeleton, steps, tile } from "../../kit/pieces";
import { clock, clockSeconds, dayWord, isoDay, number, relative, span, t, tn, when } from "../../kit/words";
import { languageSwitch } from "../language";
import { alarmNumber, alarmTitle, cameraState, className, reopenReason, roleName, whyName } from "../names";
import type { Alarm, Camera, Look } from "../types";
import { sightCard } from "./seeing";
import { canBeSeen, open, overall, pathOf, siteTz, type Check, type MailCamera, type PortalState, type UnitView, type View } from "./model";
import { pageOf, sectionName, shown } from "./pages";

export interface PortalActions {
  readonly go: (view: View, id?: string) => void;
  /** Where a page that is a module of its own is drawn, when such a one is open. */
  readonly module: () => HTMLElement | null;
  readonly arm: (unitId: string, target: "arm" | "disarm") => void;
  readonly compared: (unitId: string, same: boolean) => void;
  readonly recall: (alarm: Alarm) => void;
  readonly revoke: (unitId: string, name: string) => void;
  readonly watchAlarm: (alarm: Alarm) => void;
  readonly check: (look: Look) => void;
  readonly endReopening: (look: Look) => void;
  /** The same, from the card that says who can see. */
  readonly endSight: (alarmId: string) => void;
  readonly filterLooks: (part: Partial<PortalState["lookFilter"]>) => void;
  readonly receipt: (look: Look) => void;
  readonly signOut: () => void;
  readonly switchParty: () => void;
  /** Where the pictures of a mail camera are shown; the same function for the same camera. */
  readonly mailHost: (cameraId: string) => (host: Element | undefined) => void;
}

export function portalView(state: PortalState, act: PortalActions): Part {
  return html`
    ${state.connected ? nothing : html`<div class="offline" role="alert">${icon("offline", "small")}<span>${t("Connection lost. Trying again; what you see may be old.")}</span></div>`}
    <div class="house">
      <nav class="tabs" aria-label=${t("Pages")}><a class="logo" href="/portal/" @click=${(event: Event) => go(event, act, "now")}>${mark()}<span>Zegel</span></a>
        <div class="tabs-all">${navigation(state, act)}</div>
        <button type="button" class="tab tab-more" aria-current=${pageOf(state.route.view)?.bar ? nothing : "page"} @click=${() => more(state, act)}>${icon("dots")}<span>${t("More")}</span></button>
        <div class="tabs-foot"><b>${state.me.party}</b><span class="faint small">${state.me.name}</span></div></nav>
      <main id="content" tabindex="-1" data-view=${state.route.view}>${page(state, act)}</main>
    </div>`;
}

/** Every page of his, by section: a column at the side of a desktop, a list behind "More" on a phone. */
function navigation(state: PortalState, act: PortalActions): Part {
  return html`${shown(state.me.role).map(({ section, pages }) => html`
    ${sectionName(section) === "" ? nothing : html`<div class="tabs-section lbl">${sectionName(section)}</div>`}
    ${pages.map((tab) => html`<a href=${pathOf(tab.view)} class="tab tab-${tab.view} ${tab.bar ? "in-bar" : ""}" aria-current=${tab.view === state.route.view ? "page" : nothing} @click=${(event: Event) => go(event, act, tab.view)}>${icon(tab.icon)}<span>${tab.title()}</span></a>`)}`)}`;
}

function more(state: PortalState, act: PortalActions): void {
  const dialog = openDialog(t("Pages"), (opened) => html`<nav class="more" aria-label=${t("Pages")}>${navigation(state, { ...act, go: (view) => { dialog.close(); act.go(view); } })}</nav>${foot(button(t("Close"), opened.close))}`);
}

function go(event: Event, act: PortalActions, view: View, id?: string): void {
  if ((event as MouseEvent).ctrlKey || (event as MouseEvent).metaKey) return;
  event.preventDefault();
  act.go(view, id);
}

function page(state: PortalState, act: PortalActions): Part {
  const module = act.module();
  if (module !== null) return html`${module}`;
  if (state.loading) return html`<div class="page">${skeleton(6, t("Loading"))}</div>`;
  switch (state.route.view) {
    case "cameras": return camerasPage(state, act);
    case "looked": return lookedPage(state, act);
    case "you": return youPage(state, act);
    default: return nowPage(state, act);
  }
}

const title = (state: PortalState, heading: string, aside: Part = nothing): Part =>
  html`<div class="title"><div><div class="lbl">${state.me.party}</div><h1>${heading}</h1></div>${aside}</div>`;

// --- now --------------------------------------------------------------------------------------------------------------

function nowPage(state: PortalState, act: PortalActions): Part {
  const headings: Record<ReturnType<typeof overall>, string> = { guarding: t("Guarding"), partly: t("Partly guarding"), off: t("Not guarding"), hours: t("Working hours"), unknown: t("Waiting for your unit"), distrust: t("Stop: something is wrong") };
  const alarms = state.alarms.filter(open);
  const well = state.cameras.filter((camera) => camera.state === "ok").length;
  return html`<div class="page now">
    ${title(state, headings[overall(state.units)], state.cameras.length === 0 ? nothing : pill(tn("{ok} of {n} camera well", "{ok} of {n} cameras well", state.cameras.length, { ok: well }), well === state.cameras.length ? "ok" : "warn", { dot: true }))}
    ${alarms.map((alarm) => alarmCard(state, alarm, act))}
    <div class="columns"><div class="stack">
      ${state.units.length === 0 ? html`<div class="card">${empty(t("No camera unit yet"), t("Your provider places the unit; you pair it with the code on it. Until then nothing is recorded."), "camera", button(t("Getting started"), () => act.go("start"), { icon: "check", kind: "primary" }))}</div>` : state.units.map((unit) => unitCard(state, unit, act))}
      ${sightCard(state.sight, state.cameras, state.nowMs, siteTz(state), act.endSight)}
    </div>
    ${lookedCard(state, act)}</div>
  </div>`;
}

function unitCard(state: PortalState, one: UnitView, act: PortalActions): Part {
  if (one.distrust !== null) return html`<div class="card pad">${note(html`<b>${t("The word of {unit} can't be trusted", { unit: one.unit.name })}</b><br>${one.distrust}<br>${t("Nothing is sent to it from here. Call your provider by a number you already had.")}`, "alarm", "alarm")}</div>`;
  if (one.strange) return html`<section class="card pad stack" aria-label=${one.unit.name}>${note(html`<b>${one.unit.name}</b><br>${t("An owner set up this unit, and you never compared his words. Do that first, on the page “People”: until then nothing is believed of it.")}`, "warn", "key")}<div class="row">${button(t("Go to “People”"), () => act.go("people"), { kind: "primary", id: "compare-owner" })}</div></section>`;
  if (one.compare !== null) return compareCard(one, one.compare, act);
  const on = one.confirmed?.state === "armed";
  const busy = one.arming !== null && one.arming.phase !== "failed";
  return html`<section class="card pad unit-card" aria-label=${one.unit.site.name}>
    <div class="state"><div class="grow"><h2>${stateWords(state, one)}</h2><div class="mute">${confirmedWords(state, one)}</div></div>
      ${state.me.role !== "owner" ? nothing : toggle(t("Guard {site}", { site: one.unit.site.name }), busy ? one.arming?.target === "arm" : on, () => act.arm(one.unit.id, on ? "disarm" : "arm"), busy)}</div>
    ${armingPart(one)}
    <div class="row">${state.me.role !== "owner" ? button(t("Switch on or off"), () => act.go("hours", one.unit.id), { icon: "clock", id: "to-hours" }) : on ? button(t("Switch guarding off"), () => act.arm(one.unit.id, "disarm"), { icon: "power", busy: busy && one.arming?.target === "disarm" })
      : button(t("Switch guarding on"), () => act.arm(one.unit.id, "arm"), { kind: "primary", icon: "shield", busy: busy && one.arming?.target === "arm" })}
      <span class="faint small grow">${one.unit.in_contact ? t("In contact") : one.unit.last_seen_ms === null ? t("Never in contact") : t("Last contact {when}", { when: relative(one.unit.last_seen_ms, state.nowMs) })}</span></div>
  </section>`;
}

function compareCard(one: UnitView, words: string, act: PortalActions): Part {
  return html`<section class="card pad stack" aria-label=${one.unit.name}><div class="row">${tile("key", "accent")}<div class="grow"><h2>${t("Compare the key of {unit}", { unit: one.unit.name })}</h2><p class="mute">${t("Read these eight words with those on the unit, or with who stands before it. Until they are the same, nothing is believed of it and nothing is sent to it.")}</p></div></div>
    ${keyWords(words, one.unit.name)}
    <div class="row">${button(t("They are the same"), () => act.compared(one.unit.id, true), { kind: "primary", icon: "check", id: "same" })}${button(t("They differ"), () => act.compared(one.unit.id, false))}</div></section>`;
}

function stateWords(state: PortalState, one: UnitView): string {
  const { part, guardsFromMs } = one.confirmed ?? {};
  if (part) return t("On in part: “{part}” is guarded", { part });
  if (one.confirmed?.state === "disarmed" && guardsFromMs) return t("Working until {time}", { time: when(guardsFromMs, state.nowMs, one.tz) });
  switch (one.confirmed?.state) {
    case "armed": return t("On: {site} is guarded", { site: one.unit.site.name });
    case "disarmed": return t("Off: you switched it off");
    case "off": return t("Off");
    case "working_hours": return t("Off during working hours");
    case "unpaired": return t("Not paired yet");
    default: return one.unit.site.name;
  }
}

function confirmedWords(state: PortalState, one: UnitView): string {
  if (one.confirmed === null) return t("The unit has not confirmed its state yet.");
  const until = one.confirmed.untilMs === null ? "" : `${t("Until {time}.", { time: when(one.confirmed.untilMs, state.nowMs, one.tz) })} `;
  return `${until}${t("The unit confirmed this at {time}.", { time: when(one.confirmed.atMs, state.nowMs, one.tz) })}`;
}

function armingPart(one: UnitView): Part {
  if (one.arming === null) return nothing;
  if (one.arming.phase === "failed") return note(one.arming.message, "alarm", "alarm");
  return steps([t("Signed on this device"), t("Carried to the unit"), t("Confirmed by the unit")], one.arming.phase === "signing" ? 0 : 1);
}

function alarmCard(state: PortalState, alarm: Alarm, act: PortalActions): Part {
  const seen = canBeSeen(alarm);
  return html`<section class="card alarm alarm-card" aria-label=${t("Alarm {number}", { number: alarmNumber(alarm) })}>
    <div class="pad stack">
      <div class="row apart">${pill(t("Alarm now"), "alarm", { dot: true, beat: true })}<span class="mono faint">${alarmNumber(alarm)}</span></div>
      <div><h2>${t("{what} at {camera}", { what: alarmTitle(alarm), camera: alarm.camera?.name ?? alarm.site.name })}</h2>
        <p class="mute">${t("{seen} seen at {time}.", { seen: capital(className(alarm.class)), time: clockSeconds(alarm.first_seen_ms, alarm.site.tz) })} ${whoHandles(alarm)}</p>
        ${seen && alarm.window ? html`<p class="sees">${icon("eye", "small")}<b>${t("The alarm centre can see this until {time} at the latest.", { time: clock(alarm.window.until_ms, alarm.site.tz) })}</b></p>` : nothing}</div>
      <div class="row">${button(t("It’s us: recall"), () => act.recall(alarm), { kind: "alarm", icon: "recall", busy: state.recalling === alarm.id, id: "recall" })}
        ${alarm.camera === null ? nothing : button(t("See what happened"), () => act.watchAlarm(alarm), { icon: "play" })}</div>
    </div></section>`;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function whoHandles(alarm: Alarm): string {
  if (alarm.claimed_by !== null) return t("{name} at the alarm centre is handling it.", { name: alarm.claimed_by.name });
  return t("The alarm centre has been rung.");
}

function lookedCard(state: PortalState, act: PortalActions): Part {
  const others = state.looks.filter((look) => !look.mine).slice(0, 4);
  return html`<section class="card"><header><h2>${t("Who looked")}</h2><span class="faint small">${t("last 30 days")}</span></header><ul class="items">
    ${!state.looksLoaded ? html`<li>${skeleton(3, t("Loading"))}</li>` : others.map((look) => lookRow(state, look, act))}
    <li>${tile("check", "ok")}<div class="body"><b>${t("Nobody else")}</b><div class="mute">${t("Not even we can: your recordings are sealed to you")}</div></div></li></ul>
    <div class="pad"><a class="btn wide" href=${pathOf("looked")} @click=${(event: Event) => go(event, act, "looked")}>${t("All of it, with receipts")}</a></div></section>`;
}

// --- cameras ------------------------------------------------------------------------------------------------------------

function camerasPage(state: PortalState, act: PortalActions): Part {
  return html`<div class="page">${title(state, t("Cameras"))}
    ${state.cameras.length === 0 && state.mail.length > 0 ? nothing : state.cameras.length === 0 ? html`<div class="card">${empty(t("No cameras yet"), t("They appear here once a camera unit is paired with your key."), "camera", button(t("Back to now"), () => act.go("now")))}</div>`
    : html`<div class="tiles">${repeat(state.cameras, (camera) => camera.id, (camera) => cameraCard(state, camera, act))}</div>`}
    ${state.mail.length === 0 ? nothing : html`<h2>${t("Mail cameras")}</h2><p class="mute">${t("They can do nothing but send e-mail. The server sees their pictures for a moment, then seals them to you.")}</p><div class="tiles">${repeat(state.mail, (camera) => camera.id, (camera) => mailCard(state, camera, act))}</div>`}</div>`;
}

function mailCard(state: PortalState, camera: MailCamera, act: PortalActions): Part {
  return html`<section class="card pad stack" data-mail=${camera.name}><div class="row apart"><h3>${camera.name}</h3>${pill(t("Seen by the server"), "warn", { icon: "eye" })}</div>
    <p class="mute small">${camera.last_ms === null ? t("It has sent nothing yet.") : t("Last mail {when}", { when: relative(camera.last_ms, state.nowMs) })}</p>
    <div ${ref(act.mailHost(camera.id))}></div></section>`;
}

function cameraCard(state: PortalState, camera: Camera, act: PortalActions): Part {
  const condition = cameraState(camera.state);
  const seen = state.alarms.find((alarm) => alarm.camera?.id === camera.id && canBeSeen(alarm));
  return html`<section class="card camera-card"><div class="sealed-still" aria-hidden="true">${sealed()}</div><div class="pad stack">
    <div class="row apart"><h2>${camera.name}</h2>${pill(condition.words, condition.tone, { dot: true })}</div>
    <p class="mute">${camera.site.name} · ${camera.unit.name}</p>
    ${seen?.window ? note(t("The alarm centre can see this until {time} at the latest.", { time: clock(seen.window.until_ms, seen.site.tz) }), "alarm", "eye") : html`<p class="faint small">${t("Sealed to you. Nobody else can open it.")}</p>`}
    <div class="row">${button(t("Recordings"), () => act.go("recordings", camera.id), { icon: "record", kind: "primary" })}${button(t("Live and pictures"), () => act.go("live", camera.id), { icon: "live" })}</div></div></section>`;
}

// --- who looked ------------------------------------------------------------------------------------------------------------

function byDay<Item>(items: readonly Item[], ms: (item: Item) => number, tz: string | undefined): [string, number, Item[]][] {
  const days = new Map<string, [number, Item[]]>();
  for (const item of items) {
    const key = isoDay(ms(item), tz);
    const found = days.get(key);
    if (found === undefined) days.set(key, [ms(item), [item]]);
    else found[1].push(item);
  }
  return [...days].map(([key, [first, list]]) => [key, first, list]);
}

function lookedPage(state: PortalState, act: PortalActions): Part {
  const tz = siteTz(state);
  return html`<div class="page looked">${title(state, t("Who looked"), html`<span class="faint">${t("last 30 days")}</span>`)}
    <p class="lead">${t("Every release and every look at your cameras. Each is written down before the first picture is served, in a log that nobody can change; check any of them yourself.")}</p>
    ${lookFilters(state, act)}
    ${!state.looksLoaded ? skeleton(5, t("Loading")) : byDay(filtered(state), (look) => look.at_ms, tz).map(([key, ms, list]) => html`<section class="stack tight" aria-label=${key}><h2 class="day-title">${dayWord(ms, state.nowMs, tz)}</h2><div class="card"><ul class="items">${list.map((look) => lookRow(state, look, act, true))}</ul></div></section>`)}
    <div class="card nobody"><ul class="items"><li>${tile("shield", "ok")}<div class="body"><b>${t("Nobody else. Not even we can.")}</b><div class="mute">${t("Your recordings are sealed to your key. We store them, and hold nothing that opens them.")}</div></div></li></ul></div></div>`;
}

/** What is chosen of it: a camera, somebody, a reason; "" is all. */
function filtered(state: PortalState): readonly Look[] {
  const { camera, who, why } = state.lookFilter;
  return state.looks.filter((look) => (camera === "" || look.camera_id === camera) && (who === "" || whoOf(look) === who) && (why === "" || look.why === why));
}

const whoOf = (look: Look): string => [look.party, look.who].filter(Boolean).join(", ");

function lookFilters(state: PortalState, act: PortalActions): Part {
  const people = [...new Set(state.looks.map(whoOf).filter(Boolean))].sort();
  const reasons = [...new Set(state.looks.map(({ why }) => why).filter(Boolean))].sort();
  const pick = (name: "camera" | "who" | "why", label: string, all: readonly (readonly [string, string])[]): Part => html`<label class="field"><span class="label">${label}</span><select class="input" id="look-${name}" @change=${(event: Event) => act.filterLooks({ [name]: (event.target as HTMLSelectElement).value })}>
    <option value="">${t("All")}</option>${all.map(([value, words]) => html`<option value=${value} ?selected=${state.lookFilter[name] === value}>${words}</option>`)}</select></label>`;
  return html`<div class="look-filters">${pick("camera", t("Camera"), state.cameras.map(({ id, name }) => [id, name]))}${pick("who", t("Who"), people.map((one) => [one, one]))}${pick("why", t("Why"), reasons.map((one) => [one, whyName(one)]))}</div>
    <details class="small mute"><summary>${t("How to check a receipt without us")}</summary><p>${t("Keep the receipt’s file. Anybody opens our page “verify”, or runs “zegel ledger verify-receipt FILE --key KEY” with the log’s key from your agreement, on a machine without a network. It proves that the entry stands in the log, and what it says.")}</p></details>`;
}

function lookIcon(look: Look): Part {
  if (look.kind === "release" || look.kind === "release_handed") return tile("key", "accent");
  if (look.kind === "grant") return tile("shield", "accent");
  if (look.kind === "reopened") return tile("clock", "warn");
  if (look.kind === "export") return tile("download");
  if (look.role === "technician") return tile("tool");
  if (look.role === "guard" || look.kind === "guard_picture") return tile("guard", "accent");
  return tile("eye", look.mine ? "" : "accent");
}

function lookTitle(look: Look): string {
  if (look.mine) return t("You, {name}", { name: look.who });
  if (look.forgotten) return t("An entry that was erased, as the law asks");
  if (look.kind === "release") return t("Your unit released a key");
  if (look.kind === "release_handed") return t("The key was handed to {who}", { who: look.party ?? look.who ?? t("the alarm centre") });
  const who = [look.party, look.who].filter(Boolean).join(", ") || roleName(look.role);
  if (look.kind === "guard_picture") return t("{who} sent a picture to the guard: {guard}", { who, guard: look.guard ?? "" });
  return look.kind === "reopened" ? t("{who} reopened an earlier alarm", { who }) : who;
}

/** What was done while looking, and from where. */
function lookMore(look: Look, tz: string | undefined): string {
  const reason = look.kind === "reopened" ? reopenReason(look.why) : look.reason === "" || look.kind.startsWith("release") ? "" : t("reopened: {reason}", { reason: reopenReason(look.reason) });
  const minutes = look.minutes === null ? "" : t("for {n} minutes", { n: number(look.minutes) });
  const clear = look.verified_ms === null ? "" : t("asked to see clearly at {time}", { time: clockSeconds(look.verified_ms, tz) });
  const turned = look.turned === 0 ? "" : tn("turned the camera once", "turned the camera {n} times", look.turned);
  const from = look.address === "" ? "" : t("from {address}", { address: look.address });
  return [reason, minutes, clear, turned, from].filter(Boolean).join(" · ");
}

/** While it may still be looked at: the customer can end it. */
function reopenedNow(state: PortalState, look: Look): boolean {
  return look.kind === "reopened" && look.alarm_id !== null && look.at_ms + (look.minutes ?? 0) * 60_000 > state.nowMs && !state.endedReopenings.includes(look.index);
}

function lookWords(look: Look): string {
  const what = look.alarm_number === null ? whyName(look.why) : t("alarm AL-{n}", { n: look.alarm_number });
  const long = look.seconds !== null && !look.kind.startsWith("release") ? t("looked for {span}", { span: span(look.seconds) }) : !look.slots ? "" : look.ended ? t("{span} of video", { span: span(look.slots) }) : t("{span} so far", { span: span(look.slots) });
  return [capital(what), look.camera_name, long].filter(Boolean).join(" · ");
}

function lookRow(state: PortalState, look: Look, act: PortalActions, full = false): Part {
  const check = state.checks[look.index];
  return html`<li data-index=${look.index}>${lookIcon(look)}<div class="body"><b>${lookTitle(look)}</b>
    <div class="mute">${lookWords(look)}</div>${lookMore(look, siteTz(state)) === "" ? nothing : html`<div class="mute small">${lookMore(look, siteTz(state))}</div>`}
    ${reopenedNow(state, look) ? html`<div class="row">${button(t("End it now"), () => act.endReopening(look), { small: true, kind: "alarm", id: "end-reopening" })}</div>` : nothing}<div class="faint small"><span class="mono">${full ? clockSeconds(look.at_ms, siteTz(state)) : when(look.at_ms, state.nowMs, siteTz(state))}</span> · ${look.role && look.role !== "person" && !look.mine ? `${roleName(look.role)} · ` : ""}${look.indices.length === 1 ? t("entry {n}", { n: number(look.index) }) : t("{n} entries from {first}", { n: look.indices.length, first: number(look.index) })}</div>
    ${full && !look.forgotten ? html`<div class="row receipt">${button(t("Check it"), () => act.check(look), { small: true, icon: "shield", busy: check?.phase === "checking" })}${button(t("Receipt"), () => act.receipt(look), { small: true, icon: "download", hint: t("A file that anyone can check without us") })}</div>${checkWords(check)}` : nothing}</div>
    ${full ? nothing : checkPill(look, check, act)}</li>`;
}

function checkWords(check: Check | undefined): Part {
  if (check === undefined || check.phase === "checking") return nothing;
  if (check.phase === "failed") return note(html`<b>${t("This does not check.")}</b> ${check.why}`, "alarm", "alarm");
  const words = check.count === 1 ? t("True: entry {n} of {size}, signed by the log’s key that you pinned. Checked in this browser.", { n: number(check.first), size: number(check.size) })
    : t("True: all {count} entries, of {size}, signed by the log’s key that you pinned. Checked in this browser.", { count: number(check.count), size: number(check.size) });
  return html`<p class="proved">${icon("check", "small")}<span>${words}</span></p>`;
}

function checkPill(look: Look, check: Check | undefined, act: PortalActions): Part {
  if (check?.phase === "ok") return pill(t("proved"), "ok", { icon: "check" });
  if (check?.phase === "failed") return pill(t("does not check"), "alarm", { icon: "alarm" });
  return html`<button type="button" class="pill press" aria-busy=${check?.phase === "checking" ? "true" : "false"} @click=${() => act.check(look)}>${icon("shield")}<span>${t("Check it")}</span></button>`;
}

// --- you --------------------------------------------------------------------------------------------------------------------

function youPage(state: PortalState, act: PortalActions): Part {
  return html`<div class="page you">${title(state, t("You"))}
    <div class="columns"><div class="stack">
      <section class="card pad stack"><div class="row">${tile("person", "accent")}<div class="grow"><h2>${state.me.name}</h2><p class="mute">${[state.me.email, roleName(state.me.role)].filter(Boolean).join(" · ")}</p><p class="faint small">${state.me.party}</p></div></div>
        <div class="row">${state.me.tenant === true ? link(t("Service"), "/service/", { icon: "list", id: "to-service" }) : nothing}${button(t("Sign out"), act.signOut, { icon: "signOut", id: "sign-out" })}${state.moreParties ? button(t("Another organisation"), act.switchParty, { icon: "building" }) : nothing}</div>
        <p class="faint small">${t("Signing out makes this browser forget your keys.")}</p></section>
      ${state.units.length === 0 ? nothing : html`<section class="card pad stack"><h2>${t("Your units")}</h2>${state.units.map(({ unit }) => html`<div class="row apart"><div><b>${unit.name}</b><div class="faint small">${unit.in_contact ? t("In contact") : t("Not in contact")} · ${t("software {version}", { version: unit.software })}</div></div>${button(t("It was stolen"), () => act.revoke(unit.id, unit.name), { small: true })}</div>`)}</section>`}
      <section class="card pad stack"><h2>${t("Language")}</h2>${languageSwitch()}</section></div>
    <section class="card pad stack"><div><h2>${t("Keys, in eight words")}</h2><p class="mute">${t("Read them out to compare. If one differs from what the other side sees, stop and call.")}</p></div>
      ${state.keys.length === 0 ? skeleton(3, t("Loading")) : state.keys.map((key) => html`<div class="stack tight key"><h3>${key.name}</h3>${keyWords(key.words, key.name)}<p class="faint small">${key.hint}</p></div>`)}</section></div></div>`;
}
