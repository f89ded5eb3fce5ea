// SPDX-License-Identifier: EUPL-1.2
// Plans, contacts and guards as the API tells them. Times are milliseconds UTC.

export const kinds = ["look", "call_contact", "call_police", "send_guard", "wait", "note", "close_suggest"] as const;
export type StepKind = (typeof kinds)[number];

export interface Step {
  readonly kind: StepKind;
  readonly text: string;
  readonly contact: string | null;
  readonly attempts: number;
  readonly code_word: boolean;
  readonly wait_s: number;
  readonly tell_contacts: boolean;
  readonly close_code: string;
}

export interface Version {
  readonly version_id: string;
  readonly number: number;
  readonly name: string;
  readonly classes: readonly string[];
  readonly steps: readonly Step[];
  readonly why: string;
  readonly restored_from: number | null;
  readonly made_ms: number;
  readonly made_by: string;
}

/** A plan in a list: its newest version. */
export interface PlanRow extends Version {
  readonly id: string;
}

export interface PlanWhole {
  readonly id: string;
  readonly site_id: string | null;
  readonly ended: boolean;
  /** The newest first. */
  readonly versions: readonly Version[];
}

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly owner: string;
}

export interface Phone {
  readonly number: string;
  readonly label: string;
}

export interface Hours {
  /** Monday is 0. */
  readonly days: readonly number[];
  readonly start: string;
  readonly end: string;
}

export interface ContactSaid {
  readonly name: string;
  readonly relation: string;
  readonly language: string;
  readonly phones: readonly Phone[];
  readonly hours: readonly Hours[];
  readonly tell_guard: boolean;
  readonly guard_note: string;
}

export interface Contact extends ContactSaid {
  readonly id: string;
  readonly reachable: boolean;
  readonly has_code_word: boolean;
  readonly has_duress_word: boolean;
  readonly words_set_ms: number | null;
}

export interface Guidance {
  readonly route: string;
  readonly on_site: string;
}

export interface Contacts {
  readonly contacts: readonly Contact[];
  readonly guidance: Guidance;
  readonly tz: string;
  readonly change: boolean;
}

export interface CompanySaid {
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly language: string;
  readonly typical_min: number;
}

export interface Company extends CompanySaid {
  readonly id: string;
}

export interface Standard {
  readonly plans: readonly { readonly name: string; readonly classes: readonly string[]; readonly steps: readonly Step[] }[];
  readonly classes: readonly string[];
  readonly outcomes: Readonly<Record<StepKind, readonly string[]>>;
}

// --- at an alarm ---

/** Somebody to call, as a step of a pinned plan shows him. */
export interface Callable {
  readonly id: string;
  readonly name: string;
  readonly relation: string;
  readonly language: string;
  readonly phones: readonly Phone[];
  readonly phone: string;
  readonly reachable: boolean;
  readonly has_code_word: boolean;
}

export interface Done {
  readonly at_ms: number;
  readonly by: string;
  readonly outcome: string;
  readonly note: string;
}

export interface PinnedStep {
  readonly no: number;
  readonly kind: StepKind;
  readonly text: string;
  readonly attempts: number;
  readonly code_word: boolean;
  readonly wait_s: number;
  readonly close_code: string;
  readonly outcomes: readonly string[];
  readonly contacts: readonly Callable[];
  readonly done: readonly Done[];
}

export interface PinnedPlan {
  readonly version_id: string;
  readonly number: number;
  readonly name: string;
  readonly steps: readonly PinnedStep[];
}

export type DispatchState = "requested" | "accepted" | "on_the_way" | "arrived" | "left" | "reported" | "cancelled";

export interface Errand {
  readonly id: string;
  readonly guard: string;
  readonly guard_id: string;
  readonly phone: string;
  readonly state: DispatchState;
  readonly times: Readonly<Record<string, number | null>>;
  readonly due_ms: number;
  readonly accept_by_ms: number;
  readonly overdue: boolean;
  readonly note: string;
  readonly declined: boolean;
  readonly cancel_reason: string;
  readonly mailed_ms: number | null;
  readonly report: string;
  readonly found: string;
  readonly secured: boolean | null;
  readonly requested_by: string;
  readonly pictures?: ErrandPictures;
}

/** What the guard may be shown: whether the owner allows it, his phone's key, how many more, and what he was sent. */
export interface ErrandPictures {
  readonly allowed: boolean;
  readonly key: { readonly suite: number; readonly open_pk: string } | null;
  readonly left: number;
  readonly sent: readonly { readonly id: string; readonly camera_id: string; readonly at_ms: number; readonly seen_ms: number | null; readonly until_ms: number; readonly ended: boolean }[];
}

export interface Errands {
  readonly dispatches: readonly Errand[];
  readonly guards: readonly Company[];
}
