// SPDX-License-Identifier: EUPL-1.2
// The operator's page, drawn from its state. Dense and calm; every action beside its key; nothing moves under the cursor.
import { guard, html, nothing, placed, ref, repeat, type Part } from "../../kit/dom";
import { icon, mark, type IconName } from "../../kit/icons";
import { button, empty, keyHint, steps } from "../../kit/pieces";
import { age, clock, clockSeconds, language, number, span, t, tn } from "../../kit/words";
import { languageSwitch } from "../language";
import { reportButton } from "../report";
import { alarmTitle, avsName, codeName, confirmedName, kindName, seen, zoneName } from "../names";
import type { Alarm } from "../types";
import { besidePart, besideQuiet } from "./beside";
import { alarmPart } from "./incident";
import { counts, current, holdS, isMine, isParked, isWaiting, kindOf, onTheWay, PARKED, rowOf, waiting, type ConsoleState, type Counts, type Question } from "./model";
import { inSight, kinds, onlys, vital, type Filter, type Kind, type Only } from "./order";

export interface ConsoleActions {
  readonly select: (id: string) => void;
  readonly back: () => void;
  readonly list: (list: ConsoleState["list"]) => void;
  readonly filter: (filter: Partial<Filter>) => void;
  /** The list's element, to follow its size and scrolling. */
  readonly rolls: (element?: Element) => void;
  /** The row under the pointer; null when the pointer left the list. */
  readonly over: (id: string | null) => void;
  readonly takeUp: () => void;
  /** The first row of the list. */
  readonly first: () => void;
  readonly claim: () => void;
  readonly putBack: () => void;
  readonly close: () => void;
  readonly note: () => void;
  readonly hold: () => void;
  readonly park: () => void;
  readonly guard: () => void;
  readonly codeWord: () => void;
  readonly reopen: () => void;
  readonly question: (alarmId: string) => void;
  readonly answer: (question: Question) => void;
  readonly raw: (signalId: string | null) => void;
  readonly verify: () => void;
  readonly replay: () => void;
  readonly live: () => void;
  readonly pause: () => void;
  readonly full: () => void;
  readonly seek: (ms: number) => void;
  readonly mute: () => void;
  readonly keys: () => void;
  readonly second: () => void;
  readonly putAway: (actionId: string) => void;
  readonly signOut: () => void;
  /** Where the picture, the plan and the guards are shown. */
  readonly picture: (host?: Element) => void;
  readonly mails: (host?: Element) => void;
  readonly plan: (host?: Element) => void;
  readonly guards: (host?: Element) => void;
}

/** A row's height in pixels, as _console.css has it: the list draws only what is in sight. */
export const ROW = 68;

export function consoleView(state: ConsoleState, act: ConsoleActions): Part {
  const alarm = current(state);
  const { roll: _roll, ids: _ids, held: _held, ...rest } = state;
  // Scrolling draws the list alone.
  const same = Object.values(rest);
  return html`
    ${guard(same, () => header(state, act))}
    <div class="floor ${alarm === null ? "" : "chosen"} ${state.connected ? "" : "old"}">
      ${queuePart(state, act)}
      ${guard(same, () => html`<main id="content" tabindex="-1">${alarm === null ? quiet(state) : alarmPart(state, alarm, act)}</main>`)}
      ${guard(same, () => (alarm === null ? besideQuiet(state) : besidePart(state, alarm, act)))}
    </div>
    ${guard(same, () => footer(state, act))}`;
}

// --- what must be known before anything else ------------------------------------------------------------------------

function bars(state: ConsoleState, act: ConsoleActions): Part {
  const waits = state.actions.filter((one) => one.state === "waiting" || (one.state === "sending" && one.tries > 1) || !state.connected && one.state !== "refused");
  const refused = state.actions.filter((one) => one.state === "refused");
  const escalated = waiting(state).filter((one) => one.escalated_ms !== null).length;
  const any = !state.connected || state.breaksMs !== null || waits.length + refused.length + state.questions.length + escalated > 0;
  // Two fit, more scroll: the keyboard must reach them too.
  return html`<div class="bars" role=${any ? "region" : nothing} aria-label=${any ? t("Notices") : nothing} tabindex=${any ? "0" : nothing}>
    ${state.connected ? nothing : html`<div class="offline" role="alert">${icon("offline", "small")}<span>${t("Connection lost. The queue is as of {time}. Trying again; what you do is kept and sent.", { time: clockSeconds(state.asOfMs) })}</span></div>`}
    ${waits.length === 0 ? nothing : html`<div class="unsent" role="status">${icon("send", "small")}<span><b>${tn("{n} action waits to be sent", "{n} actions wait to be sent", waits.length)}</b> ${waits.map((one) => one.words).join(" · ")}</span></div>`}
    ${refused.map((one) => html`<div class="refused" role="alert">${icon("alarm", "small")}<span><b>${t("Not done: {what}.", { what: one.words })}</b> ${one.message} ${one.advice}</span><button type="button" class="btn small" @click=${() => act.putAway(one.id)}>${t("Put away")}</button></div>`)}
    ${state.breaksMs === null ? nothing : muteBar(state, act)}
    ${state.questions.map((one) => html`<div class="hushed question" role="status">${icon("person", "small")}<span><b>${t("{site} asks about AL-{n}", { site: one.site || t("A customer"), n: one.number ?? "" })}</b> ${one.text}</span>${button(t("Open it"), () => act.question(one.alarm_id), { small: true })}${button(t("Answer"), () => act.answer(one), { small: true, id: `answer-${one.number ?? 0}` })}</div>`)}
    ${escalated === 0 ? nothing : html`<div class="hushed" id="escalated" role="status">${icon("up", "small")}<span>${tn("{n} alarm is escalated: nobody took it within the norm.", "{n} alarms are escalated: nobody took them within the norm.", escalated)}</span><kbd>T</kbd></div>`}</div>`;
}

function muteBar(state: ConsoleState, act: ConsoleActions): Part {
  const left = Math.ceil(((state.breaksMs ?? 0) - state.nowMs) / 1000);
  const what = state.sound === "fire" ? t("A fire alarm waits") : state.sound === "medical" ? t("A medical alarm waits") : t("A hold-up waits");
  return html`<div class="hushed" role="status">${icon("bellOff", "small")}<span>${left > 0 ? t("{what} and this seat is muted: it sounds again in {n} s.", { what, n: left }) : t("{what}: it sounds although this seat is muted.", { what })}</span>${button(left > 0 ? t("Sound on") : t("Hush for a minute"), act.mute, { small: true, key: "M" })}</div>`;
}

function header(state: ConsoleState, act: ConsoleActions): Part {
  const all = counts(state);
  return html`<header class="top"><div class="lead-in">${bars(state, act)}
    <span class="logo">${mark()}<span>Zegel</span></span>
    <nav aria-label=${t("Lists")}>
      <button type="button" aria-current=${state.list === "open" ? "page" : nothing} @click=${() => act.list("open")}>${t("Queue")}${all.waiting > 0 ? html`<b class="count">${all.waiting}</b>` : nothing}</button>
      <button type="button" aria-current=${state.list === "handled" ? "page" : nothing} @click=${() => act.list("handled")}>${t("Handled")}</button>
      <a href="/centre/">${t("Wall")}${icon("arrow", "small")}</a>
    </nav>
    <div class="figures">
      <div><b>${number(all.waiting)}</b><span>${t("waiting")}</span></div>
      <div><b class=${all.late > 0 ? "late" : ""}>${all.oldestMs === null ? "–" : age(state.nowMs - all.oldestMs)}</b><span>${t("longest wait")}</span></div>
      <div class=${all.late > 0 ? "" : "none"}><b class=${all.late > 0 ? "late" : ""}>${number(all.late)}</b><span>${t("past the norm")}</span></div>
      <div><b>${number(all.mine)}</b><span>${t("yours")}</span></div>
    </div></div>
    <button type="button" class="btn quiet small icon-only" id="second" aria-pressed=${state.second ? "true" : "false"} title=${t("Second monitor")} @click=${act.second}>${icon("screens")}<span class="sr">${t("Second monitor")}</span>${keyHint("O")}</button>
    ${bell(state, act)}
    <details class="menu"><summary class="pill" aria-label=${t("You: {name}", { name: state.me.name })}>${icon("person")}<span>${state.me.name}</span></summary>
      <div class="sheet stack tight"><b>${state.me.name}</b><span class="mute small">${state.me.party}</span>${reportButton("operator")}${languageSwitch()}${button(t("Sign out"), act.signOut, { icon: "signOut", small: true })}</div></details>
  </header>`;
}

function bell(state: ConsoleState, act: ConsoleActions): Part {
  if (!state.soundReady && !state.muted) return html`<button type="button" class="btn small warn" id="bell" @click=${act.mute}>${icon("bellOff")}<span>${t("Sound is off: press a key")}</span></button>`;
  return html`<button type="button" class="btn ${state.muted ? "warn" : "quiet"} small" id="bell" aria-pressed=${state.muted ? "true" : "false"} @click=${act.mute}>${icon(state.muted ? "bellOff" : "bell")}<span>${state.muted ? t("Seat muted") : t("Sound on")}</span>${keyHint("M")}</button>`;
}

// --- the queue ------------------------------------------------------------------------------------------------------

export const kindIcons: Readonly<Record<Kind, IconName>> = { fire: "fire", holdup: "hand", medical: "medical", burglary: "house", tamper: "broken", technical: "wrench", other: "dots" };
export const onlyName = (only: Only): string => ({ all: t("All"), mine: t("Yours"), unconfirmed: t("Unconfirmed"), parked: t("Parked") })[only];

function queuePart(state: ConsoleState, act: ConsoleActions): Part {
  const open = state.list === "open";
  const { roll: _roll, ids: _ids, held: _held, ...rest } = state;
  return html`<section class="queue" aria-label=${open ? t("Open alarms") : t("Handled alarms")}>
    ${guard([...Object.values(rest), state.ids, state.held], () => queueHead(state, open, act))}
    ${list(state, act)}
  </section>`;
}

function queueHead(state: ConsoleState, open: boolean, act: ConsoleActions): Part {
  const all = counts(state);
  return html`<div class="queue-head"><h2>${open ? t("Open alarms") : t("Handled alarms")}</h2><span class="mono mute">${number(open ? all.open : state.ids.length)}${open && all.parked > 0 ? html` <span class="faint">+ ${tn("{n} parked", "{n} parked", all.parked)}</span>` : nothing}</span></div>
    <div class="search"><input class="input" id="search" type="search" aria-label=${t("Search site, class, number, colleague")} placeholder=${t("Search")} .value=${state.filter.text} @input=${(event: Event) => act.filter({ text: (event.target as HTMLInputElement).value })} @keydown=${(event: KeyboardEvent) => searchKey(event, act)}>${keyHint("/")}</div>
    ${open ? filters(state, all, act) : nothing}
    ${heldBar(state, act)}`;
}

/** Out of the search by keys: Enter and ↓ go on with what was found, Escape shows all again. */
function searchKey(event: KeyboardEvent, act: ConsoleActions): void {
  if (!["Enter", "ArrowDown", "Escape"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  (event.target as HTMLInputElement).blur();
  if (event.key === "Escape") act.filter({ text: "" });
  else act.first();
}

function filters(state: ConsoleState, all: Counts, act: ConsoleActions): Part {
  const numbers: Readonly<Record<Only, number>> = { all: 0, mine: all.mine, unconfirmed: all.unconfirmed, parked: all.parked };
  const { only, kind } = state.filter;
  return html`<div class="filters" role="group" aria-label=${t("Which alarms")}>
      <div class="onlys">${onlys.map((one) => html`<button type="button" aria-pressed=${only === one ? "true" : "false"} @click=${() => act.filter({ only: one })}>${onlyName(one)}${one === "all" || numbers[one] === 0 ? nothing : html`<b>${number(numbers[one])}</b>`}</button>`)}</div>
      <div class="kinds">${kinds.map((one) => html`<button type="button" class="kind ${one} ${all.kinds[one] === 0 ? "zero" : ""}" title=${kindName(one)} aria-label=${`${kindName(one)}: ${all.kinds[one]}`} aria-pressed=${kind === one ? "true" : "false"} @click=${() => act.filter({ kind: kind === one ? null : one })}>${icon(kindIcons[one], "small")}<b>${number(all.kinds[one])}</b></button>`)}</div>
    </div>`;
}

/** Always there, so that it moves nothing when it has something to say. */
function heldBar(state: ConsoleState, act: ConsoleActions): Part {
  const first = state.held.map((id) => state.alarms.get(id)).find((alarm) => alarm !== undefined);
  if (first === undefined) return html`<div class="held"><span class="faint">${state.filter.text !== "" || state.filter.only !== "all" || state.filter.kind !== null ? t("Filtered: Escape shows all") : state.list === "open" ? t("Most urgent first, then the oldest") : t("Newest first")}</span>${state.list === "open" ? html`<span class="grow"></span>${keyHint("Q")}${keyHint("E")}` : nothing}</div>`;
  return html`<button type="button" class="held new ${vital(kindOf(first)) ? "vital" : ""}" id="held" @click=${act.takeUp}>${icon("up", "small")}<b>${tn("{n} new", "{n} new", state.held.length)}</b><span class="grow">${alarmTitle(first)} · ${first.site.name}</span>${keyHint("T")}</button>`;
}

function list(state: ConsoleState, act: ConsoleActions): Part {
  const { ids, roll } = state;
  const none = ids.length === 0 && !state.loading;
  const { from, to } = inSight(roll, ROW, ids.length);
  const drawn = ids.slice(from, to);
  return html`<div class="alarms" id="queue" role="listbox" tabindex="0" aria-label=${t("Alarms")} aria-activedescendant=${state.selected !== null && drawn.includes(state.selected) ? `alarm-${state.selected}` : nothing} ?hidden=${ids.length === 0}
      ${ref(act.rolls)} @pointerleave=${() => act.over(null)}>
      <div class="rolled" role="presentation" ${placed({ height: `${ids.length * ROW}px` })}>
      ${repeat(drawn, (id) => id, (id, i) => row(state, id, from + i, act))}</div></div>
    ${!none ? nothing : html`<p class="mute small none">${nothingFits(state)}</p>`}`;
}

function nothingFits(state: ConsoleState): string {
  if (state.filter.text !== "") return t("Nothing matches “{words}”.", { words: state.filter.text });
  if (state.filter.only !== "all" || state.filter.kind !== null) return t("Nothing here. Escape shows all alarms.");
  return state.list === "open" ? t("No open alarm. The next one rings.") : t("Nothing was handled yet today.");
}

const tone = (alarm: Alarm): string => (alarm.state === "closed" ? "" : kindOf(alarm));

function row(state: ConsoleState, id: string, at: number, act: ConsoleActions): Part {
  if (id === PARKED) return html`<div class="parked-head" role="presentation" ${placed({ transform: `translateY(${at * ROW}px)` })}><span class="lbl">${t("Parked")}</span><span class="faint small">${t("They come back by themselves, or sooner when something new is heard.")}</span></div>`;
  const alarm = rowOf(state, id);
  if (alarm === undefined) return nothing;
  const gone = !state.alarms.has(id) && state.list === "open";
  const chosen = id === state.selected;
  const second = Math.floor(state.nowMs / 1000);
  return html`<div class="entry ${tone(alarm)} ${isWaiting(alarm) && !gone ? "ringing" : ""} ${gone ? "gone" : ""} ${isParked(alarm, state.nowMs) ? "parked" : ""}" role="option" id="alarm-${id}" data-alarm=${id}
      aria-selected=${chosen ? "true" : "false"} aria-setsize=${state.ids.length} aria-posinset=${at + 1} @click=${() => act.select(id)} @pointerenter=${() => act.over(id)} ${placed({ transform: `translateY(${at * ROW}px)` })}>
      ${guard([alarm, second, gone, state.actions, state.mine, language], () => inside(state, alarm, gone))}</div>`;
}

/** Three lines: what and how long; where; what is known of it. */
function inside(state: ConsoleState, alarm: Alarm, gone: boolean): Part {
  const open = alarm.state !== "closed" && !gone;
  return html`<span class="shape">${icon(kindIcons[kindOf(alarm)])}<i>${alarm.priority}</i></span>
    <b class="what">${alarmTitle(alarm)}${alarm.score > 0 ? html` <span class="nowrap">· ${seen(alarm)}</span>` : nothing}</b>
    <span class="mono age">${open ? age(state.nowMs - alarm.received_ms) : clock(alarm.raised_ms, alarm.site.tz)}</span>
    <small class="where">${alarm.site.name}${alarm.camera !== null ? html` · ${alarm.camera.name}` : alarm.zone ? html` · ${/^\d+$/.test(alarm.zone) ? zoneName(alarm.zone) : alarm.zone}` : nothing}</small>
    <span class="mono norm">${open ? norm(alarm, state.nowMs) : nothing}</span>
    <small class="known">${gone ? html`<span class="faint">${alarm.recalled_ms !== null ? t("Recalled by the customer") : t("Handled")}</span>` : known(state, alarm)}</small>`;
}

function norm(alarm: Alarm, nowMs: number): Part {
  if (alarm.norm_due_ms === null || alarm.first_action_ms !== null || !isWaiting(alarm)) return nothing;
  const left = Math.ceil((alarm.norm_due_ms - nowMs) / 1000);
  return left >= 0 ? html`<span class=${left <= 10 ? "soon" : ""} title=${t("left of the norm")}>${t("{n} s", { n: left })}</span>` : html`<span class="late" title=${t("past the norm")}>+${age(-left * 1000)}</span>`;
}

function known(state: ConsoleState, alarm: Alarm): Part {
  const unsent = onTheWay(state, alarm.id);
  const hold = holdS(alarm, state.nowMs);
  const parked = isParked(alarm, state.nowMs);
  const who = alarm.state === "closed" ? html`<span class="faint">${alarm.recalled_ms !== null ? t("Recalled by the customer") : codeName(alarm.closed?.code ?? "")}</span>`
    : isMine(state, alarm) ? html`<span class="own">${alarm.state === "on_hold" ? t("Yours, on hold") : t("Yours")}</span>`
    : alarm.claimed_by !== null ? html`<span class="faint">${alarm.claimed_by.name}</span>` : nothing;
  return html`${unsent.length > 0 ? html`<span class="tag unsent">${t("not sent yet")}</span>` : nothing}
    ${parked && alarm.parked_until_ms !== null ? html`<span class="tag">${t("until {time}", { time: clock(alarm.parked_until_ms, alarm.site.tz) })}</span>` : nothing}
    ${alarm.escalated_ms !== null && isWaiting(alarm) ? html`<span class="tag late">${t("escalated")}</span>` : nothing}
    ${hold > 0 ? html`<span class="tag">${t("recall {n} s", { n: hold })}</span>` : nothing}
    ${alarm.potential_cancel ? html`<span class="tag warn">${t("cancel?")}</span>` : nothing}
    ${alarm.confirmed !== "" ? html`<span class="tag sure" title=${t("Confirmed: {how}", { how: confirmedName(alarm.confirmed) })}>${icon("check", "small")}${t("confirmed")}</span>` : nothing}
    ${alarm.avs !== null ? html`<span class="tag avs${alarm.avs.score}" title=${avsName(alarm.avs.score)}>AVS ${alarm.avs.score}</span>` : nothing}
    ${alarm.folded > 0 ? html`<span class="tag" title=${tn("{n} more signal folded into it", "{n} more signals folded into it", alarm.folded)}>+${number(alarm.folded)}</span>` : nothing}
    ${who}`;
}

function quiet(state: ConsoleState): Part {
  if (state.loading) return html`<div class="middle">${steps([t("Opening your keys"), t("Loading the queue")], 1)}</div>`;
  if (waiting(state).length > 0 || state.list === "handled") return html`<h1 class="sr">${t("Queue")}</h1><div class="middle">${empty(t("Nothing chosen"), t("Choose an alarm with the arrow keys, or take up the most urgent one."), "list", html`<kbd>↑</kbd><kbd>↓</kbd><kbd>T</kbd>`)}</div>`;
  return html`<h1 class="sr">${t("Queue")}</h1><div class="middle">${empty(t("Quiet"), t("No alarm is open, so there is nothing to see and no key to see it with. The next alarm rings here by itself."), "shield", nothing, "ok")}
    <p class="faint small">${t("You may leave this page open. The screen shows it when the connection is lost.")}</p></div>`;
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

