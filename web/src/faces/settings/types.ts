// SPDX-License-Identifier: EUPL-1.2
// What the screens of setting up show, as the server says it. No key and no address is ever among what is read.

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly tz: string;
  readonly profile: string;
  readonly owner_id: string;
  readonly owner: string;
}

export interface Exception {
  readonly by: string;
  readonly reason: string;
  readonly until_ms: number;
}

/** Where panels and cameras call. No port: that receiver is off, or on a machine of its own. */
export interface Receivers {
  readonly host: string;
  readonly ports: Readonly<Partial<Record<"dc09" | "dc09_udp" | "dc09_tls" | "smtp", number | null>>>;
}

export interface Line {
  readonly id: string;
  readonly name: string;
  readonly kinds: readonly string[];
  readonly receiver_no: string;
  readonly line_no: string;
  readonly exception: Exception | null;
}

export interface Zone {
  readonly zone: string;
  readonly name: string;
  readonly signal_class: string;
  readonly area: string;
  readonly camera_ids: readonly string[];
  readonly entry_exit: boolean;
}

export interface Path {
  readonly kind: string;
  readonly poll_s: number;
  readonly grace_s: number;
  readonly last_ms: number | null;
  readonly missing_since_ms: number | null;
}

export interface PathSaid {
  readonly kind: string;
  readonly poll_s: number;
  readonly grace_s: number;
}

export interface Panel {
  readonly id: string;
  readonly site_id: string;
  readonly name: string;
  readonly account: string;
  readonly line: { readonly id: string; readonly name: string };
  readonly receiver_no: string;
  readonly line_no: string;
  readonly state: "active" | "replaced" | "retired";
  readonly encrypted: boolean;
  readonly key_format: "hex" | "ascii" | null;
  readonly key_changed_ms: number | null;
  readonly encryption_required: boolean;
  readonly exception: Exception | null;
  readonly clock_drift_ms: number | null;
  readonly added_ms: number;
  readonly ended_ms: number | null;
  readonly zones: readonly Zone[];
  readonly paths: readonly Path[];
}

export interface PanelSaid {
  readonly site_id: string;
  readonly line_id: string;
  readonly name: string;
  readonly account: string;
  readonly receiver_no: string;
  readonly line_no: string;
  readonly key: string | null;
  readonly key_format: "" | "hex" | "ascii";
  readonly paths: readonly PathSaid[];
}

export interface Signal {
  readonly id: string;
  readonly order: number;
  readonly at_ms: number;
  readonly times: number;
  readonly source: string;
  readonly transport: string;
  readonly panel_id: string | null;
  readonly account: string;
  readonly protocol: string;
  readonly code: string;
  readonly qualifier: string;
  readonly phase: string;
  readonly class: string;
  readonly priority: number;
  readonly name: string;
  readonly zone: string;
  readonly area: string;
  readonly user: string;
  readonly text: string;
  readonly known: boolean;
  readonly fault: string;
  readonly alarm_id: string | null;
}

export interface Whole extends Signal {
  /** Hexadecimal digits. */
  readonly raw: string;
  readonly peer: string;
}

export interface Test {
  readonly id: string;
  readonly panel_id: string | null;
  readonly zones: readonly string[];
  readonly fire: boolean;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly reason: string;
}

export interface TestSaid {
  readonly minutes: number;
  readonly reason: string;
  readonly panel_id: string | null;
  readonly fire: boolean;
}

export interface MailCamera {
  readonly id: string;
  readonly site_id: string;
  readonly name: string;
  readonly state: string;
  readonly added_ms: number;
  readonly verified_ms: number | null;
  readonly last_ms: number | null;
  readonly plain_until_ms: number | null;
  readonly plain_reason: string;
}

export interface Broker {
  readonly id: string;
  readonly site_id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string;
  readonly has_password: boolean;
  readonly prefix: string;
  readonly state: string;
  readonly trouble: string;
  readonly last_ms: number | null;
  readonly connected_ms: number | null;
}

export interface BrokerSaid {
  readonly site_id: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string;
  readonly password: string;
  readonly prefix: string;
}

export interface Integration {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly site_ids: readonly string[];
  readonly made_ms: number;
  readonly expires_ms: number;
  readonly revoked_ms: number | null;
  readonly last_ms: number | null;
}

export interface IntegrationSaid {
  readonly owner_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly site_ids: readonly string[];
  readonly until_ms: number;
}

export interface Code {
  readonly protocol: string;
  readonly code: string;
  readonly qualifier: string;
  readonly name: string;
  readonly phase: string;
  readonly class: string;
  readonly priority: number;
}

export interface TableCode extends Code {
  readonly english: string;
  readonly duress: boolean;
}

export interface OwnCode extends Code {
  readonly number: number;
  readonly by: string;
  readonly at_ms: number;
  readonly retired_ms: number | null;
}

export interface UnknownCode {
  readonly protocol: string;
  readonly code: string;
  readonly qualifier: string;
  readonly times: number;
  readonly last_ms: number;
}

export interface MeaningSaid {
  readonly protocol: string;
  readonly code: string;
  readonly qualifier: string;
  readonly phase: string;
  readonly signal_class: string;
  readonly priority: number;
  readonly name: string;
}

export type FigureSet = Readonly<Record<string, number | null>>;

/** `own`: what was said for this place; `below`: what holds where nothing was said. */
export interface Figures {
  readonly own: FigureSet;
  readonly below: FigureSet;
  readonly defaults: FigureSet;
  readonly limits: Readonly<Record<string, readonly [number, number]>>;
}

export interface Camera {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly capabilities: readonly string[];
  readonly site: { readonly id: string };
}

/** A weekday from Monday (0), when it opens and when it closes. */
export type WeekHours = readonly [number, string, string];
/** A date and its hours; none: closed all day. */
export type DateHours = readonly [string, readonly (readonly [string, string])[]];

export interface OpeningSaid {
  readonly panel_id: string;
  /** Empty: the whole panel. */
  readonly area: string;
  readonly weekly: readonly WeekHours[];
  readonly exceptions: readonly DateHours[];
}

export interface OpeningPlan extends OpeningSaid {
  readonly changed_ms: number;
}
