// SPDX-License-Identifier: EUPL-1.2
// A night, as data: what the page of parts shows, so that every state of both faces can be looked at without a server.
import type { ConsoleState } from "./console/model";
import { start as consoleStart } from "./console/model";
import type { PortalState } from "./portal/model";
import { start as portalStart } from "./portal/model";
import type { Alarm, AlarmDetail, Look } from "./types";

/** 22 November 2026, 02:31:07 in Rotterdam. */
export const NIGHT = Date.UTC(2026, 10, 22, 1, 31, 7);
const site = { id: "s1", name: "Harbour yard North", address: "Kade 12, Rotterdam", tz: "Europe/Amsterdam" };

export const burglary: Alarm = {
  id: "a1", number: 20488, class: "person", cause: "motion", priority: 3, state: "claimed", camera: { id: "c1", name: "Gate camera 2" }, site, owner: { id: "o1", name: "De Haan Bouw BV" },
  unit: { id: "u1", name: "Unit 0b7f" }, score: 910, zone: "fence", first_seen_ms: NIGHT - 400, raised_ms: NIGHT, received_ms: NIGHT + 600, images: "released",
  claimed_by: { id: "me", name: "Operator 12" }, closed: null, recalled_ms: null, window: { open: true, pre_s: 10, until_ms: NIGHT + 893_000, ended_ms: null, ended_reason: null },
};

const others: readonly Alarm[] = [
  { ...burglary, id: "a0", number: 20490, class: "hold_up", cause: "input", priority: 1, state: "queued", claimed_by: null, score: 0, camera: null, site: { ...site, name: "Jeweller Brandt" }, raised_ms: NIGHT + 11_000, received_ms: NIGHT + 11_400, images: "none:class", window: null },
  { ...burglary, id: "a2", number: 20487, class: "fire", cause: "input", priority: 1, state: "claimed", claimed_by: { id: "o7", name: "Operator 7" }, score: 0, camera: null, site: { ...site, name: "Warehouse 14" }, raised_ms: NIGHT - 7000, received_ms: NIGHT - 6500, images: "none:class", window: null },
  { ...burglary, id: "a3", number: 20481, class: "tamper", cause: "tamper", priority: 3, state: "queued", claimed_by: null, score: 0, camera: { id: "c7", name: "Unit 7" }, site: { ...site, name: "School site Zuid" }, raised_ms: NIGHT - 58_000, received_ms: NIGHT - 57_000, images: "none:working_hours", window: null },
  { ...burglary, id: "a4", number: 20476, class: "technical", cause: "technical", priority: 7, state: "queued", claimed_by: null, score: 0, camera: null, site: { ...site, name: "Bakery Lindqvist" }, raised_ms: NIGHT - 266_000, received_ms: NIGHT - 266_000, images: "none:class", window: null },
];

const detail: AlarmDetail = {
  ...burglary,
  steps: [
    { at_ms: NIGHT, kind: "raised", by: "Unit 0b7f", note: "", index: 20_871 }, { at_ms: NIGHT + 200, kind: "released", by: "Unit 0b7f", note: "", index: 20_872 },
    { at_ms: NIGHT + 2000, kind: "claimed", by: "Operator 12", note: "", index: 20_873 }, { at_ms: NIGHT + 9000, kind: "note", by: "Operator 12", note: "One person, no vehicle, walks along the fence", index: null },
  ],
  facts: [],
};

const nobody: ConsoleState = {
  ...consoleStart, me: { name: "Operator 12", party: "Alarmcentrale De Linge" }, mine: "me", nowMs: NIGHT + 14_000, loading: false,
  health: { units: { in_contact: 412, total: 412 }, checkpoint_age_ms: 400, pending: 0, tree_size: 20_876, now_ms: NIGHT },
};
const looking: ConsoleState = {
  ...nobody, alarms: [...others, burglary], selected: "a1", detail,
  watch: { phase: "playing", live: true, headMs: NIGHT + 13_000, behindS: 1, paused: false, boxes: 1, stretches: [{ fromMs: NIGHT - 10_000, toMs: NIGHT, kind: "pre" }, { fromMs: NIGHT, toMs: NIGHT + 13_000, kind: "rel" }] },
  log: [
    { atMs: NIGHT + 2000, words: "claimed", index: 20_873, proof: "proved" }, { atMs: NIGHT + 2100, words: "looked, Gate camera 2", index: 20_874, proof: "proved" },
  ],
};

export const consoleSamples: Readonly<Record<string, ConsoleState>> = {
  quiet: nobody,
  ringing: { ...looking, alarms: [...others.slice(1), { ...burglary, state: "queued", claimed_by: null }], detail: null, watch: { phase: "none" }, log: [] },
  looking,
  recalled: { ...looking, alarms: others, handled: [], detail: { ...detail, state: "closed", recalled_ms: NIGHT + 14_000, closed: { code: "recalled", note: "", at_ms: NIGHT + 14_000, by: "De Haan Bouw BV" }, window: { ...burglary.window!, open: false, ended_ms: NIGHT + 14_000, ended_reason: "recalled" } }, watch: { phase: "sealed", reason: "recalled", stretches: looking.watch.phase === "playing" ? looking.watch.stretches : [] } },
  lost: { ...looking, connected: false },
};

const look: Look = { index: 20_874, indices: [20_874], slots: 23, forgotten: false, mine: false, kind: "view", at_ms: NIGHT + 2100, who: "Operator 12", role: "operator", party: "Alarmcentrale De Linge", why: "alarm_verification", camera_id: "c1", camera_name: "Gate camera 2", alarm_id: "a1", alarm_number: 20488, from_ms: NIGHT - 10_000, to_ms: NIGHT + 13_000, seconds: 14, ended: false };

const home: PortalState = {
  ...portalStart, me: { name: "Pieter de Haan", email: "owner@dehaan.example", party: "De Haan Bouw BV", partyId: "o1", role: "owner" }, nowMs: NIGHT + 14_000, loading: false,
  units: [{ unit: { id: "u1", name: "Unit 0b7f", site: { id: "s1", name: site.name }, fingerprint: "", state: "paired", last_seen_ms: NIGHT, in_contact: true, software: "0.1.0" }, tz: site.tz, confirmed: { state: "armed", untilMs: null, atMs: NIGHT - 32_000_000 }, distrust: null, compare: null, arming: null }],
  cameras: [{ id: "c1", name: "Gate camera 2", unit: { id: "u1", name: "Unit 0b7f" }, site: { id: "s1", name: site.name }, kind: "video", state: "ok" }],
  looks: [
    look,
    { ...look, index: 20_872, indices: [20_872, 20_873, 20_875], kind: "release", at_ms: NIGHT + 200, who: "Unit 0b7f", role: "unit", party: null, why: "person", seconds: null, ended: true },
    { ...look, index: 19_310, indices: [19_310], who: "Tom Jansen", role: "technician", party: "Waakzaam Bouwplaatsen BV", why: "maintenance", at_ms: NIGHT - 8 * 86_400_000, seconds: 240, ended: true, alarm_id: null, alarm_number: null },
    { ...look, index: 18_204, indices: [18_204], who: "Pieter de Haan", role: "owner", party: "De Haan Bouw BV", why: "own_use", at_ms: NIGHT - 9 * 86_400_000, seconds: 61, ended: true, alarm_id: null, alarm_number: null, mine: true },
  ],
  looksLoaded: true, alarms: [{ ...burglary, number: 20391, id: "a9", state: "closed", raised_ms: NIGHT - 3 * 86_400_000, closed: { code: "false_animal", note: "", at_ms: NIGHT - 3 * 86_400_000 + 60_000, by: "Operator 7" }, window: null, claimed_by: { id: "o7", name: "Operator 7" } }],
  checks: { 20872: { phase: "ok", first: 20_872, count: 3, size: 20_876 } },
  keys: [
    { name: "This person’s signing key", words: "lusab-babad-gutih-tugad-mudof-sakat-hirop-vozuk", hint: "Made in your browser. Your unit obeys it." },
    { name: "De Haan Bouw BV: the key that opens", words: "bosah-kipif-dorul-gazov-nitus-mabod-lifak-zugoh", hint: "Recordings are sealed to it." },
  ],
};

const dayStart = Date.UTC(2026, 10, 21, 23, 0, 0);
export const portalSamples: Readonly<Record<string, PortalState>> = {
  now: home,
  alarm: { ...home, alarms: [burglary, ...home.alarms] },
  arming: { ...home, units: home.units.map((one) => ({ ...one, confirmed: { state: "disarmed" as const, untilMs: null, atMs: NIGHT - 4000 }, arming: { phase: "sent" as const, target: "arm" as const } })) },
  compare: { ...home, units: home.units.map((one) => ({ ...one, confirmed: null, compare: "lusab-babad-gutih-tugad-mudof-sakat-hirop-vozuk" })) },
  cameras: { ...home, route: { view: "cameras", id: null } },
  recordings: {
    ...home, route: { view: "recordings", id: "c1" }, alarms: [burglary, ...home.alarms],
    day: {
      cameraId: "c1", day: "2026-11-22", startMs: dayStart, endMs: dayStart + 86_400_000, playing: { phase: "opening", step: 1 },
      clips: [{ fromMs: dayStart + 1_400_000, toMs: dayStart + 1_462_000 }, { fromMs: NIGHT - 10_000, toMs: NIGHT + 13_000 }], chosen: { fromMs: NIGHT - 10_000, toMs: NIGHT + 13_000 },
    },
  },
  events: { ...home, route: { view: "events", id: null }, alarms: [burglary, ...home.alarms] },
  looked: { ...home, route: { view: "looked", id: null } },
  you: { ...home, route: { view: "you", id: null } },
  new: { ...portalStart, me: home.me, loading: false, nowMs: NIGHT, looksLoaded: true },
};
