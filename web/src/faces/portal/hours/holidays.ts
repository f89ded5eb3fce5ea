// SPDX-License-Identifier: EUPL-1.2
// Public holidays, as dated data with their source: offered as exceptions, never taken for granted. What a year has is computed.
//  NL: Algemene termijnenwet, art. 3; Koningsdag by Royal Decree of 27 April 2013 (on Saturday when the 27th is a Sunday).
//  SE: Lag (1989:253) om allmänna helgdagar, § 1; the eves by Semesterlag (1977:480), § 3 a.
//  DE: Einigungsvertrag, Art. 2(2), for 3 October; the holiday acts of the Länder for the rest. Their commonest names.
// Read in November 2026; a change of the law is a line with `since` or `until`.
import { t } from "../../../kit/words";

export type Country = "NL" | "SE" | "DE";

/** The Länder, for holidays that only some of them have. */
export const LANDER = ["BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"] as const;
export type Land = (typeof LANDER)[number];

export interface Holiday {
  readonly date: string;
  readonly name: string;
  /** No public holiday by law, yet a day on which most don't work. */
  readonly customary: boolean;
}

type Rule = (year: number) => string | null;

interface Line {
  readonly country: Country;
  readonly name: () => string;
  readonly rule: Rule;
  readonly since?: number;
  readonly until?: number;
  readonly lander?: readonly Land[];
  readonly customary?: boolean;
}

const iso = (year: number, month: number, day: number): string => new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();
const plus = (date: string, days: number): string => new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Easter Sunday of the Gregorian calendar (the algorithm that Meeus took from Butcher's Ecclesiastical Calendar, 1876). */
export function easter(year: number): string {
  const a = year % 19, b = Math.floor(year / 100), c = year % 100;
  const d = Math.floor(b / 4), e = b % 4, f = Math.floor((b + 8) / 25), g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4), k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  return iso(year, Math.floor((h + l - 7 * m + 114) / 31), ((h + l - 7 * m + 114) % 31) + 1);
}

const on = (month: number, day: number): Rule => (year) => iso(year, month, day);
const fromEaster = (days: number): Rule => (year) => plus(easter(year), days);
/** The first such weekday (0 = Sunday) on or after a day. */
const firstFrom = (day: number, month: number, date: number): Rule => (year) => {
  const start = iso(year, month, date);
  return plus(start, (day - weekday(start) + 7) % 7);
};

const kingsDay: Rule = (year) => (weekday(iso(year, 4, 27)) === 0 ? iso(year, 4, 26) : iso(year, 4, 27));
/** By the collective agreements a day off once in five years. */
const liberation: Rule = (year) => (year % 5 === 0 ? iso(year, 5, 5) : null);
const otherLiberation: Rule = (year) => (year % 5 === 0 ? null : iso(year, 5, 5));
/** The Wednesday before 23 November. */
const repentance: Rule = (year) => {
  const start = iso(year, 11, 22);
  return plus(start, -((weekday(start) - 3 + 7) % 7));
};

const LINES: readonly Line[] = [
  { country: "NL", name: () => t("New Year’s Day"), rule: on(1, 1) },
  { country: "NL", name: () => t("Good Friday"), rule: fromEaster(-2), customary: true },
  { country: "NL", name: () => t("Easter Sunday"), rule: fromEaster(0) },
  { country: "NL", name: () => t("Easter Monday"), rule: fromEaster(1) },
  { country: "NL", name: () => t("King’s Day"), rule: kingsDay, since: 2014 },
  { country: "NL", name: () => t("Liberation Day"), rule: liberation },
  { country: "NL", name: () => t("Liberation Day"), rule: otherLiberation, customary: true },
  { country: "NL", name: () => t("Ascension Day"), rule: fromEaster(39) },
  { country: "NL", name: () => t("Whit Sunday"), rule: fromEaster(49) },
  { country: "NL", name: () => t("Whit Monday"), rule: fromEaster(50) },
  { country: "NL", name: () => t("Christmas Day"), rule: on(12, 25) },
  { country: "NL", name: () => t("Second Day of Christmas"), rule: on(12, 26) },

  { country: "SE", name: () => t("New Year’s Day"), rule: on(1, 1) },
  { country: "SE", name: () => t("Epiphany"), rule: on(1, 6) },
  { country: "SE", name: () => t("Good Friday"), rule: fromEaster(-2) },
  { country: "SE", name: () => t("Easter Sunday"), rule: fromEaster(0) },
  { country: "SE", name: () => t("Easter Monday"), rule: fromEaster(1) },
  { country: "SE", name: () => t("First of May"), rule: on(5, 1) },
  { country: "SE", name: () => t("Ascension Day"), rule: fromEaster(39) },
  { country: "SE", name: () => t("Whit Sunday"), rule: fromEaster(49) },
  { country: "SE", name: () => t("Whit Monday"), rule: fromEaster(50), until: 2004 },
  { country: "SE", name: () => t("Sweden’s National Day"), rule: on(6, 6), since: 2005 },
  { country: "SE", name: () => t("Midsummer Eve"), rule: firstFrom(5, 6, 19), customary: true },
  { country: "SE", name: () => t("Midsummer Day"), rule: firstFrom(6, 6, 20) },
  { country: "SE", name: () => t("All Saints’ Day"), rule: firstFrom(6, 10, 31) },
  { country: "SE", name: () => t("Christmas Eve"), rule: on(12, 24), customary: true },
  { country: "SE", name: () => t("Christmas Day"), rule: on(12, 25) },
  { country: "SE", name: () => t("Second Day of Christmas"), rule: on(12, 26) },
  { country: "SE", name: () => t("New Year’s Eve"), rule: on(12, 31), customary: true },

  { country: "DE", name: () => t("New Year’s Day"), rule: on(1, 1) },
  { country: "DE", name: () => t("Epiphany"), rule: on(1, 6), lander: ["BW", "BY", "ST"] },
  { country: "DE", name: () => t("International Women’s Day"), rule: on(3, 8), since: 2019, lander: ["BE"] },
  { country: "DE", name: () => t("International Women’s Day"), rule: on(3, 8), since: 2023, lander: ["MV"] },
  { country: "DE", name: () => t("Good Friday"), rule: fromEaster(-2) },
  { country: "DE", name: () => t("Easter Sunday"), rule: fromEaster(0), lander: ["BB"] },
  { country: "DE", name: () => t("Easter Monday"), rule: fromEaster(1) },
  { country: "DE", name: () => t("First of May"), rule: on(5, 1) },
  { country: "DE", name: () => t("Ascension Day"), rule: fromEaster(39) },
  { country: "DE", name: () => t("Whit Sunday"), rule: fromEaster(49), lander: ["BB"] },
  { country: "DE", name: () => t("Whit Monday"), rule: fromEaster(50) },
  { country: "DE", name: () => t("Corpus Christi"), rule: fromEaster(60), lander: ["BW", "BY", "HE", "NW", "RP", "SL"] },
  { country: "DE", name: () => t("Assumption of Mary"), rule: on(8, 15), lander: ["SL"] },
  { country: "DE", name: () => t("World Children’s Day"), rule: on(9, 20), since: 2019, lander: ["TH"] },
  { country: "DE", name: () => t("Day of German Unity"), rule: on(10, 3), since: 1990 },
  { country: "DE", name: () => t("Reformation Day"), rule: on(10, 31), lander: ["BB", "MV", "SN", "ST", "TH"] },
  { country: "DE", name: () => t("Reformation Day"), rule: on(10, 31), since: 2018, lander: ["HB", "HH", "NI", "SH"] },
  { country: "DE", name: () => t("All Saints’ Day"), rule: on(11, 1), lander: ["BW", "BY", "NW", "RP", "SL"] },
  { country: "DE", name: () => t("Day of Repentance"), rule: repentance, lander: ["SN"] },
  { country: "DE", name: () => t("Christmas Day"), rule: on(12, 25) },
  { country: "DE", name: () => t("Second Day of Christmas"), rule: on(12, 26) },
];

/** A year's holidays there, by date. `land`: null for those of all of Germany. */
export function holidays(country: Country, year: number, land: Land | null = null): readonly Holiday[] {
  const mine = LINES.filter((line) => line.country === country && (line.since ?? 0) <= year && year <= (line.until ?? 9999) && (line.lander === undefined || (land !== null && line.lander.includes(land))));
  const found = mine.flatMap((line) => {
    const date = line.rule(year);
    return date === null ? [] : [{ date, name: line.name(), customary: line.customary ?? false }];
  });
  return found.sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** The country whose holidays are offered first. */
export function countryOf(zone: string): Country {
  if (zone === "Europe/Stockholm") return "SE";
  return zone === "Europe/Berlin" || zone === "Europe/Busingen" ? "DE" : "NL";
}
