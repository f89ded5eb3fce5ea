// SPDX-License-Identifier: EUPL-1.2
// Pure parts of the service's office: days, moments on the wall, figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { byMonth, byProduct, share, type Month } from "../src/faces/service/analysis/figures";
import { addDays, mondayOf } from "../src/faces/service/calendar/days";
import { figure, momentOf } from "../src/faces/service/orders/dialogs";
import { due } from "../src/faces/service/orders/words";

test("a week begins on Monday, also across a year and a clock that is put back", () => {
  assert.equal(mondayOf("2026-11-22"), "2026-11-16");
  assert.equal(mondayOf("2026-11-23"), "2026-11-23");
  assert.equal(mondayOf("2027-01-01"), "2026-12-28");
  assert.equal(addDays("2026-10-24", 2), "2026-10-26");
});

test("a time on the wall is a moment in the tenant's zone, in summer and in winter", () => {
  assert.equal(momentOf("2026-11-23", "09:00", "Europe/Amsterdam"), Date.parse("2026-11-23T08:00:00Z"));
  assert.equal(momentOf("2026-07-01", "09:00", "Europe/Amsterdam"), Date.parse("2026-07-01T07:00:00Z"));
  assert.equal(momentOf("2026-10-25", "09:00", "Europe/Amsterdam"), Date.parse("2026-10-25T08:00:00Z"));
  assert.equal(momentOf("2026-13-01", "09:00", "Europe/Amsterdam"), null);
  assert.equal(momentOf("", "09:00", "Europe/Amsterdam"), null);
});

test("an amount is read with a comma or a point, and nothing else is", () => {
  assert.equal(figure("12,50", 100), 1250);
  assert.equal(figure("1.5", 1000), 1500);
  assert.equal(figure("-1", 100), null);
  assert.equal(figure("1e9", 100), null);
});

const month = (name: string, done: number, part: Partial<Month> = {}): Month => ({ month: name, type: "repair", done, days_median: 4, days_p90: 8, on_time: 0.5, first_time: 1, ...part });

test("shares and days of several types are weighed by how many were done", () => {
  const [one] = byMonth([month("2026-10", 30), month("2026-10", 10, { type: "question", days_median: 0, on_time: 1, first_time: null })]);
  assert.deepEqual([one?.done, one?.median, one?.on_time, one?.first_time], [40, 3, 0.625, 1]);
  assert.equal(share([month("2026-10", 3, { first_time: null })], "first_time"), null);
});

test("what came back is counted by product, with its causes", () => {
  const came = [{ model_id: "a", model: "Spin", type: "repair", cause: "wear", count: 2 }, { model_id: "a", model: "Spin", type: "return", cause: "wear", count: 1 }, { model_id: "b", model: "Dry", type: "repair", cause: "", count: 9 }];
  assert.deepEqual(byProduct(came), [{ model: "Dry", count: 9, causes: [{ cause: "", count: 9 }] }, { model: "Spin", count: 3, causes: [{ cause: "wear", count: 3 }] }]);
});

test("what waits for somebody else is not late", () => {
  const order = { closed_ms: null, stopped_ms: null, due_ms: 1000 };
  assert.equal(due(order, 2000)[1], "alarm");
  assert.equal(due({ ...order, stopped_ms: 500 }, 2000)[1], "");
});
