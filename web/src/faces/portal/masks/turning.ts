// SPDX-License-Identifier: EUPL-1.2
// How far a camera may be turned, as its owner signs it: 0 … 10000 of its reach, shown in per cent (0 is left, and down). Pure.
import type { Policy } from "../../../seal/policy";
import type { Camera } from "../../types";
import { FULL } from "./model";

/** Null: nobody turns it. */
export type Limits = Policy["cameras"][number]["ptz"];
export type Bound = "panMin" | "panMax" | "tiltMin" | "tiltMax";
export type Way = "no" | "free" | "within";

export const FREE: NonNullable<Limits> = { panMin: 0, panMax: FULL, tiltMin: 0, tiltMax: FULL };
/** To begin with, where somebody wants limits: the middle half. */
const MIDDLE: NonNullable<Limits> = { panMin: FULL / 4, panMax: (FULL * 3) / 4, tiltMin: FULL / 4, tiltMax: (FULL * 3) / 4 };
/** The unit stops a moving camera 3 % before a limit (zegel.unit.site.cameras.MARGIN): what is narrower hardly turns. */
export const NARROWEST = 1000;

/** What is signed already can be taken back, also of a camera that says no more that it turns. */
export const turns = (camera: Camera | undefined, limits: Limits): boolean => limits !== null || (camera?.capabilities?.includes("ptz") ?? false);

const isFree = (limits: NonNullable<Limits>): boolean => limits.panMin === 0 && limits.panMax === FULL && limits.tiltMin === 0 && limits.tiltMax === FULL;

export const wayOf = (limits: Limits): Way => (limits === null ? "no" : isFree(limits) ? "free" : "within");

export function went(limits: Limits, way: Way): Limits {
  if (way === "no") return null;
  if (way === "free") return FREE;
  return limits === null || isFree(limits) ? MIDDLE : limits;
}

/** Per cent as typed, with a point or a comma; null: it is no number within the reach. */
export function ofPercent(typed: string): number | null {
  const value = /^\d{1,3}([.,]\d{1,2})?$/.test(typed.trim()) ? Math.round(Number(typed.trim().replace(",", ".")) * 100) : FULL + 1;
  return value <= FULL ? value : null;
}

export const percentOf = (value: number): string => String(value / 100);

export const bounded = (limits: Limits, bound: Bound, value: number): Limits => (limits === null ? null : { ...limits, [bound]: value });

/** What keeps them from being signed. */
export function wrongLimits(limits: Limits): "turned_round" | "narrow" | null {
  if (limits === null) return null;
  const [pan, tilt] = [limits.panMax - limits.panMin, limits.tiltMax - limits.tiltMin];
  if (pan < 0 || tilt < 0) return "turned_round";
  return pan < NARROWEST || tilt < NARROWEST ? "narrow" : null;
}

export const sameLimits = (a: Limits, b: Limits): boolean =>
  a === b || (a !== null && b !== null && a.panMin === b.panMin && a.panMax === b.panMax && a.tiltMin === b.tiltMin && a.tiltMax === b.tiltMax);
