// SPDX-License-Identifier: EUPL-1.2
// What the API says of reviews and audits.
export interface Finding {
  readonly id: string;
  readonly weight: string;
  readonly words: string;
  readonly name: string;
  readonly due_ms: number;
  readonly done_ms: number | null;
  readonly done_by: string;
  readonly follow_up: string;
}

export interface Audit {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly scope: string;
  readonly by: string;
  readonly due_ms: number;
  readonly every_months: number | null;
  readonly held_ms: number | null;
  readonly conclusion: string;
  readonly cancelled_ms: number | null;
  readonly cancelled_why: string;
  readonly findings: readonly Finding[];
}

export interface AuditRequest {
  readonly id: string;
  readonly customer: string;
  readonly scope: string;
  readonly asked_ms: number;
  readonly due_ms: number;
  readonly source: string;
  readonly answered_ms: number | null;
  readonly outcome: string;
  readonly answer: string;
  readonly withdrawn_ms: number | null;
}

export interface Reviews {
  readonly now_ms: number;
  readonly may_change: boolean;
  readonly audits: readonly Audit[];
  readonly requests: readonly AuditRequest[];
  readonly people: readonly { readonly id: string; readonly name: string }[];
}
