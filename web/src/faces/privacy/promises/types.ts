// SPDX-License-Identifier: EUPL-1.2
export type State = "kept" | "broken" | "stale" | "unproven";

export interface Line {
  readonly id: string;
  readonly state: State;
  readonly word: string;
  readonly why: string;
  readonly text: string;
  readonly how: string;
  readonly found: string;
  readonly which: readonly string[];
  readonly at_ms: number | null;
  readonly every: string;
  readonly document: string;
  readonly evidence: string;
  readonly days: readonly (State | "")[];
  readonly used?: boolean;
}

export interface Try {
  readonly id: string;
  readonly state: State;
  readonly word: string;
  readonly found: string;
  readonly which: readonly string[];
  readonly at_ms: number;
  readonly took_ms: number;
}

export interface One extends Line {
  /** Of a real browser, shipped with the version; empty for most. */
  readonly driven: string;
  readonly tries: readonly Try[];
}

export interface Seen {
  readonly name: string;
  readonly size: number;
  readonly at_ms: number | null;
  readonly refused: boolean;
}

export interface All {
  readonly provider: boolean;
  readonly now_ms: number;
  readonly profiles: readonly string[];
  readonly of: string;
  readonly promises: readonly Line[];
  readonly witnesses: readonly Seen[];
  readonly statement: { readonly number: number; readonly made_ms: number } | null;
  readonly may_check: boolean;
  readonly may_export: boolean;
}
