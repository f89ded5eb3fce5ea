// SPDX-License-Identifier: EUPL-1.2
// An owner signs as deleted what he asked to delete, and nothing that a server adds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkTouched } from "../src/client/deletion";
import type { EpochHeld } from "../src/client/epochs";
import { NOW } from "./factory";

const epoch = new Uint8Array(16);
const value = { startMs: NOW } as EpochHeld["value"];
const whole = { value, kept: null };
/** Of which 100 … 199 were deleted before. */
const part = { value, kept: [{ epoch, from: 0, to: 100 }, { epoch, from: 200, to: 4096 }] };
const check = (held: Parameters<typeof checkTouched>[0], slots: readonly [number, number], gone: readonly (readonly [number, number])[] = [], from = NOW + 10_500, to = NOW + 20_200): void => checkTouched(held, slots, gone, from, to);

test("the slots that a time touches, floored and ceiled, or fewer of them", () => {
  check(whole, [10, 21]);
  check(whole, [12, 20]);
  check(whole, [0, 4096], [], NOW - 5000, NOW + 9_000_000);
});

test("a second more, before or after, is refused", () => {
  assert.throws(() => check(whole, [9, 21]), /more than you asked/);
  assert.throws(() => check(whole, [10, 22]), /more than you asked/);
  assert.throws(() => check(whole, [0, 4096]), /more than you asked/);
  assert.throws(() => check(whole, [30, 40], [], NOW - 9000, NOW - 1000), /more than you asked/);
});

test("what was deleted before is what the owner signed then", () => {
  check(part, [10, 21], [[100, 150], [150, 200]]);
  assert.throws(() => check(part, [10, 21], [[100, 201]]), /than you ever signed/);
  assert.throws(() => check(whole, [10, 21], [[100, 200]]), /than you ever signed/);
});
