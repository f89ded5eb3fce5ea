// SPDX-License-Identifier: EUPL-1.2
// What the page of notifications knows: as the API tells it, and what this browser can. Pure.
import type { Permission } from "../../../client/push";
import type { IconName } from "../../../kit/icons";
import { t } from "../../../kit/words";

export interface ClassWish {
  readonly name: string;
  readonly by_push: boolean;
  readonly by_mail: boolean;
  readonly at_once: boolean;
  /** No hour holds it back. */
  readonly always: boolean;
}

export interface Span {
  readonly days: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly fault: string;
  readonly told_ms: number | null;
  readonly made_ms: number;
  readonly mark: string;
}

export interface Told {
  readonly id: string;
  readonly class: string;
  readonly occasion: string;
  readonly what: string;
  readonly site: string;
  readonly at_ms: number;
  readonly more: number;
  readonly path: string;
  readonly waits_ms: number | null;
  readonly pushed: boolean;
  readonly mailed: boolean;
}

export interface Settings {
  readonly classes: readonly ClassWish[];
  readonly zone: string;
  readonly quiet: readonly Span[];
  readonly digest_at: number | null;
  readonly devices: readonly Device[];
  readonly told: readonly Told[];
  /** The words that stand beside the button, and what he agreed to before. */
  readonly consent: { readonly words: string; readonly hash: string; readonly language: string; readonly held: readonly { readonly id: string; readonly given_ms: number; readonly words: string }[] };
  readonly push: { readonly key: string; readonly services: readonly { readonly name: string; readonly operator: string; readonly country: string }[]; readonly checked: string; readonly test_endpoint: string | null };
}

export interface Reached {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** Of each class: by push, by mail. */
  readonly classes: Readonly<Record<string, readonly [boolean, boolean]>>;
}

export interface Tried {
  readonly mailed: boolean;
  readonly devices: readonly { readonly device_id: string; readonly outcome: string }[];
}

export interface State {
  readonly settings: Settings | null;
  readonly people: readonly Reached[] | null;
  readonly permission: Permission;
  readonly thisDevice: string | null;
  readonly busy: string | null;
  readonly tried: Tried | null;
  readonly trouble: string | null;
  readonly nowMs: number;
  readonly owner: boolean;
}

export const start: State = { settings: null, people: null, permission: "none", thisDevice: null, busy: null, tried: null, trouble: null, nowMs: 0, owner: false };

export const DIGEST = "digest";

/** In the order of the page; the digest stands by itself. */
export const shownClasses = ["alarm", "person", "vehicle", "animal", "tamper", "live", "looked", "technical", "maintenance", "agreement"] as const;

export function className(name: string): { readonly title: string; readonly hint: string; readonly icon: IconName } {
  switch (name) {
    case "alarm": return { title: t("Fire, hold-up, burglary"), hint: t("and every alarm that is none of the next"), icon: "alarm" };
    case "person": return { title: t("Alarm: a person"), hint: t("a camera on guard saw somebody"), icon: "person" };
    case "vehicle": return { title: t("Alarm: a vehicle"), hint: t("a camera on guard saw one"), icon: "arrow" };
    case "animal": return { title: t("Alarm: an animal"), hint: t("only where your rules let animals alarm"), icon: "bell" };
    case "tamper": return { title: t("Tamper alarm"), hint: t("a unit covered, turned, opened or cut off"), icon: "broken" };
    case "live": return { title: t("Live view opened"), hint: t("somebody else than you looks at a camera now"), icon: "eye" };
    case "looked": return { title: t("Images released or looked at"), hint: t("also: an earlier alarm reopened, a recalled one looked at"), icon: "key" };
    case "technical": return { title: t("Technical trouble"), hint: t("a silent unit, a lost picture"), icon: "tool" };
    case "maintenance": return { title: t("Maintenance"), hint: t("a technician asks for access; it ended"), icon: "wrench" };
    case "agreement": return { title: t("Agreements and invitations"), hint: t("something waits for your answer"), icon: "note" };
    default: return { title: t("Digest"), hint: t("once a day, in numbers"), icon: "list" };
  }
}

export const timeOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** "22:30" → 1350; null for what is no time. */
export function minutesOf(text: string): number | null {
  const found = /^(\d{2}):(\d{2})$/.exec(text);
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}

/** Monday … Sunday, short, in the page's language. */
export function dayNames(language: string): readonly { readonly short: string; readonly long: string }[] {
  const monday = Date.UTC(2026, 0, 5);
  const format = (width: "short" | "long", i: number): string => new Intl.DateTimeFormat(language, { weekday: width, timeZone: "UTC" }).format(monday + i * 86_400_000);
  return Array.from({ length: 7 }, (_, i) => ({ short: format("short", i), long: format("long", i) }));
}

/** Who is told of a class, and whether nobody is. */
export function toldOf(people: readonly Reached[], name: string): readonly { readonly name: string; readonly push: boolean; readonly mail: boolean }[] {
  return people.map((one) => ({ name: one.name, push: one.classes[name]?.[0] ?? false, mail: one.classes[name]?.[1] ?? false })).filter(({ push, mail }) => push || mail);
}
