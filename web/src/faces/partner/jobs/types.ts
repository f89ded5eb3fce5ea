// SPDX-License-Identifier: EUPL-1.2
// What a partner's page knows: offers that say nothing of whom they are for, and sheets with the permitted fields.
export type StepKind = "visit" | "workshop" | "collect" | "deliver";
export type Outcome = "solved" | "not_solved" | "nobody_home" | "refused" | "moved";

export interface Offer {
  readonly id: string;
  readonly tenant: string;
  readonly kind: StepKind;
  readonly order_type: string;
  readonly product_kind: string;
  readonly area: string;
  readonly window_from_ms: number | null;
  readonly window_until_ms: number | null;
  readonly state: "open" | "taken" | "withdrawn";
  readonly made_ms: number;
}

export interface Part {
  readonly name: string;
  readonly count: number;
}

export interface Said {
  readonly arrived_ms?: number | null;
  readonly notes?: readonly { readonly ms: number; readonly text: string }[];
  readonly parts?: readonly Part[];
  readonly signed_by?: string;
  readonly outcome?: Outcome;
  readonly documents?: readonly { readonly id: string; readonly kind: "photo" | "signature"; readonly ms: number }[];
}

export type Fields = Readonly<Record<string, string | number>>;

export interface Sheet {
  readonly id: string;
  readonly step_id: string;
  readonly tenant: string;
  readonly tenant_id: string;
  readonly kind: StepKind;
  readonly fields: Fields;
  readonly said: Said;
  readonly seal_to: { readonly suite: number; readonly open_pk: string; readonly number: number } | null;
  readonly outcomes: readonly Outcome[];
  readonly made_ms: number;
  readonly changed_ms: number;
  readonly ended_ms: number | null;
  readonly gone_ms: number | null;
}

export type ActKind = "arrived" | "note" | "parts" | "signed" | "done";

/** One thing that was done here and is to be told: with an identifier of this device's own, so that it counts once. */
export interface Act {
  readonly type: "act";
  readonly id: string;
  readonly sheet: string;
  readonly kind: ActKind;
  readonly at_ms: number;
  readonly text?: string;
  readonly parts?: readonly Part[];
  readonly outcome?: Outcome;
}

/** A photo or signature, sealed already: this device can't open it either. */
export interface Paper {
  readonly type: "document";
  readonly id: string;
  readonly sheet: string;
  readonly kind: "photo" | "signature";
  readonly at_ms: number;
  readonly object: string;
  readonly ciphertext: string;
}

export type Waiting = Act | Paper;

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly party: string;
  readonly partyId: string;
  readonly role: string;
}
