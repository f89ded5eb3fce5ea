// SPDX-License-Identifier: EUPL-1.2
// The overview's page: the project as a film of small pictures, and how small they are.
import { html, nothing, ref, type Part } from "../../../kit/dom";
import { field, toggle } from "../../../kit/form";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, progress, skeleton } from "../../../kit/pieces";
import { clock, number, span as lasting, t, tn, weekday, when } from "../../../kit/words";
import type { Mount } from "../pages";
import { sendingPart } from "../signing";
import { Overview, type State } from "./controller";
import { geometryOf, INTERVALS, sizeOf, SPEEDS, type Span } from "./model";

export const mount: Mount = (host, ctx, id) => new Overview(host, ctx, id, page);

function page(state: State, act: Overview): Part {
  return html`<div class="page overview">
    <div class="title"><div><h1>${t("Overview")}</h1><p class="mute">${t("Small pictures at a fixed interval, day and night, whatever happens: how the work goes on, and nobody’s face.")}</p></div></div>
    ${state.cameras.length === 0 ? (state.loading ? skeleton(6, t("Loading")) : html`<div class="card">${empty(t("No cameras yet"), t("They appear here once a camera unit is paired with your key."), "camera")}</div>`)
    : html`<div class="row wrap"><label class="field camera-picker"><span class="label">${t("Camera")}</span><select class="input" id="camera" @change=${(event: Event) => act.open((event.target as HTMLSelectElement).value)}>
        ${state.cameras.map((camera) => html`<option value=${camera.id} ?selected=${camera.id === state.cameraId}>${camera.name} · ${camera.site.name}</option>`)}</select></label>${keptPill(state)}</div>
      ${state.trouble === null ? nothing : note(state.trouble, "alarm", "alarm")}
      ${state.loading ? skeleton(8, t("Loading")) : html`<div class="columns editor">${filmCard(state, act)}${state.owner ? planCard(state, act) : nothing}</div>`}`}</div>`;
}

function keptPill(state: State): Part {
  const { kept } = state;
  if (kept === null || kept.first_ms === null) return nothing;
  const count = pill(tn("{n} picture since {when}", "{n} pictures since {when}", kept.count, { when: when(kept.first_ms, state.nowMs) }), "", { icon: "film" });
  return html`${count}${kept.ends_ms === null ? pill(t("Kept until 28 days after the last unit left"), "") : pill(t("Forgotten on {day}", { day: weekday(kept.ends_ms) }), "warn", { icon: "clock" })}`;
}

// --- the film ---

const spanWords = (span: Span): string => ({ day: t("Day"), week: t("Week"), project: t("Whole project") })[span];

function filmCard(state: State, act: Overview): Part {
  return html`<section class="card" aria-labelledby="film-title"><header><h2 id="film-title">${t("Timelapse")}</h2></header><div class="pad stack">
    <div class="row wrap"><div class="segments" role="group" aria-label=${t("How much")}>${(["day", "week", "project"] as const).map((each) => html`<button type="button" class="segment" data-span=${each} aria-pressed=${each === state.span ? "true" : "false"} @click=${() => act.choose({ span: each })}>${spanWords(each)}</button>`)}</div>
      ${state.span === "project" ? nothing : html`<label class="field day-picker"><span class="sr">${state.span === "week" ? t("Last day of the week") : t("Day")}</span><input class="input" type="date" id="day" .value=${state.day} @change=${(event: Event) => {
        const { value } = event.target as HTMLInputElement;
        if (value !== "") act.choose({ day: value });
      }}></label>`}</div>
    ${screen(state, act)}</div></section>`;
}

function screen(state: State, act: Overview): Part {
  const { showing } = state;
  if (showing.phase === "failed") return html`${note(showing.message, "alarm", "alarm")}${button(t("Try again"), act.again, { icon: "recall" })}`;
  if (showing.phase === "empty") return empty(t("No overview pictures here"), state.inForce?.on === true ? t("The first one comes with the next interval. Choose another day, or come back.") : t("They begin once you switched them on and signed it."), "film");
  const ready = showing.phase === "ready" ? showing : null;
  return html`<div class="film"><video ${ref((element) => act.video(element as HTMLVideoElement | undefined))} muted playsinline disablepictureinpicture tabindex="-1" aria-label=${t("Timelapse")}
      @timeupdate=${act.moved} @play=${act.moved} @pause=${act.moved} @ended=${act.moved} @seeked=${act.moved}></video>
      ${showing.phase !== "loading" ? nothing : html`<div class="waiting">${progress(showing.share, showing.words)}<span role="status">${showing.words}</span></div>`}
      ${ready === null || state.atMs === null ? nothing : html`<div class="stamp"><span class="mono">${weekday(state.atMs)}, ${clock(state.atMs)}</span></div>`}</div>
    <div class="bar"><button type="button" class="btn icon" id="play" ?disabled=${ready === null} aria-label=${state.playing ? t("Pause") : t("Play")} @click=${act.play}>${icon(state.playing ? "pause" : "play")}</button>
      <input type="range" class="scrub" id="scrub" min="0" max=${Math.max(0, (ready?.count ?? 1) - 1)} step="1" .value=${String(state.at)} ?disabled=${ready === null} aria-label=${t("Picture")} aria-valuetext=${state.atMs === null ? nothing : `${weekday(state.atMs)}, ${clock(state.atMs)}`}
        @input=${(event: Event) => act.seek(Number((event.target as HTMLInputElement).value))}>
      <span class="faint small mono">${ready === null ? "–" : `${state.at + 1}/${ready.count}`}</span></div>
    <div class="row wrap"><label class="field speed"><span class="sr">${t("Speed")}</span><select class="input" id="speed" @change=${(event: Event) => act.speed(Number((event.target as HTMLSelectElement).value))}>
        ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === state.speed}>${t("{n} pictures a second", { n: number(speed * 10) })}</option>`)}</select></label>
      ${button(t("Save as MP4"), act.take, { icon: "download", id: "export", disabled: ready === null })}</div>
    ${ready === null || ready.leftOut === 0 ? nothing : note(tn("{n} picture was made with other settings and is not in this film.", "{n} pictures were made with other settings and are not in this film.", ready.leftOut), "warn", "info")}
    <p class="faint small">${t("Keys: space plays, arrows step one picture, + and − change the speed. Opened and put together on this device; each look is in the log.")}</p>`;
}

// --- how it hangs ---

function planCard(state: State, act: Overview): Part {
  const { plan } = state;
  const busy = state.sending.phase === "signing" || state.sending.phase === "carrying";
  const geometry = geometryOf(plan.typed);
  const size = geometry === null ? null : sizeOf(geometry);
  return html`<section class="card plan" aria-labelledby="plan-title"><header><div><h2 id="plan-title">${t("Overview pictures")}</h2><p class="mute">${inForceWords(state)}</p></div>${toggle(t("Overview pictures"), plan.on, () => act.change({ on: !plan.on }))}</header>
    <div class="pad stack">${!plan.on ? html`<p class="mute">${t("Off: none are made.")}</p>` : html`
      <p>${t("They may not show who somebody is. How large they may be follows from how the camera hangs, so measure it; a guess that is too far makes faces too large, and then the unit sends nothing.")}</p>
      <label class="field"><span class="label">${t("One picture every")}</span><select class="input" id="interval" @change=${(event: Event) => act.change({ intervalS: Number((event.target as HTMLSelectElement).value) })}>
        ${[...new Set([...INTERVALS, plan.intervalS])].sort((a, b) => a - b).map((seconds) => html`<option value=${seconds} ?selected=${seconds === plan.intervalS}>${seconds % 86_400 === 0 ? t("day") : lasting(seconds)}</option>`)}</select></label>
      <div class="pairs">${field("height", t("Height of the camera (m)"), { value: plan.typed.height, input: (height) => act.type({ height }), hint: t("From the ground where people walk to the lens."), maxlength: 8 })}
        ${field("nearest", t("Nearest people (m)"), { value: plan.typed.nearest, input: (nearest) => act.type({ nearest }), hint: t("Along the ground, to the nearest place where somebody can stand and be seen."), maxlength: 8 })}
        ${field("hfov", t("Angle of view (°)"), { value: plan.typed.hfov, input: (hfov) => act.type({ hfov }), hint: t("From left to right; it is in the camera’s data sheet."), maxlength: 8 })}
        ${field("tilt", t("Tilt downwards (°)"), { value: plan.typed.tilt, input: (tilt) => act.type({ tilt }), hint: t("0 looks straight ahead, 90 straight down."), maxlength: 8 })}</div>
      ${geometry === null ? note(t("Give all four as numbers: metres and degrees."), "warn", "info") : size === null ? note(t("The camera hangs too near: even the smallest picture would show too much of a face. Hang it higher or farther, or leave the overview off."), "alarm", "alarm")
      : html`<dl class="size" aria-live="polite"><div><dt>${t("Size of the picture")}</dt><dd class="mono">${size.width} × ${size.height}</dd></div><div><dt>${t("At the nearest place")}</dt><dd class="mono">${t("{n} px a metre", { n: number(size.pxPerM, 1) })}</dd></div><div><dt>${t("A face there")}</dt><dd class="mono">${t("{n} px wide", { n: number(size.facePx, 1) })}</dd></div></dl>
        <p class="faint small">${t("Never more than 40 px a metre, 6 px to a face, 320 × 180. Reckoned for a picture of 16 to 9; the unit reckons with the real one.")}</p>`}`}
      <p class="faint small">${t("The unit makes each picture small before it leaves, masks first, then looks for a face in it: one with a face is not sent. They are small, not anonymous. You alone can open them.")}</p>
      ${sendingPart(state.sending)}
      <div class="row wrap">${button(t("Sign and send to the unit"), act.save, { kind: "primary", icon: "key", id: "save", busy, disabled: !act.dirty || (plan.on && (geometry === null || size === null)) })}</div></div></section>`;
}

function inForceWords(state: State): string {
  if (state.inForce === null) return "";
  if (!state.confirmed) return t("Not confirmed by the unit yet");
  return state.inForce.on ? t("In force: one every {time}.", { time: state.inForce.intervalS % 86_400 === 0 ? t("day") : lasting(state.inForce.intervalS) }) : t("In force: none.");
}
