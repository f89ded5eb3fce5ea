// SPDX-License-Identifier: EUPL-1.2
// The masks' page: a picture of the camera, zones and privacy masks drawn on it by finger, mouse or keys, and signed.
import { html, nothing, percent, placed, ref, repeat, svg, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, note, pill, skeleton, tile } from "../../../kit/pieces";
import { t, tn, when } from "../../../kit/words";
import type { Mount } from "../pages";
import { sendingPart } from "../signing";
import { Masks, type State } from "./controller";
import { CLASSES, FULL, middle, MOST_CORNERS, MOST_SHAPES, type Shape, type Wrong, wrongWith } from "./model";
import { turns } from "./turning";
import { turningCard } from "./turning_card";

export const mount: Mount = (host, ctx, id) => new Masks(host, ctx, id, page, t("Zone"));

const classWords = (name: string): string => ({ person: t("Person"), animal: t("Animal"), vehicle: t("Vehicle") })[name] ?? name;
const shapeName = (shape: Shape, shapes: readonly Shape[]): string =>
  shape.kind === "zone" ? shape.name || t("Zone") : t("Privacy mask {n}", { n: shapes.filter(({ kind }) => kind === "privacy").findIndex(({ key }) => key === shape.key) + 1 });

function page(state: State, act: Masks): Part {
  return html`<div class="page masks">
    <div class="title"><div><h1>${t("Masks")}</h1><p class="mute">${t("Where the unit guards, and what nobody may ever see: it makes that black before it seals anything.")}</p></div></div>
    ${state.cameras.length === 0 ? (state.loading ? skeleton(6, t("Loading")) : html`<div class="card">${empty(t("No cameras yet"), t("They appear here once a camera unit is paired with your key."), "camera")}</div>`) : body(state, act)}</div>`;
}

function body(state: State, act: Masks): Part {
  const shapes = state.history.now;
  return html`<div class="row wrap">${picker(state, act)}${inForce(state)}</div>
    ${state.trouble === null ? nothing : note(state.trouble, "alarm", "alarm")}
    <div class="columns editor"><section class="card" aria-label=${t("Picture of the camera")}>${sheet(state, act, shapes)}${tools(state, act)}</section>
    <div class="stack">${list(state, act, shapes)}${turning(state, act)}${signing(state, act, shapes)}</div></div>`;
}

function picker(state: State, act: Masks): Part {
  return html`<label class="field camera-picker"><span class="label">${t("Camera")}</span><select class="input" id="camera" @change=${(event: Event) => act.open((event.target as HTMLSelectElement).value)}>
    ${state.cameras.map((camera) => html`<option value=${camera.id} ?selected=${camera.id === state.cameraId}>${camera.name} · ${camera.site.name}</option>`)}</select></label>`;
}

function inForce(state: State): Part {
  if (state.inForce === null) return nothing;
  const masks = state.inForce.filter(({ kind }) => kind === "privacy").length;
  if (!state.confirmed) return pill(t("Not confirmed by the unit yet"), "warn", { icon: "clock" });
  return html`${pill(t("In force, by the unit’s signed word"), "ok", { icon: "check" })}${masks === 0 ? pill(t("The camera’s own stream, copied"), "") : pill(tn("{n} privacy mask: re-encoded by the unit", "{n} privacy masks: re-encoded by the unit", masks), "accent", { icon: "lock" })}`;
}

// --- the picture ---

function sheet(state: State, act: Masks, shapes: readonly Shape[]): Part {
  const { still } = state;
  const ratio = still.phase === "there" ? String(still.ratio) : "16 / 9";
  return html`<div class="sheet-room"><div class="sheet ${state.preview ? "previewed" : ""}" ${placed({ "aspect-ratio": ratio })} @pointerdown=${() => act.choose(null)}>
      ${still.phase === "there" ? html`<canvas ${ref((element) => act.canvas(element as HTMLCanvasElement | undefined))} role="img" aria-label=${t("What the camera sees")}></canvas>` : html`<div class="no-still" role="status">${still.phase === "loading" ? html`${icon("camera")}<span>${t("Fetching a picture…")}</span>` : html`${icon("lock")}<span>${t("No picture could be had. You can draw all the same; look at it later.")}</span>`}</div>`}
      ${drawing(state, act, shapes)}
      ${state.preview ? nothing : handles(state, act, shapes)}</div></div>
    ${still.phase !== "there" ? nothing : html`<p class="faint small pad-x">${still.taken ? t("Taken {when}, sealed to you alone.", { when: when(still.atMs, state.nowMs) }) : t("Your newest recording, of {when}.", { when: when(still.atMs, state.nowMs) })}</p>`}`;
}

function drawing(state: State, act: Masks, shapes: readonly Shape[]): Part {
  return html`<svg class="shapes" viewBox="0 0 ${FULL} ${FULL}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <defs>${svg`<pattern id="hatch" width="240" height="240" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="240" height="240" class="hatch-ground"></rect><rect width="96" height="240" class="hatch-line"></rect></pattern>`}</defs>
    ${repeat(shapes, ({ key }) => key, (shape) => svg`<polygon class="shape ${shape.kind} ${shape.key === state.chosen ? "chosen" : ""}" points=${shape.corners.map(({ x, y }) => `${x},${y}`).join(" ")}
      @pointerdown=${(event: PointerEvent) => act.grab(event, shape.key, null)}></polygon>`)}</svg>`;
}

const at = ({ x, y }: { readonly x: number; readonly y: number }): Record<string, string> => ({ left: percent(x / FULL), top: percent(y / FULL) });

/** A name near the picture's edge stands inwards of it. */
function side({ corners }: Shape): string {
  const { x } = middle(corners);
  return x < FULL / 5 ? "at-left" : x > (FULL * 4) / 5 ? "at-right" : "";
}

function handles(state: State, act: Masks, shapes: readonly Shape[]): Part {
  return html`${repeat(shapes, ({ key }) => key, (shape) => {
    const name = shapeName(shape, shapes);
    const whole = html`<button type="button" class="grip whole ${shape.kind} ${side(shape)}" ${placed(at(middle(shape.corners)))} data-shape=${shape.key} aria-pressed=${shape.key === state.chosen ? "true" : "false"} aria-label=${t("{shape}: move with the arrow keys, Delete removes it", { shape: name })}
      @pointerdown=${(event: PointerEvent) => act.grab(event, shape.key, null)} @focus=${() => act.choose(shape.key)} @keydown=${(event: KeyboardEvent) => act.keys(event, shape.key, null)}><span>${name}</span></button>`;
    if (shape.key !== state.chosen) return whole;
    return html`${whole}${shape.corners.map((corner, i) => html`<button type="button" class="grip corner ${i === state.corner ? "chosen" : ""}" ${placed(at(corner))} data-corner=${i} aria-label=${t("Corner {n} of {shape}: move with the arrow keys, + adds one after it, Delete removes it", { n: i + 1, shape: name })}
        @pointerdown=${(event: PointerEvent) => act.grab(event, shape.key, i)} @focus=${() => act.choose(shape.key, i)} @keydown=${(event: KeyboardEvent) => act.keys(event, shape.key, i)}></button>`)}
      ${shape.corners.length >= MOST_CORNERS ? nothing : shape.corners.map((corner, i) => html`<button type="button" class="grip between" tabindex="-1" ${placed(at(middle([corner, shape.corners[(i + 1) % shape.corners.length]!])))} aria-label=${t("Add a corner after corner {n}", { n: i + 1 })}
        @pointerdown=${(event: PointerEvent) => {
          event.stopPropagation();
          act.addCorner(shape.key, i);
          act.grab(event, shape.key, i + 1);
        }}>${icon("plus", "small")}</button>`)}`;
  })}`;
}

function tools(state: State, act: Masks): Part {
  const { before, after, now } = state.history;
  const count = (kind: Shape["kind"]): number => now.filter((shape) => shape.kind === kind).length;
  return html`<div class="pad stack tools"><div class="row wrap">
      ${button(t("Add a zone"), () => act.add("zone"), { icon: "eye", id: "add-zone", disabled: state.inForce === null || count("zone") >= MOST_SHAPES })}
      ${button(t("Add a privacy mask"), () => act.add("privacy"), { icon: "lock", id: "add-privacy", disabled: state.inForce === null || count("privacy") >= MOST_SHAPES })}</div>
    <div class="row wrap">${button(t("Undo"), act.undo, { icon: "undo", id: "undo", disabled: before.length === 0, small: true, hint: "Ctrl+Z" })}${button(t("Redo"), act.redo, { icon: "redo", id: "redo", disabled: after.length === 0, small: true, hint: "Ctrl+Shift+Z" })}
      <button type="button" class="chip" id="preview" aria-pressed=${state.preview ? "true" : "false"} @click=${act.preview}>${icon("eye", "small")}<span>${t("Show what will be black")}</span></button>
      ${button(t("New picture"), act.newPicture, { icon: "camera", small: true, id: "new-picture", busy: state.still.phase === "loading" })}</div>
    ${corners(state, act)}</div>`;
}

/** For a finger that finds keys nowhere: what the chosen corner can do. */
function corners(state: State, act: Masks): Part {
  const { chosen, corner } = state;
  const shape = state.history.now.find(({ key }) => key === chosen);
  if (shape === undefined) return html`<p class="faint small">${t("Touch a shape to change it. Its edges are made a little larger, so that nothing shows at them.")}</p>`;
  if (corner === null) return html`<p class="faint small">${t("Drag it, or its corners. + between two corners adds one.")}</p>`;
  return html`<div class="row wrap"><span class="faint small grow">${t("Corner {n} of {of}", { n: corner + 1, of: shape.corners.length })}</span>
    ${button(t("Add a corner"), () => act.addCorner(shape.key, corner), { small: true, disabled: shape.corners.length >= MOST_CORNERS, id: "add-corner" })}
    ${button(t("Remove this corner"), () => act.removeCorner(shape.key, corner), { small: true, disabled: shape.corners.length <= 3, id: "remove-corner" })}</div>`;
}

// --- what there is ---

function list(state: State, act: Masks, shapes: readonly Shape[]): Part {
  const wrong = wrongWith(shapes);
  const zones = shapes.filter(({ kind }) => kind === "zone");
  const masks = shapes.filter(({ kind }) => kind === "privacy");
  return html`<section class="card"><header><div><h2>${t("Zones")}</h2><p class="mute">${zones.length === 0 ? t("None: the whole picture is guarded.") : t("Only what happens in them alarms.")}</p></div></header>
      ${zones.length === 0 ? nothing : html`<ul class="items">${repeat(zones, ({ key }) => key, (shape) => zoneRow(state, act, shape, wrong))}</ul>`}</section>
    <section class="card"><header><div><h2>${t("Privacy masks")}</h2><p class="mute">${masks.length === 0 ? t("None. What is masked is black in every recording, in live view, in pictures and in the overview.") : t("Black in everything, for everybody, also for you. What happens there alarms nobody.")}</p></div></header>
      ${masks.length === 0 ? nothing : html`<ul class="items">${repeat(masks, ({ key }) => key, (shape) => maskRow(state, act, shape, shapes, wrong))}</ul>`}</section>`;
}

const wrongWords = (wrong: readonly Wrong[], key: number): string => {
  const why = wrong.find((each) => each.key === key)?.why;
  return why === undefined ? "" : { name: t("Give it a name of at most 64 characters."), same_name: t("Another zone has this name."), tiny: t("It is too small to see. Make it larger or remove it.") }[why];
};

function zoneRow(state: State, act: Masks, shape: Shape, wrong: readonly Wrong[]): Part {
  const trouble = wrongWords(wrong, shape.key);
  return html`<li class=${shape.key === state.chosen ? "chosen" : ""} data-zone=${shape.key}>${tile("eye", "accent")}<div class="body">
    <div class="field"><label for="name-${shape.key}" class="sr">${t("Name of the zone")}</label><input class="input" id="name-${shape.key}" maxlength="64" autocomplete="off" .value=${shape.name} aria-invalid=${trouble === "" ? "false" : "true"}
      @focus=${() => act.choose(shape.key)} @input=${(event: Event) => act.rename(shape.key, (event.target as HTMLInputElement).value)} @blur=${act.typed}></div>
    <div class="chips" role="group" aria-label=${t("What counts in {zone}", { zone: shape.name })}>${CLASSES.map((name) => html`<button type="button" class="chip" aria-pressed=${shape.classes.includes(name) ? "true" : "false"} @click=${() => act.flip(shape, name)}>${shape.classes.includes(name) ? icon("check", "small") : nothing}<span>${classWords(name)}</span></button>`)}</div>
    <p class="faint small">${shape.classes.length === 0 ? t("All of them count.") : t("Nothing else counts here.")}</p>
    ${trouble === "" ? nothing : html`<div class="error" role="alert">${icon("alarm", "small")}${trouble}</div>`}</div>
    <button type="button" class="btn icon quiet" aria-label=${t("Remove {shape}", { shape: shape.name })} @click=${() => act.remove(shape.key)}>${icon("close")}</button></li>`;
}

function maskRow(state: State, act: Masks, shape: Shape, shapes: readonly Shape[], wrong: readonly Wrong[]): Part {
  const [name, trouble] = [shapeName(shape, shapes), wrongWords(wrong, shape.key)];
  return html`<li class=${shape.key === state.chosen ? "chosen" : ""} data-mask=${shape.key}><span class="tile hatched">${icon("lock")}</span><div class="body"><button type="button" class="as-row" @click=${() => act.choose(shape.key)}><b>${name}</b><span class="mute small">${tn("{n} corner", "{n} corners", shape.corners.length)}</span></button>
    ${trouble === "" ? nothing : html`<div class="error" role="alert">${icon("alarm", "small")}${trouble}</div>`}</div>
    <button type="button" class="btn icon quiet" aria-label=${t("Remove {shape}", { shape: name })} @click=${() => act.remove(shape.key)}>${icon("close")}</button></li>`;
}

function turning(state: State, act: Masks): Part {
  const camera = state.cameras.find(({ id }) => id === state.cameraId);
  return camera === undefined || state.inForce === null || !turns(camera, state.limitsInForce) ? nothing : turningCard(camera, state.limits, state.limitsInForce, act);
}

// --- signing ---

function signing(state: State, act: Masks, shapes: readonly Shape[]): Part {
  const busy = state.sending.phase === "signing" || state.sending.phase === "carrying";
  const first = shapes.some(({ kind }) => kind === "privacy") && !(state.inForce ?? []).some(({ kind }) => kind === "privacy");
  return html`<section class="card pad stack sign" aria-label=${t("Sign")}>
    ${!first ? nothing : note(t("With a privacy mask the unit re-encodes this camera’s stream. That costs some sharpness, and when the unit can’t keep up it leaves pictures out; it never shows what is masked."), "", "info")}
    ${sendingPart(state.sending)}
    <div class="row wrap">${button(t("Sign and send to the unit"), act.save, { kind: "primary", icon: "key", id: "save", busy, disabled: !act.dirty || !act.fit })}
      ${act.dirty && !busy ? button(t("Back to what is in force"), act.discard, { id: "discard" }) : nothing}</div>
    <p class="faint small">${t("What was recorded before stays as it was. The unit obeys the change from the moment it confirms it.")}</p></section>`;
}
