// SPDX-License-Identifier: EUPL-1.2
// What the API tells a face, as it tells it (docs/reference). Times are milliseconds UTC.

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface SiteFacts extends Named {
  readonly address: string;
  readonly tz: string;
}

export type AlarmState = "new" | "queued" | "claimed" | "acting" | "on_hold" | "closed";

export interface AlarmWindow {
  readonly open: boolean;
  readonly pre_s: number;
  readonly until_ms: number;
  readonly ended_ms: number | null;
  readonly ended_reason: string | null;
}

export interface Alarm {
  readonly id: string;
  readonly number: number;
  readonly class: string;
  readonly cause: string;
  readonly priority: number;
  readonly state: AlarmState;
  readonly camera: Named | null;
  readonly site: SiteFacts;
  readonly owner: Named;
  readonly unit: Named;
  /** 0..1000 */
  readonly score: number;
  readonly zone: string;
  readonly first_seen_ms: number;
  readonly raised_ms: number;
  readonly received_ms: number;
  /** "released", or "none:" and why not */
  readonly images: string;
  readonly claimed_by: Named | null;
  readonly closed: { readonly code: string; readonly note: string; readonly at_ms: number; readonly by: string } | null;
  readonly recalled_ms: number | null;
  readonly window: AlarmWindow | null;
}

export interface Step {
  readonly at_ms: number;
  readonly kind: string;
  readonly by: string;
  readonly note: string;
  readonly index: number | null;
}

export interface AlarmDetail extends Alarm {
  readonly steps: readonly Step[];
  readonly facts: readonly (readonly [string, string])[];
}

export interface Camera extends Named {
  readonly unit: Named;
  readonly site: Named;
  readonly kind: string;
  readonly state: "ok" | "lost" | "degraded" | "tamper" | "unknown";
}

export interface Unit extends Named {
  readonly site: Named;
  readonly fingerprint: string;
  readonly state: string;
  readonly last_seen_ms: number | null;
  readonly in_contact: boolean;
  readonly software: string;
}

export interface Look {
  readonly index: number;
  /** Every entry that this row stands for: a window's releases come second by second. */
  readonly indices: readonly number[];
  readonly kind: "release" | "view" | "grant" | "export" | "recall" | string;
  readonly at_ms: number;
  readonly who: string;
  readonly role: string | null;
  readonly party: string | null;
  readonly why: string;
  readonly camera_id: string | null;
  readonly camera_name: string | null;
  readonly alarm_id: string | null;
  readonly alarm_number: number | null;
  readonly from_ms: number | null;
  readonly to_ms: number | null;
  /** How long somebody looked; null while he still does. */
  readonly seconds: number | null;
  /** How many seconds of pictures it is about. */
  readonly slots: number | null;
  readonly ended: boolean;
  /** Its body was erased; the log still proves that it was there. */
  readonly forgotten: boolean;
  readonly mine: boolean;
}

export interface Health {
  readonly units: { readonly in_contact: number; readonly total: number };
  readonly checkpoint_age_ms: number | null;
  /** Entries that no checkpoint covers yet. */
  readonly pending: number;
  readonly tree_size: number;
  readonly now_ms: number;
}
