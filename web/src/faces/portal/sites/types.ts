// SPDX-License-Identifier: EUPL-1.2
// What the server tells of sites, units and their condition.
import type { Camera, Named } from "../../types";

export interface Site extends Named {
  readonly address: string;
  readonly tz: string;
  readonly profile: string;
  readonly controller: string;
  readonly contact_email: string;
  readonly contact_phone: string;
  readonly country: string;
  readonly languages: readonly string[];
}
export type SiteFacts = Omit<Site, "id" | "profile">;

export interface Condition {
  readonly what: string;
  readonly camera_id: string | null;
  readonly since_ms: number;
}

export interface SiteUnit extends Named {
  readonly site: Named;
  readonly state: "paired" | "revoked" | "removed";
  readonly kind: "camera_unit" | "mast" | "gateway";
  readonly software: string;
  readonly in_contact: boolean;
  readonly last_seen_ms: number | null;
  readonly commissioned_ms: number | null;
  readonly removed_ms: number | null;
  readonly revoked_ms: number | null;
  readonly conditions?: readonly Condition[];
}

export interface SiteWhole {
  readonly site: Site;
  readonly units: readonly SiteUnit[];
  readonly cameras: readonly Camera[];
  readonly left: readonly { readonly unit: Named; readonly why: string; readonly at_ms: number }[];
  readonly last_unit_left_ms: number | null;
  readonly may: Readonly<Record<"change" | "map" | "units" | "revoke", boolean>>;
}

export interface UnitWhole {
  readonly unit: SiteUnit;
  readonly cameras: readonly Camera[];
  readonly configuration: { readonly policy: number | null; readonly confirmed: boolean; readonly fingerprint: string; readonly paired_ms: number };
  readonly commissioning: { readonly known: Readonly<Record<string, boolean>>; readonly ticks: readonly string[]; readonly wanted: readonly string[]; readonly done_ms: number | null; readonly by: string };
  readonly may: Readonly<Record<"change" | "move" | "remove" | "commission" | "revoke", boolean>>;
}

export type { Place, SiteMap } from "../../sitemap";

/** A number of a minute, or [lowest, mean, highest] of an hour; null where nothing was told. */
export type Value = number | readonly [number, number, number] | null;
export type Columns = Readonly<Record<string, readonly Value[]>>;

export interface Series {
  readonly step_s: number;
  /** Some of it was made up, to show something. */
  readonly made_up: boolean;
  readonly at_ms: readonly number[];
  readonly figures: Columns;
  readonly cameras: Readonly<Record<string, Columns>>;
}

export type Limits = Readonly<Record<string, number | null>>;

export interface Health {
  readonly at_ms: number | null;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly cameras: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  readonly conditions: readonly Condition[];
  readonly limits: Limits;
  readonly software: string;
}
