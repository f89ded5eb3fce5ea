// SPDX-License-Identifier: EUPL-1.2
// What alarms and what the alarm centre gets, as an owner edits it: whatever is clicked or typed can be signed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING_LATER, POLICY, type Policy } from "../src/seal/policy";
import { alarmingOf, BOUNDS, bounded, flipAlarm, flipRelease, offered, RELEASABLE, releasable, SAID, SEEN, shown, withWindow } from "../src/faces/portal/hours/alarming";
import { changed, changeOf, draftOf } from "../src/faces/portal/hours/model";

const id = (n: number): Uint8Array<ArrayBuffer> => new Uint8Array(16).fill(n);

const policy = (part: Partial<Policy> = {}): Policy => ({
  version: 1, unit: id(1), pairing: id(2), counter: 1, issuedMs: 1, expiresMs: 2, keyset: new Uint8Array(32).fill(3), armed: true, mode: "activity",
  hours: { zone: "Europe/Amsterdam", weekly: [], exceptions: [] }, cameras: [], alarmClasses: ["animal", "person", "vehicle"], releaseClasses: ["person"],
  window: { preS: 10, postS: 20, liveEnd: "closed", maxS: 300 }, caps: { releases: 20, seconds: 3600 }, commanders: [], local: null, central: null, ...NOTHING_LATER, ...part,
});

test("a class that no longer alarms no longer shows anything, and only one that alarms can show", () => {
  const was = alarmingOf(policy());
  const without = flipAlarm(was, "person");
  assert.deepEqual([without.alarmClasses, without.releaseClasses], [["animal", "vehicle"], []]);
  assert.equal(flipRelease(without, "person"), without);
  assert.deepEqual(flipRelease(was, "animal").releaseClasses, ["animal", "person"]);
  assert.deepEqual(flipAlarm(without, "person").alarmClasses, ["animal", "person", "vehicle"], "sorted, as the seal wants it");
});

test("what panels say is offered where something is listened to, and pictures serve a closed list", () => {
  const deaf = policy();
  assert.deepEqual(offered(deaf, alarmingOf(deaf)), SEEN);
  const listening = policy({ local: [{ account: "7001", zones: [{ zone: "1", class: "cold_room", cameras: [] }] }], alarmClasses: ["cold_room", "fire", "medical", "tamper"], releaseClasses: [] });
  const all = offered(listening, alarmingOf(listening));
  assert.deepEqual(all, [...SEEN, ...SAID, "cold_room"]);
  assert.deepEqual(releasable(listening, alarmingOf(listening), all), ["fire"]);
  assert.ok(!RELEASABLE.includes("tamper") && !RELEASABLE.includes("medical"));
  const kept = policy({ alarmClasses: ["medical"], releaseClasses: ["medical"] });
  assert.deepEqual(releasable(kept, alarmingOf(kept), offered(kept, alarmingOf(kept))), ["medical"], "what is signed can be seen, and taken away");
});

test("numbers stay within the seal's bounds, and a window never ends before its last seconds", () => {
  assert.deepEqual([bounded("999", BOUNDS.preS, 10), bounded("-3", BOUNDS.preS, 10), bounded("", BOUNDS.preS, 10), bounded("x", BOUNDS.preS, 10), bounded("7.4", BOUNDS.preS, 10)], [60, 0, 10, 10, 7]);
  const was = alarmingOf(policy());
  assert.deepEqual(withWindow(was, { postS: 900 }).window, { preS: 10, postS: 900, liveEnd: "closed", maxS: 900 });
  assert.deepEqual(withWindow(was, { maxS: 5 }).window, { preS: 10, postS: 5, liveEnd: "closed", maxS: 5 });
  assert.deepEqual(shown(was.window, 40), { fromS: -10, toS: 60 });
  assert.deepEqual(shown({ ...was.window, maxS: 30 }, 40), { fromS: -10, toS: 30 });
});

test("the extremes of every field are a policy that the seal takes", () => {
  for (const at of [0, 1] as const) {
    let alarming = withWindow(alarmingOf(policy()), { maxS: BOUNDS.maxS[at] });
    alarming = withWindow(alarming, { preS: BOUNDS.preS[at], postS: Math.min(BOUNDS.postS[at], alarming.window.maxS) });
    alarming = { ...alarming, mode: "continuous", caps: { releases: BOUNDS.releases[at], seconds: BOUNDS.seconds[at] } };
    assert.deepEqual(POLICY.decode(POLICY.encode(policy({ ...alarming }))).caps, alarming.caps);
  }
});

test("the draft of alarms is signed with the rest, and an unchanged one is no change", () => {
  const now = policy();
  const draft = draftOf(now);
  assert.equal(changed(now, draft), false);
  const edited = { ...draft, alarming: flipRelease(draft.alarming, "vehicle") };
  assert.equal(changed(now, edited), true);
  assert.deepEqual(changeOf(now, edited).releaseClasses, ["person", "vehicle"]);
  assert.equal(changed(now, { ...edited, alarming: flipRelease(edited.alarming, "vehicle") }), false);
});
