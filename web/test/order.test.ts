// SPDX-License-Identifier: EUPL-1.2
import assert from "node:assert/strict";
import { test } from "node:test";
import { Order, PATIENCE_MS } from "../src/viewer/order";

const piece = (seq: number, epochMs = 0) => ({ epochMs, seq });

function all(order: Order<{ epochMs: number; seq: number }>, nowMs: number): number[] {
  const given: number[] = [];
  for (let next = order.peek(nowMs); next !== null; next = order.peek(nowMs)) {
    given.push(next.seq);
    order.done();
  }
  return given;
}

test("the newest second waits for the seconds before it", () => {
  const order = new Order(() => true);
  for (const seq of [1, 2, 3, 23, 24]) order.add(piece(seq), 0);
  assert.deepEqual(all(order, 10), [1, 2, 3]);
  for (let seq = 4; seq < 23; seq++) order.add(piece(seq), 500);
  assert.deepEqual(all(order, 510), Array.from({ length: 21 }, (_, i) => i + 4));
});

test("what never comes is not waited for longer than the patience", () => {
  const order = new Order(() => true);
  order.add(piece(1), 0);
  order.add(piece(9), 0);
  assert.deepEqual(all(order, 1), [1]);
  assert.deepEqual(all(order, PATIENCE_MS), [9]);
});

test("a recording with gaps is not held up", () => {
  const order = new Order(() => false);
  for (const seq of [1, 2, 40, 41]) order.add(piece(seq), 0);
  assert.deepEqual(all(order, 0), [1, 2, 40, 41]);
});

test("a new epoch follows the one before it, and lets go of everything at the end", () => {
  const order = new Order(() => true);
  order.add(piece(0, 5000), 0);
  order.add(piece(7, 0), 0);
  assert.deepEqual(all(order, 0), [7, 0]);
  order.add(piece(5, 5000), 0);
  assert.equal(order.clear().length, 1);
  assert.ok(order.empty);
});
