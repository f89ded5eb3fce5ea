// SPDX-License-Identifier: EUPL-1.2
// What the portal offers of a camera follows what the camera can do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { canFilm, canLive, canShoot, sealed } from "../src/faces/portal/can";

const offers = (capabilities: readonly string[] | undefined, kind = "fixed"): readonly boolean[] => {
  const camera = { kind, ...(capabilities === undefined ? {} : { capabilities }) };
  return [canLive(camera), canShoot(camera), canFilm(camera)];
};

test("a camera that takes stills is offered pictures, no live view and no film", () => {
  assert.deepEqual(offers(["pre_alarm", "stills"]), [false, true, false]);
});

test("a video camera is offered all of it, as its unit tells it and as its kind says it", () => {
  assert.deepEqual(offers(["live", "pre_alarm", "video"]), [true, true, true]);
  assert.deepEqual(offers(["stills", "video", "live", "pre_alarm", "ptz"]), [true, true, true]);
});

test("each of the three is its own: recording without live, live without recording, neither", () => {
  assert.deepEqual(offers(["video"]), [false, true, true]);
  assert.deepEqual(offers(["live"]), [true, true, false]);
  assert.deepEqual(offers(["audio"]), [false, false, false]);
});

test("of a camera that nobody told of, nothing is taken away; one that sends e-mail seals nothing", () => {
  assert.deepEqual(offers(undefined), [true, true, true]);
  assert.deepEqual(offers([]), [true, true, true]);
  assert.equal(sealed({ kind: "mail" }), false);
  assert.deepEqual(offers(["stills"], "mail").slice(0, 2), [false, false]);
});
