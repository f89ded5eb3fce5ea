// SPDX-License-Identifier: EUPL-1.2
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../src/viewer/boxes";
import { FindingsTrack } from "../src/viewer/findings";

const person = (x: number): Finding => ({ class: "person", score: 0.9, x, y: 0.4, width: 0.05, height: 0.2 });

test("between two looks a box is drawn on its way from one to the other", () => {
  const track = new FindingsTrack();
  track.add(1, [person(0.1)]);
  track.add(1.4, [person(0.14)]);
  assert.ok(Math.abs(track.at(1.1)[0]!.x - 0.11) < 1e-9);
  assert.equal(track.at(1.4)[0]!.x, 0.14);
});

test("a box that is too far away to be the same person stays where it was", () => {
  const track = new FindingsTrack();
  track.add(1, [person(0.1)]);
  track.add(1.4, [person(0.6)]);
  assert.equal(track.at(1.2)[0]!.x, 0.1);
});

test("nothing is drawn before the first look and long after the last", () => {
  const track = new FindingsTrack();
  track.add(1, [person(0.1)]);
  assert.deepEqual(track.at(0.9), []);
  assert.deepEqual(track.at(1.9), []);
});
