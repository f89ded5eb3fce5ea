// SPDX-License-Identifier: EUPL-1.2
// The plan of what goes when, as the server works it out from declarations, profile and the owner's own choice; and its words.
import { t, tn } from "../../../kit/words";

export interface Line {
  readonly what: string;
  readonly site_id: string | null;
  readonly term: string;
  readonly starts: string;
  readonly days: number;
  readonly source: string;
  readonly how: string;
  readonly count: number | null;
  readonly oldest_ms: number | null;
  readonly next_ms: number | null;
  readonly held: number;
}

export interface Turn {
  readonly at_ms: number;
  readonly epochs: number;
  readonly segments: number;
  readonly trimmed: number;
  readonly rows: number;
  readonly entries: number;
  readonly failed: string;
}

export interface Plan {
  readonly now_ms: number;
  readonly owner_id: string;
  readonly owners: readonly { readonly id: string; readonly name: string }[];
  readonly sites: readonly { readonly id: string; readonly name: string; readonly tz: string; readonly profile: string }[];
  readonly lines: readonly Line[];
  readonly turns: readonly Turn[];
  readonly leftovers: readonly { readonly kind: string; readonly what: string; readonly count: number; readonly found_ms: number }[];
}

/** Lines that are kept alike, told together. */
export interface Group {
  readonly key: string;
  readonly term: string;
  readonly starts: string;
  readonly days: number;
  readonly source: string;
  readonly how: string;
  readonly count: number;
  readonly nextMs: number | null;
  readonly whats: readonly string[];
}

export const isImage = (line: Line): boolean => line.what.startsWith("track.");

export function grouped(lines: readonly Line[]): readonly Group[] {
  const found = new Map<string, Line[]>();
  for (const line of lines.filter((one) => !isImage(one))) {
    const key = `${line.term} ${line.starts} ${line.how}`;
    found.set(key, [...(found.get(key) ?? []), line]);
  }
  return [...found].map(([key, all]): Group => {
    const [first] = all;
    const next = all.flatMap(({ next_ms }) => (next_ms === null ? [] : [next_ms]));
    return { key, term: first?.term ?? "", starts: first?.starts ?? "", days: first?.days ?? 0, source: first?.source ?? "", how: first?.how ?? "", count: all.reduce((sum, one) => sum + (one.count ?? 0), 0), nextMs: next.length === 0 ? null : Math.min(...next), whats: all.map(({ what }) => what) };
  });
}

export function imageName(what: string): string {
  if (what === "track.overview") return t("Overview pictures");
  return what === "track.picture" ? t("Pictures taken by hand") : t("Recordings");
}

export const daysName = (days: number): string => (days === 0 ? t("at once") : tn("1 day", "{n} days", days));

export function termName(term: string): string {
  const names: Readonly<Record<string, string>> = {
    surveillance_images: t("Recordings"), overview_images: t("Overview pictures"), alarm: t("Alarms"), view_log: t("Who looked, and what was done"), account: t("Accounts"), agreement: t("Agreements"), site: t("What is known of a site"),
    technical_log: t("Technical log"), session: t("Sessions"), correspondence: t("Letters"), incident: t("Incidents"), disclosure: t("Disclosures"), request: t("Requests of data subjects"), breach: t("Breaches"), consent: t("Consents"),
    register: t("Registers"), backup: t("Back-ups"), relation: t("Customers"), liability: t("Liability"), tax: t("Tax records"), warranty: t("Warranty"), product_life: t("Products"), sheet: t("Partners’ sheets"),
  };
  return names[term] ?? term;
}

export function startName(starts: string): string {
  const names: Readonly<Record<string, string>> = {
    made: t("from when it was made"), alarm_closed: t("from when the alarm was closed"), account_ended: t("from when the account ended"), agreement_ended: t("from when the agreement ended"), unit_removed: t("from when the last unit left"), last_used: t("from its last use"),
    incident_closed: t("from when the incident was closed"), relation_ended: t("from when the relation ended"), case_closed: t("from when the case was closed"), withdrawn: t("from when it was withdrawn"), superseded: t("from when a newer one replaced it"), year_ended: t("from the end of the book year"), sold: t("from the sale"),
  };
  return names[starts] ?? starts;
}

export function howName(how: string): string {
  if (how === "shred") return t("key destroyed, then deleted");
  return how === "blank" ? t("names taken out, figures stay") : t("deleted");
}
