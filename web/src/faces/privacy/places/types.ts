// SPDX-License-Identifier: EUPL-1.2
// What the server says of places and sub-processors.
export interface Certificate {
  readonly id: string;
  readonly standard: string;
  readonly words: string;
  readonly number: string;
  readonly issuer: string;
  readonly from_ms: number;
  readonly to_ms: number;
}

export interface Lies {
  readonly id: string;
  readonly name: string;
  readonly country: string;
  readonly mechanism: string;
  readonly reference: string;
  readonly from_ms: number;
  readonly in_area: boolean;
  readonly decision: string;
  readonly certificates: readonly Certificate[];
}

export interface Place extends Lies {
  readonly what: string;
  readonly address: string;
  readonly operator: string;
  readonly own_management: boolean;
}

export interface SubProcessor extends Lies {
  readonly task: string;
}

export interface Answer {
  readonly now_ms: number;
  readonly store: string;
  readonly places: readonly Place[];
  readonly subprocessors: readonly SubProcessor[];
  readonly faults: readonly string[];
  readonly rules: readonly { readonly owner: string; readonly countries: readonly string[]; readonly source: string }[];
  readonly warn_days: number;
  readonly words: { readonly kept: Readonly<Record<string, string>>; readonly mechanisms: Readonly<Record<string, string>>; readonly standards: Readonly<Record<string, string>> };
  readonly may: { readonly record: boolean };
}
