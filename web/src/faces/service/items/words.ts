// SPDX-License-Identifier: EUPL-1.2
// A thing in words: its kind, its warranty, whose it is.
import { pill } from "../../../kit/pieces";
import type { Part } from "../../../kit/dom";
import { day, t } from "../../../kit/words";
import type { Item, Who } from "./types";

export const KINDS = ["appliance", "furnishing", "vehicle", "camera_unit", "other"] as const;

export function kindName(kind: string): string {
  if (kind === "appliance") return t("Appliance");
  if (kind === "furnishing") return t("Measured and installed");
  if (kind === "vehicle") return t("Vehicle");
  return kind === "camera_unit" ? t("Camera unit") : t("Other product");
}

/** An ISO day as people read it. */
export const dayOf = (iso: string | null): string => (iso === null ? "" : day(Date.parse(`${iso}T12:00:00Z`), "UTC"));

export function warrantyPill(item: Item): Part {
  if (item.warranty_until === null) return pill(t("warranty unknown"));
  return item.warranty === "covered" ? pill(t("warranty until {day}", { day: dayOf(item.warranty_until) }), "ok") : pill(t("warranty ended {day}", { day: dayOf(item.warranty_until) }));
}

export const whoName = (who: Who | null): string => (who === null ? t("nobody on record") : who.name === "" ? t("customer {number}", { number: String(who.number) }) : who.name);

export const numberOf = (item: Item): string => item.plate || item.serial;
