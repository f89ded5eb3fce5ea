// SPDX-License-Identifier: EUPL-1.2
// The words of partners and steps.
import { t } from "../../../kit/words";
import { kindWords, outcomeWords, typeWords } from "../../partner/jobs/model";
import type { Partner, Step, StepState } from "./types";

export { kindWords, typeWords };

export function sortWords(kind: Partner["kind"]): string {
  if (kind === "mechanic") return t("Mechanic");
  return kind === "carrier" ? t("Carrier") : t("Repair centre");
}

export function stateWords(state: StepState): string {
  switch (state) {
    case "offered": return t("Offered");
    case "accepted": return t("Accepted");
    case "done": return t("Done");
    case "given_back": return t("Given back");
    case "withdrawn": return t("Taken back");
  }
}

export const endWords = (step: Step): string => (step.outcome === "" ? "" : outcomeWords(step.outcome, step.kind));

export function fieldWords(name: string): string {
  const words: Readonly<Record<string, string>> = {
    order_number: t("Order number"), order_type: t("Type of order"), subject: t("About"), fault: t("What is the matter"), customer_name: t("Name"), street: t("Street"), house_number: t("House number"), postcode: t("Postcode"), city: t("City"), country: t("Country"),
    phone: t("Telephone"), language: t("Language"), product_kind: t("Sort of product"), product_brand: t("Brand"), product_name: t("Product"), type_number: t("Type"), serial: t("Serial number"), warranty_until: t("Warranty until"),
    window_from: t("From when"), window_until: t("Until when"), instructions: t("Instructions"), earlier_work: t("What was found before"), other_end: t("The other address"),
  };
  return words[name] ?? name;
}
