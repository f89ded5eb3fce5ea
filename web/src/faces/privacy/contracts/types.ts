// SPDX-License-Identifier: EUPL-1.2
// What GET /contracts/office says.
export interface Attached {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly version: string;
  readonly hash: string;
}

export interface Agreement {
  readonly id: string;
  readonly customer: string;
  readonly hash: string;
  readonly how: string;
  readonly from_ms: number;
  readonly to_ms: number | null;
  readonly file: boolean;
  readonly by: string;
  readonly attached: readonly Attached[];
  readonly cooperation: { readonly reference: string; readonly signed_on: string } | null;
}

export interface Version {
  readonly id: string;
  readonly kind: "general_terms" | "industry_terms" | "policy";
  readonly title: string;
  readonly version: string;
  readonly language: string;
  readonly hash: string;
  readonly holds_from_ms: number;
  readonly ended_ms: number | null;
}

export interface Instruction {
  readonly id: string;
  readonly customer: string;
  readonly number: number;
  readonly words: string;
  readonly how: string;
  readonly given_by: string;
  readonly given_ms: number;
  readonly answer: "" | "carried_out" | "declined" | "unlawful";
  readonly answer_words: string;
  readonly answered_ms: number | null;
}

export interface Outsider {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly task: string;
  readonly signed_ms: number;
  readonly expires_ms: number;
  readonly ended_ms: number | null;
  readonly account: boolean;
}

export interface Answer {
  readonly texts: readonly Version[];
  readonly readers: readonly { readonly id: string; readonly name: string; readonly at_ms: number | null }[];
  readonly outsiders: readonly Outsider[];
  readonly agreements: readonly Agreement[];
  readonly instructions: readonly Instruction[];
  readonly certificate: string;
}
