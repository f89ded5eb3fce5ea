// SPDX-License-Identifier: EUPL-1.2
// Words for what authorities ask, what leaves, and how.
import { number, t } from "../../kit/words";

export const grounds: readonly string[] = ["seizure", "court", "data_demand", "intelligence", "supervisor", "own_decision"];

export function groundName(ground: string): string {
  const names: Readonly<Record<string, string>> = {
    seizure: t("order to hand over images"), court: t("order of a court"), data_demand: t("demand for data in an investigation"), intelligence: t("demand of a security service"), supervisor: t("order of a supervisory authority"), own_decision: t("the owner's own decision"),
  };
  return names[ground] ?? ground;
}

export function makerName(maker: string): string {
  const names: Readonly<Record<string, string>> = { owner: t("the owner"), arc: t("the alarm centre, two persons"), provider: t("the provider, sealed") };
  return names[maker] ?? maker;
}

export function whatName(what: string): string {
  const names: Readonly<Record<string, string>> = {
    receipt: t("receipt"), figures: t("response figures"), sign: t("sign"), use_log: t("log of use"), disclosures: t("register of disclosures"), evidence_report: t("report of a package"), sealed_recordings: t("sealed recordings"), evidence_package: t("evidence package"),
    film: t("film"), originals: t("sealed originals"), redacted: t("redacted film"), film_link: t("redacted film behind a link"), agreement: t("agreement"), overview_film: t("overview film"), tenant: t("everything of an organisation"), tenant_proof: t("proof of a removal"),
    invoice: t("invoice"), invoice_data: t("invoice for machines"), offer: t("offer"), books: t("books of a period"),
    register: t("register of processing"), register_sheet: t("register as a spreadsheet"), register_dpv: t("register for machines"),
    answer: t("answer to somebody who asked for his rights"), answer_letter: t("the same answer on paper"), requests: t("register of requests"),
    consent_receipt: t("receipt of a consent"), breach_letter: t("letter about a breach"), breach_form: t("form for the authority"),
    breach_data: t("form for the authority, for machines"), breach_register: t("register of breaches"), audit_pack: t("auditor’s pack"), label: t("label of a parcel"),
    orders: t("list of orders"), order_figures: t("figures of orders"), order: t("an order"), customers: t("list of customers"), customer: t("a customer"),
    customer_record: t("record of a customer"), import_report: t("report of a list that was taken over"), registration: t("registration of a product"), sheets: t("sheets of steps"),
    calendar: t("calendar of visits"), route: t("route of a day"), clean_up: t("list to tidy up"),
  };
  return names[what] ?? what.replaceAll("_", " ");
}

export function howName(how: string): string {
  const names: Readonly<Record<string, string>> = { file: t("downloaded"), print: t("printed"), made: t("made in the browser"), mail: t("sent by e-mail"), api: t("read by a program") };
  return names[how] ?? how;
}

export function sizeWords(bytes: number | null): string {
  if (bytes === null || bytes === 0) return "";
  if (bytes < 1000) return t("{n} bytes", { n: number(bytes) });
  return bytes < 1_000_000 ? t("{n} kB", { n: number(bytes / 1000) }) : t("{n} MB", { n: number(bytes / 1_000_000, 1) });
}
