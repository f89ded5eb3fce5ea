// SPDX-License-Identifier: EUPL-1.2
// Partners, what they are authorised for, and an order's steps, as the API says them.
export interface Authorisation {
  readonly id: string;
  readonly order_type: string;
  readonly country: string;
  readonly postcode_from: string;
  readonly postcode_until: string;
  readonly valid_from: string;
  readonly valid_until: string | null;
  readonly in_force: boolean;
}

export interface Partner {
  readonly id: string;
  readonly party_id: string;
  readonly kind: "mechanic" | "repair_centre" | "carrier";
  readonly name: string;
  readonly address: string;
  readonly agreed_on: string;
  readonly agreed_until: string | null;
  readonly sheet_days: number;
  readonly in_force: boolean;
  readonly authorisations: readonly Authorisation[];
}

export interface Partners {
  readonly partners: readonly Partner[];
  readonly may: { readonly change: boolean };
  readonly order_types: readonly string[];
  readonly fields: readonly { readonly kind: StepKind; readonly role: string; readonly fields: readonly { readonly name: string; readonly why: string }[] }[];
}

export type StepKind = "visit" | "workshop" | "collect" | "deliver";
export type StepState = "offered" | "accepted" | "done" | "given_back" | "withdrawn";

export interface Step {
  readonly id: string;
  readonly place: number;
  readonly kind: StepKind;
  readonly state: StepState;
  readonly sort: Partner["kind"];
  readonly partner: { readonly id: string; readonly name: string } | null;
  readonly window_from_ms: number | null;
  readonly window_until_ms: number | null;
  readonly instructions: string;
  readonly other_end: string;
  readonly offered_ms: number;
  readonly offered_by: string;
  readonly accepted_ms: number | null;
  readonly arrived_ms: number | null;
  readonly ended_ms: number | null;
  readonly outcome: "" | "solved" | "not_solved" | "nobody_home" | "refused" | "moved";
  readonly found: string;
  readonly parts: readonly { readonly name: string; readonly count: number }[];
  readonly signed_by: string;
  readonly documents: readonly { readonly id: string; readonly kind: "photo" | "signature"; readonly at_ms: number }[];
}

export interface Able {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

export interface Steps {
  readonly steps: readonly Step[];
  readonly may: { readonly offer: boolean };
  readonly able: Readonly<Partial<Record<StepKind, readonly Able[]>>>;
}
