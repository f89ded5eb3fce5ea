// SPDX-License-Identifier: EUPL-1.2
// What the API says of an alarm centre's work, in its own words.

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface WaitingClass {
  readonly class: string;
  readonly waiting: number;
  readonly overdue: number;
  readonly oldest_ms: number;
  readonly due_ms: number;
}

export interface Seat {
  readonly person: Named;
  readonly role: string;
  readonly since_ms: number;
  readonly on_duty: boolean;
  readonly break_since_ms: number | null;
}

export interface EscalationStep {
  readonly kind: string;
  readonly at_ms: number;
  readonly told: number;
  readonly note: string;
  readonly by: string | null;
}

export interface Escalation {
  readonly id: string;
  readonly cause: "unmanned" | "overdue" | "stand_in";
  readonly opened_ms: number;
  readonly rounds: number;
  readonly next_ms: number;
  readonly waiting: number;
  readonly overdue: number;
  readonly oldest_ms: number | null;
  /** The centre for which this one steps in; null for its own queue. */
  readonly for: string | null;
  readonly acknowledged_ms: number | null;
  readonly resolved_ms: number | null;
  readonly steps: readonly EscalationStep[];
}

export interface Figure {
  readonly class: string;
  readonly group: "urgent" | "other" | null;
  readonly alarms: number;
  readonly left_before: number;
  readonly within: readonly [number, number];
  readonly shares: readonly [number, number] | null;
  readonly targets: readonly (readonly [number, number])[] | null;
  readonly met: boolean | null;
  readonly median_s: number | null;
  readonly p95_s: number | null;
  readonly worst_s: number | null;
  /** A group's classes together. */
  readonly whole: boolean;
}

export interface Wall {
  readonly now_ms: number;
  readonly queue: readonly WaitingClass[];
  readonly stand_in: readonly WaitingClass[];
  readonly in_hand: number;
  readonly parked: number;
  readonly seats: readonly Seat[];
  readonly manned: number;
  readonly mine: Seat | null;
  readonly escalations: readonly Escalation[];
  readonly links: { readonly units: number; readonly units_lost: number; readonly paths: number; readonly paths_lost: number };
  readonly storms: readonly { readonly site: string; readonly alarms: number; readonly folded: number }[];
  readonly today: readonly Figure[];
  readonly suspended: boolean;
}

export interface OpenAlarm {
  readonly id: string;
  readonly site: string;
  readonly signal_class: string;
  readonly class: string;
  readonly state: string;
  readonly received_ms: number;
  readonly parked_until_ms: number | null;
}

export interface Standing {
  readonly alarms: readonly OpenAlarm[];
  readonly parked: readonly OpenAlarm[];
  readonly tests: readonly { readonly id: string; readonly site: string; readonly from_ms: number; readonly to_ms: number; readonly fire: boolean }[];
  readonly troubles: readonly { readonly site_id: string; readonly site: string; readonly times: number; readonly last_ms: number }[];
}

export interface HandOver {
  readonly id: string;
  readonly written_ms: number;
  readonly note: string;
  readonly by: Named;
  readonly state: Standing;
  readonly accepted: { readonly by: string; readonly at_ms: number; readonly note: string } | null;
}

export interface HandOvers {
  readonly now: Standing;
  readonly hand_overs: readonly HandOver[];
}

export interface SiteCauses {
  readonly site_id: string | null;
  readonly site: string;
  readonly codes: Readonly<Record<string, number>>;
  readonly closed: number;
  readonly false: number;
}

export interface Point {
  readonly at_ms: number;
  readonly alarms: number;
  readonly false: number;
  readonly answered: number | null;
}

export interface Figures {
  readonly norms: Readonly<Record<"urgent" | "other", readonly (readonly [number, number])[]>>;
  readonly responses: readonly Figure[];
  readonly sites: readonly SiteCauses[];
  readonly codes: readonly string[];
  readonly step_ms: number;
  readonly trend: readonly Point[];
}

export type Verdict = "ok" | "question" | "breach";

export interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly by: string;
  readonly at_ms: number;
  readonly follow_up: string;
  readonly suspended: boolean;
  readonly followed_up_ms: number | null;
}

export interface Review {
  readonly id: string;
  readonly person: Named;
  readonly purpose: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly slots: number;
  readonly index: number;
  readonly why: "random" | "risk";
  readonly risks: readonly string[];
  readonly score: number;
  readonly made_ms: number;
  readonly alarm_id: string | null;
  readonly camera: string;
  readonly site: string;
  readonly dealt_to: Named | null;
  /** The reader's own view: somebody else judges it. */
  readonly own: boolean;
  readonly finding: Finding | null;
}

export interface ReviewDetail extends Review {
  readonly alarm: {
    readonly number: number | null;
    readonly class: string;
    readonly signal_class: string;
    readonly state: string;
    readonly received_ms: number;
    readonly closed_code: string;
    readonly recalled_ms: number | null;
    readonly closed_ms: number | null;
    readonly reopened: { readonly reason: string; readonly at_ms: number } | null;
  } | null;
  readonly steps: readonly { readonly at_ms: number; readonly kind: string; readonly by: string; readonly note: string; readonly his: boolean }[];
  readonly shares: readonly { readonly index: number; readonly slots: number; readonly at_ms: number }[];
  readonly other_views: number;
}

export type Desk = "open" | "follow_up" | "done";

export interface Reviews {
  readonly reviews: readonly Review[];
  readonly counts: { readonly open: number; readonly follow_up: number };
}

export interface Trends {
  readonly weeks: readonly { readonly from_ms: number; readonly dealt: number; readonly judged: number; readonly question: number; readonly breach: number }[];
  readonly risks: readonly { readonly risk: string; readonly dealt: number; readonly ok: number; readonly question: number; readonly breach: number; readonly open: number }[];
}

export interface Certificate {
  readonly id: string;
  readonly scheme: string;
  readonly number: string;
  readonly issuer: string;
  readonly person: Named | null;
  readonly valid_from_ms: number;
  readonly valid_to_ms: number;
  readonly withdrawn_ms: number | null;
  readonly holds: boolean;
  readonly days_left: number;
}

export interface Suspension {
  readonly id: string;
  readonly person: Named;
  readonly at_ms: number;
  readonly by: string;
  readonly by_id: string | null;
  readonly reason: string;
  readonly lifted_ms: number | null;
  readonly lifted_by: string | null;
  readonly lifted_reason: string;
}

export interface Certificates {
  readonly certificates: readonly Certificate[];
  readonly people: readonly (Named & { readonly confidential_until_ms: number | null; readonly suspended: boolean })[];
  readonly suspensions: readonly Suspension[];
  readonly schemes: readonly string[];
}

export interface Settings {
  readonly pagers: readonly string[];
  readonly second_after_s: number;
  readonly repeat_s: number;
  readonly quiet_s: number;
  readonly norms: Figures["norms"];
  readonly review_rate: number;
  readonly long_view_s: number;
}
