// SPDX-License-Identifier: EUPL-1.2
// A firm's customers, as the API tells them.

export interface Details {
  readonly name: string;
  readonly kind: "person" | "company";
  readonly street: string;
  readonly house_number: string;
  readonly postcode: string;
  readonly city: string;
  readonly country: string;
  readonly email: string;
  readonly phone: string;
  readonly language: string;
  readonly registration_no: string;
  readonly vat_no: string;
}

export interface Customer extends Details {
  readonly id: string;
  readonly number: number;
  readonly standing: "prospect" | "customer" | "former";
  readonly source: string;
  readonly since_ms: number;
  readonly active_ms: number;
  readonly ended_ms: number | null;
  readonly consent_until: string | null;
  readonly restricted_ms: number | null;
  readonly restricted_why: string;
  readonly anonymised_ms: number | null;
}

export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly function: string;
  readonly email: string;
  readonly phone: string;
}

export interface Suggestion {
  readonly id: string;
  readonly at_ms: number;
  readonly source: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Change {
  readonly at_ms: number;
  readonly what: string;
  readonly fields: readonly string[];
  readonly by: string;
  readonly source: string;
}

export interface Fate {
  readonly model: string;
  readonly fate: "gone" | "nameless" | "kept";
  readonly count: number;
  readonly why: string;
}

export interface Preview {
  readonly lines: readonly Fate[];
  readonly proof: string;
  readonly hindrance: string;
}

export interface Review {
  readonly reason: string;
  readonly decision: string;
  readonly words: string;
  readonly at_ms: number;
  readonly until: string | null;
  readonly by: string;
}

export interface Whole extends Customer {
  readonly contacts: readonly Contact[];
  readonly suggestions: readonly Suggestion[];
  readonly changes: readonly Change[];
  readonly reviews: readonly Review[];
  readonly forgotten: { readonly at_ms: number; readonly why: string; readonly proof: string; readonly lines: readonly Fate[] } | null;
  readonly doubles: readonly Customer[];
  readonly merged_into: string | null;
  readonly restricted_by: string;
  readonly may: readonly string[];
}

export interface Counts {
  readonly prospect: number;
  readonly customer: number;
  readonly former: number;
  readonly restricted: number;
  readonly suggested: number;
}

export interface Listed {
  readonly customers: readonly Customer[];
  readonly more: boolean;
  readonly counts?: Counts;
}

export type Due = Customer & { readonly reason: string; readonly since_on: string };

/** The yearly act: a list, how much of it is open, and how often what was decided. */
export interface Yearly {
  readonly id: string;
  readonly drawn_ms: number;
  readonly closed_ms: number | null;
  readonly drawn_by: string;
  readonly closed_by: string;
  readonly looked_at: number;
  readonly lines: number;
  readonly open: number;
  readonly decided: Readonly<Record<string, number>>;
  readonly proof: string;
}

export interface YearlyState {
  readonly open: Yearly | null;
  readonly past: readonly Yearly[];
  readonly due_ms: number | null;
}

export type YearlyLine = Due & { readonly decision: string; readonly words: string; readonly decided_ms: number | null; readonly by: string };

/** What merging two records would do. */
export interface Merge {
  readonly kept: Customer;
  readonly other: Customer;
  readonly proof: string;
  readonly differing: readonly { readonly name: string; readonly kept: string; readonly other: string }[];
  readonly moves: readonly { readonly model: string; readonly count: number }[];
}

export interface CleanUp {
  readonly yearly: YearlyState;
  readonly lines: readonly Due[];
  readonly decided: readonly (Customer & Review)[];
  readonly terms: { readonly quiet_days: number; readonly claim_days: number };
}
