// SPDX-License-Identifier: EUPL-1.2
// Notifications: what a message says becomes words, and no message can lead anywhere but into the portal.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deviceName, markOf } from "../src/client/push";
import { dayNames, minutesOf, shownClasses, timeOf, toldOf, className } from "../src/faces/portal/notifications/model";
import { rings, wordsOf, type Said } from "../src/faces/portal/notifications/push_words";

const said = (part: Partial<Said>): Said => ({ v: 1, c: "alarm", o: "alarm", w: "", l: "en", n: "n", t: 0, u: "/portal/", ...part });
const english = (text: string, values: Readonly<Record<string, string | number>> = {}): string => text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
const title = (part: Partial<Said>): string => wordsOf(said(part), english).title;

test("each occasion of the server has words of its own", () => {
  const server = readFileSync("../src/zegel/server/notify/classes.py", "utf8");
  const occasions = [.../class Occasion\(StrEnum\):[\s\S]*?\n\n\n/.exec(server)![0].matchAll(/= "([a-z_]+)"/g)].map(([, name]) => name!).filter((name) => name !== "after_recall_arc");
  assert.ok(occasions.length > 10);
  const titles = occasions.map((o) => title({ o }));
  assert.equal(new Set(titles).size, occasions.length);
  assert.ok(!titles.includes(title({ o: "nobody knows this" })));
});

test("an alarm says what it is, and how often, and nothing of where", () => {
  assert.equal(title({ w: "person" }), "Alarm: a person");
  assert.equal(title({ w: "fire" }), "Fire alarm");
  assert.equal(title({ w: "something new" }), "Alarm");
  assert.match(wordsOf(said({ w: "person", m: 98 }), english).body, /And 98 more of the same\.$/);
  assert.match(wordsOf(said({ o: "digest", c: "digest", m: 12 }), english).body, /^12 things happened/);
});

test("only an alarm that goes on rings until somebody saw it", () => {
  for (const c of ["alarm", "person", "animal", "vehicle", "tamper"]) assert.ok(rings({ c, o: "alarm" }));
  assert.ok(!rings({ c: "alarm", o: "recall" }));
  assert.ok(!rings({ c: "technical", o: "technical" }));
});

test("every class of the server has its line on the page", () => {
  const server = readFileSync("../src/zegel/server/notify/classes.py", "utf8");
  const classes = [.../class Class\(StrEnum\):[\s\S]*?\n\n\n/.exec(server)![0].matchAll(/= "([a-z_]+)"/g)].map(([, name]) => name!);
  assert.deepEqual(new Set([...shownClasses, "digest"]), new Set(classes));
  assert.equal(new Set(classes.map((name) => className(name).title)).size, classes.length);
});

test("times read and write as clocks do, and a week begins on Monday", () => {
  for (const minutes of [0, 1, 59, 60, 719, 1350, 1439]) assert.equal(minutesOf(timeOf(minutes)), minutes);
  for (const text of ["", "7:00", "noon", "24"]) assert.equal(minutesOf(text), null);
  assert.deepEqual([dayNames("en")[0]!.long, dayNames("nl")[6]!.long], ["Monday", "zondag"]);
});

test("who is told of a class is who has a way", () => {
  const one = (name: string, push: boolean, mail: boolean) => ({ id: name, name, role: "owner", classes: { alarm: [push, mail] as const } });
  assert.deepEqual(toldOf([one("a", true, false), one("b", false, false)], "alarm").map(({ name }) => name), ["a"]);
  assert.deepEqual(toldOf([one("a", true, true)], "unknown"), []);
});

test("a browser finds itself on the list by the same mark as the server makes", async () => {
  // hashlib.sha256(b"zegel/push/https://push.example/1").hexdigest()[:32]
  assert.equal(await markOf("https://push.example/1"), "622a6195a0a89af5b32e3b29cf205e41");
  assert.equal(deviceName("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"), "Chrome, Android");
  assert.equal(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile/15E148 Safari/604.1"), "Safari, iPhone");
});
