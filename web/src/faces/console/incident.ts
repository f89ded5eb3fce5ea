// SPDX-License-Identifier: EUPL-1.2
// The middle of the operator's page: one alarm, what is known of it, its picture, its signals, and what may be done.
import { html, nothing, ref, type Part } from "../../kit/dom";
import { icon, sealed } from "../../kit/icons";
import { button, link, note, pill } from "../../kit/pieces";
import { alarmTimeline, gapNote, type Stretch } from "../../kit/timeline";
import { age, clock, clockSeconds, span, t, tn, when } from "../../kit/words";
import { alarmNumber, alarmTitle, avsName, avsReason, className, codeName, confirmedName, endedReason, noImages, pathName, phaseName, reopenReason, seen, sourceName, zoneName } from "../names";
import type { Alarm, AlarmDetail, Signal } from "../types";
import { holdS, isMine, isParked, isWaiting, kindOf, onTheWay, type ConsoleState } from "./model";
import { parkable } from "./order";
import { kindIcons, type ConsoleActions } from "./view";

/** Whether there is, was, or may come a picture with it. */
export const pictured = (alarm: Alarm): boolean => alarm.images === "released" || alarm.window !== null;

export function alarmPart(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const detail = state.detail?.id === alarm.id ? state.detail : null;
  return html`<article class="incident ${pictured(alarm) ? "pictured" : "plain"}" aria-label=${t("Alarm {number}", { number: alarmNumber(alarm) })}>
    ${head(state, alarm, act)}
    ${facts(state, alarm, detail)}
    ${pictured(alarm) ? html`${picture(state, alarm, act)}${line(state, alarm, act)}` : html`${noPicture(alarm)}`}
    ${detail === null ? nothing : html`<div class="mails" ${ref(act.mails)}></div>`}
    ${signals(state, alarm, detail, act)}
    ${actions(state, alarm, act)}
  </article>`;
}

function head(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const where = [alarm.camera?.name, alarm.site.address, alarm.owner.name].filter(Boolean).join(" · ");
  return html`<header class="incident-head"><button type="button" class="btn quiet icon back" aria-label=${t("Back to the queue")} @click=${act.back}>${icon("back")}</button>
    <span class="shape big ${alarm.state === "closed" ? "" : kindOf(alarm)}">${icon(kindIcons[kindOf(alarm)])}<i>${alarm.priority}</i></span>
    <div class="grow"><div class="lbl">${alarmNumber(alarm)} · <b>${alarmTitle(alarm)}</b> · ${when(alarm.raised_ms, state.nowMs, alarm.site.tz)} · ${alarm.score > 0 ? seen(alarm) : sourceName(alarm.source)}${alarm.zone ? html` · ${zoneName(alarm.zone)}` : nothing}</div>
      <h1>${alarm.site.name}</h1><div class="mute">${where}</div></div>
    <div class="until">${until(state, alarm)}</div></header>`;
}

function until(state: ConsoleState, alarm: Alarm): Part {
  if (alarm.recalled_ms !== null && alarm.state === "closed") return html`${pill(t("Recalled by the customer"), "warn", { icon: "recall" })}<span class="faint small">${clockSeconds(alarm.recalled_ms, alarm.site.tz)}</span>`;
  if (alarm.state === "closed") return html`${pill(t("Closed"), "", { icon: "check" })}<span class="faint small">${codeName(alarm.closed?.code ?? "")}</span>`;
  if (isParked(alarm, state.nowMs) && alarm.parked_until_ms !== null) return html`${pill(t("Parked until {time}", { time: clock(alarm.parked_until_ms, alarm.site.tz) }), "", { icon: "parking" })}<span class="faint small">${t("It comes back by itself")}</span>`;
  if (!pictured(alarm) || alarm.window === null) return pill(t("Without images"), "", { icon: "lock" });
  if (!alarm.window.open) return pill(t("Sealed again"), "", { icon: "lock" });
  if (holdS(alarm, state.nowMs) > 0) return html`${pill(t("Sealed: nobody looks yet"), "warn", { icon: "lock" })}<span class="faint small">${t("The customer may still recall it")}</span>`;
  const still = alarm.site.arc_live === false ? pill(t("Live is off at this kind of site: you see what led to the alarm"), "warn", { icon: "lock" }) : nothing;
  return html`${still}${pill(t("You can see this until {time}", { time: clock(alarm.window.until_ms, alarm.site.tz) }), "alarm", { icon: "eye" })}
    <span class="faint small">${t("{span} left; ends earlier when closed or recalled", { span: span((alarm.window.until_ms - state.nowMs) / 1000) })}</span>`;
}

/** How sure it is, and why: the line that decides what to do. */
function facts(state: ConsoleState, alarm: Alarm, detail: AlarmDetail | null): Part {
  const left = alarm.norm_due_ms === null || alarm.first_action_ms !== null || !isWaiting(alarm) ? null : Math.ceil((alarm.norm_due_ms - state.nowMs) / 1000);
  return html`<div class="facts-line">
    ${alarm.confirmed !== "" ? pill(t("Confirmed: {how}", { how: confirmedName(alarm.confirmed) }), "alarm", { icon: "check" }) : pill(t("Not confirmed"), "")}
    ${alarm.avs === null ? nothing : html`<span class="pill avs${alarm.avs.score}"><b>AVS ${alarm.avs.score}</b><span>${avsName(alarm.avs.score)}${alarm.avs.reasons.length > 0 ? html`<span class="faint"> · ${alarm.avs.reasons.map(avsReason).join(", ")}</span>` : nothing}</span></span>`}
    ${alarm.potential_cancel ? pill(t("Opened or cancelled after it: perhaps the customer. Ask for the code word."), "warn", { icon: "recall" }) : nothing}
    ${left === null ? nothing : left >= 0 ? pill(t("{n} s left of the norm", { n: left }), left <= 10 ? "warn" : "", { icon: "clock" }) : pill(t("{age} past the norm", { age: age(-left * 1000) }), "alarm", { icon: "clock" })}
    ${alarm.escalated_ms !== null ? pill(t("Escalated at {time}", { time: clockSeconds(alarm.escalated_ms, alarm.site.tz) }), "warn", { icon: "up" }) : nothing}
    ${alarm.folded > 0 ? pill(tn("{n} more signal folded into it", "{n} more signals folded into it", alarm.folded)) : nothing}
    ${detail !== null && detail.viewers.length > 0 ? pill(t("Looking: {names}", { names: detail.viewers.map((one) => one.name).join(", ") }), "", { icon: "eye" }) : nothing}
    ${detail?.reopened ? pill(t("Reopened by {name}: {reason}", { name: detail.reopened.by, reason: reopenReason(detail.reopened.reason) }), "warn", { icon: "recall" }) : nothing}
    ${alarm.state === "closed" && alarm.images === "released" ? link(t("Package for the police"), `/backoffice/privacy/disclosures/${alarm.id}`, { icon: "download", small: true, id: "package" }) : nothing}
    ${onTheWay(state, alarm.id).length > 0 && !state.connected ? pill(t("{what}: kept, sent when the connection is back", { what: onTheWay(state, alarm.id).map((one) => one.words).join(", ") }), "warn", { icon: "send" }) : nothing}
  </div>`;
}

/** While it is in hand the picture's own part draws here; until then this says why there is none. */
function picture(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const hold = holdS(alarm, state.nowMs);
  if (state.opened === alarm.id) return html`<div class="pictures" ${ref(act.picture)}></div>`;
  return html`<div class="frame" id="picture"><div class="curtain dark ${alarm.state === "closed" ? "drop" : ""}" role="status">${curtain(alarm, hold)}</div></div>`;
}

function curtain(alarm: Alarm, hold: number): Part {
  const say = (title: string, words: string): Part => html`${sealed()}<h2>${title}</h2><p>${words}</p>`;
  if (alarm.recalled_ms !== null && alarm.state === "closed") return say(endedReason("recalled").title, endedReason("recalled").words);
  if (alarm.state === "closed") return say(endedReason(alarm.window?.ended_reason ?? "closed").title, endedReason(alarm.window?.ended_reason ?? "closed").words);
  if (hold > 0) return html`${sealed()}<div class="countdown" role="timer">${hold}</div><h2>${t("The customer may recall this for {n} s more", { n: hold })}</h2><p>${t("Until then nobody looks: a false alarm ends here without anyone having seen inside. Claim it and begin the plan; the picture opens by itself.")}</p>`;
  if (alarm.images !== "released") return say(t("This alarm came without images"), noImages(alarm.images));
  if (alarm.window !== null && !alarm.window.open) return say(endedReason(alarm.window.ended_reason ?? "expired").title, endedReason(alarm.window.ended_reason ?? "expired").words);
  if (alarm.claimed_by !== null) return say(t("{name} handles this alarm", { name: alarm.claimed_by.name }), t("You may look along with Enter. Your name, the reason and the time are logged first."));
  return say(t("Released by the unit, not opened yet"), t("Claim it to look. Your name, the reason and the time are logged before the first picture."));
}

function noPicture(alarm: Alarm): Part {
  if (alarm.state === "closed") return nothing;
  return html`<p class="without">${icon("lock", "small")}<span><b>${t("This alarm came without images")}.</b> ${alarm.camera === null ? t("No camera is tied to it. Judge it by its signals and by calling.") : noImages(alarm.images)}</span></p>`;
}

function line(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const { picture: now } = state;
  const open = alarm.window?.open === true && alarm.state !== "closed" && now.phase !== "sealed";
  const playing = now.phase === "playing" || now.phase === "blurred";
  return html`<div class="stack tight">${alarmTimeline({
    alarmMs: alarm.raised_ms, tz: alarm.site.tz, words: className(alarm.class), stretches: now.stretches.length > 0 ? now.stretches : planned(alarm), nowMs: state.nowMs,
    untilMs: open ? (alarm.window?.until_ms ?? null) : null, headMs: playing ? now.headMs : null,
    ...(playing ? { seek: act.seek } : {}),
  })}${gapNote(now.stretches)}${playing ? reel(state, act) : nothing}</div>`;
}

/** The picture's own keys, where they are used. */
function reel({ picture: now }: ConsoleState, act: ConsoleActions): Part {
  return html`<div class="reel">
    ${now.phase === "blurred" ? button(t("Verify: see it clearly"), act.verify, { small: true, key: "V", icon: "eye" }) : nothing}
    ${button(t("From the start"), act.replay, { small: true, key: "R", kind: "quiet" })}${button(now.paused ? t("Go on") : t("Pause"), act.pause, { small: true, key: "␣", kind: "quiet" })}
    ${button(t("Live"), act.live, { small: true, key: "L", kind: "quiet" })}${button(t("Full screen"), act.full, { small: true, key: "F", kind: "quiet" })}</div>`;
}

/** Before anything is opened: what the unit said it would release. */
function planned(alarm: Alarm): Stretch[] {
  const pre = (alarm.window?.pre_s ?? 10) * 1000;
  return [{ fromMs: alarm.raised_ms - pre, toMs: alarm.raised_ms, kind: "pre" }];
}

// --- signals --------------------------------------------------------------------------------------------------------

function signals(state: ConsoleState, alarm: Alarm, detail: AlarmDetail | null, act: ConsoleActions): Part {
  if (detail === null || detail.signals.length === 0) return html`<div class="no-signals"></div>`;
  const first = detail.signals[0]?.at_ms ?? alarm.raised_ms;
  return html`<section class="signals" aria-label=${t("Signals")}><div class="signals-head"><h2 class="lbl">${t("Signals")} <span class="mono">${detail.signals.length}</span></h2><button type="button" class="linkish" id="raw" aria-pressed=${state.raw === null ? "false" : "true"} @click=${() => act.raw(null)}><kbd>B</kbd> ${t("as it came in")}</button></div>
    <div class="signals-list" tabindex="0" role="region" aria-label=${t("Signals of this alarm")}><ol>${detail.signals.map((signal) => signalRow(state, alarm, signal, first, act))}</ol></div></section>`;
}

function signalRow(state: ConsoleState, alarm: Alarm, signal: Signal, first: number, act: ConsoleActions): Part {
  const shown = state.raw?.id === signal.id;
  const plain = (number: string): string => number.replace(/^0+(?=.)/, "");
  const where = [signal.zone && zoneName(signal.zone), signal.area && t("area {n}", { n: plain(signal.area) }), signal.user && t("user {n}", { n: plain(signal.user) }), signal.text].filter(Boolean).join(" · ");
  return html`<li class="signal ${signal.class} ${shown ? "open" : ""}"><button type="button" aria-expanded=${shown ? "true" : "false"} @click=${() => act.raw(signal.id)}>
      <span class="mono">${clockSeconds(signal.at_ms, alarm.site.tz)}</span><span class="mono faint">${signal.at_ms === first ? "" : `+${Math.round((signal.at_ms - first) / 1000)} s`}</span>
      <span class="mono code">${signal.code || "–"}</span><span class="grow"><b>${signal.name}</b>${where ? html` <span class="mute">${where}</span>` : nothing}${signal.known ? nothing : html` <span class="tag warn">${t("unknown code")}</span>`}</span>
      <span class="faint">${phaseName(signal.phase)}</span>${signal.times > 1 ? html`<span class="tag">×${signal.times}</span>` : nothing}<span class="faint path">${signal.path ? pathName(signal.path) : sourceName(signal.source)}</span></button>
    ${!shown ? nothing : state.raw?.signal == null ? html`<div class="raw mute">${t("Loading")}</div>` : html`<div class="raw"><pre class="mono">${state.raw.signal.text || state.raw.signal.hex}</pre>
      <span class="faint small">${pathName(state.raw.signal.transport)} · ${state.raw.signal.peer} · ${clockSeconds(state.raw.signal.received_ms, alarm.site.tz)}${state.raw.signal.fault ? html` · <span class="late">${state.raw.signal.fault}</span>` : nothing}</span></div>`}</li>`;
}

// --- what may be done -----------------------------------------------------------------------------------------------

function actions(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const unsent = onTheWay(state, alarm.id);
  const sending = (verb: string): boolean => unsent.some((one) => one.verb === verb);
  if (alarm.state === "closed") return closed(alarm, act);
  if (isWaiting(alarm)) return html`<div class="acts">${button(pictured(alarm) ? t("Claim and look") : t("Claim"), act.claim, { kind: "alarm", key: "⏎", busy: sending("claim"), id: "claim" })}
    <span class="grow"></span>${!parkable(alarm) ? nothing : isParked(alarm, state.nowMs) ? button(t("Fetch it back"), act.park, { key: "P", busy: sending("unpark"), id: "park" }) : button(t("Park"), act.park, { key: "P", kind: "quiet", busy: sending("park"), id: "park" })}</div>`;
  if (!isMine(state, alarm)) return html`<div class="acts"><span class="mute">${t("{name} handles this alarm", { name: alarm.claimed_by?.name ?? "" })}${alarm.claimed_at_ms === null ? nothing : html` <span class="faint">${t("since {time}", { time: clockSeconds(alarm.claimed_at_ms, alarm.site.tz) })}</span>`}</span></div>`;
  return html`<div class="acts">
    ${button(t("Send guard"), act.guard, { kind: "alarm", key: "G", busy: sending("guard"), id: "guard" })}
    ${button(t("Code word"), act.codeWord, { key: "X", id: "code-word" })}
    ${button(t("Note"), act.note, { key: "N", busy: sending("note"), id: "note-open" })}
    ${button(alarm.state === "on_hold" ? t("Go on with it") : t("On hold"), act.hold, { key: "H", busy: sending("hold") || sending("resume"), id: "hold" })}
    ${!parkable(alarm) ? nothing : button(isParked(alarm, state.nowMs) ? t("Fetch it back") : t("Park"), act.park, { key: "P", busy: sending("park") || sending("unpark"), id: "park" })}
    <span class="grow"></span>
    ${button(t("Put back"), act.putBack, { key: "U", kind: "quiet", busy: sending("release-claim"), id: "put-back" })}
    ${button(t("Close"), act.close, { key: "C", kind: "primary", busy: sending("close"), id: "close" })}
  </div>`;
}

function closed(alarm: Alarm, act: ConsoleActions): Part {
  return html`<div class="acts">${alarm.closed === null ? nothing : note(html`<b>${codeName(alarm.closed.code)}</b> <span class="mute">${alarm.closed.by} · ${clockSeconds(alarm.closed.at_ms, alarm.site.tz)}</span>${alarm.closed.note ? html`<br>${alarm.closed.note}` : nothing}`, "", "check")}
    <span class="grow"></span>${button(t("Reopen for a reason"), act.reopen, { key: "Y", kind: "quiet", id: "reopen" })}</div>`;
}
