// SPDX-License-Identifier: EUPL-1.2
// What the page of recordings knows: a site's cameras and a day of each, what is zoomed into, what plays. Pure.
import { without, type Day, type Span } from "../../../client/recordings";
import type { Stretch } from "../../../kit/timeline";
import type { Preview } from "../../../records/previews";
import type { Camera } from "../../types";

export const HOUR_MS = 3_600_000;
export const NARROWEST_MS = 120_000;

/** Something that was seen at a moment, as the unit wrote it beside the picture and this browser opened it. */
export interface SeenAt {
  readonly atMs: number;
  readonly class: string;
  readonly score: number;
}

export interface Lane {
  readonly camera: Camera;
  readonly day: Day | null;
  readonly seen: readonly SeenAt[];
}

export type Playing =
  | { readonly phase: "idle" }
  | { readonly phase: "opening"; readonly step: number }
  | { readonly phase: "playing"; readonly headMs: number | null; readonly paused: boolean }
  | { readonly phase: "ended" }
  | { readonly phase: "refused"; readonly message: string; readonly action: string };

/** What the owner's signed policy says of the unit's own storage. */
export interface Storage {
  readonly days: number;
  readonly mode: "copy" | "only";
}

/** On its way from the unit: `seconds` it said it has (null: not answered yet), `left`: of the time, what is not here. */
export interface Fetching extends Span {
  readonly cameraId: string;
  readonly seconds: number | null;
  readonly left: number;
}

export interface State {
  readonly siteId: string;
  readonly lanes: readonly Lane[];
  readonly cameraId: string;
  /** YYYY-MM-DD in the site's zone. */
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
  /** What of the day is in sight. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Where the finger or the keys are; null: nowhere yet. */
  readonly headMs: number | null;
  readonly clip: Span | null;
  readonly playing: Playing;
  readonly gaps: readonly Stretch[];
  readonly previews: readonly Preview[];
  /** The camera's pictures are being looked through for what was seen: how far, 0 to 1. */
  readonly scanning: number | null;
  readonly owner: boolean;
  /** Cameras whose unit keeps recordings itself, as the policy in force says. */
  readonly kept: ReadonlyMap<string, Storage>;
  readonly fetching: Fetching | null;
  /** What the unit was asked for and sent, as far as it had it. */
  readonly fetched: readonly (Span & { readonly cameraId: string })[];
  readonly nowMs: number;
  readonly tz: string | undefined;
}

/** Midnight of a day in a zone, in ms UTC; right on days of 23 and 25 hours too. */
export function midnight(day: string, tz: string | undefined): number {
  const guess = Date.parse(`${day}T00:00:00Z`);
  const parts = new Intl.DateTimeFormat("sv", { ...(tz === undefined ? {} : { timeZone: tz }), dateStyle: "short", timeStyle: "medium" });
  const offset = (ms: number): number => Date.parse(`${parts.format(ms).replace(" ", "T")}Z`) - ms;
  return guess - offset(guess - offset(guess));
}

export const nextDay = (day: string, by = 1): string => new Date(Date.parse(`${day}T12:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

/** Joins what touches (a gap under five seconds is the same recording). */
export function joined(spans: readonly Span[], gapMs = 5000): readonly Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = all.at(-1);
    if (last !== undefined && span.fromMs - last.toMs <= gapMs) all[all.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    else all.push({ ...span });
  }
  return all;
}

export const laneOf = (state: State): Lane | undefined => state.lanes.find(({ camera }) => camera.id === state.cameraId);

/** What of it lies in a time. */
export const inside = (spans: readonly Span[], fromMs: number, toMs: number): readonly Span[] =>
  spans.filter((span) => span.fromMs < toMs && fromMs < span.toMs).map((span) => ({ fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }));

export const secondsOf = (spans: readonly Span[]): number => Math.round(spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1000);

/** What takes its time on the way from the unit anyhow. */
const ON_ITS_WAY_MS = 120_000;

/**
 * Times of a camera that lie on the unit: the server says that the unit's signed lists name them and that it hasn't got them, and the
 * owner's own policy says that the unit keeps recordings. Not what is over its days, nor what the unit was asked for and hadn't got.
 */
export function onUnit({ kept, fetched, nowMs }: Pick<State, "kept" | "fetched" | "nowMs">, { camera, day }: Pick<Lane, "camera" | "day">): readonly Span[] {
  const rules = kept.get(camera.id);
  if (rules === undefined || day === null) return [];
  const term = inside(day.named, nowMs - rules.days * 24 * HOUR_MS, nowMs - ON_ITS_WAY_MS);
  return term.flatMap((span) => without(span, fetched.filter(({ cameraId }) => cameraId === camera.id)));
}

/** Of what a view misses, what lies on the unit by its owner's will, and what should have been here. */
export function missingOf(state: Pick<State, "kept" | "fetched" | "nowMs" | "gaps">, lane: Pick<Lane, "camera" | "day">): { readonly there: readonly Span[]; readonly gaps: readonly Stretch[] } {
  const there = state.kept.get(lane.camera.id)?.mode === "only" ? onUnit(state, lane) : [];
  const gaps = state.gaps.flatMap((gap) => without(gap, there).map((span): Stretch => ({ ...span, kind: gap.kind })));
  return { there: state.gaps.flatMap((gap) => there.flatMap((span) => inside([span], gap.fromMs, gap.toMs))), gaps };
}

export interface Hour extends Span {
  readonly clips: readonly Span[];
  /** What lies on the unit. */
  readonly there: readonly Span[];
  readonly alarms: number;
}

/** The hours in sight in which something was recorded, here or on the unit, the newest first. */
export function hoursOf(day: Day | null, fromMs: number, toMs: number, there: readonly Span[] = []): readonly Hour[] {
  if (day === null) return [];
  const clips = joined(day.recorded);
  const hours: Hour[] = [];
  for (let at = Math.floor(fromMs / HOUR_MS) * HOUR_MS; at < toMs; at += HOUR_MS) {
    const within = (spans: readonly Span[]): readonly Span[] => inside(spans, Math.max(at, fromMs), Math.min(at + HOUR_MS, toMs));
    const [found, elsewhere] = [within(clips), within(there)];
    if (found.length + elsewhere.length > 0) hours.push({ fromMs: at, toMs: at + HOUR_MS, clips: found, there: elsewhere, alarms: day.alarms.filter(({ atMs }) => atMs >= at && atMs < at + HOUR_MS).length });
  }
  return hours.reverse();
}

/** Zoomed by a factor around a moment, within the day. */
export function zoomed({ fromMs, toMs, startMs, endMs }: Pick<State, "fromMs" | "toMs" | "startMs" | "endMs">, factor: number, aroundMs: number): { fromMs: number; toMs: number } {
  const width = Math.min(endMs - startMs, Math.max(NARROWEST_MS, (toMs - fromMs) * factor));
  const share = (aroundMs - fromMs) / (toMs - fromMs);
  const from = Math.min(Math.max(startMs, aroundMs - share * width), endMs - width);
  return { fromMs: Math.round(from), toMs: Math.round(from + width) };
}

/** Moved so that a moment is in sight. */
export function showing({ fromMs, toMs, startMs, endMs }: Pick<State, "fromMs" | "toMs" | "startMs" | "endMs">, ms: number): { fromMs: number; toMs: number } {
  if (ms >= fromMs && ms <= toMs) return { fromMs, toMs };
  const width = toMs - fromMs;
  const from = Math.min(Math.max(startMs, ms - width / 2), endMs - width);
  return { fromMs: Math.round(from), toMs: Math.round(from + width) };
}

/** Seen at once or within a few seconds of each other is one mark. */
export function marked(seen: readonly SeenAt[], withinMs: number): readonly SeenAt[] {
  const last = new Map<string, SeenAt>();
  const marks: SeenAt[] = [];
  for (const one of [...seen].sort((a, b) => a.atMs - b.atMs)) {
    const before = last.get(one.class);
    if (before === undefined || one.atMs - before.atMs > withinMs) marks.push(one);
    last.set(one.class, one);
  }
  return marks;
}

/** `camera` or `camera_from_to`: what another page wants to have played. */
export function addressOf(id: string | null): { cameraId: string; clip: Span | null } | null {
  if (id === null) return null;
  const [cameraId = "", from = "", to = ""] = id.split("_");
  const clip = /^\d{12,14}$/.test(from) && /^\d{12,14}$/.test(to) && Number(from) < Number(to) ? { fromMs: Number(from), toMs: Number(to) } : null;
  return cameraId === "" ? null : { cameraId, clip };
}
