// SPDX-License-Identifier: EUPL-1.2
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly rate: number;
  readonly made_ms: number;
  readonly made_by: string;
  readonly expires_ms: number;
  readonly ended_ms: number | null;
  readonly last_ms: number | null;
}

export interface Keys {
  readonly now_ms: number;
  readonly keys: readonly Key[];
  readonly scopes: readonly string[];
  readonly rates: { readonly least: number; readonly usual: number; readonly most: number };
}

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly topics: readonly string[];
  readonly made_ms: number;
  readonly failing_ms: number | null;
  readonly paused_ms: number | null;
  readonly pause_why: "" | "by_hand" | "failing";
  readonly last_ms: number | null;
  readonly waiting: number;
  readonly given_up: number;
}

export interface Webhooks {
  readonly now_ms: number;
  readonly webhooks: readonly Webhook[];
  readonly topics: readonly string[];
}

export interface Delivery {
  readonly id: string;
  readonly topic: string;
  readonly state: "waiting" | "delivered" | "given_up";
  readonly attempts: number;
  readonly status: number;
  readonly fault: string;
  readonly happened_ms: number;
  readonly tried_ms: number | null;
}
