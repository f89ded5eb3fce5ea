// SPDX-License-Identifier: EUPL-1.2
// The operator's page, drawn from its state. Dense and calm; every action beside its key.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { frame, type Curtain } from "../../kit/frame";
import { icon, mark } from "../../kit/icons";
import { button, empty, note, pill, steps } from "../../kit/pieces";
import { alarmTimeline, gapNote } from "../../kit/timeline";
import { age, clock, clockSeconds, language, number, span, t, tn, when } from "../../kit/words";
import { languageSwitch } from "../language";
import { alarmNumber, alarmTitle, className, codeName, endedReason, noImages, seen, stepName } from "../names";
import type { Alarm } from "../types";
import { current, isMine, isWaiting, shown, waiting, type ConsoleState, type LogLine, type Watch } from "./model";

export interface ConsoleActions {
  readonly select: (id: string) => void;
  readonly back: () => void;
  readonly list: (list: ConsoleState["list"]) => void;
  readonly filter: (words: string) => void;
  readonly claim: () => void;
  readonly putBack: () => void;
  readonly close: () => void;
  readonly note: () => void;
  readonly replay: () => void;
  readonly live: () => void;
  readonly pause: () => void;
  readonly full: () => void;
  readonly seek: (ms: number) => void;
  readonly mute: () => void;
  readonly keys: () => void;
  readonly signOut: () => void;
  readonly video: (video: HTMLVideoElement | undefined) => void;
  readonly overlay: (canvas: HTMLCanvasElement | undefined) => void;
}

export function consoleView(state: ConsoleState, act: ConsoleActions): Part {
  const alarm = current(state);
  return html`
    ${state.connected ? nothing : html`<div class="offline" role="alert">${icon("offline", "small")}<span>${t("Connection lost. Trying again; what you see may be old.")}</span></div>`}
    ${header(state, act)}
    <div class="floor ${alarm === null ? "" : "chosen"}">
      ${queuePart(state, act)}
      <main id="content" tabindex="-1">${alarm === null ? quiet(state) : alarmPart(state, alarm, act)}</main>
      ${alarm === null ? asideQuiet(state) : asidePart(state, alarm)}
    </div>
    ${footer(state, act)}`;
}

function header(state: ConsoleState, act: ConsoleActions): Part {
  const open = waiting(state.alarms);
  const oldest = open.length === 0 ? null : Math.min(...open.map((alarm) => alarm.received_ms));
  return html`<header class="top">
    <span class="logo">${mark()}<span>Zegel</span></span>
    <nav aria-label=${t("Lists")}>
      <button type="button" aria-current=${state.list === "open" ? "page" : nothing} @click=${() => act.list("open")}>${t("Queue")}${open.length > 0 ? html`<b class="count">${open.length}</b>` : nothing}</button>
      <button type="button" aria-current=${state.list === "handled" ? "page" : nothing} @click=${() => act.list("handled")}>${t("Handled")}</button>
    </nav>
    <div class="figures">
      <div><b>${open.length}</b><span>${t("waiting")}</span></div>
      <div><b class=${oldest !== null && state.nowMs - oldest > 30_000 ? "late" : ""}>${oldest === null ? "–" : age(state.nowMs - oldest)}</b><span>${t("longest wait")}</span></div>
      <div><b>${state.alarms.filter((alarm) => isMine(state, alarm)).length}</b><span>${t("yours")}</span></div>
    </div>
    ${bell(state, act)}
    <details class="menu"><summary class="pill" aria-label=${t("You: {name}", { name: state.me.name })}>${icon("person")}<span>${state.me.name}</span></summary>
      <div class="sheet stack tight"><b>${state.me.name}</b><span class="mute small">${state.me.party}</span>${languageSwitch()}${button(t("Sign out"), act.signOut, { icon: "signOut", small: true })}</div></details>
  </header>`;
}

function bell(state: ConsoleState, act: ConsoleActions): Part {
  if (!state.soundReady && !state.muted) return html`<button type="button" class="btn quiet small" id="bell" @click=${act.mute}>${icon("bellOff")}<span>${t("Sound is off: press a key")}</span></button>`;
  return html`<button type="button" class="btn quiet small" id="bell" aria-pressed=${state.muted ? "true" : "false"} @click=${act.mute}>${icon(state.muted ? "bellOff" : "bell")}<span>${state.muted ? t("Muted") : t("Sound on")}</span><kbd aria-hidden="true">M</kbd></button>`;
}

// --- the queue ------------------------------------------------------------------------------------------------------

function queuePart(state: ConsoleState, act: ConsoleActions): Part {
  const rows = shown(state);
  return html`<section class="queue" aria-label=${state.list === "open" ? t("Open alarms") : t("Handled alarms")}>
    <div class="queue-head"><h2>${state.list === "open" ? t("Open alarms") : t("Handled alarms")}</h2><span class="mono mute">${rows.length}</span></div>
    <div class="search"><input class="input" id="search" type="search" aria-label=${t("Search")} placeholder=${t("Search")} .value=${state.filter} @input=${(event: Event) => act.filter((event.target as HTMLInputElement).value)}><kbd aria-hidden="true">/</kbd></div>
    ${rows.length === 0 ? nothing : html`<ol class="alarms" role="listbox" aria-label=${t("Alarms")}>${repeat(rows, (alarm) => alarm.id, (alarm) => row(state, alarm, act))}</ol>`}
    ${rows.length > 0 || state.loading ? nothing : html`<p class="mute small none">${state.filter !== "" ? t("Nothing matches “{words}”.", { words: state.filter }) : state.list === "open" ? t("No open alarm. The next one rings.") : t("Nothing was handled yet today.")}</p>`}
  </section>`;
}

const tone = (alarm: Alarm): string => (alarm.state === "closed" ? "" : alarm.class === "tamper" || alarm.cause === "tamper" ? "warn" : alarm.priority <= 3 ? "alarm" : alarm.priority <= 5 ? "warn" : "");

function row(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const mine = isMine(state, alarm);
  const open = alarm.state !== "closed";
  return html`<li class="entry ${tone(alarm)} ${isWaiting(alarm) ? "ringing" : ""}" role="option" tabindex=${alarm.id === state.selected ? 0 : -1} id="alarm-${alarm.id}" data-alarm=${alarm.id}
      aria-selected=${alarm.id === state.selected ? "true" : "false"} @click=${() => act.select(alarm.id)} @keydown=${(event: KeyboardEvent) => { if (event.key === " ") { event.preventDefault(); act.select(alarm.id); } }}>
    <i></i><b>${alarmTitle(alarm)}${alarm.score > 0 ? html` <span class="nowrap">· ${seen(alarm)}</span>` : nothing}</b>
    <span class="mono age">${open ? age(state.nowMs - alarm.received_ms) : clock(alarm.raised_ms, alarm.site.tz)}</span>
    <small>${alarm.site.name}${alarm.camera === null ? nothing : html` · ${alarm.camera.name}`}</small>
    ${mine ? html`<small class="own">${t("Yours")}</small>`
    : alarm.recalled_ms !== null ? html`<small class="faint">${t("Recalled by the customer")}</small>`
    : !open ? html`<small class="faint">${codeName(alarm.closed?.code ?? "")}</small>`
    : alarm.claimed_by !== null ? html`<small class="faint">${t("Claimed by {name}", { name: alarm.claimed_by.name })}</small>`
    : alarm.images === "released" ? nothing : html`<small class="faint">${t("Without images")}</small>`}
  </li>`;
}

function quiet(state: ConsoleState): Part {
  if (state.loading) return html`<div class="middle">${steps([t("Opening your keys"), t("Loading the queue")], 1)}</div>`;
  return html`<h1 class="sr">${t("Queue")}</h1><div class="middle">${empty(t("Quiet"), t("No alarm is open, so there is nothing to see and no key to see it with. The next alarm rings here by itself."), "shield", nothing, "ok")}
    <p class="faint small">${t("You may leave this page open. The screen shows it when the connection is lost.")}</p></div>`;
}

// --- one alarm ------------------------------------------------------------------------------------------------------

function alarmPart(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  return html`<article class="incident" aria-label=${t("Alarm {number}", { number: alarmNumber(alarm) })}>
    ${incidentHead(state, alarm, act)}
    ${picture(state, alarm, act)}
    ${line(state, alarm, act)}
    ${actions(state, alarm, act)}
  </article>`;
}

function incidentHead(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  return html`<header class="incident-head"><button type="button" class="btn quiet icon back" aria-label=${t("Back to the queue")} @click=${act.back}>${icon("back")}</button>
    <div class="grow"><div class="lbl">${alarmNumber(alarm)} · ${when(alarm.raised_ms, state.nowMs, alarm.site.tz)} · ${seen(alarm)}${alarm.zone ? html` · ${t("zone “{name}”", { name: alarm.zone })}` : nothing}</div>
      <h1>${alarm.site.name}</h1><div class="mute">${[alarm.camera?.name, alarm.site.address, alarm.owner.name].filter(Boolean).join(" · ")}</div></div>
    <div class="until">${until(state, alarm)}</div></header>`;
}

function until(state: ConsoleState, alarm: Alarm): Part {
  if (alarm.recalled_ms !== null) return html`${pill(t("Recalled by the customer"), "warn", { icon: "recall" })}<span class="faint small">${clockSeconds(alarm.recalled_ms, alarm.site.tz)}</span>`;
  if (alarm.state === "closed") return html`${pill(t("Closed"), "", { icon: "check" })}<span class="faint small">${codeName(alarm.closed?.code ?? "")}</span>`;
  if (alarm.images !== "released" || alarm.window === null) return pill(t("Without images"), "", { icon: "lock" });
  if (!alarm.window.open) return pill(t("Sealed again"), "", { icon: "lock" });
  return html`${pill(t("You can see this until {time}", { time: clock(alarm.window.until_ms, alarm.site.tz) }), "alarm", { icon: "eye" })}
    <span class="faint small">${t("{span} left; ends earlier when closed or recalled", { span: span((alarm.window.until_ms - state.nowMs) / 1000) })}</span>`;
}

function picture(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const { watch } = state;
  const playing = watch.phase === "playing";
  return frame({
    id: "picture", label: t("Camera {name}", { name: alarm.camera?.name ?? "" }), attach: act.video, overlay: act.overlay, curtain: curtain(state, alarm, act),
    mark: `${state.me.name} · ${alarmNumber(alarm)} · ${clockSeconds(state.nowMs, alarm.site.tz)}`,
    clock: playing && watch.headMs !== null ? clockSeconds(watch.headMs, alarm.site.tz) : "",
    over: playing ? html`${mode(watch, alarm)}${alarm.zone ? pill(t("Zone “{name}”", { name: alarm.zone })) : nothing}` : nothing,
    corner: playing ? html`<button type="button" class="glass" aria-label=${t("Full screen")} title="F" @click=${act.full}>${icon("full")}</button>` : nothing,
  });
}

function mode(watch: Extract<Watch, { phase: "playing" }>, alarm: Alarm): Part {
  if (watch.paused) return pill(t("Paused"), "", { icon: "pause" });
  const before = watch.headMs !== null && watch.headMs < alarm.raised_ms;
  if (watch.live && !before) return pill(watch.behindS < 1.5 ? t("Live, one second behind") : t("Live, {n} s behind", { n: number(watch.behindS) }), "alarm", { dot: true, beat: true });
  return pill(before ? t("Before the alarm") : t("Catching up"), "accent", { icon: "clock" });
}

function curtain(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Curtain | null {
  const { watch } = state;
  if (alarm.recalled_ms !== null) return { ...endedReason("recalled"), drop: true };
  if (alarm.state === "closed") return { ...endedReason(alarm.window?.ended_reason ?? "closed"), drop: true };
  if (alarm.images !== "released") return { title: t("This alarm came without images"), words: noImages(alarm.images) };
  if (watch.phase === "playing") return null;
  if (watch.phase === "sealed") return { ...endedReason(watch.reason), drop: true };
  if (watch.phase === "refused") return { title: watch.message, words: watch.action, action: button(t("Try again"), act.claim) };
  if (watch.phase === "opening") return { title: t("Opening"), words: t("The look is being logged, then the ten seconds before the alarm open in this browser."), action: steps([t("Logged"), t("Keys released by the unit"), t("First picture")], watch.step) };
  if (alarm.window !== null && !alarm.window.open) return endedReason(alarm.window.ended_reason ?? "expired");
  if (alarm.claimed_by !== null && !isMine(state, alarm)) return { title: t("{name} handles this alarm", { name: alarm.claimed_by.name }), words: t("One operator looks at a time, so that the customer can see who.") };
  return { title: t("Released by the unit, not opened yet"), words: t("Claim it to look. Your name, the reason and the time are logged before the first picture.") };
}

function line(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const { watch } = state;
  const stretches = watch.phase === "playing" || watch.phase === "sealed" ? watch.stretches : [];
  if (alarm.images !== "released") return nothing;
  const open = alarm.window?.open === true && alarm.state !== "closed" && watch.phase !== "sealed";
  return html`<div class="stack tight">${alarmTimeline({
    alarmMs: alarm.raised_ms, tz: alarm.site.tz, words: className(alarm.class), stretches: stretches.length > 0 ? stretches : planned(alarm), nowMs: state.nowMs,
    untilMs: open ? (alarm.window?.until_ms ?? null) : null, headMs: watch.phase === "playing" ? watch.headMs : null,
    ...(watch.phase === "playing" ? { seek: act.seek } : {}),
  })}${gapNote(stretches)}</div>`;
}

/** Before anything is opened: what the unit said it would release. */
function planned(alarm: Alarm): { fromMs: number; toMs: number; kind: "pre" | "rel" }[] {
  const pre = (alarm.window?.pre_s ?? 10) * 1000;
  return [{ fromMs: alarm.raised_ms - pre, toMs: alarm.raised_ms, kind: "pre" }];
}

function actions(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  if (alarm.state === "closed") return alarm.closed === null ? nothing : note(html`<b>${codeName(alarm.closed.code)}</b> <span class="mute">${alarm.closed.by} · ${clockSeconds(alarm.closed.at_ms, alarm.site.tz)}</span>${alarm.closed.note ? html`<br>${alarm.closed.note}` : nothing}`, "", "check");
  if (isWaiting(alarm)) return html`<div class="acts">${button(alarm.images === "released" ? t("Claim and look") : t("Claim"), act.claim, { kind: "alarm", key: "⏎", busy: state.busy === "claim", id: "claim" })}</div>`;
  if (!isMine(state, alarm)) return html`<div class="acts"><span class="mute">${t("Claimed by {name}", { name: alarm.claimed_by?.name ?? "" })}</span></div>`;
  const playing = state.watch.phase === "playing";
  return html`<div class="acts">
    ${button(t("From the start"), act.replay, { key: "R", disabled: !playing })}
    ${button(playing && (state.watch as { paused: boolean }).paused ? t("Go on") : t("Pause"), act.pause, { key: "␣", disabled: !playing })}
    ${button(t("Live"), act.live, { key: "L", disabled: !playing })}
    ${button(t("Note"), act.note, { key: "N" })}
    <span class="grow"></span>
    ${button(t("Put back"), act.putBack, { key: "U", kind: "quiet", busy: state.busy === "put-back" })}
    ${button(t("Close with a code"), act.close, { key: "C", kind: "primary", id: "close" })}
  </div>`;
}

// --- beside it ------------------------------------------------------------------------------------------------------

function asidePart(state: ConsoleState, alarm: Alarm): Part {
  const facts: (readonly [string, string])[] = [
    [t("Site"), alarm.site.address || alarm.site.name], [t("Customer"), alarm.owner.name], [t("Unit"), alarm.unit.name],
    [t("First seen"), clockSeconds(alarm.first_seen_ms, alarm.site.tz)], [t("Reached you"), t("{s} s after the alarm", { s: number(Math.max(0, alarm.received_ms - alarm.raised_ms) / 1000, 1) })],
    [t("Time there"), `${clock(state.nowMs, alarm.site.tz)} ${alarm.site.tz.split("/").at(-1)?.replaceAll("_", " ") ?? ""}`],
    ...(state.detail?.id === alarm.id ? state.detail.facts : []),
  ];
  const happened = state.detail?.id === alarm.id ? state.detail.steps : [];
  return html`<aside aria-label=${t("Facts and log")}>
    <section><h2 class="lbl">${t("The site")}</h2><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>
    <section><h2 class="lbl">${t("What happened")}</h2>${happened.length === 0 ? html`<p class="mute small">${t("Nothing yet.")}</p>` : html`<ol class="happened">${happened.map((step) => html`<li><span class="mono faint">${clockSeconds(step.at_ms, alarm.site.tz)}</span><span>${stepName(step.kind)}${step.by ? html` <span class="faint">· ${step.by}</span>` : nothing}${step.note ? html`<br><span class="quote">${step.note}</span>` : nothing}</span></li>`)}</ol>`}</section>
    ${logPart(state.log, alarm.site.tz)}
  </aside>`;
}

function logPart(lines: readonly LogLine[], tz: string | undefined): Part {
  const proved = lines.length > 0 && lines.every((one) => one.proof === "proved" || one.proof === "none");
  const failed = lines.some((one) => one.proof === "failed");
  return html`<section><h2 class="lbl">${t("Everything you do here is logged")}</h2>
    ${lines.length === 0 ? html`<p class="mute small">${t("Nothing yet.")}</p>` : html`<ol class="mono loglines">${lines.slice(-8).reverse().map((one) => html`<li><span>${clockSeconds(one.atMs, tz)}</span><span>${one.words}</span><span class="faint">${one.index === null ? "" : `#${one.index}`}</span></li>`)}</ol>
      ${failed ? pill(t("not in the log: stop and report this"), "alarm", { icon: "alarm" }) : proved ? pill(t("in the log, proved here"), "ok", { icon: "check" }) : pill(t("waiting for the log's proof"), "", { icon: "clock" })}`}</section>`;
}

function asideQuiet(state: ConsoleState): Part {
  return html`<aside aria-label=${t("Facts and log")}>
    <section><h2 class="lbl">${t("What you can see")}</h2><p class="mute">${t("An alarm's own minutes, while its window is open. Nothing before, nothing after, no other camera.")}</p></section>
    ${logPart(state.log, undefined)}</aside>`;
}

function footer(state: ConsoleState, act: ConsoleActions): Part {
  const { health } = state;
  const units = health?.units;
  const fresh = health?.checkpoint_age_ms ?? null;
  return html`<footer class="status">
    <span><i class="dot ${state.connected ? "ok" : "warn"}"></i>${state.connected ? t("Connected") : t("Connection lost")}</span>
    ${units === undefined ? nothing : html`<span><i class="dot ${units.in_contact === units.total ? "ok" : "warn"}"></i>${tn("{on} of {n} unit in contact", "{on} of {n} units in contact", units.total, { on: number(units.in_contact) })}</span>`}
    ${fresh === null || health === null ? nothing : html`<span><i class="dot ${health.pending === 0 || fresh < 10_000 ? "ok" : "warn"}"></i>${t("Log: {n} entries, checkpoint {age} old", { n: number(health.tree_size), age: fresh < 10_000 ? t("{n} s", { n: number(fresh / 1000, 1) }) : span(fresh / 1000) })}</span>`}
    <span class="grow"></span>
    <button type="button" class="linkish" @click=${act.keys}><kbd>?</kbd> ${t("keys")}</button><span lang=${language}>${language.toUpperCase()}</span>
  </footer>`;
}

