// SPDX-License-Identifier: EUPL-1.2
// Lists that are taken over, as the API tells them.

export interface Line {
  readonly id: string;
  readonly name: string;
  readonly state: "uploaded" | "checking" | "checked" | "running" | "paused" | "done" | "discarded";
  readonly size: number;
  readonly rows: number;
  readonly dealt: number;
  readonly added: number;
  readonly matched: number;
  readonly refused: number;
  readonly things: number;
  readonly made_ms: number;
  readonly ended_ms: number | null;
  readonly expires_ms: number;
  readonly there: boolean;
}

export interface Sample {
  readonly line: number;
  readonly cells: readonly string[];
  readonly taken: { readonly name: string; readonly kind: string; readonly city: string; readonly place: string; readonly email: string; readonly phone: string } | null;
  readonly fault: string;
  readonly left_out: readonly string[];
}

export interface Whole extends Line {
  readonly header: readonly string[];
  readonly habits: { readonly encoding: string; readonly separator: string; readonly skip: number };
  readonly columns: Readonly<Record<string, string>>;
  readonly choices: { readonly country?: string; readonly language?: string; readonly standing?: string; readonly consent_until?: string | null; readonly things?: boolean };
  readonly targets: readonly string[];
  readonly of_thing: readonly string[];
  readonly sample: readonly Sample[];
  readonly remarks: readonly { readonly line: number; readonly what: string; readonly refused: boolean }[];
}

/** What somebody chose for a list, before it is looked at. */
export interface Chosen {
  readonly columns: Readonly<Record<string, string>>;
  readonly country: string;
  readonly language: string;
  readonly standing: string;
  readonly consent_until: string;
  readonly things: boolean;
}
