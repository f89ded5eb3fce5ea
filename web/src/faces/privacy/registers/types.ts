// SPDX-License-Identifier: EUPL-1.2
// What the server says of registers.
export interface Times {
  readonly id: string;
  readonly number: number;
  readonly from_ms: number;
  readonly to_ms: number | null;
  readonly hash: string;
}

export interface Kept extends Times {
  readonly article: "30.1" | "30.2";
  readonly controller: { readonly id: string; readonly name: string };
  readonly own: boolean;
  readonly lines: number;
}

export interface Due {
  readonly article: string;
  readonly line: string;
  readonly words: string;
  readonly at_ms: number;
}

export interface Listed {
  readonly now_ms: number;
  readonly registers: readonly Kept[];
  readonly due: readonly Due[];
  readonly may: { readonly judge: boolean };
}

export interface Judged {
  readonly risk: Risk;
  readonly words: string;
  readonly why: string;
  readonly measures: string;
  readonly assessment: string;
  readonly by: string;
  readonly at_ms: number;
  readonly next_ms: number;
}

export type Risk = "low" | "medium" | "high";
export type Pair = readonly [string, string];

export interface Line {
  readonly key: string;
  readonly words: string;
  readonly facts: readonly Pair[];
  readonly sources: readonly string[];
  readonly judged: Judged | null;
  readonly due_ms: number | null;
}

export interface Version extends Times {
  readonly article: "30.1" | "30.2";
  readonly controller: { readonly id: string; readonly name: string };
  readonly title: string;
  readonly facts: readonly Pair[];
  readonly lines: readonly Line[];
  readonly history: readonly Times[];
  readonly forms: readonly string[];
  readonly now_ms: number;
  readonly may: { readonly judge: boolean; readonly export: boolean };
}
