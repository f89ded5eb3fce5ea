// SPDX-License-Identifier: EUPL-1.2
// What the API tells a face, as it tells it (docs/reference). Times are milliseconds UTC.
import type { Company, Errand, PinnedPlan } from "./plans/types";

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface SiteFacts extends Named {
  readonly address: string;
  readonly tz: string;
  /** Whether the alarm centre may look live at this kind of site today (S8); a server that does not say it lets him. */
  readonly arc_live?: boolean;
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
  readonly unit: Named | null;
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
  /** Where it came from: unit, panel, mail, mqtt, api, onvif, server */
  readonly source: string;
  readonly signal_class: string;
  /** The panel that said it, where it reports to the alarm centre itself. */
  readonly panel_id?: string | null;
  /** "" or how: sequential, video, audio, path_failure */
  readonly confirmed: string;
  /** ANSI/TMA-AVS-01: 0 no call, 1 limited, 2 human likely, 3 threat to property, 4 threat to life */
  readonly avs: { readonly score: number; readonly reasons: readonly string[] } | null;
  /** Nobody looks before this moment: the customer may still recall. */
  readonly look_after_ms: number | null;
  readonly recall_until_ms: number | null;
  /** Signals that were folded into it. */
  readonly folded: number;
  readonly parked_until_ms: number | null;
  /** By when the first action must come. */
  readonly norm_due_ms: number | null;
  readonly first_action_ms: number | null;
  readonly escalated_ms: number | null;
  readonly potential_cancel: boolean;
  readonly claimed_at_ms: number | null;
  /** Its place in the queue, compared number by number: lower comes first. */
  readonly order: readonly number[];
}

/** What rows of an older server leave out. */
export const unsaid = {
  source: "unit", signal_class: "", confirmed: "", avs: null, look_after_ms: null, recall_until_ms: null, folded: 0, parked_until_ms: null, norm_due_ms: null,
  first_action_ms: null, escalated_ms: null, potential_cancel: false, claimed_at_ms: null, order: [],
} as const;

export interface Signal {
  readonly id: string;
  readonly at_ms: number;
  readonly source: string;
  readonly code: string;
  readonly name: string;
  readonly class: string;
  readonly phase: string;
  readonly zone: string;
  readonly area: string;
  readonly user: string;
  readonly text: string;
  readonly known: boolean;
  readonly path: string;
  /** How often it was resent. */
  readonly times: number;
}

/** A signal as it came in. */
export interface RawSignal {
  readonly text: string;
  readonly hex: string;
  readonly transport: string;
  readonly peer: string;
  readonly received_ms: number;
  readonly fault: string;
}

/** A camera of the alarm, and what it can do (S11): stills, video, live, ptz, audio, pre_alarm. */
export interface AlarmCamera extends Named {
  readonly capabilities?: readonly string[];
  readonly presets?: readonly string[];
}

export interface Neighbour {
  readonly camera: AlarmCamera;
  readonly alarm_id: string;
  readonly window: AlarmWindow | null;
}

export interface Step {
  readonly at_ms: number;
  readonly kind: string;
  readonly by: string;
  readonly note: string;
  readonly index: number | null;
  /** Of the plan, where it is a step of it. */
  readonly step_no?: number | null;
  readonly outcome?: string;
}

export interface AlarmDetail extends Alarm {
  readonly steps: readonly Step[];
  readonly facts: readonly (readonly [string, string])[];
  readonly signals: readonly Signal[];
  readonly plan: PinnedPlan | null;
  readonly dispatches: readonly Errand[];
  /** Who may be sent there, in the site's own order. */
  readonly guards: readonly Company[];
  readonly viewers: readonly { readonly name: string; readonly since_ms: number }[];
  readonly max_viewers: number | null;
  readonly reopened: { readonly reason: string; readonly by: string; readonly at_ms: number; readonly until_ms: number | null } | null;
  readonly neighbours: readonly Neighbour[];
  /** Every camera of the alarm, the one that raised it first. */
  readonly cameras: readonly AlarmCamera[];
  /** Cameras that look at the zones of a panel's alarm. That they are there: they show nothing by it. */
  readonly zone_cameras?: readonly Named[];
}

export const unsaidDetail = { signals: [], plan: null, dispatches: [], guards: [], viewers: [], max_viewers: null, reopened: null, neighbours: [], cameras: [] } as const;

export interface Camera extends Named {
  readonly unit: Named;
  readonly site: Named;
  readonly kind: string;
  readonly state: "ok" | "lost" | "degraded" | "tamper" | "unknown";
  /** What it can do (S11): stills, video, live, ptz, audio, pre_alarm. */
  readonly capabilities?: readonly string[];
  readonly presets?: readonly string[];
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
  /** Why an earlier alarm was opened again: S3's closed list; "" otherwise. */
  readonly reason: string;
  /** From which network address; "" where it is not known. */
  readonly address: string;
  /** When the viewer asked to see more than a blur. */
  readonly verified_ms: number | null;
  /** How often he turned the camera. */
  readonly turned: number;
  /** For how long it was reopened. */
  readonly minutes: number | null;
  /** The guard company that it is about; "" or left out otherwise. */
  readonly guard?: string;
}

export interface Health {
  readonly units: { readonly in_contact: number; readonly total: number };
  readonly checkpoint_age_ms: number | null;
  /** Entries that no checkpoint covers yet. */
  readonly pending: number;
  readonly tree_size: number;
  readonly now_ms: number;
}
