// SPDX-License-Identifier: EUPL-1.2
// A night, as data: what the page of parts shows, so that every state of both faces can be looked at without a server.
import { blank, start as consoleStart, wanted, type ConsoleState } from "./console/model";
import { everything } from "./console/order";
import type { SecondState } from "./console/second";
import type { PinnedStep } from "./plans/types";
import type { PortalState } from "./portal/model";
import type { Sight } from "./portal/seeing";
import { start as portalStart } from "./portal/model";
import { unsaid, unsaidDetail, type Alarm, type AlarmDetail, type Look, type Signal } from "./types";

/** 22 November 2026, 02:31:07 in Rotterdam. */
export const NIGHT = Date.UTC(2026, 10, 22, 1, 31, 7);
const site = { id: "s1", name: "Harbour yard North", address: "Kade 12, Rotterdam", tz: "Europe/Amsterdam" };

export const burglary: Alarm = {
  ...unsaid, id: "a1", number: 20488, class: "person", cause: "motion", signal_class: "video", priority: 4, state: "claimed", camera: { id: "c1", name: "Gate camera 2" }, site, owner: { id: "o1", name: "De Haan Bouw BV" },
  unit: { id: "u1", name: "Unit 0b7f" }, score: 910, zone: "fence", first_seen_ms: NIGHT - 400, raised_ms: NIGHT, received_ms: NIGHT + 600, images: "released",
  claimed_by: { id: "me", name: "Operator 12" }, claimed_at_ms: NIGHT + 2000, first_action_ms: NIGHT + 2000, closed: null, recalled_ms: null, window: { open: true, pre_s: 10, until_ms: NIGHT + 893_000, ended_ms: null, ended_reason: null },
  confirmed: "video", avs: { score: 2, reasons: ["person_found", "several_detectors"] }, norm_due_ms: NIGHT + 90_600, folded: 2,
};

/** A panel's alarm: no camera, no pictures. */
const heard = (id: string, number: number, name: string, part: Partial<Alarm>): Alarm => ({
  ...burglary, id, number, state: "queued", claimed_by: null, claimed_at_ms: null, first_action_ms: null, score: 0, camera: null, unit: null, window: null, images: "none:no_camera", source: "panel", zone: "", confirmed: "", avs: null, folded: 0,
  site: { ...site, id: `s-${id}`, name }, ...part,
});

const others: readonly Alarm[] = [
  heard("a0", 20490, "Jeweller Brandt", { class: "holdup_duress", signal_class: "holdup_duress", cause: "panel", priority: 1, raised_ms: NIGHT + 11_000, received_ms: NIGHT + 11_400, zone: "counter button", norm_due_ms: NIGHT + 41_400, avs: { score: 4, reasons: ["hold_up"] } }),
  heard("a2", 20487, "Warehouse 14", { class: "fire", signal_class: "fire", cause: "panel", priority: 1, state: "claimed", claimed_by: { id: "o7", name: "Operator 7" }, raised_ms: NIGHT - 7000, received_ms: NIGHT - 6500, zone: "hall B, smoke", confirmed: "sequential", folded: 3 }),
  heard("a5", 20489, "Home Lindqvist", { class: "burglary", signal_class: "burglary", cause: "panel", priority: 4, raised_ms: NIGHT - 4000, received_ms: NIGHT - 3600, camera: { id: "c9", name: "Hall" }, images: "released", zone: "front door", look_after_ms: NIGHT + 56_000, recall_until_ms: NIGHT + 56_000, norm_due_ms: NIGHT + 86_000, window: { open: true, pre_s: 10, until_ms: NIGHT + 600_000, ended_ms: null, ended_reason: null } }),
  heard("a3", 20481, "School site Zuid", { class: "tamper", signal_class: "tamper", cause: "tamper", priority: 5, raised_ms: NIGHT - 58_000, received_ms: NIGHT - 57_000, camera: { id: "c7", name: "Unit 7" }, unit: { id: "u7", name: "Unit 7" }, source: "unit", images: "none:working_hours", norm_due_ms: NIGHT + 33_000 }),
  heard("a6", 20479, "Bakery Lindqvist", { class: "open_close_exception", signal_class: "open_close_exception", cause: "panel", priority: 7, raised_ms: NIGHT - 348_000, received_ms: NIGHT - 348_000, norm_due_ms: NIGHT - 168_000, escalated_ms: NIGHT - 100_000, zone: "opened too late" }),
  heard("a4", 20476, "12 sites on one carrier", { class: "technical", signal_class: "technical", cause: "technical", priority: 7, raised_ms: NIGHT - 266_000, received_ms: NIGHT - 266_000, source: "server", folded: 11, zone: "paths lost", norm_due_ms: NIGHT + 180_000 }),
  heard("a7", 20470, "Garage Van Dam", { class: "burglary", signal_class: "burglary", cause: "panel", priority: 4, raised_ms: NIGHT - 900_000, received_ms: NIGHT - 900_000, parked_until_ms: NIGHT + 600_000, folded: 57, zone: "roller door contact" }),
];

const signal = (id: string, s: number, part: Partial<Signal>): Signal => ({
  id, at_ms: NIGHT + s * 1000, source: "panel", code: "130", name: "Burglary", class: "burglary", phase: "alarm", zone: "3", area: "1", user: "", text: "", known: true, path: "DC-09 TCP", times: 1, ...part,
});

const caller = { id: "k1", name: "P. de Haan", relation: "site manager", language: "nl", phones: [{ number: "06 55 50 41 20", label: "mobile" }], phone: "06 55 50 41 20", reachable: true, has_code_word: true };
const step = (no: number, kind: PinnedStep["kind"], text: string, part: Partial<PinnedStep> = {}): PinnedStep => ({ no, kind, text, attempts: 1, code_word: false, wait_s: 0, close_code: "", outcomes: ["done"], contacts: [], done: [], ...part });

const detail: AlarmDetail = {
  ...burglary, ...unsaidDetail,
  steps: [
    { at_ms: NIGHT, kind: "raised", by: "Unit 0b7f", note: "", index: 20_871 }, { at_ms: NIGHT + 200, kind: "released", by: "Unit 0b7f", note: "", index: 20_872 },
    { at_ms: NIGHT + 2000, kind: "claimed", by: "Operator 12", note: "", index: 20_873 }, { at_ms: NIGHT + 9000, kind: "note", by: "Operator 12", note: "One person, no vehicle, walks along the fence", index: null },
  ],
  facts: [],
  signals: [
    signal("g1", 0, { source: "unit", code: "", name: "Person 0.91 at the fence", class: "video", path: "Unit 0b7f" }), signal("g2", 6, { code: "BA", name: "Burglary, perimeter", zone: "3", text: "fence north" }), signal("g3", 8, { code: "BA", name: "Burglary, interior", zone: "5", times: 2, path: "DC-09 TCP, resent" }),
  ],
  plan: { version_id: "p3", number: 3, name: "Building site at night", steps: [
    step(1, "look", "", { outcomes: ["person", "nobody", "unclear"], done: [{ at_ms: NIGHT + 9000, by: "Operator 12", outcome: "person", note: "one, no vehicle" }] }),
    step(2, "call_contact", "Site manager first", { outcomes: ["reached", "no_answer", "voicemail"], code_word: true, attempts: 2, contacts: [caller] }),
    step(3, "send_guard", "12 min away"), step(4, "note", "Inform the owner"),
  ] },
  dispatches: [{
    id: "d1", guard: "Securex 4", guard_id: "w1", phone: "010 555 01 04", state: "on_the_way", times: { requested_ms: NIGHT + 10_000, accepted_ms: NIGHT + 11_000, on_the_way_ms: NIGHT + 12_000, arrived_ms: null },
    due_ms: NIGHT + 730_000, accept_by_ms: NIGHT + 130_000, overdue: false, note: "", declined: false, cancel_reason: "", mailed_ms: null, report: "", found: "", secured: null, requested_by: "Operator 12",
  }],
  viewers: [{ name: "Operator 12", since_ms: NIGHT + 2500 }], max_viewers: 3,
  neighbours: [{ camera: { id: "c3", name: "Crane camera" }, alarm_id: "a1b", window: burglary.window }],
};

const rowsOf = (alarms: readonly Alarm[]): ReadonlyMap<string, Alarm> => new Map(alarms.map((alarm) => [alarm.id, alarm]));
const arranged = (state: ConsoleState): ConsoleState => ({ ...state, ids: state.ids.length > 0 ? state.ids : wanted(state) });

const nobody: ConsoleState = {
  ...consoleStart, me: { name: "Operator 12", party: "Alarmcentrale De Linge" }, mine: "me", nowMs: NIGHT + 14_000, asOfMs: NIGHT + 13_000, loading: false,
  health: { units: { in_contact: 412, total: 412 }, checkpoint_age_ms: 400, pending: 0, tree_size: 20_876, now_ms: NIGHT },
};
const stretches = [{ fromMs: NIGHT - 10_000, toMs: NIGHT, kind: "pre" as const }, { fromMs: NIGHT, toMs: NIGHT + 13_000, kind: "rel" as const }];
const looking: ConsoleState = arranged({
  ...nobody, alarms: rowsOf([...others, burglary]), selected: "a1", opened: "a1", detail, second: true,
  picture: { ...blank, phase: "playing", live: true, headMs: NIGHT + 13_000, behindS: 1, boxes: 1, stretches },
  log: [
    { atMs: NIGHT + 2000, words: "claimed AL-20488", index: 20_873, proof: "proved" }, { atMs: NIGHT + 2100, words: "looked, Gate camera 2", index: 20_874, proof: "proved" },
  ],
});
const fresh = { ...burglary, state: "queued" as const, claimed_by: null, claimed_at_ms: null, first_action_ms: null };
const closed = { ...detail, state: "closed" as const, recalled_ms: NIGHT + 14_000, closed: { code: "recalled", note: "", at_ms: NIGHT + 14_000, by: "De Haan Bouw BV" }, window: { ...burglary.window!, open: false, ended_ms: NIGHT + 14_000, ended_reason: "recalled" } };
const chosen = (id: string, part: Partial<AlarmDetail> = {}): Partial<ConsoleState> => ({ selected: id, opened: null, picture: blank, detail: { ...unsaidDetail, ...others.find((one) => one.id === id)!, steps: detail.steps.slice(0, 1), facts: [], ...part } });
const unsent = (id: string, words: string, part: Partial<ConsoleState["actions"][number]> = {}): ConsoleState["actions"][number] => ({ id, alarmId: "a1", number: 20488, verb: "note", body: {}, words, madeMs: NIGHT, state: "waiting", tries: 2, message: "", advice: "", ...part });

/** A storm: 500 in a minute, the dangerous ones first, a sensor that ran wild parked. */
export const storm: readonly Alarm[] = Array.from({ length: 500 }, (_, i): Alarm => {
  const kind = i === 3 ? "fire" : i === 7 ? "holdup_duress" : i % 40 === 0 ? "medical" : i % 7 === 0 ? "tamper" : i % 5 === 0 ? "technical" : "burglary";
  const priority = { fire: 1, holdup_duress: 1, medical: 2, burglary: 4, tamper: 5, technical: 7 }[kind];
  return heard(`storm${i}`, 30_000 + i, `${["Harbour", "School", "Depot", "Shop", "Home"][i % 5]} ${i}`, { class: kind, signal_class: kind, cause: "panel", priority, raised_ms: NIGHT - 60_000 + i * 120, received_ms: NIGHT - 60_000 + i * 120, zone: `zone ${i % 16}`, norm_due_ms: NIGHT + 30_000 + i * 120, confirmed: i % 9 === 0 ? "sequential" : "", folded: i % 11 === 0 ? i : 0 });
});

export const consoleSamples: Readonly<Record<string, ConsoleState>> = {
  quiet: nobody,
  ringing: arranged({ ...looking, ids: [], alarms: rowsOf([...others, fresh]), detail: { ...detail, ...fresh, plan: detail.plan, dispatches: [], viewers: [] }, opened: null, picture: blank, log: [], sound: "holdup", held: [] }),
  looking,
  recalled: arranged({ ...looking, ids: [], alarms: rowsOf(others), detail: closed, opened: null, picture: { ...blank, phase: "sealed", reason: "recalled", stretches } }),
  hold: { ...looking, ...chosen("a5", { plan: detail.plan, signals: [signal("h1", -4, { zone: "1", text: "front door", name: "Burglary, entry" })] }) },
  signals: { ...looking, ...chosen("a0", { signals: [signal("s1", 11, { code: "120", name: "Hold-up", class: "holdup_duress", zone: "9", text: "counter button" }), signal("s2", 12, { code: "120", name: "Hold-up", class: "holdup_duress", zone: "9", times: 3 }), signal("s3", 13, { code: "XQ", name: "Unknown code", class: "unknown", phase: "unknown", zone: "2", known: false })] }), raw: { id: "s1", signal: { text: "\n6F2A0037\"ADM-CID\"0034R1L0#1234[#1234|1120 01 009]_01:31:18,11-22-2026\r", hex: "0a36463241", transport: "DC-09 TCP, AES-128", peer: "10.8.0.14", received_ms: NIGHT + 11_400, fault: "" } } },
  held: { ...looking, held: ["a0"], ids: looking.ids.filter((id) => id !== "a0") },
  storm: arranged({ ...looking, ids: [], alarms: rowsOf([...storm, burglary]), sound: "fire" }),
  parked: arranged({ ...nobody, ids: [], alarms: rowsOf([...others, burglary]), filter: { ...everything, only: "parked" }, ...chosen("a7", { plan: null }) }),
  muted: { ...looking, muted: true, breaksMs: NIGHT + 55_000, sound: "holdup" },
  lost: { ...looking, connected: false, actions: [unsent("x1", "noted on AL-20488"), unsent("x2", "guard sent for AL-20488")] },
  refused: { ...looking, actions: [unsent("x3", "claimed AL-20490", { state: "refused", alarmId: "a0", number: 20490, message: "Claimed by Operator 7 at 02:31:19.", advice: "Take another one." })] },
};

const seat: SecondState = { me: { name: "Operator 12", party: "Alarmcentrale De Linge" }, mine: "me", nowMs: NIGHT + 14_000, connected: true, asOfMs: NIGHT + 13_000, mode: "wall", alarms: looking.alarms, selected: "a1", detail, opened: null, picture: blank, first: true };
export const secondSamples: Readonly<Record<string, SecondState>> = {
  wall: seat,
  storm: { ...seat, alarms: rowsOf([...storm, burglary]) },
  picture: { ...seat, mode: "picture", opened: "a1", picture: looking.picture },
};

const look: Look = { index: 20_874, indices: [20_874], slots: 23, forgotten: false, reason: "", address: "", verified_ms: null, turned: 0, minutes: null, mine: false, kind: "view", at_ms: NIGHT + 2100, who: "Operator 12", role: "operator", party: "Alarmcentrale De Linge", why: "alarm_verification", camera_id: "c1", camera_name: "Gate camera 2", alarm_id: "a1", alarm_number: 20488, from_ms: NIGHT - 10_000, to_ms: NIGHT + 13_000, seconds: 14, ended: false };

const seenByNobody: Sight = { windows: [], reopenings: [], grants: [], looking: [], guards: [] };
const seenInAlarm: Sight = {
  windows: [{ alarm_id: "a1", number: 12, party: "Alarmcentrale De Linge", cameras: ["c1"], until_ms: NIGHT + 300_000, look_after_ms: null }],
  reopenings: [{ alarm_id: "a0", number: 9, party: "Alarmcentrale De Linge", who: "Operator 12", reason: "customer_question", until_ms: NIGHT + 600_000, cameras: ["c1"] }],
  grants: [{ id: "g1", camera_id: "c1", party: "Kijk & Co", purpose: "maintenance", until_ms: NIGHT + 500_000 }],
  looking: [
    { lease_id: "l1", camera_id: "c1", track: 1, purpose: "alarm_verification", who: "Operator 12", role: "operator", party: "Alarmcentrale De Linge", own: false, me: false, since_ms: NIGHT + 4000, alarm_id: "a1" },
    { lease_id: "l2", camera_id: "c1", track: 4, purpose: "own_use", who: "Pieter de Haan", role: "owner", party: "De Haan Bouw BV", own: true, me: true, since_ms: NIGHT + 9000, alarm_id: null },
  ],
  guards: [{ site_id: "s1", cameras: ["c1"], since_ms: NIGHT - 3 * 86_400_000, has: [{ camera_id: "c1", guard: "Securex 4", seen: 1, until_ms: NIGHT + 900_000 }] }],
};

const home: PortalState = {
  ...portalStart, sight: seenByNobody, me: { name: "Pieter de Haan", email: "owner@dehaan.example", party: "De Haan Bouw BV", partyId: "o1", role: "owner" }, nowMs: NIGHT + 14_000, loading: false,
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

export const portalSamples: Readonly<Record<string, PortalState>> = {
  now: home,
  alarm: { ...home, sight: seenInAlarm, alarms: [burglary, ...home.alarms] },
  arming: { ...home, units: home.units.map((one) => ({ ...one, confirmed: { state: "disarmed" as const, untilMs: null, atMs: NIGHT - 4000 }, arming: { phase: "sent" as const, target: "arm" as const } })) },
  compare: { ...home, units: home.units.map((one) => ({ ...one, confirmed: null, compare: "lusab-babad-gutih-tugad-mudof-sakat-hirop-vozuk" })) },
  cameras: { ...home, route: { view: "cameras", id: null } },
  looked: { ...home, route: { view: "looked", id: null } },
  you: { ...home, route: { view: "you", id: null } },
  new: { ...portalStart, me: home.me, loading: false, nowMs: NIGHT, looksLoaded: true },
};
