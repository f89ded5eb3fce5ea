// SPDX-License-Identifier: EUPL-1.2
// What the owner's client refuses to keep, and the moment that a place's clock tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHeld } from "../src/client/holds";
import { grouped, type Line } from "../src/faces/privacy/retention/model";
import { momentOf, stateOf, type Hold } from "../src/faces/privacy/incidents/model";

const START = 1_790_000_000_000;
const held = (from: number, to: number): { id: string; fromMs: number; toMs: number } => ({ id: "h", fromMs: START + from, toMs: START + to });

test("just the held slots are sealed: each that the time touches, and no other", () => {
  checkHeld(START, [[10, 20]], [held(10_000, 20_000)]);
  checkHeld(START, [[10, 21]], [held(10_500, 20_200)]);
  checkHeld(START, [[10, 20], [30, 40]], [held(10_000, 20_000), held(30_000, 40_000)]);
});

test("a server that would have more kept than was signed for is refused", () => {
  for (const ranges of [[[9, 20]], [[10, 21]], [[0, 4096]], [[10, 20], [50, 51]], [[15, 15]]] as const) {
    assert.throws(() => checkHeld(START, ranges, [held(10_000, 20_000)]), /signed for/);
  }
  assert.throws(() => checkHeld(START, [[0, 1]], []), /signed for/);
});

test("a place's clock, also where it jumps", () => {
  assert.equal(momentOf("2026-07-01", "14:05", "Europe/Amsterdam"), Date.parse("2026-07-01T12:05:00Z"));
  assert.equal(momentOf("2026-12-01", "14:05", "Europe/Amsterdam"), Date.parse("2026-12-01T13:05:00Z"));
  assert.equal(momentOf("2026-03-29", "12:00", "Europe/Amsterdam"), Date.parse("2026-03-29T10:00:00Z"));
  assert.equal(momentOf("2026-10-25", "00:30", "Europe/Amsterdam"), Date.parse("2026-10-24T22:30:00Z"));
  assert.equal(momentOf("", "14:05", "Europe/Amsterdam"), null);
});

const HOLD: Hold = { id: "h", camera_id: "c", camera: "Gate", track: 1, from_ms: START, to_ms: START + 1000, asked_ms: START, asked_by: "A", mine: true, signed_ms: null, signed_by: "", released_ms: null, over_ms: START + 5000, epochs: 1, sealed: 0 };

test("without a second signature a time is gone when its term is over", () => {
  assert.equal(stateOf(HOLD, START), "waiting");
  assert.equal(stateOf(HOLD, START + 5000), "gone");
  assert.equal(stateOf({ ...HOLD, signed_ms: START }, START + 5000), "held");
  assert.equal(stateOf({ ...HOLD, signed_ms: START, released_ms: START }, START), "released");
});

test("what is kept alike is told together, and images apart", () => {
  const line = (what: string, term: string, count: number | null, next: number | null): Line => ({ what, site_id: null, term, starts: "made", days: 400, source: "S5", how: "delete", count, oldest_ms: null, next_ms: next, held: 0 });
  const [first, ...others] = grouped([line("a.A", "view_log", 2, 20), line("b.B", "view_log", 3, 10), line("track.surveillance", "surveillance_images", 1, 5), line("c.C", "alarm", null, null)]);
  assert.deepEqual([first?.count, first?.nextMs, first?.whats], [5, 10, ["a.A", "b.B"]]);
  assert.deepEqual(others.map(({ term }) => term), ["alarm"]);
});
