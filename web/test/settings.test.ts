// SPDX-License-Identifier: EUPL-1.2
// What can be said of a panel, of what somebody typed, and of where one is: the pure parts of the pages of setting up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checklist, dump, figuresSaid, healthOfPanel, holding, keyFits, may, openingSaid, openingTyped, pathOf, routeOf, tabsFor, wrongOf, zoneErrors } from "../src/faces/settings/model";
import type { OpeningPlan, OwnCode, Panel, PanelSaid, Path, Signal, Zone } from "../src/faces/settings/types";

const path = (part: Partial<Path> = {}): Path => ({ kind: "dc09_tcp", poll_s: 90, grace_s: 30, last_ms: 1000, missing_since_ms: null, ...part });
const zone = (no: string, name = "Door"): Zone => ({ zone: no, name, signal_class: "", area: "", camera_ids: [], entry_exit: false });
const panel = (part: Partial<Panel> = {}): Panel => ({
  id: "p", site_id: "s", name: "Panel", account: "1234", line: { id: "l", name: "Line" }, receiver_no: "", line_no: "", state: "active", encrypted: true, key_format: "hex", key_changed_ms: 0, encryption_required: true, exception: null,
  clock_drift_ms: null, added_ms: 0, ended_ms: null, zones: [zone("3")], paths: [path()], ...part,
});
const signal = (part: Partial<Signal> = {}): Signal => ({
  id: "1", order: 1, at_ms: 5000, times: 1, source: "panel", transport: "dc09_tcp", panel_id: "p", account: "1234", protocol: "sia", code: "BA", qualifier: "", phase: "alarm", class: "burglary", priority: 2, name: "Burglary alarm",
  zone: "003", area: "", user: "", text: "", known: true, fault: "", alarm_id: null, ...part,
});
const typed = (part: Partial<PanelSaid> = {}): PanelSaid => ({ site_id: "s", line_id: "l", name: "Panel", account: "12ab", receiver_no: "", line_no: "", key: "0".repeat(32), key_format: "hex", paths: [{ kind: "dc09_tcp", poll_s: 90, grace_s: 30 }], ...part });

test("a panel is as well as the gravest of its ways", () => {
  assert.equal(healthOfPanel(panel()), "well");
  assert.equal(healthOfPanel(panel({ paths: [path(), path({ kind: "dc09_udp", missing_since_ms: 9 })] })), "missing");
  assert.equal(healthOfPanel(panel({ paths: [path({ last_ms: null })] })), "waiting");
  assert.equal(healthOfPanel(panel({ paths: [path({ poll_s: 0 })] })), "unwatched");
  assert.equal(healthOfPanel(panel({ state: "retired" })), "ended");
});

test("what the server itself said of a panel is no first signal of it", () => {
  assert.equal(checklist(panel(), [signal({ source: "server" })], 0).first, false);
  const heard = checklist(panel(), [signal()], 0);
  assert.deepEqual([heard.first, heard.encrypted, heard.understood, heard.paths, heard.missingZones], [true, true, true, 1, []]);
  assert.deepEqual(checklist(panel(), [signal()], 6000).missingZones, ["3"]);
  assert.equal(checklist(panel(), [signal(), signal({ known: false })], 0).understood, false);
});

test("a key must be as long as its format says, and 32 hexadecimal digits are characters too", () => {
  assert.deepEqual(["0".repeat(32), "0".repeat(31), "0".repeat(64), "g".repeat(32)].map((key) => keyFits(key, "hex")), [true, false, true, false]);
  assert.deepEqual(["0".repeat(32), "sixteen letters!", "fifteen letters"].map((key) => keyFits(key, "ascii")), [true, true, false]);
});

test("each wrong field is named", () => {
  assert.deepEqual(wrongOf(typed()), {});
  assert.deepEqual(Object.keys(wrongOf(typed({ site_id: "", name: " ", account: "xyz", key: "1", paths: [{ kind: "dc09_tls", poll_s: 5, grace_s: -1 }] }))), ["site_id", "name", "account", "key", "poll-dc09_tls", "grace-dc09_tls"]);
  assert.deepEqual(wrongOf(typed({ key: null, key_format: "", paths: [] })), { paths: "paths" });
  assert.deepEqual(zoneErrors([zone("1"), zone("1"), zone("2", ""), zone("a b")]), ["twice", "twice", "name", "zone"]);
});

test("figures are whole numbers within their bounds; an empty one is what holds below", () => {
  assert.deepEqual(figuresSaid({ abort_s: "30", exit_s: "", entry_s: "99", park_s: "x" }, { abort_s: [15, 45], exit_s: [0, 255], entry_s: [0, 45], park_s: [60, 900] }), { values: { abort_s: 30 }, wrong: ["entry_s", "park_s"] });
});

test("opening hours are sent in the order of the week, and come back as they were typed", () => {
  const plan: OpeningPlan = { panel_id: "p", area: "2", weekly: [[0, "08:00", "12:00"], [0, "13:00", "18:00"], [5, "22:00", "06:00"]], exceptions: [["2026-12-25", []], ["2026-12-31", [["08:00", "12:00"], ["13:00", "15:00"]]]], changed_ms: 0 };
  const { changed_ms: _, ...said } = plan;
  const typedHours = openingTyped(plan);
  assert.equal(typedHours.exceptions.length, 3);
  assert.deepEqual(openingSaid({ ...typedHours, weekly: [...typedHours.weekly].reverse(), exceptions: [...typedHours.exceptions].reverse() }, "p"), { said, wrong: {} });
});

test("hours that can't be are named by their row", () => {
  const row = (day: string, opens = "", closes = ""): { day: string; opens: string; closes: string } => ({ day, opens, closes });
  assert.deepEqual(openingSaid({ area: "", weekly: [], exceptions: [] }, "p").wrong, { weekly: "none" });
  assert.deepEqual(openingSaid({ area: "", weekly: [row("0", "08:00", "18:00"), row("1", "8:00", "18:00"), row("2", "08:00"), row("3", "24:00", "06:00")], exceptions: [] }, "p").wrong, { "weekly-1": "time", "weekly-2": "time", "weekly-3": "time" });
  assert.deepEqual(openingSaid({ area: "", weekly: [], exceptions: [row(""), row("2026-12-25"), row("2026-12-25", "08:00", "12:00"), row("2026-12-26", "08:00")] }, "p").wrong, { "exceptions-0": "date", "exceptions-2": "twice", "exceptions-3": "time" });
});

test("of a code's own meanings the one that holds counts", () => {
  const own = (number: number, retired_ms: number | null): OwnCode => ({ protocol: "sia", code: "ZQ", qualifier: "", name: `n${number}`, phase: "alarm", class: "burglary", priority: 2, number, by: "", at_ms: 0, retired_ms });
  assert.equal(holding([own(2, null), own(1, 5)]).get("sia ZQ ")?.number, 2);
});

test("bytes are shown with what can be read of them", () => {
  assert.equal(dump("0a4142ff"), `0000  ${"0a 41 42 ff".padEnd(47)}  ·AB·`);
});

test("an address leads where it came from, and each role has its tabs", () => {
  const id = "0195f9a2-0000-7000-8000-000000000000";
  assert.deepEqual(routeOf(pathOf("panels", id)), { tab: "panels", panelId: id });
  assert.deepEqual(routeOf("/backoffice/settings/nonsense/"), { tab: "panels", panelId: null });
  assert.deepEqual([tabsFor("technician").length, tabsFor("supervisor").includes("brokers"), tabsFor("operator").length], [7, false, 0]);
  assert.deepEqual([may("supervisor").except, may("technician").except, may("planner").test], [true, false, false]);
});
