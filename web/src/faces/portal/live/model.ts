// SPDX-License-Identifier: EUPL-1.2
// What the page of live pictures knows. Pure.
import type { LiveEnd, LiveNow } from "../../../client/live";
import { t } from "../../../kit/words";
import type { Camera } from "../../types";
import type { Weekly } from "../../../seal/policy";

/** What the owner signed about his live view. */
export interface Rules {
  readonly blocked: Weekly;
  readonly maxS: number;
  readonly notice: string;
}

export const DEFAULT_RULES: Rules = { blocked: [], maxS: 600, notice: "" };
export const SIDE_BY_SIDE = 4;

export type Shot =
  | { readonly phase: "none" }
  | { readonly phase: "taking" }
  | { readonly phase: "taken"; readonly atMs: number; readonly epoch: string; readonly shown: boolean }
  | { readonly phase: "failed"; readonly message: string };

export interface TileState {
  readonly camera: Camera;
  readonly now: LiveNow;
  readonly atMs: number | null;
  readonly sinceMs: number;
  readonly shot: Shot;
  readonly turned: string | null;
  readonly pad: boolean;
}

export interface State {
  readonly loading: boolean;
  readonly cameras: readonly Camera[];
  /** Cameras that can't be looked at live; pictures that are taken of them. */
  readonly others: readonly Camera[];
  readonly shots: ReadonlyMap<string, Shot>;
  readonly chosen: readonly string[];
  readonly confirmed: boolean;
  readonly looking: boolean;
  readonly rules: ReadonlyMap<string, Rules>;
  /** Cameras with a privacy mask: black while they are turned. */
  readonly masked: ReadonlySet<string>;
  readonly tiles: readonly TileState[];
  readonly mayChange: boolean;
  readonly nowMs: number;
  readonly wrong: string | null;
}

export const canTurn = (camera: Camera): boolean => camera.capabilities?.includes("ptz") ?? false;

/** In a few words what the picture on screen is. */
export function phaseWords({ phase, opened }: LiveNow): string {
  switch (phase) {
    case "opening": return t("Asking your unit");
    case "waiting": return opened === 0 ? t("Waiting for the picture") : t("The unit sends no picture now");
    case "open": return t("Live");
    case "lost": return t("Connection lost. Trying again");
    case "stopped": return t("Ended");
  }
}

export function endWords(reason: LiveEnd | null, detail: string | null): string {
  switch (reason) {
    case null:
    case "ended": return t("You ended it.");
    case "blocked": return t("Your own hours say that nobody looks live now. The unit keeps to them.");
    case "over": return t("One look lasts only so long. Confirm again what for, and look on.");
    case "stopped": return t("The unit ended it.");
    case "too_many": return t("Too many people look at this camera already.");
    case "signed_out": return t("You were signed out. Sign in again to go on.");
    case "no_receipt": return t("The log did not prove that this look was written down. Nothing is shown without that.");
    case "not_verified": return t("What came does not verify: {why}.", { why: detail ?? "" });
    case "unsupported": return t("This browser can’t play this camera’s picture.");
    case "unreachable": return t("The server can’t be reached.");
    case "refused": return refusedWords(detail);
  }
}

function refusedWords(detail: string | null): string {
  switch (detail) {
    case "unknown_camera": return t("The unit no longer has this camera.");
    case "not_paired": return t("The unit is not paired with you now.");
    default: return detail === null || /^[a-z_]+$/.test(detail) ? t("You may not look at this camera now.") : detail;
  }
}

/** Why a unit gave no picture. */
export function shotWords(why: string): string {
  switch (why) {
    case "no_picture": return t("The camera gives no picture now.");
    case "rate": return t("Too many pictures at once. Wait a moment.");
    default: return t("The unit did not take a picture.");
  }
}
