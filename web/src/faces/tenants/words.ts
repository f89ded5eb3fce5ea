// SPDX-License-Identifier: EUPL-1.2
// Tenants' codes in people's words.
import { pill, type Tone } from "../../kit/pieces";
import type { Part } from "../../kit/dom";
import { day, number, t } from "../../kit/words";
import type { Right } from "./types";

export const profileName = (profile: string): string => (profile === "service" ? t("service with partners") : t("office"));

export const billingName = (billing: string): string => (billing === "yearly" ? t("a year") : t("a month"));

export const euros = (cents: number): string => `€ ${number(cents / 100, 2)}`;

export function standingPill(standing: string, right: Right | null): Part {
  const tones: Readonly<Record<string, Tone>> = { holds: "ok", coming: "", exit: "warn", over: "alarm", none: "alarm" };
  const words: Readonly<Record<string, string>> = {
    none: t("no right of use"), coming: t("begins {day}", { day: right === null ? "" : day(right.valid_from_ms) }),
    holds: right?.valid_to_ms ? t("holds until {day}", { day: day(right.valid_to_ms) }) : t("holds"),
    exit: t("ended; taking along until {day}", { day: right?.exit_ms ? day(right.exit_ms) : "" }), over: t("over"),
  };
  return pill(words[standing] ?? standing, tones[standing] ?? "");
}

export function imprintName(field: string): string {
  const names: Readonly<Record<string, string>> = {
    legal_name: t("Name of the firm"), street: t("Street and number"), postcode: t("Postcode"), city: t("Place"), country: t("Country"), registration: t("Registration number"),
    vat: t("VAT number"), iban: "IBAN", bic: "BIC", email: t("E-mail"), phone: t("Telephone"),
  };
  return names[field] ?? field;
}

/** What a record of the DNS is for. */
export function recordName(use: "dkim" | "dmarc" | "spf"): string {
  if (use === "dkim") return t("The key that signs your e-mails (DKIM)");
  return use === "dmarc" ? t("What receivers do with e-mails that are not signed so (DMARC)") : t("Which servers may send for you (SPF)");
}
