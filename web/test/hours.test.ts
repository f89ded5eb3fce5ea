// SPDX-License-Identifier: EUPL-1.2
// Working hours in every time zone (vectors/hours.json, made by Python out of zoneinfo), and the page's pure parts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inWeek, inWorkingHours, type Hours } from "../src/seal";
import { easter, holidays } from "../src/faces/portal/hours/holidays";
import { coming, copied, dateAt, gapOn, joined, minuteAt, minutesOf, moved, quarters, settled, wallMs, weekOf, weeklyOf, withException, withoutSpan, withSpan, type Week } from "../src/faces/portal/hours/plan";
import { ownVectors } from "./shared_files";

interface Case {
  readonly zone: string;
  readonly weekly: readonly (readonly [number, number, number])[];
  readonly exceptions: readonly (readonly [string, readonly (readonly [number, number])[]])[];
  readonly asked: readonly (readonly [number, boolean])[];
}

const CASES: readonly Case[] = JSON.parse(readFileSync(ownVectors("hours.json"), "utf8")) as readonly Case[];

function hoursOf({ zone, weekly, exceptions }: Case): Hours {
  return {
    zone, weekly: weekly.map(([weekday, fromMin, toMin]) => ({ weekday, fromMin, toMin })),
    exceptions: exceptions.map(([date, spans]) => ({ date, spans: spans.map(([fromMin, toMin]) => ({ fromMin, toMin })) })),
  };
}

test("every zone's wall clock decides, on every side of every change of its clocks", () => {
  const wrong: string[] = [];
  let asked = 0;
  for (const each of CASES) {
    const hours = hoursOf(each);
    for (const [ms, working] of each.asked) {
      asked += 1;
      if (inWorkingHours(hours, ms) !== working) wrong.push(`${each.zone} ${new Date(ms).toISOString()}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(CASES.length > 400 && asked > 5000);
});

test("a week without exceptions is the same question for a delegate", () => {
  for (const each of CASES) {
    const hours = { ...hoursOf(each), exceptions: [] };
    for (const [ms] of each.asked) assert.equal(inWeek(hours.weekly, each.zone, ms), inWorkingHours(hours, ms), each.zone);
  }
});

test("what the wall shows leads back to its instant, in every zone", () => {
  for (const { zone, asked } of CASES) {
    for (const [ms] of asked) {
      const at = Math.floor(ms / 60_000) * 60_000;
      const back = wallMs(zone, dateAt(zone, at), minuteAt(zone, at));
      // An hour that comes twice has two instants: the first is given.
      assert.ok(back === at || (back < at && at - back <= 3 * 3_600_000 && minuteAt(zone, back) === minuteAt(zone, at)), `${zone} ${new Date(at).toISOString()} ${new Date(back).toISOString()}`);
    }
  }
});

test("the coming days say when clocks change, half hours too, and follow exceptions", () => {
  const none: Week = Array.from({ length: 7 }, () => []);
  const clocks = (zone: string, from: string): number[] => coming(zone, none, [], Date.parse(from), 8).map(({ clocksMin }) => clocksMin);
  assert.deepEqual(clocks("Europe/Amsterdam", "2026-10-20T12:00:00Z"), [0, 0, 0, 0, 0, 60, 0, 0]);
  assert.deepEqual(clocks("Europe/Amsterdam", "2026-03-24T12:00:00Z"), [0, 0, 0, 0, 0, -60, 0, 0]);
  assert.deepEqual(clocks("Australia/Lord_Howe", "2026-09-29T12:00:00Z"), [0, 0, 0, 0, 0, -30, 0, 0]);
  assert.deepEqual(clocks("UTC", "2026-03-24T12:00:00Z"), [0, 0, 0, 0, 0, 0, 0, 0]);
  const week = withSpan(none, 4, null, { fromMin: 480, toMin: 1020 });
  const days = coming("Europe/Amsterdam", week, [{ date: "2026-12-25", spans: [] }], Date.parse("2026-12-24T12:00:00Z"), 9);
  assert.deepEqual(days.map(({ spans, exception }) => [spans.length, exception]), [[0, false], [0, true], [0, false], [0, false], [0, false], [0, false], [0, false], [0, false], [1, false]]);
});

test("a skipped time of the wall is the moment of the skip", () => {
  assert.equal(new Date(wallMs("Europe/Amsterdam", "2026-03-29", 150)).toISOString(), "2026-03-29T01:00:00.000Z");
  assert.equal(new Date(wallMs("Europe/Amsterdam", "2026-10-25", 150)).toISOString(), "2026-10-25T00:30:00.000Z");
});

test("what is drawn is joined, copied, moved and never leaves its day", () => {
  const week = weekOf({ zone: "UTC", weekly: [{ weekday: 0, fromMin: 480, toMin: 720 }], exceptions: [] });
  const longer = settled(withSpan(week, 0, null, { fromMin: 700, toMin: 1020 }));
  assert.deepEqual(longer[0], [{ fromMin: 480, toMin: 1020 }]);
  assert.deepEqual(weeklyOf(copied(longer, 0, [1, 6])).map(({ weekday }) => weekday), [0, 1, 6]);
  assert.deepEqual(withoutSpan(longer, 0, 0)[0], []);
  assert.deepEqual(moved({ fromMin: 0, toMin: 60 }, "both", -30), { fromMin: 0, toMin: 60 });
  assert.deepEqual(moved({ fromMin: 0, toMin: 60 }, "from", 90), { fromMin: 45, toMin: 60 });
  assert.deepEqual(moved({ fromMin: 1400, toMin: 1430 }, "to", 600), { fromMin: 1400, toMin: 1440 });
  assert.deepEqual(gapOn([{ fromMin: 480, toMin: 600 }]), { fromMin: 0, toMin: 60 });
  assert.equal(gapOn([{ fromMin: 0, toMin: 1440 }]), null);
  assert.deepEqual(joined([{ fromMin: 60, toMin: 120 }, { fromMin: 0, toMin: 60 }]), [{ fromMin: 0, toMin: 120 }]);
  assert.deepEqual(["7:30", "24:00", "24:01", "7.30", "12:60"].map(minutesOf), [450, 1440, null, null, null]);
  assert.deepEqual(withException([{ date: "2026-12-25", spans: [] }], { date: "2026-12-24", spans: [] }).map(({ date }) => date), ["2026-12-24", "2026-12-25"]);
});

test("working until goes by quarters, not beyond what one may", () => {
  const now = Date.parse("2026-11-22T15:07:00Z");
  const all = quarters(now, now + 3_600_000).map((ms) => new Date(ms).toISOString().slice(11, 16));
  assert.deepEqual(all, ["15:30", "15:45", "16:00"]);
  assert.deepEqual(quarters(now, now + 60_000), []);
});

test("holidays are those that the calendars print", () => {
  assert.deepEqual([2024, 2025, 2026, 2027, 2038].map(easter), ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"]);
  const dates = (country: "NL" | "SE" | "DE", year: number, land: "BY" | "SN" | "HH" | null = null): string =>
    holidays(country, year, land).filter(({ customary }) => !customary).map(({ date }) => date.slice(5)).join(" ");
  assert.equal(dates("NL", 2026), "01-01 04-05 04-06 04-27 05-14 05-24 05-25 12-25 12-26");
  assert.equal(dates("NL", 2025), "01-01 04-20 04-21 04-26 05-05 05-29 06-08 06-09 12-25 12-26", "King's Day on Saturday, Liberation Day each fifth year");
  assert.equal(dates("SE", 2026), "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26");
  assert.equal(dates("DE", 2026), "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26");
  assert.equal(dates("DE", 2026, "BY"), "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26");
  assert.ok(dates("DE", 2026, "SN").includes("11-18"), "the Wednesday before 23 November");
  assert.ok(!dates("DE", 2017, "HH").includes("10-31") && dates("DE", 2018, "HH").includes("10-31"), "since 2018 in the north");
  assert.ok(holidays("SE", 2026).some(({ date, customary }) => date === "2026-06-19" && customary), "Midsummer Eve is a custom");
});
