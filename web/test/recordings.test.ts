// SPDX-License-Identifier: EUPL-1.2
// What lies on the unit, and what is missing: told apart by the owner's own signed policy.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Day } from "../src/client/recordings";
import type { Camera } from "../src/faces/types";
import { HOUR_MS, hoursOf, missingOf, onUnit, secondsOf, type Storage } from "../src/faces/portal/recordings/model";

const NOON = 1_780_000_000_000 - (1_780_000_000_000 % HOUR_MS);
const camera = { id: "c" } as Camera;
const span = (fromS: number, toS: number): { fromMs: number; toMs: number } => ({ fromMs: NOON + fromS * 1000, toMs: NOON + toS * 1000 });
const day: Day = { recorded: [span(100, 130)], deleted: [], unproved: [], alarms: [], named: [span(0, 100), span(130, 600)] };
const state = (mode: Storage["mode"] | null, fetched: readonly { fromMs: number; toMs: number }[] = [], nowMs = NOON + HOUR_MS) => ({
  kept: new Map(mode === null ? [] : [["c", { days: 14, mode }]]), fetched: fetched.map((each) => ({ cameraId: "c", ...each })), nowMs, gaps: [{ ...span(50, 100), kind: "gap" as const }, { ...span(2000, 2010), kind: "gap" as const }],
});
const lane = { camera, day };

test("only where the owner's policy lets a unit keep recordings does anything lie on it", () => {
  assert.deepEqual(onUnit(state(null), lane), []);
  assert.equal(secondsOf(onUnit(state("only"), lane)), 570);
});

test("what is over its days, on its way, or was asked for and not there is not said to lie on the unit", () => {
  assert.deepEqual(onUnit(state("only", [], NOON + 15 * 24 * HOUR_MS), lane), []);
  assert.equal(secondsOf(onUnit(state("only", [], NOON + 300_000), lane)), 100 + 50);
  assert.deepEqual(onUnit(state("only", [span(0, 100)]), lane), [span(130, 600)]);
});

test("an hour of which nothing is here yet is an hour all the same", () => {
  const [hour] = hoursOf({ ...day, recorded: [] }, NOON, NOON + HOUR_MS, onUnit(state("only"), lane));
  assert.deepEqual([hour?.clips.length, hour?.there.length], [0, 2]);
  assert.deepEqual(hoursOf({ ...day, recorded: [] }, NOON, NOON + HOUR_MS, onUnit(state(null), lane)), []);
});

test("a view misses what should be here; what the unit keeps by its owner's will is told as that", () => {
  const only = missingOf(state("only"), lane);
  assert.deepEqual(only.there, [span(50, 100)]);
  assert.deepEqual(only.gaps, [{ ...span(2000, 2010), kind: "gap" }]);
  for (const mode of ["copy", null] as const) assert.equal(missingOf(state(mode), lane).gaps.length, 2, "everything should have come up");
});
