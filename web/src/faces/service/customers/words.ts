// SPDX-License-Identifier: EUPL-1.2
// What the codes of a customer's record are called.
import { t } from "../../../kit/words";
import type { Customer } from "./types";

/** How he is called in a list: whose use is restricted, and who was anonymised, is a number. */
export function called(one: Customer): string {
  if (one.anonymised_ms !== null) return t("Customer {n}, anonymised", { n: one.number });
  return one.name || t("Customer {n}", { n: one.number });
}

export const place = (one: Customer): string => [[one.street, one.house_number].filter(Boolean).join(" "), [one.postcode, one.city].filter(Boolean).join(" ")].filter(Boolean).join(", ");

const STANDINGS: Readonly<Record<string, () => string>> = { prospect: () => t("prospect"), customer: () => t("customer"), former: () => t("former customer") };
export const standingName = (code: string): string => STANDINGS[code]?.() ?? code;

const FUNCTIONS: Readonly<Record<string, () => string>> = { owner: () => t("owner"), director: () => t("director"), employee: () => t("employee") };
export const functionName = (code: string): string => FUNCTIONS[code]?.() ?? code;

const FIELDS: Readonly<Record<string, () => string>> = {
  name: () => t("Name"), kind: () => t("Person or company"), street: () => t("Street"), house_number: () => t("House number"), postcode: () => t("Postcode"), city: () => t("Town"),
  country: () => t("Country"), email: () => t("E-mail"), phone: () => t("Telephone"), language: () => t("Language"), registration_no: () => t("Registration number"), vat_no: () => t("VAT number"),
  consent_until: () => t("Consent until"),
};
export const fieldName = (code: string): string => FIELDS[code]?.() ?? code;

const SOURCES: Readonly<Record<string, () => string>> = { desk: () => t("at the desk"), form: () => t("by a form"), import: () => t("from a list"), api: () => t("by another system"), link: () => t("by himself, with his link") };
export const sourceName = (code: string): string => SOURCES[code]?.() ?? code;

const WHYS: Readonly<Record<string, () => string>> = {
  disputed: () => t("He says that it is not right"), unlawful: () => t("It should not be used, and he does not want it erased"), claims: () => t("He needs it for a claim"),
  objection: () => t("He objected, and that is being weighed"), request: () => t("As was laid down on his request"),
};
export const whyName = (code: string): string => WHYS[code]?.() ?? code;

const WHATS: Readonly<Record<string, () => string>> = {
  added: () => t("Added"), corrected: () => t("Corrected"), suggested: () => t("Other details came in"), refused: () => t("Other details were not taken over"), contact_added: () => t("Contact added"),
  contact_changed: () => t("Contact changed"), contact_ended: () => t("Contact removed"), restricted: () => t("Use restricted"), lifted: () => t("Restriction lifted"), confirmed: () => t("Expectation of an order confirmed"),
  became_customer: () => t("Became a customer"), left: () => t("Relation ended"), consent_renewed: () => t("Consent renewed"), consent_ended: () => t("Consent taken back"), kept: () => t("Kept, with a reason"), anonymised: () => t("Anonymised"), merged: () => t("Another record of his was merged into this one"),
};
export const whatName = (code: string): string => WHATS[code]?.() ?? code;

const REASONS: Readonly<Record<string, () => string>> = {
  consent_over: () => t("His consent to be a prospect is over"), quiet: () => t("No order for longer than the term"), claims_over: () => t("Left so long ago that no claim can come"),
  restricted_long: () => t("Restricted for three months: decide"), double: () => t("Perhaps he stands here twice: the same e-mail address, or name and house"),
};
const DECISIONS: Readonly<Record<string, () => string>> = {
  keep: () => t("kept"), confirm: () => t("order expected"), end: () => t("relation over"), anonymise: () => t("anonymised"), merge: () => t("merged"), gone: () => t("settled by itself"),
};
export const decisionName = (code: string): string => DECISIONS[code]?.() ?? t("not decided");

export const reasonName = (code: string): string => REASONS[code]?.() ?? code;

const MODELS: Readonly<Record<string, () => string>> = {
  "customers.Customer": () => t("The customer’s own record"), "customers.Contact": () => t("Contacts"), "customers.Change": () => t("History of the record"), "customers.Suggestion": () => t("Details that came in"),
  "customers.Review": () => t("Decisions about the list"), "customers.YearlyLine": () => t("Lines of yearly lists"), "orders.Order": () => t("Orders"), "orders.Note": () => t("Notes of orders"), "orders.Word": () => t("Words by which orders are found"), "products.Item": () => t("Products"),
  "products.Ownership": () => t("Who owned what"), "intake.Submission": () => t("Forms that were sent"), "chain.Step": () => t("Steps of partners"), "chain.Document": () => t("Photos and signatures"), "chain.Sheet": () => t("Sheets of partners"),
  "invoices.Invoice": () => t("Invoices"), "invoices.InvoiceLine": () => t("Lines of invoices"), "invoices.Paper": () => t("Invoices as files"), "invoices.Reminder": () => t("Reminders"), "invoices.Payment": () => t("Payments"),
  "invoices.Offer": () => t("Offers"), "invoices.OfferLine": () => t("Lines of offers"),
};
export const modelName = (label: string): string => MODELS[label]?.() ?? label;

export const fateName = (fate: string): string => (fate === "gone" ? t("goes") : fate === "kept" ? t("stays: the law asks it") : t("stays without a name"));
