// SPDX-License-Identifier: EUPL-1.2
// The pure parts of the pages of sites: cameras on a map, limits as they are typed, holes in a plot.
import assert from "node:assert/strict";
import { test } from "node:test";
import { figureOf, typedOf } from "../src/faces/portal/sites/limits";
import { byKey, freshMap, put, takeOff, towards, undo } from "../src/faces/portal/sites/map";
import { pointsOf, stretches } from "../src/faces/portal/sites/plots";
import type { Place } from "../src/faces/portal/sites/types";

const gate: Place = { camera_id: "a", x: 0.5, y: 0.5, bearing: 0, angle: 80 };
const quay: Place = { camera_id: "b", x: 0.1, y: 0.9, bearing: 90, angle: 60 };

test("a camera stays on the map and its direction within a circle", () => {
  const moved = put(put(freshMap([gate]), { ...gate, x: 1.4, y: -3 }), { ...gate, x: 1.4, y: -3, bearing: -15 });
  assert.deepEqual(moved.places, [{ ...gate, x: 1, y: 0, bearing: 345 }]);
});

test("cameras keep their order while one is dragged, so that no other is drawn under the finger", () => {
  const drawn = put(freshMap([gate, quay]), { ...gate, x: 0.6 });
  assert.deepEqual(drawn.places.map((one) => one.camera_id), ["a", "b"]);
});

test("undo takes back each step, and one drag is one step", () => {
  let state = put(freshMap([gate]), { ...gate, x: 0.6 });
  for (const x of [0.62, 0.7, 0.8]) state = put(state, { ...gate, x }, true);
  assert.deepEqual(undo(state).places, [gate]);
  assert.deepEqual(undo(takeOff(freshMap([gate, quay]), "a")).places, [gate, quay]);
  assert.deepEqual(undo(freshMap([gate])).places, [gate]);
});

test("keys move and turn, and no other key does anything", () => {
  assert.equal(byKey(gate, "ArrowRight", false)?.x, 0.51);
  assert.equal(byKey(gate, "ArrowUp", true)?.y, 0.45);
  assert.equal(byKey(gate, "]", false)?.bearing, 15);
  assert.equal(byKey(gate, "Tab", false), null);
});

test("up is nought and right is ninety", () => {
  assert.deepEqual([towards(0, 0, 0, -1), towards(0, 0, 1, 0), towards(0, 0, 0, 1), towards(0, 0, -1, 0)], [0, 90, 180, 270]);
});

test("a limit is typed in the unit that is shown", () => {
  assert.equal(figureOf("battery_mv", "11,8"), 11_800);
  assert.equal(figureOf("temperature_c10", "75"), 750);
  assert.equal(figureOf("silent_s", "15"), 900);
  assert.equal(figureOf("battery_mv", ""), undefined);
  assert.equal(figureOf("battery_mv", "-"), null);
  assert.ok(Number.isNaN(figureOf("battery_mv", "much")));
  assert.equal(figureOf("battery_mv", typedOf("battery_mv", 12_345)), 12_345);
});

test("where nothing was told no line is drawn", () => {
  const points = pointsOf([0, 60_000, 120_000, 600_000], [1, [1, 2, 3], null, 4]);
  assert.deepEqual(points.map((one) => one.mean), [1, 2, 4]);
  assert.deepEqual(stretches(points, 60).map((run) => run.length), [2, 1]);
});
