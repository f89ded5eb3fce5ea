// SPDX-License-Identifier: EUPL-1.2
// Money, days and states in the reader's words.
import { pill, type Tone } from "../../../kit/pieces";
import type { Part } from "../../../kit/dom";
import { isoDay, language, t } from "../../../kit/words";
import type { Brief, OfferBrief } from "./types";

export const money = (cents: number, currency: string): string =>
  new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: currency === "EUR" ? "symbol" : "code" }).format(cents / 100);

export const sums = (by: Readonly<Record<string, number>>): string => Object.entries(by).map(([currency, cents]) => money(cents, currency)).join(", ");

/** A day without a time, as the server writes it: told in no zone but its own. */
export const dayOf = (iso: string | null): string =>
  iso === null ? "" : new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }).format(Date.parse(`${iso}T12:00:00Z`));

/** The day of a moment, with its year. */
export const dateOf = (ms: number): string => dayOf(isoDay(ms));

export function standing(one: Brief, today: string): Part {
  if (one.state === "draft") return pill(t("draft"));
  if (one.kind === "credit") return one.settled ? pill(t("settled"), "ok") : pill(t("to be paid back"), "warn");
  if (one.settled) return pill(t("paid"), "ok");
  if (one.due_on !== null && one.due_on < today) return pill(t("overdue since {day}", { day: dayOf(one.due_on) }), "alarm");
  return pill(one.open_cents < one.total_cents ? t("partly paid") : t("open"), "accent");
}

const OFFER_TONES: Readonly<Record<OfferBrief["state"], Tone>> = { open: "", sent: "accent", accepted: "ok", declined: "" };

export function offerStanding(one: OfferBrief, today: string): Part {
  if (one.state === "declined") return pill(t("declined"));
  if (one.state === "accepted") return pill(t("accepted"), "ok");
  if (one.valid_until < today) return pill(t("no longer valid"), "warn");
  return pill(one.state === "sent" ? t("sent") : t("draft"), OFFER_TONES[one.state]);
}

export function categoryWords(category: string, rate: string): string {
  switch (category) {
    case "S": return t("{percent}% VAT", { percent: rate });
    case "Z": return t("0% VAT");
    case "E": return t("exempt");
    case "AE": return t("VAT reversed to the buyer");
    case "K": return t("supply to another member state");
    case "G": return t("export outside the Union");
    default: return t("outside VAT");
  }
}

export function unitWords(code: string): string {
  const names: Readonly<Record<string, string>> = {
    C62: t("pieces"), HUR: t("hours"), DAY: t("days"), MON: t("months"), KMT: "km", MTR: "m", MTK: "m²", LTR: t("litres"), KGM: "kg", LS: t("lump sum"),
  };
  return names[code] ?? code;
}

export function wayWords(way: string): string {
  if (way === "cash") return t("in cash");
  if (way === "card") return t("by card");
  return way === "credit" ? t("by a credit note") : t("by bank");
}

/** What somebody typed as a number: a comma or a point; null when it is none. */
export function typedNumber(text: string): number | null {
  const plain = text.trim().replace(/\s/g, "").replace(",", ".");
  return /^-?\d{1,9}(\.\d{1,4})?$/.test(plain) ? Number(plain) : null;
}

export const plainNumber = (text: string): string => text.trim().replace(/\s/g, "").replace(",", ".");
