// SPDX-License-Identifier: EUPL-1.2
// What is shown, where one is, what a role may do here, and what can be said of a panel. Pure.
import type { Tone } from "../../kit/pieces";
import type { Broker, Camera, FigureSet, Figures, Integration, Line, MailCamera, OpeningPlan, OpeningSaid, OwnCode, Panel, PanelSaid, Path, Receivers, Signal, Site, TableCode, Test, UnknownCode, Whole, Zone } from "./types";

export const tabs = ["panels", "lines", "mail", "brokers", "integrations", "codes", "figures"] as const;
export type Tab = (typeof tabs)[number];

export interface Who {
  readonly name: string;
  readonly party: string;
  readonly role: string;
}

export interface Codes {
  readonly table: readonly TableCode[];
  readonly own: readonly OwnCode[];
  readonly unknown: readonly UnknownCode[];
}

export interface SettingsState {
  readonly who: Who;
  readonly tab: Tab;
  /** The panel that is open, by its identifier. */
  readonly panelId: string | null;
  readonly connected: boolean;
  readonly busy: boolean;
  readonly error: string;
  readonly nowMs: number;
  readonly filter: string;
  readonly sites: readonly Site[] | null;
  readonly cameras: readonly Camera[];
  readonly lines: readonly Line[] | null;
  readonly receivers: Receivers | null;
  readonly panels: readonly Panel[] | null;
  readonly panel: Panel | null;
  readonly signals: readonly Signal[] | null;
  readonly opened: Whole | null;
  readonly tests: readonly Test[] | null;
  /** The zones as they are being edited; null while nobody edits. */
  readonly zones: readonly Zone[] | null;
  readonly zoneErrors: readonly string[];
  /** Of the site of the panel that is open. */
  readonly openings: readonly OpeningPlan[] | null;
  readonly mail: readonly MailCamera[] | null;
  readonly brokers: readonly Broker[] | null;
  readonly integrations: readonly Integration[] | null;
  readonly codes: Codes | null;
  readonly figuresOf: string | null;
  readonly figures: Figures | null;
  readonly figuresSaid: Readonly<Record<string, string>>;
  readonly testsOf: readonly Test[] | null;
}

export const start = (who: Who, nowMs: number): SettingsState => ({
  who, tab: "panels", panelId: null, connected: true, busy: false, error: "", nowMs, filter: "", sites: null, cameras: [], lines: null, receivers: null, panels: null, panel: null, signals: null, opened: null, tests: null, zones: null, zoneErrors: [], openings: null,
  mail: null, brokers: null, integrations: null, codes: null, figuresOf: null, figures: null, figuresSaid: {}, testsOf: null,
});

// --- where and who ---

const ROOT = "/backoffice/settings/";

export function routeOf(path: string): { tab: Tab; panelId: string | null } {
  const [name = "", id = ""] = path.slice(ROOT.length).split("/");
  const tab = tabs.find((one) => one === name) ?? "panels";
  return { tab, panelId: tab === "panels" && /^[0-9a-f-]{36}$/.test(id) ? id : null };
}

export const pathOf = (tab: Tab, panelId: string | null = null): string =>
  tab === "panels" && panelId === null ? ROOT : `${ROOT}${tab}${panelId === null ? "" : `/${panelId}`}`;

const installs = ["technician", "admin"];

export function tabsFor(role: string): readonly Tab[] {
  switch (role) {
    case "supervisor": return ["panels", "lines", "mail", "codes", "figures"];
    case "planner": return ["panels", "lines", "mail", "codes", "figures"];
    case "technician": case "admin": return tabs;
    default: return [];
  }
}

/** What the buttons offer; the gate decides. */
export const may = (role: string) => ({
  install: installs.includes(role),
  except: role === "supervisor",
  line: role === "supervisor" || role === "admin",
  test: role === "technician" || role === "supervisor",
  seeSignals: role !== "planner",
  codes: role === "planner" || role === "admin",
  /** A site's figures; the provider's own at large are the provider's. */
  figures: role === "planner" || role === "admin" || role === "supervisor",
  figuresAtLarge: role === "planner" || role === "admin",
});

export const siteOf = (state: SettingsState, id: string): Site | undefined => state.sites?.find((one) => one.id === id);

export function matches(filter: string, ...words: readonly string[]): boolean {
  const text = words.join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((one) => text.includes(one));
}

// --- a panel's health ---

export type Health = "ended" | "waiting" | "missing" | "well" | "unwatched";

/** Of a path: nobody waits for it, it was never heard, it is out of reach, or it is well. */
export function healthOf(path: Path): Health {
  if (path.missing_since_ms !== null) return "missing";
  if (path.last_ms === null) return "waiting";
  return path.poll_s === 0 ? "unwatched" : "well";
}

const gravity: readonly Health[] = ["missing", "waiting", "well", "unwatched", "ended"];

/** The gravest of its paths. */
export function healthOfPanel(panel: Panel): Health {
  if (panel.state !== "active") return "ended";
  const found = panel.paths.map(healthOf);
  return gravity.find((one) => found.includes(one)) ?? "unwatched";
}

export const toneOf = (health: Health): Tone => ({ missing: "alarm", waiting: "warn", well: "ok", unwatched: "", ended: "" } as const)[health];

export const exceptionHolds = (until: number | null | undefined, nowMs: number): boolean => until !== null && until !== undefined && until > nowMs;

/** A zone without the zeros that Contact ID puts before it. */
export const bare = (zone: string): string => zone.replace(/^0+(?=.)/, "");

export interface Checklist {
  readonly first: boolean;
  readonly encrypted: boolean;
  readonly understood: boolean;
  readonly paths: number;
  readonly ofPaths: number;
  readonly zones: readonly string[];
  readonly missingZones: readonly string[];
}

/** How far the installation is, told from what came in. What the server itself said about the panel is no signal of it. */
export function checklist(panel: Panel, signals: readonly Signal[], sinceMs: number): Checklist {
  const own = signals.filter((one) => one.source !== "server");
  const heard = new Set(own.filter((one) => one.at_ms >= sinceMs && one.zone !== "").map((one) => bare(one.zone)));
  const zones = panel.zones.map((one) => one.zone);
  const tls = panel.paths.length > 0 && panel.paths.every((one) => one.kind === "dc09_tls" || one.kind === "unit");
  return {
    first: own.length > 0, encrypted: (panel.encrypted && panel.encryption_required) || tls, understood: own.length > 0 && own.every((one) => one.known && one.fault === ""),
    paths: panel.paths.filter((one) => one.last_ms !== null).length, ofPaths: panel.paths.length, zones: zones.filter((one) => heard.has(bare(one))), missingZones: zones.filter((one) => !heard.has(bare(one))),
  };
}

/** 22 52 4c …: sixteen bytes a line, with what can be read of them beside. */
export function dump(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.slice(at, at + 16);
    const text = row.map((one) => { const n = Number.parseInt(one, 16); return n >= 32 && n < 127 ? String.fromCharCode(n) : "·"; }).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${row.join(" ").padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

// --- what a person typed ---

export type Wrong = Readonly<Record<string, "account" | "number" | "key_hex" | "key_ascii" | "poll" | "grace" | "name" | "line" | "site" | "paths">>;

const digits: Readonly<Record<"hex" | "ascii", readonly number[]>> = { hex: [32, 48, 64], ascii: [16, 24, 32] };

export function keyFits(key: string, format: PanelSaid["key_format"]): boolean {
  if (format === "hex") return /^[0-9A-Fa-f]+$/.test(key) && digits.hex.includes(key.length);
  return /^[\x20-\x7e]+$/.test(key) && digits.ascii.includes(key.length);
}

export function wrongOf(said: PanelSaid): Wrong {
  const wrong: Record<string, Wrong[string]> = {};
  if (said.site_id === "") wrong["site_id"] = "site";
  if (said.line_id === "") wrong["line_id"] = "line";
  if (said.name.trim() === "") wrong["name"] = "name";
  if (!/^[0-9A-Fa-f]{3,16}$/.test(said.account.trim())) wrong["account"] = "account";
  if (!/^[0-9A-Fa-f]{0,6}$/.test(said.receiver_no.trim())) wrong["receiver_no"] = "number";
  if (!/^[0-9A-Fa-f]{0,6}$/.test(said.line_no.trim())) wrong["line_no"] = "number";
  if (said.key !== null && !keyFits(said.key, said.key_format)) wrong["key"] = said.key_format === "hex" ? "key_hex" : "key_ascii";
  if (said.paths.length === 0) wrong["paths"] = "paths";
  for (const one of said.paths) {
    if (!Number.isInteger(one.poll_s) || (one.poll_s !== 0 && (one.poll_s < 10 || one.poll_s > 30 * 86_400))) wrong[`poll-${one.kind}`] = "poll";
    if (!Number.isInteger(one.grace_s) || one.grace_s < 0 || one.grace_s > 86_400) wrong[`grace-${one.kind}`] = "grace";
  }
  return wrong;
}

/** One word for each zone: "" when it is right. */
export function zoneErrors(zones: readonly Zone[]): readonly ("" | "zone" | "name" | "twice")[] {
  const seen = new Map<string, number>();
  for (const one of zones) seen.set(one.zone, (seen.get(one.zone) ?? 0) + 1);
  return zones.map((one) => (!/^[0-9A-Za-z]{1,32}$/.test(one.zone) ? "zone" : (seen.get(one.zone) ?? 0) > 1 ? "twice" : one.name.trim() === "" ? "name" : ""));
}

/** As it is typed: `day` is a weekday from Monday (0), or a date. */
export interface HoursRow {
  readonly day: string;
  readonly opens: string;
  readonly closes: string;
}

export interface OpeningTyped {
  readonly area: string;
  readonly weekly: readonly HoursRow[];
  readonly exceptions: readonly HoursRow[];
}

export function openingTyped(plan: OpeningPlan | null): OpeningTyped {
  if (plan === null) return { area: "", weekly: [{ day: "0", opens: "08:00", closes: "18:00" }], exceptions: [] };
  return {
    area: plan.area, weekly: plan.weekly.map(([day, opens, closes]) => ({ day: String(day), opens, closes })),
    exceptions: plan.exceptions.flatMap(([day, hours]) => (hours.length === 0 ? [{ day, opens: "", closes: "" }] : hours.map(([opens, closes]) => ({ day, opens, closes })))),
  };
}

/** What to send, and what is wrong with which row ("weekly-0", "exceptions-2"; "weekly" when there is none). */
export function openingSaid(typed: OpeningTyped, panelId: string): { said: OpeningSaid; wrong: Readonly<Record<string, "none" | "time" | "date" | "twice">> } {
  const wrong: Record<string, "none" | "time" | "date" | "twice"> = {};
  const fits = (time: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(time);
  const dates = new Map<string, (readonly [string, string])[]>();
  const shut = new Set<string>();
  if (typed.weekly.length + typed.exceptions.length === 0) wrong["weekly"] = "none";
  for (const [n, row] of typed.weekly.entries()) if (!fits(row.opens) || !fits(row.closes)) wrong[`weekly-${n}`] = "time";
  for (const [n, row] of typed.exceptions.entries()) {
    const closed = row.opens === "" && row.closes === "";
    if (!/^\d{4}-\d{2}-\d{2}$/.test(row.day)) wrong[`exceptions-${n}`] = "date";
    else if (!closed && (!fits(row.opens) || !fits(row.closes))) wrong[`exceptions-${n}`] = "time";
    else if (shut.has(row.day) || (closed && dates.has(row.day))) wrong[`exceptions-${n}`] = "twice";
    dates.set(row.day, [...(dates.get(row.day) ?? []), ...(closed ? [] : [[row.opens, row.closes] as const])]);
    if (closed) shut.add(row.day);
  }
  const weekly = typed.weekly.map(({ day, opens, closes }) => [Number(day), opens, closes] as const).sort((a, b) => a[0] - b[0] || a[1].localeCompare(b[1]));
  return { said: { panel_id: panelId, area: typed.area.trim(), weekly, exceptions: [...dates].map(([day, hours]) => [day, [...hours].sort(([a], [b]) => a.localeCompare(b))] as const).sort(([a], [b]) => a.localeCompare(b)) }, wrong };
}

/** What was typed for the figures: the values to store, and the names of those outside their limits. Empty: what holds below. */
export function figuresSaid(said: Readonly<Record<string, string>>, limits: Figures["limits"]): { values: FigureSet; wrong: readonly string[] } {
  const values: Record<string, number> = {};
  const wrong: string[] = [];
  for (const [name, text] of Object.entries(said)) {
    if (text.trim() === "") continue;
    const n = Number(text.trim());
    const [least, most] = limits[name] ?? [0, 0];
    if (!Number.isInteger(n) || n < least || n > most) wrong.push(name);
    else values[name] = n;
  }
  return { values, wrong };
}

/** The newest meaning of each code that somebody set and that still holds. */
export const holding = (own: readonly OwnCode[]): ReadonlyMap<string, OwnCode> => new Map(own.filter((one) => one.retired_ms === null).map((one) => [codeKey(one), one]));
export const codeKey = (one: { readonly protocol: string; readonly code: string; readonly qualifier: string }): string => `${one.protocol} ${one.code} ${one.qualifier}`;
