// SPDX-License-Identifier: EUPL-1.2
// The catalogue and the things that were sold, as the API tells them; days are ISO (2026-11-22).

export interface Model {
  readonly id: string;
  readonly kind: string;
  readonly brand: string;
  readonly name: string;
  readonly type_number: string;
  readonly warranty_months: number;
  readonly life_months: number;
  readonly retired: boolean;
  readonly title: string;
  readonly things?: number;
}

export interface Catalogue {
  readonly products: readonly Model[];
  readonly may_change: boolean;
}

export interface Who {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly city: string;
  readonly restricted: boolean;
}

export interface Item {
  readonly id: string;
  readonly model: Model;
  readonly serial: string;
  readonly customer: Who | null;
  readonly purchased_on: string | null;
  readonly shop: string;
  readonly warranty_until: string | null;
  readonly warranty: "covered" | "ended" | "unknown";
  readonly life_until: string | null;
  readonly plate: string;
  readonly vin: string;
  readonly mileage: number | null;
  readonly inspection_on: string | null;
  readonly source: string;
  readonly doubt: boolean;
  readonly registered_ms: number;
  readonly scrapped_ms: number | null;
  readonly anonymised: boolean;
}

export interface Items {
  readonly items: readonly Item[];
  readonly more: boolean;
  readonly may_change: boolean;
}

export interface Unit {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly state: string;
  readonly software: string;
  readonly paired_ms: number;
  readonly seen_ms: number | null;
  readonly commissioned_ms: number | null;
  readonly removed_ms: number | null;
}

export interface Whole extends Item {
  readonly owners: readonly { readonly customer: Who | null; readonly since: string; readonly until: string | null }[];
  readonly rivals: readonly Item[];
  readonly doubts: Item | null;
  readonly unit: Unit | null;
  readonly may_change: boolean;
}
