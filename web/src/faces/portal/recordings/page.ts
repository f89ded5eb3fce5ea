// SPDX-License-Identifier: EUPL-1.2
// A day of a site's cameras, drawn: the player, a row of small pictures, a line for each camera, the hours with something in them.
import { html, nothing, percent, placed, ref, repeat, type Part } from "../../../kit/dom";
import { className, frame } from "../../../kit/frame";
import { icon } from "../../../kit/icons";
import { button, empty, note, progress, skeleton, steps } from "../../../kit/pieces";
import { gapNote } from "../../../kit/timeline";
import { clock, clockSeconds, dayWord, number, span, t, tn } from "../../../kit/words";
import type { Span } from "../../../client/recordings";
import type { Preview } from "../../../records/previews";
import type { Camera } from "../../types";
import { HOUR_MS, type Hour, type Lane, type State, hoursOf, inside, joined, laneOf, marked, missingOf, onUnit, secondsOf } from "./model";

export interface RecordingsActions {
  readonly site: (id: string) => void;
  readonly camera: (id: string) => void;
  readonly day: (day: string) => void;
  readonly step: (days: number) => void;
  readonly zoom: (factor: number, aroundMs?: number) => void;
  readonly width: (ms: number | null) => void;
  readonly move: (share: number) => void;
  readonly head: (ms: number) => void;
  readonly press: (ms: number) => void;
  readonly play: (clip: Span) => void;
  readonly pause: () => void;
  readonly stop: () => void;
  readonly scan: (span: Span) => void;
  readonly save: (span: Span) => void;
  readonly remove: (span: Span) => void;
  readonly fetch: (span: Span) => void;
  readonly key: (event: KeyboardEvent) => void;
  readonly video: (video: HTMLVideoElement | undefined) => void;
  readonly still: (canvas: HTMLCanvasElement | undefined) => void;
  readonly overlay: (canvas: HTMLCanvasElement | undefined) => void;
  readonly sites: readonly { readonly id: string; readonly name: string }[];
}

export function recordingsPage(state: State, act: RecordingsActions): Part {
  const lane = laneOf(state);
  return html`<div class="page recordings">
    <div class="title"><h1>${t("Recordings")}</h1>
      <div class="rec-day"><button type="button" class="btn quiet" aria-label=${t("The day before")} @click=${() => act.step(-1)}>${icon("back")}</button>
        <input class="input" type="date" aria-label=${t("Day")} .value=${state.day} max=${state.day > today(state) ? state.day : today(state)} @change=${(event: Event) => act.day((event.target as HTMLInputElement).value)}>
        <button type="button" class="btn quiet" aria-label=${t("The day after")} ?disabled=${state.endMs > state.nowMs} @click=${() => act.step(1)}>${icon("arrow")}</button></div></div>
    ${state.clip === null ? nothing : player(state, state.clip, lane?.camera, act)}
    <section class="card pad rec-board" aria-label=${t("The day")}>
      ${pickers(state, act)}
      ${state.lanes.length === 0 ? nothing : html`${strip(state, act)}${line(state, act)}${legend(state)}`}
    </section>
    ${hours(state, lane, act)}</div>`;
}

const today = (state: State): string => new Intl.DateTimeFormat("sv", { ...(state.tz === undefined ? {} : { timeZone: state.tz }), dateStyle: "short" }).format(state.nowMs);

function pickers(state: State, act: RecordingsActions): Part {
  return html`<div class="rec-pick">
    ${act.sites.length < 2 ? nothing : html`<select class="input" aria-label=${t("Site")} @change=${(event: Event) => act.site((event.target as HTMLSelectElement).value)}>${act.sites.map(({ id, name }) => html`<option value=${id} ?selected=${id === state.siteId}>${name}</option>`)}</select>`}
    <div class="rec-zoom" role="group" aria-label=${t("Zoom")}>
      ${([[null, t("Day")], [6 * HOUR_MS, t("6 h")], [HOUR_MS, t("1 h")], [10 * 60_000, t("10 min")]] as const).map(([width, words]) => html`<button type="button" class="btn small ${sameWidth(state, width) ? "primary" : ""}" aria-pressed=${sameWidth(state, width) ? "true" : "false"} @click=${() => act.width(width)}>${words}</button>`)}
    </div>
    <div class="rec-move"><button type="button" class="btn small" aria-label=${t("Earlier")} ?disabled=${state.fromMs <= state.startMs} @click=${() => act.move(-0.8)}>${icon("back")}</button>
      <span class="mono">${clock(state.fromMs, state.tz)} – ${clock(state.toMs, state.tz)}</span>
      <button type="button" class="btn small" aria-label=${t("Later")} ?disabled=${state.toMs >= state.endMs} @click=${() => act.move(0.8)}>${icon("arrow")}</button></div></div>`;
}

const sameWidth = ({ fromMs, toMs, startMs, endMs }: State, width: number | null): boolean => Math.abs(toMs - fromMs - (width ?? endMs - startMs)) < 1000;

// --- small pictures -------------------------------------------------------------------------------------------------------

function strip(state: State, act: RecordingsActions): Part {
  if (state.previews.length === 0) return nothing;
  return html`<ul class="rec-strip" aria-label=${t("Pictures of this time, opened in this browser")}>${repeat(state.previews, ({ atMs }) => atMs, (preview) => html`<li>
    <button type="button" title=${t("Play from {time}", { time: clockSeconds(preview.atMs, state.tz) })} @click=${() => act.press(preview.atMs)}>
      <canvas ${ref((element) => element instanceof HTMLCanvasElement && paint(element, preview))}></canvas>
      <span class="mono">${state.toMs - state.fromMs > HOUR_MS ? clock(preview.atMs, state.tz) : clockSeconds(preview.atMs, state.tz)}</span>
      ${preview.found.length === 0 ? nothing : html`<span class="rec-found">${preview.found.map(({ class: name }) => className(name)).join(", ")}</span>`}</button></li>`)}</ul>`;
}

const painted = new WeakMap<HTMLCanvasElement, Preview>();

function paint(canvas: HTMLCanvasElement, preview: Preview): void {
  if (painted.get(canvas) === preview) return;
  painted.set(canvas, preview);
  Object.assign(canvas, { width: preview.picture.width, height: preview.picture.height });
  canvas.getContext("2d")?.drawImage(preview.picture, 0, 0);
}

// --- the line ---------------------------------------------------------------------------------------------------------------

function line(state: State, act: RecordingsActions): Part {
  const at = (ms: number): string => percent(Math.min(1, Math.max(0, (ms - state.fromMs) / (state.toMs - state.fromMs))));
  const words = state.headMs === null ? t("No moment chosen") : clockSeconds(state.headMs, state.tz);
  const msOf = (event: PointerEvent | WheelEvent): number => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return state.fromMs + ((event.clientX - box.left) / box.width) * (state.toMs - state.fromMs);
  };
  return html`<div class="rec-lanes">
    ${state.lanes.map((lane) => html`<div class="rec-lane ${lane.camera.id === state.cameraId ? "chosen" : ""}">
      <button type="button" class="rec-name" aria-pressed=${lane.camera.id === state.cameraId ? "true" : "false"} @click=${() => act.camera(lane.camera.id)}>${icon("camera", "small")}<span>${lane.camera.name}</span></button>
      <div class="rec-line" role="slider" tabindex=${lane.camera.id === state.cameraId ? "0" : "-1"} aria-label=${t("Time line of {camera}", { camera: lane.camera.name })} aria-valuemin=${Math.floor(state.fromMs / 1000)} aria-valuemax=${Math.floor(state.toMs / 1000)}
        aria-valuenow=${Math.floor((state.headMs ?? state.fromMs) / 1000)} aria-valuetext=${words} @keydown=${act.key}
        @pointerdown=${(event: PointerEvent) => { (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId); if (lane.camera.id !== state.cameraId) act.camera(lane.camera.id); act.head(msOf(event)); }}
        @pointermove=${(event: PointerEvent) => { if (event.buttons > 0) act.head(msOf(event)); }}
        @pointerup=${(event: PointerEvent) => act.press(msOf(event))}
        @wheel=${(event: WheelEvent) => { if (!event.ctrlKey && !event.shiftKey) return; event.preventDefault(); act.zoom(event.deltaY > 0 ? 1.4 : 0.7, msOf(event)); }}>
        ${laneParts(state, lane, at)}</div></div>`)}
    <div class="rec-hours" aria-hidden="true">${ticks(state).map((ms) => html`<span ${placed({ left: at(ms) })}>${clock(ms, state.tz)}</span>`)}</div>
    ${state.headMs === null ? nothing : peek(state, state.headMs, at)}</div>`;
}

function laneParts(state: State, lane: Lane, at: (ms: number) => string): Part {
  const { day, seen } = lane;
  const wide = (from: number, to: number): string => `max(3px, ${percent((Math.min(to, state.toMs) - Math.max(from, state.fromMs)) / (state.toMs - state.fromMs))})`;
  if (day === null) return html`<i class="rec-wait"></i>`;
  const near = (state.toMs - state.fromMs) / 200;
  return html`${inside(joined(day.recorded, Math.max(5000, near / 2)), state.fromMs, state.toMs).map(({ fromMs, toMs }) => html`<i class="rec-clip" ${placed({ left: at(fromMs), width: wide(fromMs, toMs) })}></i>`)}
    ${inside(onUnit(state, lane), state.fromMs, state.toMs).map(({ fromMs, toMs }) => html`<i class="rec-there" ${placed({ left: at(fromMs), width: wide(fromMs, toMs) })}></i>`)}
    ${inside(day.deleted, state.fromMs, state.toMs).map(({ fromMs, toMs }) => html`<i class="rec-deleted" ${placed({ left: at(fromMs), width: wide(fromMs, toMs) })}></i>`)}
    ${inside(day.unproved, state.fromMs, state.toMs).map(({ fromMs, toMs }) => html`<i class="rec-deleted unproved" ${placed({ left: at(fromMs), width: wide(fromMs, toMs) })}></i>`)}
    ${marked(seen.filter(({ atMs }) => atMs >= state.fromMs && atMs < state.toMs), near).map((one) => html`<i class="rec-seen ${one.class}" ${placed({ left: at(one.atMs) })}></i>`)}
    ${day.alarms.filter(({ atMs }) => atMs >= state.fromMs && atMs < state.toMs).map(({ atMs }) => html`<i class="rec-alarm" ${placed({ left: at(atMs) })}></i>`)}
    ${state.headMs !== null && state.headMs >= state.fromMs && state.headMs <= state.toMs ? html`<i class="rec-head" ${placed({ left: at(state.headMs) })}></i>` : nothing}
    ${state.nowMs > state.fromMs && state.nowMs < state.toMs ? html`<i class="rec-now" ${placed({ left: at(state.nowMs) })}></i>` : nothing}`;
}

/** Under the finger: the nearest small picture, and the exact moment. */
function peek(state: State, ms: number, at: (ms: number) => string): Part {
  const near = state.previews.reduce<Preview | null>((best, each) => (best === null || Math.abs(each.atMs - ms) < Math.abs(best.atMs - ms) ? each : best), null);
  const close = near !== null && Math.abs(near.atMs - ms) < (state.toMs - state.fromMs) / 12;
  return html`<div class="rec-peek"><div ${placed({ left: at(ms) })}>${close ? html`<canvas ${ref((element) => element instanceof HTMLCanvasElement && paint(element, near))}></canvas>` : nothing}<b class="mono">${clockSeconds(ms, state.tz)}</b></div></div>`;
}

function ticks({ fromMs, toMs, startMs }: State): readonly number[] {
  const steps = [60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS];
  const step = steps.find((each) => (toMs - fromMs) / each <= 6) ?? 6 * HOUR_MS;
  const found = [];
  for (let at = startMs + Math.ceil((fromMs - startMs) / step) * step; at < toMs; at += step) found.push(at);
  return found;
}

function legend(state: State): Part {
  const classes = [...new Set(state.lanes.flatMap(({ seen }) => seen.map((one) => one.class)))];
  return html`<p class="rec-legend faint small"><span><i class="rec-clip"></i>${t("recorded")}</span><span><i class="rec-alarm"></i>${t("alarm")}</span>
    ${state.lanes.some((lane) => onUnit(state, lane).length > 0) ? html`<span><i class="rec-there"></i>${t("on the unit")}</span>` : nothing}
    ${classes.map((name) => html`<span><i class="rec-seen ${name}"></i>${t("{what} seen", { what: className(name) })}</span>`)}
    ${state.lanes.some(({ day }) => (day?.deleted.length ?? 0) > 0) ? html`<span><i class="rec-deleted"></i>${t("deleted by an owner, signed")}</span>` : nothing}
    ${state.lanes.some(({ day }) => (day?.unproved.length ?? 0) > 0) ? html`<span><i class="rec-deleted unproved"></i>${t("deleted, says the server; no owner signed it")}</span>` : nothing}
    <span class="rec-keys">${t("Keys: arrows move, + and − zoom, Enter plays, Space pauses")}</span></p>`;
}

// --- hours ------------------------------------------------------------------------------------------------------------------

function hours(state: State, lane: Lane | undefined, act: RecordingsActions): Part {
  if (lane === undefined) return html`<div class="card">${empty(t("No camera yet"), t("When a unit is paired, its recordings are here."), "camera")}</div>`;
  if (lane.day === null) return skeleton(4, t("Loading"));
  const found = hoursOf(lane.day, state.fromMs, state.toMs, onUnit(state, lane));
  if (found.length === 0) return html`<div class="card">${empty(t("Nothing was recorded"), t("In this time this camera saw nothing move while it was guarding, or it was off."), "record", button(t("The day before"), () => act.step(-1), { icon: "back" }))}</div>`;
  const total = found.flatMap(({ clips }) => clips).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return html`<p class="faint small">${dayWord(state.startMs, state.nowMs, state.tz)} · ${span(total / 1000)} · ${t("opened in this browser, with your key; each look is logged")}</p>
    ${repeat(found, ({ fromMs }) => fromMs, (hour) => hourCard(state, hour, act))}`;
}

/** What of an hour lies on the unit: it can come here, and how much of it came is shown. */
function fetchRow(state: State, { there }: Hour, act: RecordingsActions): Part {
  const [first, last] = [there[0]?.fromMs, there.at(-1)?.toMs];
  if (first === undefined || last === undefined) return nothing;
  const { fetching } = state;
  const mine = fetching !== null && fetching.cameraId === state.cameraId && fetching.fromMs < last && first < fetching.toMs;
  const share = mine && fetching.seconds !== null ? Math.max(0, 1 - fetching.left / Math.max(1, fetching.seconds)) : null;
  return html`<div class="pad rec-there"><div class="row apart"><p><b>${t("On the unit")}</b> <span class="mono">${clockSeconds(first, state.tz)} – ${clockSeconds(last, state.tz)}</span> <span class="mute">${t("{span}, kept by the unit itself", { span: span(secondsOf(there)) })}</span></p>
    ${button(t("Fetch from the unit"), () => act.fetch({ fromMs: first, toMs: last }), { icon: "download", small: true, busy: mine, disabled: fetching !== null && !mine })}</div>
    ${mine ? progress(share, t("Coming from the unit")) : nothing}</div>`;
}

/** While something plays: what of it is not here because the unit keeps it, and what should have been. */
function missing(state: State, act: RecordingsActions): Part {
  const lane = laneOf(state);
  if (lane === undefined) return nothing;
  const { there, gaps } = missingOf(state, lane);
  const whole = { fromMs: Math.min(...there.map(({ fromMs }) => fromMs)), toMs: Math.max(...there.map(({ toMs }) => toMs)) };
  return html`${there.length === 0 ? nothing : note(html`${t("{span} of this is on the unit: as you signed, it keeps it itself until you ask for it.", { span: span(secondsOf(there)) })} ${button(t("Fetch from the unit"), () => act.fetch(whole), { icon: "download", small: true, busy: state.fetching !== null })}`, "", "info")}${gapNote(gaps)}`;
}

function hourCard(state: State, hour: Hour, act: RecordingsActions): Part {
  const [first, last] = [hour.clips[0], hour.clips.at(-1)];
  const whole = first === undefined || last === undefined ? null : { fromMs: first.fromMs, toMs: last.toMs };
  const seconds = hour.clips.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1000;
  return html`<section class="card rec-hour" data-hour=${hour.fromMs}>
    <div class="pad row apart"><div><h2 class="mono">${clock(hour.fromMs, state.tz)} – ${clock(hour.toMs, state.tz)}</h2>
      <p class="mute">${[whole === null ? t("nothing of it is here yet") : tn("{n} recording", "{n} recordings", hour.clips.length), whole === null ? "" : span(seconds), hour.alarms === 0 ? "" : tn("{n} alarm", "{n} alarms", hour.alarms)].filter(Boolean).join(" · ")}</p></div>
      ${whole === null ? nothing : html`<div class="row">${button(t("Everything in this hour"), () => act.play(whole), { icon: "play", small: true })}
        ${button(state.scanning === null ? t("Find people and vehicles") : t("Looking through {n} %", { n: number(state.scanning * 100) }), () => act.scan(whole), { icon: "eye", small: true, busy: state.scanning !== null })}
        ${button(t("Save"), () => act.save(whole), { icon: "download", small: true })}${state.owner ? button(t("Delete"), () => act.remove(whole), { small: true }) : nothing}</div>`}</div>
    ${fetchRow(state, hour, act)}
    ${state.scanning === null ? nothing : html`<div class="pad">${progress(state.scanning, t("Looking through"))}</div>`}
    <ul class="items clips">${repeat([...hour.clips].reverse(), ({ fromMs }) => fromMs, (clip) => clipRow(state, clip, act))}</ul></section>`;
}

function clipRow(state: State, clip: Span, act: RecordingsActions): Part {
  const lane = laneOf(state);
  const alarms = lane?.day?.alarms.filter(({ atMs }) => atMs >= clip.fromMs && atMs <= clip.toMs) ?? [];
  const seen = [...new Set((lane?.seen ?? []).filter(({ atMs }) => atMs >= clip.fromMs && atMs < clip.toMs).map((one) => className(one.class)))];
  const chosen = state.clip?.fromMs === clip.fromMs;
  const more = [span((clip.toMs - clip.fromMs) / 1000), ...alarms.map(({ className: name, number: n }) => `${t("alarm")} ${n === null ? "" : `AL-${n}`} ${className(name)}`.replaceAll("  ", " ")), ...seen];
  return html`<li class=${chosen ? "chosen" : ""}><div class="body"><b class="mono">${clockSeconds(clip.fromMs, state.tz)} – ${clockSeconds(clip.toMs, state.tz)}</b><div class="mute small">${more.join(" · ")}</div></div>
    <div class="row rec-acts">${button(t("Play"), () => act.play(clip), { icon: "play", small: true, disabled: chosen && state.playing.phase === "playing" })}
      <button type="button" class="btn small quiet" aria-label=${t("Save {from} to {to}", { from: clockSeconds(clip.fromMs, state.tz), to: clockSeconds(clip.toMs, state.tz) })} @click=${() => act.save(clip)}>${icon("download")}</button>
      ${state.owner ? html`<button type="button" class="btn small quiet" aria-label=${t("Delete {from} to {to}", { from: clockSeconds(clip.fromMs, state.tz), to: clockSeconds(clip.toMs, state.tz) })} @click=${() => act.remove(clip)}>${icon("close")}</button>` : nothing}</div></li>`;
}

// --- the player -------------------------------------------------------------------------------------------------------------

function player(state: State, clip: Span, camera: Camera | undefined, act: RecordingsActions): Part {
  const { playing } = state;
  return html`<section class="card player" aria-label=${t("Recording")}>${frame({
    id: "picture", label: t("Camera {name}", { name: camera?.name ?? "" }), attach: act.video, overlay: act.overlay, over: html`<canvas class="rec-still" aria-hidden="true" ${ref((element) => act.still(element as HTMLCanvasElement | undefined))}></canvas>`,
    clock: playing.phase === "playing" && playing.headMs !== null ? clockSeconds(playing.headMs, state.tz) : "",
    curtain: playing.phase === "playing" ? null
      : playing.phase === "refused" ? { title: playing.message, words: playing.action, action: button(t("Try again"), () => act.play(clip)) }
      : playing.phase === "ended" ? { title: t("That was all of it"), words: t("This recording is over."), action: button(t("Play again"), () => act.play(clip), { icon: "play", kind: "primary" }) }
      : { title: t("Opening"), words: t("Your own look is logged too, then it opens in this browser."), action: steps([t("Logged"), t("Opened with your key"), t("First picture")], playing.phase === "opening" ? playing.step : 0) },
  })}<div class="pad row apart"><div><h2>${camera?.name ?? ""}</h2><p class="mute mono">${clockSeconds(clip.fromMs, state.tz)} – ${clockSeconds(clip.toMs, state.tz)}</p></div>
    <div class="row">${playing.phase === "playing" ? button(playing.paused ? t("Go on") : t("Pause"), act.pause, { icon: playing.paused ? "play" : "pause" }) : nothing}
      ${button(t("Save"), () => act.save(clip), { icon: "download", id: "save-clip" })}${state.owner ? button(t("Delete"), () => act.remove(clip), { id: "delete-clip" }) : nothing}${button(t("Close"), act.stop, { icon: "close", kind: "quiet" })}</div></div>${missing(state, act)}</section>`;
}
