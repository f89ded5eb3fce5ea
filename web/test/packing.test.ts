// SPDX-License-Identifier: EUPL-1.2
// An evidence package is made hour by hour; what an alarm released is one look, however long a time the order asks for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { spansOf } from "../src/records/packing";
import { NOW } from "./factory";

const HOUR = 3_600_000;

test("an owner's day is taken hour by hour, to its last second", () => {
  const spans = spansOf({ fromMs: NOW, toMs: NOW + 2.5 * HOUR });
  assert.deepEqual(spans.map(({ fromMs, toMs }) => [fromMs - NOW, toMs - NOW]), [[0, HOUR], [HOUR, 2 * HOUR], [2 * HOUR, 2.5 * HOUR]]);
});

test("of an alarm the whole time that the order asks for counts, not its first hour alone", () => {
  assert.deepEqual(spansOf({ fromMs: NOW - 24 * HOUR, toMs: NOW, alarmId: "a" }), [{ fromMs: NOW - 24 * HOUR, toMs: NOW }]);
});
