// SPDX-License-Identifier: EUPL-1.2
// The map of a site: cameras on a picture, moved and turned by mouse, finger or keys. What is drawn here is saved when somebody says so.
import { html, nothing, percent, placed, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, note } from "../../../kit/pieces";
import { number, t } from "../../../kit/words";
import { cone, tallOf, type Place } from "../../sitemap";
import type { Camera } from "../../types";
import { compass } from "./words";

const STEP = 0.01;
const TURN = 15;

export interface MapState {
  readonly places: readonly Place[];
  readonly past: readonly (readonly Place[])[];
  readonly chosen: string | null;
  readonly saving: boolean;
}
export const freshMap = (places: readonly Place[]): MapState => ({ places, past: [], chosen: null, saving: false });

export interface MapActions {
  readonly change: (state: MapState) => void;
  readonly save: () => void;
}

const within = (n: number): number => Math.min(1, Math.max(0, Math.round(n * 1000) / 1000));
const around = (degrees: number): number => ((Math.round(degrees) % 360) + 360) % 360;

/** Another place of one camera; the picture before it can be taken back. `drag`: while it moves, only its start is remembered. */
export function put(state: MapState, place: Place, drag = false): MapState {
  const clean = { ...place, x: within(place.x), y: within(place.y), bearing: around(place.bearing) };
  return { ...state, chosen: place.camera_id, places: state.places.some((one) => one.camera_id === clean.camera_id) ? state.places.map((one) => (one.camera_id === clean.camera_id ? clean : one)) : [...state.places, clean], past: drag ? state.past : [...state.past.slice(-50), state.places] };
}
export const takeOff = (state: MapState, camera: string): MapState =>
  ({ ...state, chosen: null, past: [...state.past.slice(-50), state.places], places: state.places.filter((one) => one.camera_id !== camera) });
export function undo(state: MapState): MapState {
  const before = state.past.at(-1);
  return before === undefined ? state : { ...state, places: before, past: state.past.slice(0, -1) };
}

/** What a key does to a camera on the map; null when it does nothing. */
export function byKey(place: Place, key: string, shift: boolean): Place | null {
  const step = shift ? STEP * 5 : STEP;
  switch (key) {
    case "ArrowLeft": return { ...place, x: place.x - step };
    case "ArrowRight": return { ...place, x: place.x + step };
    case "ArrowUp": return { ...place, y: place.y - step };
    case "ArrowDown": return { ...place, y: place.y + step };
    case "[": return { ...place, bearing: place.bearing - TURN };
    case "]": return { ...place, bearing: place.bearing + TURN };
    default: return null;
  }
}

/** Where a camera at (x, y) looks when it is turned towards (toX, toY): degrees, 0 is up, clockwise. */
export const towards = (x: number, y: number, toX: number, toY: number): number => around((Math.atan2(toX - x, y - toY) * 180) / Math.PI);

export function mapView(address: string, size: { width: number; height: number }, cameras: readonly Camera[], state: MapState, may: boolean, act: MapActions): Part {
  const named = new Map(cameras.map((camera) => [camera.id, camera]));
  const chosen = state.places.find((one) => one.camera_id === state.chosen);
  const away = cameras.filter((camera) => !state.places.some((one) => one.camera_id === camera.id));
  const tall = tallOf(size);
  return html`<div class="map-frame"><img class="map-picture" src=${address} alt=${t("The map of this site")} width=${size.width} height=${size.height}>
      <svg class="map-cones" viewBox="0 0 1000 ${tall}" aria-hidden="true">${state.places.map((place) => cone(place, tall, place.camera_id === state.chosen))}</svg>
      ${repeat(state.places, (place) => place.camera_id, (place) => spot(place, named.get(place.camera_id)?.name ?? t("Camera"), state, may, act))}</div>
    ${may && chosen !== undefined ? chosenPart(chosen, named.get(chosen.camera_id)?.name ?? "", state, act) : nothing}
    ${may && away.length > 0 ? html`<div class="row"><span class="mute">${t("Not on the map yet:")}</span>${away.map((camera) => button(camera.name, () => act.change(put(state, { camera_id: camera.id, x: 0.5, y: 0.5, bearing: 0, angle: 80 })), { small: true, icon: "plus" }))}</div>` : nothing}
    ${may && state.past.length > 0 ? html`<div class="row">${button(t("Save the map"), act.save, { kind: "primary", icon: "check", busy: state.saving, id: "save-map" })}${button(t("Undo"), () => act.change(undo(state)), { icon: "undo", id: "undo-map" })}</div>` : nothing}
    ${may && state.places.length > 0 && chosen === undefined ? note(t("Drag a camera to where it stands. With the keyboard: choose it, then the arrows move it and [ ] turn it."), "") : nothing}`;
}

function spot(place: Place, name: string, state: MapState, may: boolean, act: MapActions): Part {
  const words = t("{name}: {x} % from the left, {y} % from the top, looks {way}", { name, x: number(place.x * 100), y: number(place.y * 100), way: compass(place.bearing) });
  const key = (event: KeyboardEvent): void => {
    const moved = byKey(place, event.key, event.shiftKey);
    if (!may || moved === null) return;
    event.preventDefault();
    act.change(put(state, moved));
  };
  return html`<button type="button" class="spot-camera ${place.camera_id === state.chosen ? "chosen" : ""}" aria-label=${words} title=${name} aria-pressed=${place.camera_id === state.chosen ? "true" : "false"}
    ${placed({ left: percent(place.x), top: percent(place.y) })} @click=${() => act.change({ ...state, chosen: place.camera_id })} @keydown=${key} @pointerdown=${(event: PointerEvent) => (may ? drag(event, place, state, act) : undefined)}>${icon("camera", "small")}<span>${name}</span></button>`;
}

function drag(event: PointerEvent, place: Place, state: MapState, act: MapActions): void {
  const element = event.currentTarget as HTMLElement;
  const frame = element.parentElement?.getBoundingClientRect();
  if (frame === undefined || event.button !== 0) return;
  const begun: MapState = { ...state, chosen: place.camera_id };
  let moved = false;
  element.setPointerCapture(event.pointerId);
  const move = (now: PointerEvent): void => {
    if (!moved && Math.hypot(now.clientX - event.clientX, now.clientY - event.clientY) < 4) return;
    const first = !moved;
    moved = true;
    const next = { ...place, x: (now.clientX - frame.left) / frame.width, y: (now.clientY - frame.top) / frame.height };
    act.change(first ? put(begun, next) : put({ ...begun, past: [...begun.past.slice(-50), begun.places] }, next, true));
  };
  const end = (): void => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", end);
    element.removeEventListener("pointercancel", end);
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}

function chosenPart(place: Place, name: string, state: MapState, act: MapActions): Part {
  const slide = (label: string, id: string, low: number, high: number, step: number, now: number, words: string, change: (n: number) => void): Part =>
    html`<div class="field"><label for=${id}>${label} <span class="mute">${words}</span></label><input type="range" class="slide" id=${id} min=${low} max=${high} step=${step} .value=${String(now)} aria-valuetext=${words} @input=${(event: Event) => change(Number((event.target as HTMLInputElement).value))}></div>`;
  return html`<div class="card pad stack map-chosen"><div class="row apart"><h3>${name}</h3>${button(t("Take off the map"), () => act.change(takeOff(state, place.camera_id)), { small: true, kind: "quiet" })}</div>
    <div class="map-slides">${slide(t("Looks"), "bearing", 0, 345, TURN, place.bearing, compass(place.bearing), (bearing) => act.change(put(state, { ...place, bearing })))}
    ${slide(t("Sees as wide as"), "angle", 15, 360, 15, place.angle, t("{n} degrees", { n: number(place.angle) }), (angle) => act.change(put(state, { ...place, angle })))}</div></div>`;
}

/** A hidden file field behind a plain button. */
export function chooseFile(id: string, words: string, busy: boolean, take: (file: File) => void): Part {
  const changed = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = "";
    if (file !== undefined) take(file);
  };
  return html`<label class="btn file" aria-busy=${busy ? "true" : "false"}><input class="sr" type="file" id=${id} accept="image/png,image/jpeg" ?disabled=${busy} @change=${changed}>${icon("plus")}<span>${words}</span></label>`;
}

