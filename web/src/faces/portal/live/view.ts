// SPDX-License-Identifier: EUPL-1.2
// The page of live pictures, drawn from its state: what for, which cameras, then the pictures side by side.
import { html, live, nothing, ref, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../../kit/pieces";
import { clockSeconds, span, t, tn } from "../../../kit/words";
import { HOMECOMING_S, type Direction } from "../../../viewer/steer";
import type { Camera } from "../../types";
import { canShoot } from "../can";
import { weekWords } from "../hours/obeys";
import type { Mount } from "../pages";
import { LivePage } from "./controller";
import { canTurn, endWords, phaseWords, SIDE_BY_SIDE, type Shot, type State, type TileState } from "./model";
import { openRules } from "./rules";

export const mount: Mount = (host, ctx, id) => new LivePage(host, ctx, id, draw);

const AGAIN = new Set(["over", "refused", "unreachable", "stopped", "ended", "too_many", "no_receipt"]);

function draw(state: State, page: LivePage): Part {
  return html`<div class="page live-page">
    <div class="title"><div><h1>${t("Live")}</h1><p class="mute">${t("What your camera sees now, sealed to you. Each look is written in your log.")}</p></div></div>
    ${state.loading ? skeleton(6, t("Loading")) : state.cameras.length + state.others.length === 0 ? nothingToSee() : state.cameras.length === 0 ? others(state, page) : state.looking ? looking(state, page) : before(state, page)}
  </div>`;
}

const nothingToSee = (): Part =>
  html`<div class="card">${empty(t("No camera to look at"), t("Live pictures come from a camera unit that is paired with you. A camera that only sends e-mail has none."), "camera")}</div>`;

// --- before a look -------------------------------------------------------------------------------------------------------

function before(state: State, page: LivePage): Part {
  const rules = page.rulesOf(state.chosen[0] ?? "", state);
  return html`<section class="card pad stack live-cameras" aria-labelledby="live-which"><h2 id="live-which">${t("Which cameras")}</h2>
      <div class="live-choices">${repeat(state.cameras, ({ id }) => id, ({ id, name, site, state: health }) => html`<label class="live-choice"><input type="checkbox" name="camera" value=${id} .checked=${live(state.chosen.includes(id))} @change=${() => page.choose(id)}>
        <span class="grow"><b>${name}</b><small class="mute">${site.name}</small></span>${health === "ok" || health === "unknown" ? nothing : pill(t("Not well"), "warn")}</label>`)}</div>
      ${state.cameras.length > 1 ? html`<p class="faint small">${t("Up to {n} side by side.", { n: SIDE_BY_SIDE })}</p>` : nothing}</section>
    <section class="card pad stack" aria-labelledby="live-what"><h2 id="live-what">${t("What for")}</h2>
      ${rules.notice === "" ? nothing : note(html`<b>${t("What the people there were told")}</b><br>${rules.notice}`, "", "info")}
      <label class="live-confirm"><input type="checkbox" id="live-confirm" .checked=${live(state.confirmed)} @change=${(event: Event) => page.confirm((event.target as HTMLInputElement).checked)}>
        <span>${t("I look to check the site, goods or the process, not to watch staff. The people there know that I look live.")}</span></label>
      <div class="row">${button(tn("Look live", "Look live at {n} cameras", Math.max(1, state.chosen.length)), () => page.lookAll(), { kind: "primary", icon: "live", id: "look-live", disabled: !state.confirmed || state.chosen.length === 0 })}
        <span class="faint small live-limit">${t("At most {time} at a time.", { time: span(rules.maxS) })}${rules.blocked.length === 0 ? "" : ` ${t("Never in {hours}.", { hours: weekWords(rules.blocked).join("; ") })}`}</span>
        ${state.mayChange ? button(t("Change the rules"), () => openRules(page, state.cameras.find(({ id }) => id === state.chosen[0]) ?? state.cameras[0]!), { kind: "quiet", icon: "clock", id: "live-rules" }) : nothing}</div>
    </section>${others(state, page)}`;
}

/** Cameras that show nothing live, why, and what they do instead. */
function others(state: State, page: LivePage): Part {
  if (state.others.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="live-others"><header><div><h2 id="live-others">${t("Not live")}</h2><p class="mute">${t("These cameras send no live picture.")}</p></div></header>
    <ul class="items">${repeat(state.others, ({ id }) => id, (camera) => html`<li data-camera=${camera.id}><div class="body"><b>${camera.name}</b><div class="mute">${camera.site.name}</div><div class="faint small">${canShoot(camera) ? t("It takes single pictures.") : t("It takes no pictures on request either.")}</div>
      ${shotPart(camera, page.shotOf(camera.id, state), page)}</div>
      ${canShoot(camera) ? button(t("Take a picture"), () => void page.shoot(camera.id), { icon: "still", busy: page.shotOf(camera.id, state).phase === "taking" }) : nothing}</li>`)}</ul></section>`;
}

// --- looking ---------------------------------------------------------------------------------------------------------------

function looking(state: State, page: LivePage): Part {
  return html`<div class="row live-bar"><span class="mute grow">${t("You look to check the site, goods or the process, not to watch staff.")}</span>
      ${button(t("Stop looking"), () => page.endAll(), { icon: "close", id: "live-stop" })}</div>
    <div class="live-grid live-${state.tiles.length}">${repeat(state.tiles, ({ camera, sinceMs }) => `${camera.id}/${sinceMs}`, (tile) => tilePart(tile, page))}</div>`;
}

function tilePart(tile: TileState, page: LivePage): Part {
  const { camera, now, atMs } = tile;
  const over = now.phase === "stopped";
  const good = now.phase === "open";
  return html`<section class="card live-tile" aria-label=${camera.name} data-camera=${camera.id} data-phase=${now.phase}>
    <div class="live-stage ${over ? "over" : ""}" ${ref((stage) => stage && attach(stage, tile, page))}>
      <video class="live-video" aria-label=${t("Live picture of {camera}", { camera: camera.name })} tabindex="-1"></video><canvas class="live-still" aria-hidden="true"></canvas>
      ${over ? html`<div class="live-curtain"><b>${t("This look is over")}</b><span>${endWords(now.reason, now.detail)}</span>${now.reason !== null && AGAIN.has(now.reason) ? button(t("Look again"), () => page.look(camera.id), { kind: "primary", icon: "live" }) : nothing}</div>`
        : good ? nothing : html`<div class="live-wait"><span class="live-spin" aria-hidden="true"></span><b>${phaseWords(now)}</b></div>`}
      <div class="live-head"><b>${camera.name}</b><span class="live-state" role="status">${pill(phaseWords(now), good ? "ok" : now.phase === "lost" ? "alarm" : "", { dot: true, beat: good })}</span>
        ${good && atMs !== null ? html`<time class="live-time">${clockSeconds(atMs)}</time>` : nothing}</div>
    </div>
    ${over ? nothing : html`<div class="row live-acts">${canShoot(camera) ? button(t("Take a picture"), () => void page.shoot(camera.id), { icon: "still", busy: tile.shot.phase === "taking", disabled: now.phase === "lost" }) : nothing}
      ${canTurn(camera) ? button(tile.pad ? t("Close the controls") : t("Turn the camera"), () => page.pad(camera.id, !tile.pad), { icon: "turn" }) : nothing}
      ${button(t("Full screen"), (event) => void full(event), { icon: "full" })}
      ${button(t("Stop"), () => page.end(camera.id), { icon: "close", kind: "quiet" })}</div>`}
    ${tile.pad && !over ? padPart(tile, page) : nothing}
    ${shotPart(camera, tile.shot, page)}
  </section>`;
}

function attach(stage: Element, { camera }: TileState, page: LivePage): void {
  const [video, still] = [stage.querySelector("video"), stage.querySelector("canvas")];
  if (video !== null && still !== null) page.attach(camera.id, video, still);
}

async function full(event: Event): Promise<void> {
  const stage = (event.currentTarget as HTMLElement).closest(".live-tile")?.querySelector<HTMLElement>(".live-stage");
  await stage?.requestFullscreen?.().catch(() => undefined);
}

// --- turning ---------------------------------------------------------------------------------------------------------------

const KEYS: Readonly<Record<string, Direction>> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", "+": "in", "-": "out", "=": "in" };

function padPart({ camera, turned }: TileState, page: LivePage): Part {
  const hold = (direction: Direction, words: string, glyph: string): Part => html`<button type="button" class="btn pad-${direction}" aria-label=${words} title=${words}
    @pointerdown=${(event: PointerEvent) => { (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId); page.press(camera.id, direction); }} @pointerup=${() => page.release(camera.id, direction)} @pointercancel=${() => page.letGo(camera.id)}
    @keydown=${(event: KeyboardEvent) => { if (!event.repeat && (event.key === " " || event.key === "Enter")) { event.preventDefault(); page.press(camera.id, direction); } }}
    @keyup=${(event: KeyboardEvent) => { if (event.key === " " || event.key === "Enter") page.release(camera.id, direction); }} @blur=${() => page.letGo(camera.id)}><span aria-hidden="true">${glyph}</span></button>`;
  return html`<div class="live-pad" role="group" aria-label=${t("Turn {camera}. Arrow keys turn, plus and minus zoom.", { camera: camera.name })} tabindex="0"
      @keydown=${(event: KeyboardEvent) => { const to = KEYS[event.key]; if (to !== undefined) { event.preventDefault(); if (!event.repeat) page.press(camera.id, to); } }}
      @keyup=${(event: KeyboardEvent) => { const to = KEYS[event.key]; if (to !== undefined) page.release(camera.id, to); }} @focusout=${() => page.letGo(camera.id)}>
      <div class="pad-cross">${hold("up", t("Up"), "▲")}${hold("left", t("Left"), "◀")}<button type="button" class="btn pad-home" aria-label=${t("Home")} title=${t("Home")} @click=${() => page.goTo(camera.id, null)}>${icon("house")}</button>${hold("right", t("Right"), "▶")}${hold("down", t("Down"), "▼")}</div>
      <div class="pad-zoom">${hold("in", t("Closer"), "+")}${hold("out", t("Wider"), "−")}</div>
      ${(camera.presets?.length ?? 0) === 0 ? nothing : html`<div class="pad-places">${camera.presets!.map((name) => button(name, () => page.goTo(camera.id, name), { small: true }))}</div>`}
      ${page.state.masked.has(camera.id) ? html`<p class="small mute">${t("This camera has a privacy mask, drawn for where it looks at home. So its whole picture is black while it is turned, and for {n} seconds after it was sent home.", { n: HOMECOMING_S })}</p>` : nothing}
      ${turned === null || turned === "" ? nothing : html`<p class="small warn-text" role="status">${turnedWords(turned)}${turned === "not_allowed" && page.state.mayChange ? html` <a href="/portal/masks/${camera.id}">${t("Sign limits")}</a>` : nothing}</p>`}
    </div>`;
}

function turnedWords(code: string): string {
  switch (code) {
    case "not_allowed": return t("You signed no limits for turning this camera, so it does not turn.");
    case "limit": return t("This is the edge of what you allow.");
    case "busy": return t("An alarm has the camera now.");
    case "unreachable": return t("The camera does not answer.");
    case "no_ptz": return t("Turning is not set up on the unit.");
    case "not_live": return t("The unit sends no live picture now.");
    default: return /^[a-z_]+$/.test(code) ? t("The camera did not turn.") : code;
  }
}

// --- a picture that was taken --------------------------------------------------------------------------------------------------

function shotPart(camera: Camera, shot: Shot, page: LivePage): Part {
  if (shot.phase === "none") return nothing;
  if (shot.phase === "failed") return html`<div class="pad">${note(shot.message, "alarm", "alarm")}</div>`;
  if (shot.phase === "taking") return html`<div class="pad mute" role="status">${t("Taking a picture…")}</div>`;
  return html`<figure class="live-shot" role="status"><canvas role="img" aria-label=${t("Picture of {camera}, {time}", { camera: camera.name, time: clockSeconds(shot.atMs) })} ${ref((canvas) => page.shotCanvas(camera.id, canvas instanceof HTMLCanvasElement ? canvas : null))}></canvas>
    <figcaption><b>${shot.shown ? t("Taken at {time}", { time: clockSeconds(shot.atMs) }) : t("Opening the picture…")}</b><span class="mute small">${t("Sealed to you alone: neither your provider nor the alarm centre can open it.")}</span><a href="/portal/pictures/${camera.id}">${t("All pictures")}</a></figcaption></figure>`;
}
