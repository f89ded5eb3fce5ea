// SPDX-License-Identifier: EUPL-1.2
// The privacy office's pages, one line each. A page is a module of its own, with its own stylesheet (web/src/styles/<css>.css) and its
// own catalogue (privacy-<folder>.po), fetched when it is first opened. What it says needs attention stands on the start page.
import { t } from "../../kit/words";
import type { Face, Page as AnyPage } from "../paged/pages";
import { HOME } from "../paged/pages";

export type { Attention, Ctx, Mount, Mounted, Who } from "../paged/pages";

/** now: what is going on; books: registers and logs; proof: what can be shown to others. */
export type Section = "now" | "books" | "proof" | "hidden";
export type Role = "privacy_officer" | "admin" | "planner" | "technician" | "operator" | "supervisor" | "auditor";
export type Page = AnyPage<Section, Role>;

/** Who keeps the books, and who only reads them. */
export const officers: readonly Role[] = ["privacy_officer", "admin"];
export const readers: readonly Role[] = [...officers, "planner", "supervisor", "auditor"];
/** Who keeps breaches and reviews: a centre has its supervisors for it. */
export const keepers: readonly Role[] = [...officers, "supervisor"];
export const staff: readonly Role[] = [...keepers, "planner", "technician", "operator"];
const bookReaders: readonly Role[] = [...officers, "supervisor", "auditor"];
export const everybody: readonly Role[] = [...readers, "technician", "operator"];

export const PAGES: readonly Page[] = [
  { view: HOME, title: () => t("What needs attention"), icon: "now", section: "now", roles: everybody, load: () => import("../paged/start") },
  { view: "requests", title: () => t("Requests"), icon: "person", section: "now", roles: ["privacy_officer", "admin", "auditor"], css: "privacy-requests", load: () => import("./requests/view"), attention: () => import("./requests/attention") },
  // now: breaches, requests, disclosures, reviews… An alarm centre has no office beside this one: its tasks are here.
  { view: "tasks", title: () => t("Tasks"), icon: "check", section: "now", roles: ["supervisor"], load: () => import("./tasks/view") },
  { view: "report", title: () => t("Report a breach"), icon: "broken", section: "now", roles: staff, css: "privacy-breaches", load: () => import("./report/view") },
  { view: "statement", title: () => t("My confidentiality statement"), icon: "lock", section: "books", roles: staff, load: () => import("./statement/view"), attention: () => import("./statement/attention") },
  { view: "breaches", title: () => t("Data breaches"), icon: "alarm", section: "now", roles: [...keepers, "auditor"], css: "privacy-breaches", load: () => import("./breaches/view"), attention: () => import("./breaches/attention") },
  { view: "reviews", title: () => t("Reviews and audits"), icon: "check", section: "now", roles: [...keepers, "planner", "auditor"], css: "privacy-reviews", load: () => import("./reviews/view"), attention: () => import("./reviews/attention") },
  { view: "contact", title: () => t("Privacy contact"), icon: "person", section: "books", roles: officers, load: () => import("./contact/view"), attention: () => import("./contact/attention") },
  // books: registers, declarations, places, sub-processors, retention, back-ups, log of use…
  { view: "registers", title: () => t("Registers of processing"), icon: "list", section: "books", roles: bookReaders, css: "privacy-registers", load: () => import("./registers/view"), attention: () => import("./registers/attention") },
  { view: "declarations", title: () => t("What is held of whom"), icon: "note", section: "books", roles: bookReaders, css: "privacy-registers", load: () => import("./declarations/view") },
  { view: "places", title: () => t("Places and sub-processors"), icon: "building", section: "books", roles: bookReaders, css: "privacy-registers", load: () => import("./places/view"), attention: () => import("./places/attention") },
  { view: "disclosures", title: () => t("Orders and evidence"), icon: "note", section: "books", roles: ["privacy_officer", "admin", "supervisor", "operator"], css: "privacy-evidence", load: () => import("./disclosures/view") },
  { view: "uselog", title: () => t("Log of use"), icon: "list", section: "books", roles: ["privacy_officer", "admin", "supervisor"], css: "privacy-evidence", load: () => import("./uselog/view") },
  { view: "contracts", title: () => t("Agreements and terms"), icon: "note", section: "books", roles: officers, css: "privacy-contracts", load: () => import("./contracts/view"), attention: () => import("./contracts/attention") },
  { view: "backups", title: () => t("Back-ups"), icon: "lock", section: "books", roles: officers, css: "privacy-backups", load: () => import("./backups/view"), attention: () => import("./backups/attention") },
  { view: "staff", title: () => t("Who works here"), icon: "person", section: "books", roles: officers, css: "service-tenant", load: () => import("../tenants/staff"), attention: () => import("../tenants/attention") },
  { view: "lesson", title: () => t("Recognising a breach"), icon: "broken", section: "books", roles: staff, css: "service-tenant", load: () => import("../tenants/lesson") },
  { view: "tenants", title: () => t("Tenants"), icon: "building", section: "books", roles: [...officers, "planner"], css: "service-tenant", load: () => import("../tenants/provider") },
  // proof: promises, statement, auditor's pack…
  { view: "promises", title: () => t("Promises"), icon: "shield", section: "proof", roles: readers, css: "privacy-promises", load: () => import("./promises/view"), attention: () => import("./promises/attention") },
  { view: "incidents", title: () => t("Incidents"), icon: "shield", section: "now", roles: [...officers, "planner", "supervisor"], css: "privacy-incidents", load: () => import("./incidents/view"), attention: () => import("./incidents/attention") },
  { view: "retention", title: () => t("What goes when"), icon: "clock", section: "books", roles: readers, css: "privacy-retention", load: () => import("./retention/view"), attention: () => import("./retention/attention") },
];

export function sectionName(section: string): string {
  if (section === "books") return t("Registers and logs");
  return section === "proof" ? t("To show others") : "";
}

export const face = (back: Face["back"]): Face => ({
  root: "/backoffice/privacy/",
  name: () => t("Privacy"),
  style: "privacy",
  pages: PAGES,
  sections: ["now", "books", "proof"],
  sectionName,
  attentionWords: () => t("What the pages of this office wait for: the most pressing first."),
  nothingWords: () => t("A breach, a request, a review or a certificate that needs somebody comes here by itself."),
  back,
});
