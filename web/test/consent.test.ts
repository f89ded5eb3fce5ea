// SPDX-License-Identifier: EUPL-1.2
// What an owner consents to reaches as far as he chose, by his own clock, whatever a server says; and live is of now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVE_SECONDS, STILL_SECONDS, checkBegun } from "../src/client/grants";
import { isOfNow } from "../src/client/live";
import type { Asked } from "../src/faces/office/maintenance";
import { CLOCK_TRUSTED_MS, consentClock, grantsEnd, wantsNext } from "../src/faces/portal/maintenance/model";
import * as seal from "../src/seal";
import { NOW, epoch as signedEpoch, world } from "./factory";

test("a consent ends when the owner said, also when the server says later, and sooner when it says sooner", () => {
  const chosen = NOW + 60_000;
  assert.equal(grantsEnd(chosen, NOW, NOW + 3_600_000), chosen);
  assert.equal(grantsEnd(chosen, NOW, NOW + 30_000), NOW + 30_000);
});

test("of a consent that another page gave one part can be given by hand, and no more", () => {
  assert.equal(grantsEnd(undefined, NOW, NOW + 3_600_000), NOW + LIVE_SECONDS * 1000);
});

test("the server puts a device's clock right by half a minute at most", () => {
  assert.equal(consentClock(NOW - 86_400_000, NOW), NOW - CLOCK_TRUSTED_MS);
  assert.equal(consentClock(NOW + 86_400_000, NOW), NOW + CLOCK_TRUSTED_MS);
  assert.equal(consentClock(NOW + 2000, NOW), NOW + 2000);
});

test("an older live picture is not granted, whatever clock the server tells", async () => {
  const of = await world(1);
  const { value } = seal.verifyEpoch(await signedEpoch(of), of.unit.key.publicKey);
  const live = { ...value, track: 4 as const, startMs: NOW - 3_600_000 };
  const trust = { unit: value.unit, keysets: new Map([[seal.hex(value.keyset), null]]) } as unknown as Parameters<typeof checkBegun>[2];
  const clock = consentClock(live.startMs, NOW);
  const part = { requestId: "", cameraId: seal.uuid(value.camera), unitId: "", untilMs: NOW + 900_000, sinceMs: clock };
  assert.throws(() => checkBegun(live, part, trust, clock), /began before you allowed it/);
  assert.ok(checkBegun({ ...live, startMs: clock }, part, trust, clock) <= LIVE_SECONDS);
  assert.equal(checkBegun({ ...live, startMs: clock }, { ...part, still: true }, trust, clock), STILL_SECONDS);
});

test("a still is given when one was asked for since the last, and not because the last has ended", () => {
  const asked = { way: "still", until_ms: NOW + 60_000, granted_until_ms: NOW - 1000, trouble: "" } as Asked;
  assert.equal(wantsNext({ ...asked, still_ms: null, begun_ms: null }, NOW), false);
  assert.equal(wantsNext({ ...asked, still_ms: NOW, begun_ms: null }, NOW), true);
  assert.equal(wantsNext({ ...asked, still_ms: NOW - 20_000, begun_ms: NOW - 19_000 }, NOW), false);
  assert.equal(wantsNext({ ...asked, way: "live", still_ms: null, begun_ms: NOW - 900_000 }, NOW), true);
});

test("what was kept of an earlier look is not of now", () => {
  assert.ok(isOfNow(NOW - 4_000_000, 4000, NOW));
  assert.ok(isOfNow(NOW - 60_000, 0, NOW));
  assert.ok(!isOfNow(NOW - 86_400_000, 12, NOW), "yesterday's");
  assert.ok(!isOfNow(NOW - 600_000, 200, NOW), "of this epoch, but seven minutes old");
  assert.ok(!isOfNow(NOW + 600_000, 0, NOW));
});
