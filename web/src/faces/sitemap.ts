// SPDX-License-Identifier: EUPL-1.2
// A site's map, drawn: the picture, what each camera sees, and where it stands. Moving cameras is the portal's (portal/sites/map.ts).
import { html, percent, placed, svg, type Part } from "../kit/dom";
import { icon } from "../kit/icons";
import { t } from "../kit/words";

const REACH = 90;

export interface Place {
  readonly camera_id: string;
  readonly x: number;
  readonly y: number;
  /** Degrees, 0 is up, clockwise. */
  readonly bearing: number;
  readonly angle: number;
}

export interface SiteMap {
  readonly map: { readonly id: string; readonly width: number; readonly height: number; readonly uploaded_ms: number } | null;
  readonly places: readonly Place[];
}

/** How high the drawing is, 1000 being its width. */
export const tallOf = (size: { readonly width: number; readonly height: number }): number => Math.round((1000 * size.height) / size.width);

export function cone(place: Place, tall: number, chosen: boolean) {
  const [x, y] = [place.x * 1000, place.y * tall];
  const [from, to] = [place.bearing - place.angle / 2, place.bearing + place.angle / 2].map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  const at = (radians: number): string => `${(x + REACH * Math.sin(radians)).toFixed(1)} ${(y - REACH * Math.cos(radians)).toFixed(1)}`;
  const d = place.angle >= 360 ? `M${x} ${y - REACH}a${REACH} ${REACH} 0 1 1 -0.1 0Z` : `M${x} ${y}L${at(from)}A${REACH} ${REACH} 0 ${place.angle > 180 ? 1 : 0} 1 ${at(to)}Z`;
  return svg`<path class="cone ${chosen ? "chosen" : ""}" d=${d}/>`;
}

/** Only to be looked at: nothing in it moves or can be pressed. `named`: what is known of them by name; `marked`: those that
 * it is about. */
export function stillMap(address: string, size: { readonly width: number; readonly height: number }, places: readonly Place[], named: ReadonlyMap<string, string>, marked: ReadonlySet<string>): Part {
  const tall = tallOf(size);
  return html`<div class="map-frame still"><img class="map-picture" src=${address} alt=${t("The map of this site")} width=${size.width} height=${size.height}>
      <svg class="map-cones" viewBox="0 0 1000 ${tall}" aria-hidden="true">${places.map((place) => cone(place, tall, marked.has(place.camera_id)))}</svg>
      ${places.map((place) => html`<span class="spot-camera ${marked.has(place.camera_id) ? "chosen" : ""}" ${placed({ left: percent(place.x), top: percent(place.y) })}>${icon("camera", "small")}<span>${named.get(place.camera_id) ?? ""}</span></span>`)}</div>`;
}
