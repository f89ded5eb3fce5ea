// SPDX-License-Identifier: EUPL-1.2
import assert from "node:assert/strict";
import { test } from "node:test";
import { added, begun, changed, cornerAdded, cornerMoved, cornerRemoved, done, FULL, isTiny, MOST_CORNERS, moved, point, redone, removed, rulesWith, same, shapesOf, undone, wrongWith } from "../src/faces/portal/masks/model";
import { bounded, FREE, ofPercent, percentOf, sameLimits, turns, wayOf, went, wrongLimits } from "../src/faces/portal/masks/turning";

const id = (n: number): Uint8Array<ArrayBuffer> => new Uint8Array(16).fill(n);

test("what was drawn can be taken back and done again, and a drag is one step", () => {
  let history = begun(added([], "privacy", "Zone"));
  const first = history.now;
  history = done(history, cornerMoved(history.now, 1, 0, point(100, 100)));
  history = done(history, cornerMoved(history.now, 1, 0, point(200, 200)), true);
  assert.deepEqual(history.now[0]?.corners[0], { x: 200, y: 200 });
  assert.deepEqual(undone(history).now, first);
  assert.deepEqual(redone(undone(history)).now, history.now);
  assert.equal(redone(done(undone(history), first)).after.length, 0, "what is drawn anew ends what could be done again");
});

test("corners stay in the picture, three at least and sixty-four at most", () => {
  let shapes = added([], "zone", "Zone");
  assert.deepEqual(cornerMoved(shapes, 1, 0, { x: -50, y: FULL + 50 })[0]?.corners[0], { x: 0, y: FULL });
  shapes = cornerRemoved(cornerRemoved(shapes, 1, 0), 1, 0);
  assert.equal(shapes[0]?.corners.length, 3);
  for (let i = 0; i < 100; i++) shapes = cornerAdded(shapes, 1, 0);
  assert.equal(shapes[0]?.corners.length, MOST_CORNERS);
});

test("a shape that is pushed over the edge keeps its form", () => {
  const shapes = added([], "privacy", "Zone");
  const width = (corners: readonly { x: number }[]): number => Math.max(...corners.map(({ x }) => x)) - Math.min(...corners.map(({ x }) => x));
  const pushed = moved(shapes, 1, 50_000, -50_000)[0]!;
  assert.equal(width(pushed.corners), width(shapes[0]!.corners));
  assert.equal(Math.max(...pushed.corners.map(({ x }) => x)), FULL);
  assert.equal(Math.min(...pushed.corners.map(({ y }) => y)), 0);
});

test("zones need names of their own, and nothing may be too small to see", () => {
  let shapes = added(added([], "zone", "Zone"), "zone", "Zone");
  assert.deepEqual(shapes.map(({ name }) => name), ["Zone 1", "Zone 2"]);
  assert.deepEqual(wrongWith(shapes), []);
  shapes = changed(shapes, 2, { name: " Zone 1 " });
  assert.deepEqual(wrongWith(shapes).map(({ why }) => why), ["same_name", "same_name"]);
  shapes = changed(changed(shapes, 2, { name: "  " }), 1, { corners: [point(5, 5), point(9, 5), point(9, 9)] });
  assert.deepEqual(wrongWith(shapes).map(({ why }) => why), ["tiny", "name"]);
  assert.ok(isTiny([point(0, 0), point(FULL, FULL), point(0, 0)]));
});

test("the policy keeps other cameras and the turning limits, in the order that it demands", () => {
  const ptz = { panMin: 0, panMax: 10, tiltMin: 0, tiltMax: 10 };
  const others = [{ camera: id(1), zones: [], privacy: [], ptz: null }, { camera: id(7), zones: [], privacy: [], ptz }];
  const shapes = added(changed(added([], "zone", "Zone"), 1, { classes: ["vehicle", "person"], name: " Fence " }), "privacy", "Zone");
  const rules = rulesWith(others, id(7), shapes);
  assert.deepEqual(rules.map(({ camera }) => camera[0]), [1, 7]);
  assert.deepEqual(rules[1]?.ptz, ptz);
  assert.deepEqual(rules[1]?.zones[0]?.classes, ["person", "vehicle"]);
  assert.equal(rules[1]?.zones[0]?.name, "Fence");
  assert.equal(rules[1]?.privacy.length, 1);
  assert.ok(same(shapesOf(rules[1]), shapes));
  assert.deepEqual(rulesWith(others, id(3), removed(shapes, 1)).map(({ camera }) => camera[0]), [1, 3, 7]);
});

test("how far a camera may turn is typed in per cent, and only what can be signed is taken", () => {
  assert.deepEqual(["0", "100", "12.5", "12,34", " 7 "].map(ofPercent), [0, FULL, 1250, 1234, 700]);
  assert.deepEqual(["101", "100.01", "-1", "", "x", "1e1", "5.123"].map(ofPercent), [null, null, null, null, null, null, null]);
  assert.equal(ofPercent(percentOf(1234)), 1234);
  assert.equal(wrongLimits({ panMin: 5000, panMax: 4000, tiltMin: 0, tiltMax: FULL }), "turned_round");
  assert.equal(wrongLimits({ panMin: 5000, panMax: 5999, tiltMin: 0, tiltMax: FULL }), "narrow");
  assert.equal(wrongLimits({ panMin: 5000, panMax: 6000, tiltMin: 0, tiltMax: FULL }), null);
  assert.equal(wrongLimits(null), null);
});

test("not at all, within limits and the whole reach lead to each other", () => {
  assert.deepEqual([null, FREE, { ...FREE, panMax: 9999 }].map(wayOf), ["no", "free", "within"]);
  const within = went(null, "within");
  assert.equal(wayOf(within), "within");
  assert.equal(wrongLimits(within), null);
  assert.deepEqual(went(bounded(within, "panMin", 100), "within"), bounded(within, "panMin", 100), "what was typed stays");
  assert.equal(went(within, "no"), null);
  assert.deepEqual(went(within, "free"), FREE);
  assert.ok(sameLimits(FREE, { ...FREE }) && !sameLimits(FREE, null) && !sameLimits(null, within));
});

test("limits are signed with the masks, and masks alone leave them as they were", () => {
  const shapes = added([], "zone", "Zone");
  const limits = { panMin: 1000, panMax: 9000, tiltMin: 0, tiltMax: 5000 };
  const signed = rulesWith([], id(2), shapes, limits);
  assert.deepEqual(signed[0]?.ptz, limits);
  assert.deepEqual(rulesWith(signed, id(2), shapes)[0]?.ptz, limits);
  assert.equal(rulesWith(signed, id(2), shapes, null)[0]?.ptz, null);
  const other = rulesWith(signed, id(1), [], FREE);
  assert.deepEqual(other.map(({ camera, ptz }) => [camera[0], ptz]), [[1, FREE], [2, limits]]);
});

test("only a camera that turns is asked about, or one for which something is signed", () => {
  const camera = { id: "c", name: "Gate", unit: { id: "u", name: "U" }, site: { id: "s", name: "S" }, kind: "fixed", state: "ok" } as const;
  assert.deepEqual([turns({ ...camera, capabilities: ["live", "ptz"] }, null), turns({ ...camera, capabilities: ["live"] }, null), turns({ ...camera, capabilities: ["live"] }, FREE), turns(camera, null)], [true, false, true, false]);
});
