// SPDX-License-Identifier: EUPL-1.2
// What the provider's API says, as it says it.
import type { Named } from "../types";

export interface Customer extends Named {
  readonly kind: string;
  readonly country: string;
  readonly language: string;
  readonly since_ms: number;
  readonly agreement: { readonly signed_ms: number; readonly how: string } | null;
  readonly purposes: readonly { readonly code: string; readonly text: string }[];
  readonly sites: number;
  readonly units: number;
  readonly in_contact: number;
  readonly cameras: number;
  readonly signs_missing: number;
  readonly malfunctions: number;
  /** The letter to the first owner that nobody used yet, also when it is too old. */
  readonly invited: { readonly email: string; readonly name: string; readonly language: string; readonly sent_ms: number | null; readonly expires_ms: number; readonly letters: number } | null;
}

export interface OfficeUnit extends Named {
  readonly state: string;
  readonly software: string;
  readonly in_contact: boolean;
  readonly last_seen_ms: number | null;
  readonly fingerprint: string;
  /** Condition → since when (ms). */
  readonly conditions: Readonly<Record<string, number>>;
  readonly cameras: readonly (Named & { readonly state: string })[];
}

/** A unit's newest figures, by name. */
export interface Health {
  readonly at_ms: number | null;
  readonly figures: Readonly<Record<string, number | string | null>>;
}

export interface Place extends Named {
  readonly customer_id: string;
  readonly address: string;
  readonly tz: string;
  readonly profile: string;
  readonly sign: boolean;
  readonly contact_email: string;
  readonly contact_phone: string;
  readonly units: readonly OfficeUnit[];
}

export interface Paper {
  readonly kind: "certificate" | "statement";
  readonly scheme: string;
  readonly number: string;
  readonly issuer: string;
  readonly whose: string;
  readonly centre: boolean;
  readonly until_ms: number | null;
}

export interface Switch {
  readonly profile: string;
  readonly on: boolean;
  readonly since: string;
  readonly source: string;
  readonly next: { readonly on: boolean; readonly from: string } | null;
}

export type ItemKind = "unit" | "camera" | "part";
export type ItemState = "stock" | "at_site" | "returned" | "repair" | "scrapped";
export interface Item extends Named {
  readonly kind: ItemKind;
  readonly serial: string;
  readonly count: number;
  readonly state: ItemState;
  readonly site_id: string | null;
  readonly site: string;
  readonly note: string;
  readonly changed_ms: number;
}

export type Which = "open" | "mine" | "snoozed" | "done";
export interface Task {
  readonly id: string;
  readonly kind: string;
  /** What a room above the tasks says of it, and the page it leads to; empty for the office's own. */
  readonly title: string;
  readonly path: string;
  readonly about: string;
  readonly about_id: string | null;
  readonly name: string;
  readonly place: string;
  readonly site_id: string | null;
  readonly detail: string;
  readonly customer: string;
  readonly customer_id: string | null;
  readonly words: string;
  readonly due_ms: number | null;
  readonly raised_ms: number;
  readonly cleared_ms: number | null;
  readonly assignee: Named | null;
  readonly snoozed_until_ms: number | null;
  readonly done_ms: number | null;
  readonly done_by: string;
}

export interface Tasks {
  readonly tasks: readonly Task[];
  readonly counts: Readonly<Record<string, number>>;
  readonly people: readonly Named[];
}

export interface Found {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly beside: string;
  readonly at: string | null;
}
