// SPDX-License-Identifier: EUPL-1.2
// The customer's page of maintenance: who asks to see what and why, who can see it now and until when, and what was the matter.
import { STILL_SECONDS } from "../../../client/grants";
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, keyWords, note, pill, progress, skeleton, tile } from "../../../kit/pieces";
import { age, clock, relative, span, t, tn, when } from "../../../kit/words";
import { cameraName, endName, faultName, outcomeName, stateOf, troubleName, type Asked, type Malfunction } from "../../office/maintenance";
import { Maintenance, type Actions } from "./controller";
import { MINUTES, minutesFor, running, waiting, wantsNext, type Shown, type State } from "./model";
import type { Mount } from "../pages";

export const mount: Mount = (host, ctx) => new Maintenance(host, ctx, page);

export function page(state: State, act: Actions): Part {
  const heading = html`<div class="title"><div><h1>${t("Maintenance")}</h1><p class="mute">${t("A technician sees a camera only when it is out of order and you allow it: live, for as long as you say, and everything is written down.")}</p></div>
    ${button(t("Report a malfunction"), act.report, { kind: "primary", icon: "tool", id: "report" })}</div>`;
  if (state.malfunctions === null) return html`<div class="page maintenance">${heading}${skeleton(6, t("Loading"))}</div>`;
  const still = state.malfunctions.filter((one) => one.state === "open");
  const over = state.malfunctions.filter((one) => one.state === "closed");
  return html`<div class="page maintenance stack">${heading}
    ${state.changed === null ? nothing : changedNote(state.changed)}
    ${repeat(running(state), ({ asked }) => asked.id, (shown) => runningCard(state, shown, act))}
    ${repeat(waiting(state), ({ asked }) => asked.id, (shown) => waitingCard(state, shown, act))}
    ${state.malfunctions.length === 0 ? html`<div class="card">${empty(t("Nothing is out of order"), t("When a camera shows snow or nothing at all, report it here. Your unit also reports what it finds itself."), "tool", nothing, "ok")}</div>` : nothing}
    ${still.length === 0 ? nothing : html`<section class="card" aria-labelledby="still"><header><h2 id="still">${t("Out of order")}</h2></header><ul class="items">${repeat(still, (one) => one.id, (one) => row(state, one, act))}</ul></section>`}
    ${over.length === 0 ? nothing : html`<section class="card" aria-labelledby="over"><header><h2 id="over">${t("Closed")}</h2></header><ul class="items">${repeat(over, (one) => one.id, (one) => row(state, one, act))}</ul></section>`}
  </div>`;
}

function changedNote(words: string): Part {
  return html`${note(html`<b>${t("Your provider’s key is not the one that you compared.")}</b><p>${t("Nothing can be allowed until you know why. Call your provider on the number in your agreement and compare these words.")}</p>${keyWords(words, t("The key that the server gives"))}`, "alarm", "alarm")}`;
}

const who = (asked: Asked): string => (asked.company === "" ? asked.technician : t("{name} of {company}", { name: asked.technician, company: asked.company }));

// --- somebody asks ---

function waitingCard(state: State, { malfunction, asked }: Shown, act: Actions): Part {
  const minutes = minutesFor(state, asked);
  const owner = state.role === "owner";
  return html`<section class="card pad stack asks" aria-labelledby="asks-${asked.id}"><div class="row">${tile("tool", "warn")}<div class="grow">
      <h2 id="asks-${asked.id}">${asked.way === "still" ? t("{who} asks for stills of {camera}, to aim it", { who: who(asked), camera: cameraName(malfunction, asked.camera_id) }) : t("{who} asks to see {camera}", { who: who(asked), camera: cameraName(malfunction, asked.camera_id) })}</h2>
      <p class="mute">${malfunction.site.name} · ${faultName(malfunction.fault)} · ${t("asked {when}", { when: relative(asked.asked_ms, state.nowMs) })}</p></div></div>
    <blockquote>${asked.reason}</blockquote>
    <ul class="ticks"><li>${icon("eye", "small")}${asked.way === "still" ? t("Single stills only, each when he asks for it: your device gives him the keys of {n} seconds at most for one. Nothing of before, no recording, no other camera.", { n: STILL_SECONDS }) : t("Live only: nothing of before, no recording, no other camera.")}</li><li>${icon("clock", "small")}${t("It ends by itself, and at once when you stop it.")}</li><li>${icon("list", "small")}${t("It stands in “Who looked”, with a receipt.")}</li></ul>
    ${owner ? html`${compare(state, act)}${state.key?.compared ? answer(state, asked, minutes, act) : nothing}` : note(t("Only an owner can allow it."), "", "lock")}</section>`;
}

function compare(state: State, act: Actions): Part {
  if (state.key === null) return state.changed === null ? progress(null, t("Loading")) : nothing;
  if (state.key.compared) return nothing;
  return html`<div class="stack tight compare"><h3>${t("Once: compare {name}’s key", { name: state.key.name })}</h3>
    <p class="mute">${t("Your device seals the picture to this key. Compare the eight words with your agreement, or let your provider read them to you on the phone.")}</p>
    ${keyWords(state.key.words, t("Keys, in eight words"))}
    <div class="row">${button(t("They are the same"), act.compared, { kind: "primary", icon: "check", id: "compared" })}<span class="faint small">${t("If they differ, allow nothing and call your provider.")}</span></div></div>`;
}

function answer(state: State, asked: Asked, minutes: number, act: Actions): Part {
  const busy = state.giving[asked.id] !== undefined;
  return html`<fieldset class="minutes"><legend>${t("For how long?")}</legend><div class="chips">${MINUTES.map((n) => html`<button type="button" class="chip" aria-pressed=${n === minutes ? "true" : "false"} @click=${() => act.minutes(asked, n)}>${t("{n} min", { n })}</button>`)}</div></fieldset>
    ${trouble(state, asked)}
    <div class="row answer">${button(tn("Allow 1 minute", "Allow {n} minutes", minutes), () => act.allow(asked), { kind: "primary", icon: "check", busy, id: "allow" })}${button(t("Refuse"), () => act.refuse(asked), { id: "refuse", disabled: busy })}</div>
    ${busy ? givingLine(state, asked) : nothing}`;
}

function givingLine(state: State, asked: Asked): Part {
  const step = state.giving[asked.id];
  if (step === undefined) return nothing;
  return progress(null, step === "sealing" ? t("Your device seals the keys") : step === "waiting" ? t("Your unit begins a picture under fresh keys") : t("Asking your unit"));
}

const trouble = (state: State, asked: Asked): Part => (state.trouble[asked.id] ? note(state.trouble[asked.id] ?? "", "warn", "alarm") : nothing);

// --- somebody looks ---

function runningCard(state: State, { malfunction, asked }: Shown, act: Actions): Part {
  const { nowMs } = state;
  const looks = asked.granted_until_ms !== null && asked.granted_until_ms > nowMs && asked.trouble === "";
  const left = Math.max(0, (asked.until_ms ?? 0) - nowMs);
  const next = state.role === "owner" && state.giving[asked.id] === undefined && wantsNext(asked, nowMs);
  return html`<section class="card pad stack looks" aria-labelledby="looks-${asked.id}"><div class="row">${tile("eye", "accent")}<div class="grow">
      <h2 id="looks-${asked.id}">${asked.way === "still" ? t("{who} may ask for stills of {camera}", { who: who(asked), camera: cameraName(malfunction, asked.camera_id) }) : looks ? t("{who} can see {camera} live", { who: who(asked), camera: cameraName(malfunction, asked.camera_id) }) : t("You allowed {who} to see {camera}", { who: who(asked), camera: cameraName(malfunction, asked.camera_id) })}</h2>
      <p class="mute">${t("Until {time}, then it ends by itself.", { time: clock(asked.until_ms ?? nowMs, malfunction.site.tz) })}</p></div>
      <span class="countdown" role="timer" aria-label=${t("Time left")}>${age(left)}</span></div>
    ${givingLine(state, asked)}${trouble(state, asked)}${asked.trouble !== "" && !looks ? note(troubleName(asked.trouble), "warn", "alarm") : nothing}
    ${looks || state.giving[asked.id] !== undefined ? nothing : asked.way === "still" ? html`<p class="mute small">${t("Each still is given by your own device. While this page is open that happens by itself.")}</p>` : html`<p class="mute small">${t("Keys are given for a quarter of an hour at a time, by your own device. While this page is open they follow by themselves.")}</p>`}
    <div class="row">${state.role === "owner" ? button(t("Stop it now"), () => act.stop(asked), { kind: "alarm", icon: "close", id: "stop" }) : nothing}${next ? button(asked.way === "still" ? t("Give this still") : t("Go on"), () => act.next(asked), { icon: "play", id: "go-on" }) : nothing}</div></section>`;
}

// --- what was the matter ---

function row(state: State, one: Malfunction, act: Actions): Part {
  const found = one.found_by === "unit" ? t("found by the unit itself") : one.found_by === "provider" ? t("found by your provider") : one.reported_by === "" ? t("reported") : t("reported by {name}", { name: one.reported_by });
  return html`<li class="malfunction"><div class="grow stack tight"><div class="row"><b>${cameraName(one)}</b>${one.state === "open" ? pill(t("Out of order"), "warn", { dot: true }) : pill(outcomeName(one.outcome), "ok")}</div>
    <div>${faultName(one.fault)}${one.words === "" ? nothing : html`: <q>${one.words}</q>`}</div>
    <div class="faint small">${one.site.name} · ${found} · ${when(one.reported_ms, state.nowMs, one.site.tz)}</div>
    ${one.requests.length === 0 ? nothing : html`<ul class="plain small">${one.requests.map((asked) => line(state, one, asked))}</ul>`}
    ${one.reports.map((report) => html`<div class="note"><div class="grow"><b>${outcomeName(report.outcome)}</b> · ${report.by} · ${when(report.at_ms, state.nowMs, one.site.tz)}<p>${report.text}</p></div></div>`)}
    ${one.state === "open" && one.found_by === "customer" ? html`<div>${button(t("It works again"), () => act.withdraw(one), { small: true, kind: "quiet", icon: "check" })}</div>` : nothing}</div></li>`;
}

function line(state: State, one: Malfunction, asked: Asked): Part {
  const { words } = stateOf(asked, state.nowMs);
  const lasted = asked.begun_ms !== null && asked.ended_ms !== null ? ` · ${t("lasted {time}", { time: span((asked.ended_ms - asked.begun_ms) / 1000) })}` : "";
  return html`<li>${when(asked.asked_ms, state.nowMs, one.site.tz)} · ${who(asked)} · ${asked.end === "refused" && asked.refusal !== "" ? t("Refused: {words}", { words: asked.refusal }) : asked.state === "ended" ? endName(asked.end) : words}${lasted}</li>`;
}
