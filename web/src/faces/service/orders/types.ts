// SPDX-License-Identifier: EUPL-1.2
// Service orders as the API gives them. Times are ms UTC; money is in cents.
export interface Short {
  readonly id: string;
  readonly number: string;
  readonly type: string;
  readonly state: string;
  readonly subject: string;
  readonly customer: { readonly id: string; readonly number: number; readonly name: string; readonly city: string; readonly restricted: boolean } | null;
  readonly product: string;
  readonly opened_ms: number;
  readonly reply_by_ms: number;
  readonly replied_ms: number | null;
  readonly due_ms: number;
  readonly stopped_ms: number | null;
  readonly planned_ms: number | null;
  readonly planned_until_ms: number | null;
  readonly assignee_id: string | null;
  readonly assignee: string;
  readonly closed_ms: number | null;
  readonly outcome: string;
  readonly cause: string;
}

export interface Visit {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly starts_ms: number;
  readonly ends_ms: number;
  readonly assignee_id: string | null;
  readonly assignee: string;
}

export interface Line {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly article: string;
  readonly quantity_milli: number;
  readonly price_cents: number;
  readonly covered: boolean;
  readonly sum_cents: number;
}

export interface Customer {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly restricted: boolean;
  readonly street?: string;
  readonly house_number?: string;
  readonly postcode?: string;
  readonly city?: string;
  readonly country?: string;
  readonly email?: string;
  readonly phone?: string;
}

export interface Whole extends Omit<Short, "customer"> {
  readonly now_ms: number;
  readonly tz: string;
  readonly source: string;
  readonly description: string;
  readonly visits_done: number;
  readonly first_time: boolean | null;
  readonly again_of: { readonly id: string; readonly number: string } | null;
  readonly customer: Customer | null;
  readonly item: { readonly id: string; readonly model: string; readonly kind: string; readonly serial: string; readonly plate: string; readonly mileage: number | null; readonly purchased_on: string | null; readonly warranty_until: string | null; readonly unit_id: string | null } | null;
  readonly visits: readonly Visit[];
  readonly lines: readonly Line[];
  readonly cost_cents: number;
  readonly notes: readonly { readonly id: string; readonly at_ms: number; readonly by: string; readonly source: string; readonly shown: boolean; readonly text: string }[];
  readonly history: readonly { readonly at_ms: number; readonly by: string; readonly what: string; readonly said: Readonly<Record<string, string | number | boolean>> }[];
  readonly earlier: readonly { readonly id: string; readonly number: string; readonly type: string; readonly state: string; readonly opened_ms: number; readonly subject: string; readonly outcome: string }[];
}

export interface Course {
  readonly next: Readonly<Record<string, readonly string[]>>;
  readonly ends: readonly string[];
  readonly waits: readonly string[];
  readonly outcomes: readonly string[];
  readonly causes: readonly string[];
  readonly visits: readonly string[];
}

export interface Listed {
  readonly now_ms: number;
  readonly next: string;
  readonly orders: readonly Short[];
}

export interface Counts {
  readonly open: number;
  readonly late: number;
  readonly unanswered: number;
  readonly states: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, number>>;
}

export interface Worker {
  readonly id: string;
  readonly name: string;
}

export interface Free extends Worker {
  readonly spans: readonly (readonly [number, number])[];
}
