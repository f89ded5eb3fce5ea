// SPDX-License-Identifier: EUPL-1.2
// What the pages of evidence and of the log of use get from the API, and what they need of the page that they stand in.
import type { Session } from "../../client/session";
import type { openDialog } from "../../kit/dialog";
import type { toast } from "../../kit/toast";

/** owner: his own recordings; centre: what alarms released to it; provider: nothing that he could open. */
export type Standing = "owner" | "centre" | "provider";

export interface House {
  readonly session: Session;
  readonly standing: Standing;
  ask<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T>;
  failed(error: unknown): void;
  readonly toast: typeof toast;
  readonly dialog: typeof openDialog;
}

export interface Order {
  readonly id: string;
  readonly owner: string;
  readonly site_id: string;
  readonly site: string;
  readonly authority: string;
  readonly officer: string;
  readonly reference: string;
  readonly ground: string;
  readonly article: string;
  readonly scope: string;
  readonly camera_ids: readonly string[];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly publication: boolean;
  readonly incident_id: string | null;
  readonly incident: string;
  readonly received_ms: number;
  readonly received_by: string;
  readonly received_party: string;
  readonly decision: "waiting" | "accepted" | "refused";
  readonly decided_ms: number | null;
  readonly decided_by: string;
  readonly decision_note: string;
  readonly ended_ms: number | null;
  readonly may: { readonly decide: boolean; readonly end: boolean };
}

export interface Preparation {
  readonly id: string;
  readonly order_id: string;
  readonly alarm_id: string;
  readonly authority: string;
  readonly reference: string;
  readonly asked_ms: number;
  readonly asked_by: string;
  readonly mine: boolean;
  readonly second_id: string | null;
  readonly approved_ms: number | null;
  readonly approved_by: string;
  readonly until_ms: number | null;
}

export interface Disclosure {
  readonly id: string;
  readonly maker: Standing | "arc";
  readonly form: string;
  readonly authority: string;
  readonly reference: string;
  readonly ground: string;
  readonly article: string;
  readonly recipient: string;
  readonly owner: string;
  readonly party: string;
  readonly by: string;
  readonly second: string;
  readonly made_ms: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly cameras: readonly string[];
  readonly package_hash: string;
  readonly size: number;
  readonly incident_id: string | null;
  readonly incident: string;
}

/** An incident that an order may belong to. */
export interface IncidentShown {
  readonly id: string;
  readonly title: string;
  readonly site: { readonly id: string };
  readonly opened_ms: number;
  readonly closed_ms: number | null;
}

export interface SiteShown {
  readonly id: string;
  readonly name: string;
  readonly tz: string;
}

export interface Use {
  readonly index: number;
  readonly at_ms: number;
  readonly address: string;
  readonly role: string;
  readonly person_id: string | null;
  readonly who: string;
  readonly party: string;
  readonly what: string;
  readonly how: "file" | "print" | "made" | "mail" | "api";
  readonly purpose: string;
  readonly recipient: string;
  readonly file: string;
  readonly size: number | null;
  readonly count: number | null;
  readonly from_ms: number | null;
  readonly to_ms: number | null;
  readonly forgotten: boolean;
}

/** A redacted film that waits behind a link, or did. */
export interface FilmShown {
  readonly id: string;
  readonly name: string;
  readonly recipient: string;
  readonly index: number;
  readonly made_ms: number;
  readonly ready_ms: number | null;
  readonly expires_ms: number;
  readonly fetched_ms: number | null;
  readonly ended_ms: number | null;
}
