// SPDX-License-Identifier: EUPL-1.2
// What GET /backups says: dates and counts. Where a copy lies is said nowhere (A7).
export interface Copy {
  readonly id: string;
  readonly began_ms: number;
  readonly ended_ms: number | null;
  readonly size: number;
  readonly entries: number;
  readonly fault: string;
}

export interface Trial {
  readonly id: string;
  readonly copy_id: string | null;
  readonly began_ms: number;
  readonly ended_ms: number;
  readonly passed: boolean;
  readonly fault: string;
  readonly erased: number;
  readonly opened: number;
  readonly blind: boolean;
  readonly entries: number;
  readonly root: string;
  readonly answers: readonly { readonly question: string; readonly faults: number }[];
}

export type Fault = "not_set_up" | "no_copy" | "no_trial" | "trial_failed";

export interface Answer {
  readonly faults: readonly Fault[];
  readonly keep_days: number;
  readonly copies: readonly Copy[];
  readonly trials: readonly Trial[];
}
