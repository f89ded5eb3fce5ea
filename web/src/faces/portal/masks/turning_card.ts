// SPDX-License-Identifier: EUPL-1.2
// The card on which an owner says how far a camera may be turned, by him and by the alarm centre while an alarm is open.
import { html, nothing, svg, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { note } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import type { Camera } from "../../types";
import { FULL } from "./model";
import { type Bound, type Limits, ofPercent, percentOf, type Way, wayOf, wrongLimits } from "./turning";

export interface TurningActions {
  readonly way: (way: Way) => void;
  readonly bound: (bound: Bound, value: number) => void;
}

export function turningCard(camera: Camera, limits: Limits, inForce: Limits, act: TurningActions): Part {
  const way = wayOf(limits);
  const ways: readonly (readonly [Way, string])[] = [["no", t("Not at all")], ["within", t("Within limits")], ["free", t("Its whole reach")]];
  return html`<section class="card" id="turning"><header><div><h2>${t("Turning")}</h2><p class="mute">${inForceWords(inForce)}</p></div></header><div class="pad stack">
    <div class="chips" role="group" aria-label=${t("How far it may be turned")}>${ways.map(([value, words]) => html`<button type="button" class="chip" id="turn-${value}" aria-pressed=${value === way ? "true" : "false"} @click=${() => act.way(value)}>${value === way ? icon("check", "small") : nothing}<span>${words}</span></button>`)}</div>
    ${limits === null ? html`<p class="faint small">${t("Nobody turns it: not you, not the alarm centre.")}</p>` : way === "free" ? nothing : bounds(limits, act)}
    ${limits === null ? nothing : html`<p class="faint small">${t("You while you look live, the alarm centre only while an alarm’s window is open. After that it goes home. While it looks away from home its picture is black if it has privacy masks.")}</p>`}
    ${places(camera, way)}</div></section>`;
}

function inForceWords(limits: Limits): string {
  const words: Readonly<Record<Way, string>> = { no: t("As signed last: nobody turns this camera."), within: t("As signed last: it may be turned within limits."), free: t("As signed last: it may be turned as far as it reaches.") };
  return words[wayOf(limits)];
}

function bounds(limits: NonNullable<Limits>, act: TurningActions): Part {
  const wrong = wrongLimits(limits);
  const named: readonly (readonly [Bound, string])[] = [["panMin", t("From the left, %")], ["panMax", t("To the right, %")], ["tiltMin", t("From below, %")], ["tiltMax", t("To above, %")]];
  return html`<div class="turn-form"><div class="turn-bounds">${named.map(([bound, words]) => html`<div class="field"><label for="turn-${bound}">${words}</label><input class="input" id="turn-${bound}" inputmode="decimal" maxlength="6" autocomplete="off" aria-invalid=${wrong === null ? "false" : "true"} .value=${percentOf(limits[bound])} @change=${(event: Event) => {
      const input = event.target as HTMLInputElement;
      const value = ofPercent(input.value);
      if (value === null) input.value = percentOf(limits[bound]);
      else act.bound(bound, value);
    }}></div>`)}</div>${wrong === "turned_round" ? nothing : reach(limits)}</div>
    ${wrong === null ? nothing : note(wrong === "narrow" ? t("Leave it at least a tenth of its reach each way: it stops a little before each limit.") : t("The first of two bounds is the smaller one."), "alarm", "alarm")}
    <p class="faint small">${t("0 is its outermost left and its lowest, 100 its outermost right and its highest. A camera that does not say where it looks is not turned within limits.")}</p>`;
}

/** The whole reach, and what of it is allowed. */
function reach({ panMin, panMax, tiltMin, tiltMax }: NonNullable<Limits>): Part {
  return html`<svg class="turn-reach" viewBox="0 0 ${FULL} ${FULL}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${svg`<rect class="all" width=${FULL} height=${FULL}></rect><rect class="allowed" x=${panMin} y=${FULL - tiltMax} width=${panMax - panMin} height=${tiltMax - tiltMin}></rect>`}</svg>`;
}

/** The unit tells the places by their names; where they lie only the camera knows. */
function places({ presets }: Camera, way: Way): Part {
  const names = presets ?? [];
  if (way === "no") return nothing;
  return html`<div class="stack tight"><h3>${t("Places it can go to")}</h3><p class="small">${[t("Home"), ...names].join(", ")}</p>
    <p class="faint small">${names.length === 0 ? t("The camera has told no places of its own; they are set on the camera.") : way === "within" ? t("A place outside of your limits is refused. Home always works.") : t("They are set on the camera; your unit tells their names.")}</p></div>`;
}
