// SPDX-License-Identifier: EUPL-1.2
// The card on which an owner decides what alarms and what the alarm centre gets to see of it.
import { html, nothing, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { note } from "../../../kit/pieces";
import { number, t } from "../../../kit/words";
import type { Policy } from "../../../seal/policy";
import { className } from "../../names";
import { BOUNDS, bounded, flipAlarm, flipRelease, offered, releasable, shown, withWindow, type Alarming } from "./alarming";
import { minutesWords } from "./obeys";

type Edit = (change: (now: Alarming) => Alarming) => void;
type LiveEnd = Alarming["window"]["liveEnd"];

const EXAMPLE_MOVES_S = 40;
const EXAMPLE_AT_S = 3 * 3600;

/** `served`: whether the keyset names an alarm centre. */
export function alarmingCard(policy: Policy, now: Alarming, served: boolean, edit: Edit): Part {
  const all = offered(policy, now);
  const showing = releasable(policy, now, all);
  return html`<section class="card pad stack" aria-label=${t("Alarms and pictures")}><div><h2>${t("Alarms and pictures")}</h2><p class="mute">${t("What is an alarm, and what the alarm centre gets to see of it. Everything else stays sealed to you.")}</p></div>
    ${chips("alarm", t("Raises an alarm for"), all, now.alarmClasses, (name) => edit((was) => flipAlarm(was, name)))}
    ${now.alarmClasses.length === 0 ? note(t("Then nothing alarms but sabotage, such as a covered camera."), "warn") : nothing}
    ${showing.length === 0 ? nothing : chips("release", t("Shows pictures to the alarm centre for"), showing, now.releaseClasses, (name) => edit((was) => flipRelease(was, name)))}
    ${served ? nothing : note(t("No alarm centre serves you: pictures go to nobody."), "", "info")}
    ${windowFields(now, edit)}${capFields(now, edit)}
    <div class="field"><label for="alarm-mode">${t("Records")}</label><select class="input" id="alarm-mode" @change=${(event: Event) => { const mode = valueOf(event) as Alarming["mode"]; edit((was) => ({ ...was, mode })); }}>
      <option value="activity" ?selected=${now.mode === "activity"}>${t("only around activity, while it guards")}</option><option value="continuous" ?selected=${now.mode === "continuous"}>${t("all the time while it guards")}</option></select>
      <div class="hint">${t("Recordings are sealed to you either way. In working hours nothing is recorded.")}</div></div>
    ${preview(now, served)}</section>`;
}

const valueOf = (event: Event): string => (event.target as HTMLSelectElement | HTMLInputElement).value;

function chips(name: string, label: string, all: readonly string[], on: readonly string[], flip: (name: string) => void): Part {
  return html`<div class="field"><span class="label" id="${name}-classes">${label}</span><div class="chips" role="group" aria-labelledby="${name}-classes">
    ${all.map((one) => html`<button type="button" class="chip" data-class="${name}-${one}" aria-pressed=${on.includes(one) ? "true" : "false"} @click=${() => flip(one)}>${on.includes(one) ? icon("check", "small") : nothing}<span>${className(one)}</span></button>`)}</div></div>`;
}

function numberField(id: string, label: string, value: number, [least, most]: readonly [number, number], set: (value: number) => void, hint = ""): Part {
  const change = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const next = bounded(input.value, [least, most], value);
    input.value = String(next); // what was typed may have been out of bounds, and the draft the same as before
    if (next !== value) set(next);
  };
  return html`<div class="field"><label for=${id}>${label}</label><input class="input" id=${id} type="number" inputmode="numeric" min=${least} max=${most} step="1" .value=${String(value)} aria-describedby=${hint === "" ? nothing : `${id}-hint`} @change=${change}>
    ${hint === "" ? nothing : html`<div class="hint" id="${id}-hint">${hint}</div>`}</div>`;
}

function windowFields(now: Alarming, edit: Edit): Part {
  const { preS, postS, maxS, liveEnd } = now.window;
  const ends: readonly (readonly [LiveEnd, string])[] = [["guard_sent", t("when the guard is sent")], ["arrived", t("when the guard arrives")], ["closed", t("when the alarm is closed")]];
  return html`<fieldset class="stack tight"><legend class="label">${t("Window of an alarm")}</legend><div class="pickers">
      ${numberField("alarm-pre", t("Seconds before"), preS, BOUNDS.preS, (value) => edit((was) => withWindow(was, { preS: value })), t("at most {n}", { n: BOUNDS.preS[1] }))}
      ${numberField("alarm-post", t("Seconds after the last movement"), postS, BOUNDS.postS, (value) => edit((was) => withWindow(was, { postS: value })), t("at most {n}", { n: number(BOUNDS.postS[1]) }))}
      ${numberField("alarm-max", t("Seconds in all, at most"), maxS, BOUNDS.maxS, (value) => edit((was) => withWindow(was, { maxS: value })), minutesWords(maxS / 60))}</div>
    <div class="field"><label for="alarm-live">${t("The alarm centre’s live view ends")}</label><select class="input" id="alarm-live" @change=${(event: Event) => { const value = valueOf(event) as LiveEnd; edit((was) => withWindow(was, { liveEnd: value })); }}>
      ${ends.map(([value, words]) => html`<option value=${value} ?selected=${value === liveEnd}>${words}</option>`)}</select></div></fieldset>`;
}

function capFields(now: Alarming, edit: Edit): Part {
  const { releases, seconds } = now.caps;
  const most: readonly [number, number] = [0, Math.floor(BOUNDS.seconds[1] / 60)];
  return html`<fieldset class="stack tight"><legend class="label">${t("At most in 24 hours")}</legend><div class="pickers">
      ${numberField("alarm-releases", t("Alarms with pictures"), releases, BOUNDS.releases, (value) => edit((was) => ({ ...was, caps: { ...was.caps, releases: value } })))}
      ${numberField("alarm-minutes", t("Minutes of pictures"), Math.ceil(seconds / 60), most, (value) => edit((was) => ({ ...was, caps: { ...was.caps, seconds: value * 60 } })))}</div></fieldset>`;
}

const clock = (s: number): string => [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((part) => String(part).padStart(2, "0")).join(":");

/** One night as an example: it says what the numbers above mean. */
function preview(now: Alarming, served: boolean): Part {
  const [name] = now.releaseClasses.includes("person") ? ["person"] : now.releaseClasses;
  const none = name === undefined || !served || now.caps.releases === 0 || now.caps.seconds === 0;
  const { fromS, toS } = shown(now.window, EXAMPLE_MOVES_S);
  const example = { from: clock(EXAMPLE_AT_S), to: clock(EXAMPLE_AT_S + EXAMPLE_MOVES_S), first: clock(EXAMPLE_AT_S + fromS), last: clock(EXAMPLE_AT_S + toS), class: name === undefined ? "" : className(name) };
  return html`<div class="stack tight" id="alarm-preview"><h3>${t("What that means")}</h3>
    <p class="mute">${none ? t("An alarm goes to the alarm centre without a picture.") : t("Alarm “{class}”, moving from {from} to {to}: the alarm centre gets the pictures from {first} to {last}, and nothing more.", example)}</p>
    ${none ? nothing : html`<p class="faint small">${t("Once the limit of 24 hours is used up, alarms still go out, without pictures.")}</p>`}</div>`;
}
