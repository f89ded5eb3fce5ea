// SPDX-License-Identifier: EUPL-1.2
// The centre's pages in every state, for the page of parts and its tests.
import { start, type CentreState, type MembersShown, type MemberShown, type PageName } from "./model";
import type { Certificates, Escalation, Figures, HandOvers, ReviewDetail, Reviews, Settings, Standing, Trends, Wall } from "./types";

const NIGHT = Date.UTC(2026, 10, 22, 2, 31, 20);
const DAY = 86_400_000;
const me = { id: "sanne", name: "Sanne Visser", role: "supervisor", party: "Alarmcentrale De Linge", partyId: "5a4e7a11-0000-4000-8000-7a6567656c01" };
const from = (page: PageName, part: Partial<CentreState>): CentreState => ({ ...start(me, page, NIGHT), loading: false, wall: night, ...part });
const narrow = (): boolean => globalThis.matchMedia?.("(max-width: 700px)").matches ?? false;

const seat = (id: string, name: string, minutes: number, rest: Partial<Wall["seats"][number]> = {}): Wall["seats"][number] => ({ person: { id, name }, role: "operator", since_ms: NIGHT - minutes * 60_000, on_duty: true, break_since_ms: null, ...rest });
const today = (first: number, second: number): Wall["today"] => [
  { class: "urgent", group: "urgent", alarms: 12, left_before: 0, within: [11, 12], shares: [first, second], targets: [[30, 0.8], [60, 0.985]], met: true, median_s: null, p95_s: null, worst_s: 41, whole: true },
  { class: "other", group: "other", alarms: 214, left_before: 31, within: [160, 178], shares: [0.874, 0.973], targets: [[90, 0.8], [180, 0.985]], met: false, median_s: null, p95_s: null, worst_s: 402, whole: true },
];

const night: Wall = {
  now_ms: NIGHT, in_hand: 3, parked: 1, manned: 2, mine: seat("sanne", "Sanne Visser", 190, { role: "supervisor", on_duty: false }), suspended: false, stand_in: [], escalations: [],
  queue: [
    { class: "holdup_duress", waiting: 1, overdue: 0, oldest_ms: NIGHT - 12_000, due_ms: NIGHT + 18_000 },
    { class: "burglary", waiting: 4, overdue: 0, oldest_ms: NIGHT - 71_000, due_ms: NIGHT + 19_000 },
    { class: "technical", waiting: 2, overdue: 0, oldest_ms: NIGHT - 20_000, due_ms: NIGHT + 70_000 },
  ],
  seats: [seat("o12", "Operator 12", 190), seat("o7", "Operator 7", 64), seat("o3", "Operator 3", 190, { break_since_ms: NIGHT - 220_000 }), seat("sanne", "Sanne Visser", 190, { role: "supervisor", on_duty: false })],
  links: { units: 412, units_lost: 0, paths: 1204, paths_lost: 3 }, storms: [{ site: "Harbour yard North", alarms: 18, folded: 240 }], today: today(0.917, 1),
};

const escalation: Escalation = {
  id: "e1", cause: "unmanned", opened_ms: NIGHT - 75_000, rounds: 2, next_ms: NIGHT + 105_000, waiting: 7, overdue: 5, oldest_ms: NIGHT - 171_000, for: null, acknowledged_ms: null, resolved_ms: null,
  steps: [{ kind: "opened", at_ms: NIGHT - 75_000, told: 0, note: "", by: null }, { kind: "paged", at_ms: NIGHT - 75_000, told: 2, note: "", by: null }, { kind: "paged", at_ms: NIGHT - 15_000, told: 2, note: "", by: null }, { kind: "second_centre", at_ms: NIGHT - 15_000, told: 0, note: "", by: null }],
};

const unmanned: Wall = {
  ...night, manned: 0, in_hand: 0, seats: [], mine: null, escalations: [escalation],
  queue: [
    { class: "fire", waiting: 1, overdue: 1, oldest_ms: NIGHT - 171_000, due_ms: NIGHT - 141_000 }, { class: "burglary", waiting: 4, overdue: 4, oldest_ms: NIGHT - 160_000, due_ms: NIGHT - 70_000 },
    { class: "technical", waiting: 2, overdue: 0, oldest_ms: NIGHT - 20_000, due_ms: NIGHT + 70_000 },
  ],
  stand_in: [{ class: "medical", waiting: 1, overdue: 0, oldest_ms: NIGHT - 20_000, due_ms: NIGHT + 10_000 }],
};

const open = (id: string, signal_class: string, site: string, parked: number | null = null): Standing["alarms"][number] => ({ id, site, signal_class, class: signal_class, state: "acting", received_ms: NIGHT - 900_000, parked_until_ms: parked });
const standing: Standing = {
  alarms: [open("a1", "burglary", "Harbour yard North"), open("a2", "technical", "Villa Lindqvist")], parked: [open("a3", "video", "Depot East", NIGHT + 1_800_000)],
  tests: [{ id: "t1", site: "Depot East", from_ms: NIGHT - 3_600_000, to_ms: NIGHT + 3_600_000, fire: true }], troubles: [{ site_id: "s1", site: "Villa Lindqvist", times: 6, last_ms: NIGHT - 240_000 }],
};
const handOvers: HandOvers = {
  now: standing,
  hand_overs: [
    { id: "h2", written_ms: NIGHT - 600_000, by: { id: "o12", name: "Operator 12" }, note: "Depot East: the camera at the ramp moves in the wind, parked until three.\nWaiting for the guard at the yard.", state: standing, accepted: null },
    { id: "h1", written_ms: NIGHT - 9 * 3_600_000, by: { id: "o7", name: "Operator 7" }, note: "Quiet. Test at Depot East until four, fire too.", state: { ...standing, alarms: [], troubles: [] }, accepted: { by: "Operator 12", at_ms: NIGHT - 9 * 3_600_000 + 300_000, note: "Read." } },
  ],
};

const codes = ["genuine", "false_user", "false_equipment", "false_environment", "test", "recalled", "unknown"];
const row = (name: string, group: "urgent" | "other" | null, alarms: number, shares: [number, number] | null, met: boolean | null): Figures["responses"][number] => ({
  class: name, group, alarms, left_before: Math.round(alarms / 12), within: [0, 0], shares, targets: group === null ? null : group === "urgent" ? [[30, 0.8], [60, 0.985]] : [[90, 0.8], [180, 0.985]], met, median_s: 21.4, p95_s: 88, worst_s: 402.5, whole: name === "urgent" || name === "other",
});
const figures: Figures = {
  norms: { urgent: [[30, 0.8], [60, 0.985]], other: [[90, 0.8], [180, 0.985]] }, codes, step_ms: DAY,
  responses: [row("burglary", "other", 640, [0.91, 0.99], true), row("fire", "urgent", 31, [0.93, 1], true), row("holdup_duress", "urgent", 12, [0.75, 0.92], false), row("technical", "other", 402, [0.88, 0.97], false), row("test", null, 90, null, null), row("urgent", "urgent", 43, [0.88, 0.977], false), row("other", "other", 1042, [0.9, 0.986], true)],
  sites: [["Depot East", 88, [2, 20, 9, 51, 4, 2, 0]], ["Harbour yard North", 41, [6, 12, 3, 15, 2, 3, 0]], ["Villa Lindqvist", 9, [0, 5, 0, 0, 1, 3, 0]]].map(([site, closed, n], i) => {
    const counts = n as number[];
    return { site_id: String(i), site: String(site), closed: Number(closed), false: (counts[1] ?? 0) + (counts[2] ?? 0) + (counts[3] ?? 0), codes: Object.fromEntries(codes.map((code, at) => [code, counts[at] ?? 0])) };
  }),
  trend: Array.from({ length: 30 }, (_, i) => { const alarms = 24 + ((i * 37) % 29); return { at_ms: NIGHT - (30 - i) * DAY, alarms, false: Math.round(alarms * (0.35 + ((i * 13) % 10) / 30)), answered: i === 12 ? null : 0.94 + ((i * 7) % 6) / 100 }; }),
};

const view = (id: string, name: string, risks: readonly string[], part: Partial<Reviews["reviews"][number]> = {}): Reviews["reviews"][number] => ({
  id, person: { id: `p-${name}`, name }, purpose: "alarm_verification", from_ms: NIGHT - 7_200_000, to_ms: NIGHT - 7_200_000 + 412_000, slots: 38, index: 10_412, why: risks.length === 0 ? "random" : "risk", risks, score: 5, made_ms: NIGHT - 3_600_000, alarm_id: "a1",
  camera: "Gate camera 2", site: "Harbour yard North", dealt_to: { id: "sanne", name: "Sanne Visser" }, own: false, finding: null, ...part,
});
const dealt: Reviews = { counts: { open: 3, follow_up: 1 }, reviews: [view("r1", "Operator 7", ["after_recall", "long_view"]), view("r2", "Operator 12", ["repeat", "no_step"]), view("r3", "Operator 12", [])] };
const detail: ReviewDetail = {
  ...view("r1", "Operator 7", ["after_recall", "long_view"]), other_views: 4, shares: [{ index: 10_412, slots: 38, at_ms: NIGHT }],
  alarm: { number: 20_488, class: "person", signal_class: "burglary", state: "closed", received_ms: NIGHT - 7_230_000, closed_code: "recalled", recalled_ms: NIGHT - 7_100_000, closed_ms: NIGHT - 7_100_000, reopened: null },
  steps: [{ at_ms: NIGHT - 7_230_000, kind: "raised", by: "", note: "", his: false }, { at_ms: NIGHT - 7_215_000, kind: "claimed", by: "Operator 7", note: "", his: true }, { at_ms: NIGHT - 7_100_000, kind: "recalled", by: "Pieter de Haan", note: "", his: false }],
};
const trends: Trends = {
  weeks: Array.from({ length: 4 }, (_, i) => ({ from_ms: NIGHT - (28 - i * 7) * DAY, dealt: 14 + i, judged: 13 + i, question: i % 3, breach: i === 2 ? 1 : 0 })),
  risks: [{ risk: "long_view", dealt: 21, ok: 18, question: 2, breach: 0, open: 1 }, { risk: "random", dealt: 19, ok: 19, question: 0, breach: 0, open: 0 }, { risk: "after_recall", dealt: 2, ok: 0, question: 1, breach: 1, open: 0 }],
};

const paper = (id: string, person: string | null, scheme: string, days: number): Certificates["certificates"][number] => ({
  id, scheme, number: `${scheme.toUpperCase()}-2024-0117`, issuer: "Kiwa Nederland", person: person === null ? null : { id: person, name: person }, valid_from_ms: NIGHT - 300 * DAY, valid_to_ms: NIGHT + days * DAY, withdrawn_ms: null, holds: days > 0, days_left: Math.max(0, days),
});
const certificates: Certificates = {
  schemes: ["pac", "vds", "en50518"], certificates: [paper("c1", null, "pac", 240), paper("c2", null, "vds", 22), paper("c3", null, "en50518", -3), paper("c4", "Operator 12", "pac", 6), paper("c5", "Operator 7", "pac", 120)],
  people: [{ id: "Operator 12", name: "Operator 12", confidential_until_ms: NIGHT + 100 * DAY, suspended: false }, { id: "Operator 7", name: "Operator 7", confidential_until_ms: NIGHT - DAY, suspended: true }],
  suspensions: [{ id: "x1", person: { id: "Operator 7", name: "Operator 7" }, at_ms: NIGHT - 7200_000, by: "Jan Kok", by_id: "jan", reason: "Looked on after the recall, and again an hour later.", lifted_ms: null, lifted_by: null, lifted_reason: "" }],
};
const member = (id: string, role: string, holdsKey: boolean, standing: MemberShown["standing"]): MemberShown => ({
  row: { membership_id: `m-${id}`, person_id: id, name: id, email: `${id.toLowerCase().replace(" ", "")}@centrale.example`, role, since_ms: NIGHT - 300 * DAY, suite: 1, holds_key: holdsKey, sign_pk: "", open_pk: "" },
  words: "amber boat candle delta ember field gravel harbour", standing,
});
const shown = [member("Operator 12", "operator", true, "compared"), member("Operator 7", "operator", false, "not_compared"), member("sanne", "supervisor", true, "me")];
const members: MembersShown = {
  shown, ownWords: "iron jacket kettle lemon market north oak pebble",
  all: { key_number: 1, members: shown.map(({ row }) => row), invitations: [{ id: "i1", name: "Operator 15", email: "operator15@centrale.example", role: "operator", expires_ms: NIGHT + 6 * DAY, expired: false, sent_ms: NIGHT - DAY, letters: 1 }] },
};
const settings: Settings = { pagers: ["pager-1@centrale.example"], second_after_s: 60, repeat_s: 120, quiet_s: 300, norms: figures.norms, review_rate: 0.05, long_view_s: 300 };

export const centreSamples: Readonly<Record<string, CentreState>> = {
  wall: from("wall", {}), unmanned: from("wall", { wall: unmanned }), quiet: from("wall", { wall: { ...night, queue: [], storms: [], in_hand: 0, parked: 0, links: { ...night.links, paths_lost: 0 } } }),
  hand: from("hand-over", { handOvers }), figures: from("figures", { figures, days: 30, narrow: narrow() }), none: from("figures", { figures: { ...figures, trend: [], sites: [], responses: [] } }),
  reviews: from("reviews", { reviews: dealt, trends, chosen: "r1", review: detail, judging: { verdict: "breach", reason: "Looked on for two minutes after the recall.", suspend: true } }), judged: from("reviews", { reviews: { reviews: [], counts: { open: 0, follow_up: 0 } }, trends: { weeks: [], risks: [] } }),
  certificates: from("certificates", { certificates, members }), settings: from("settings", { settings }),
};
