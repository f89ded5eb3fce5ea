// SPDX-License-Identifier: EUPL-1.2
// What the page of a site and that of a unit share.
import { html, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { relative, when } from "../../../kit/words";
import type { Camera } from "../../types";
import type { Condition } from "./types";
import type { Span } from "./unit";
import { matter } from "./words";

/** What the page of a unit does. */
export interface UnitActions {
  readonly back: () => void;
  readonly choose: (span: Span) => void;
  readonly tick: (tick: string, on: boolean) => void;
  readonly commission: () => void;
  readonly rename: () => void;
  readonly move: () => void;
  readonly remove: () => void;
  readonly stolen: () => void;
  readonly limits: () => void;
}

export function matterLine(one: Condition, cameras: readonly Camera[], nowMs: number): Part {
  const camera = cameras.find((each) => each.id === one.camera_id)?.name;
  return html`<div class="matter">${icon("alarm", "small")}<span>${camera === undefined ? matter(one.what) : `${camera}: ${matter(one.what)}`}, <span title=${when(one.since_ms, nowMs)}>${relative(one.since_ms, nowMs)}</span></span></div>`;
}
