// SPDX-License-Identifier: EUPL-1.2
// What the codes of a list are called.
import { t } from "../../../kit/words";
import type { Line } from "./types";

const TARGETS: Readonly<Record<string, () => string>> = {
  name: () => t("Name"), first_name: () => t("First name"), infix: () => t("Infix (de, van, von)"), last_name: () => t("Last name"), company: () => t("Company"), street: () => t("Street"), street_number: () => t("Street and number"),
  house_number: () => t("House number"), addition: () => t("Addition to the number"), postcode: () => t("Postcode"), city: () => t("Town"), postcode_city: () => t("Postcode and town"), country: () => t("Country"), email: () => t("E-mail"),
  phone: () => t("Telephone"), mobile: () => t("Mobile"), language: () => t("Language"), registration_no: () => t("Registration number"), vat_no: () => t("VAT number"), consent_until: () => t("Consent until"),
  brand: () => t("Product: brand"), type: () => t("Product: type"), serial: () => t("Product: serial number"), purchased_on: () => t("Product: bought on"), plate: () => t("Vehicle: number plate"), vin: () => t("Vehicle: VIN"), mileage: () => t("Vehicle: mileage"),
  quote: () => t("A quotation mark that never closes"), cells: () => t("More cells than columns"),
};
export const targetName = (code: string): string => TARGETS[code]?.() ?? code;

const STATES: Readonly<Record<Line["state"], () => string>> = {
  uploaded: () => t("waits for you"), checking: () => t("is being read"), checked: () => t("may be written"), running: () => t("is being written"), paused: () => t("paused"), done: () => t("done"), discarded: () => t("thrown away"),
};
export const stateName = (state: Line["state"]): string => STATES[state]();

const ENCODINGS: Readonly<Record<string, string>> = { "utf-8": "Unicode (UTF-8)", "utf-16-le": "Unicode (UTF-16)", "utf-16-be": "Unicode (UTF-16, BE)", cp1252: "Windows", cp850: "DOS", "iso8859-15": "ISO 8859-15", "mac-roman": "Macintosh" };
export const encodings: readonly { readonly value: string; readonly words: string }[] = Object.entries(ENCODINGS).map(([value, words]) => ({ value, words }));

export const separators = (): readonly { readonly value: string; readonly words: string }[] => [{ value: ";", words: t("semicolon ;") }, { value: ",", words: t("comma ,") }, { value: "\t", words: t("tab") }, { value: "|", words: t("bar |") }];
