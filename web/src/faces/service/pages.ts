// SPDX-License-Identifier: EUPL-1.2
// The pages of the service's office (/service/), one line each. A page is a module of its own (faces/service/<page>/view.ts), with its own
// stylesheet (web/src/styles/service-<page>.css) and its own catalogue (service-<folder>.po), fetched when it is first opened.
import { t } from "../../kit/words";
import { HOME, type Face, type Page as AnyPage } from "../paged/pages";

export type { Attention, Ctx, Mount, Mounted, Who } from "../paged/pages";

/** now: today's work; records: who and what is known; money: offers, invoices, payments; settings: what the tenant sets. */
export type Section = "now" | "records" | "money" | "settings" | "hidden";
export type Role = "owner" | "desk" | "bookkeeper" | "accountant" | "admin" | "privacy_officer";
export type Page = AnyPage<Section, Role>;

/** Who handles orders, customers and products. */
export const deskers: readonly Role[] = ["owner", "desk"];
export const bookkeepers: readonly Role[] = ["owner", "bookkeeper"];
/** Who sees what the tenant set for himself: his people, and the provider's who help him. */
export const setters: readonly Role[] = ["owner", "admin", "privacy_officer"];
const everybody: readonly Role[] = ["owner", "desk", "bookkeeper", "accountant", "admin", "privacy_officer"];

export const PAGES: readonly Page[] = [
  { view: HOME, title: () => t("What needs attention"), icon: "now", section: "now", roles: everybody, load: () => import("../paged/start") },
  { view: "orders", title: () => t("Orders"), icon: "list", section: "now", roles: [...deskers, "bookkeeper"], css: "service-orders", load: () => import("./orders/view"), attention: () => import("./orders/attention") },
  { view: "calendar", title: () => t("Calendar"), icon: "clock", section: "now", roles: deskers, css: "service-days", load: () => import("./calendar/view") },
  { view: "route", title: () => t("Route"), icon: "arrow", section: "now", roles: deskers, css: "service-days", load: () => import("./route/view") },
  { view: "figures", title: () => t("Figures"), icon: "screens", section: "records", roles: deskers, css: "service-figures", load: () => import("./analysis/view") },
  { view: "days", title: () => t("Hours and promises"), icon: "clock", section: "settings", roles: deskers, css: "service-days", load: () => import("./days/view") },
  { view: "customers", title: () => t("Customers"), icon: "person", section: "records", roles: ["owner", "desk", "bookkeeper", "admin", "privacy_officer"], css: "service-customers", load: () => import("./customers/view"), attention: () => import("./customers/attention") },
  { view: "imports", title: () => t("Take a list over"), icon: "up", section: "records", roles: ["owner", "desk", "admin"], css: "service-imports", load: () => import("./imports/view") },
  // records: customers, products, items, partners, import, analysis…
  { view: "items", title: () => t("Products on record"), icon: "list", section: "records", roles: ["owner", "desk", "bookkeeper", "admin"], css: "service-items", load: () => import("./items/view"), attention: () => import("./items/attention") },
  { view: "products", title: () => t("Catalogue"), icon: "wrench", section: "records", roles: ["owner", "desk", "bookkeeper", "admin"], css: "service-products", load: () => import("./products/view") },
  { view: "offers", title: () => t("Offers"), icon: "note", section: "money", roles: ["owner", "bookkeeper", "desk"], css: "service-invoices", load: () => import("./invoices/offers") },
  { view: "invoices", title: () => t("Invoices"), icon: "list", section: "money", roles: ["owner", "bookkeeper", "desk", "accountant"], css: "service-invoices", load: () => import("./invoices/view"), attention: () => import("./invoices/attention") },
  { view: "payments", title: () => t("Payments"), icon: "arrow", section: "money", roles: ["owner", "bookkeeper", "accountant"], css: "service-invoices", load: () => import("./invoices/payments") },
  { view: "books", title: () => t("Books"), icon: "list", section: "money", roles: ["owner", "bookkeeper", "accountant", "admin", "privacy_officer"], css: "service-invoices", load: () => import("./invoices/books") },
  { view: "partners", title: () => t("Partners"), icon: "wrench", section: "settings", roles: ["owner", "desk", "admin"], css: "service-partners", load: () => import("./partners/view") },
  { view: "statement", title: () => t("My confidentiality statement"), icon: "lock", section: "settings", roles: everybody, load: () => import("./statement/view"), attention: () => import("../privacy/statement/attention") },
  { view: "connections", title: () => t("Keys and webhooks"), icon: "key", section: "settings", roles: ["owner", "admin"], load: () => import("./connections/view") },
  { view: "website", title: () => t("Website"), icon: "note", section: "settings", roles: ["owner", "desk", "admin"], css: "service-website", load: () => import("./website/view"), attention: () => import("./website/attention") },
  { view: "forms", title: () => t("Forms"), icon: "send", section: "settings", roles: ["owner", "desk", "admin"], css: "service-forms", load: () => import("./forms/view") },
  { view: "organisation", title: () => t("Organisation"), icon: "building", section: "settings", roles: [...setters, "desk", "bookkeeper"], css: "service-tenant", load: () => import("../tenants/organisation") },
  { view: "staff", title: () => t("Who works here"), icon: "person", section: "settings", roles: setters, css: "service-tenant", load: () => import("../tenants/staff"), attention: () => import("../tenants/attention") },
  { view: "lesson", title: () => t("Recognising a breach"), icon: "broken", section: "settings", roles: ["owner", "desk", "bookkeeper", "admin", "privacy_officer"], css: "service-tenant", load: () => import("../tenants/lesson") },
  { view: "breaches", title: () => t("Data breaches"), icon: "alarm", section: "settings", roles: setters, css: "privacy-breaches", load: () => import("../privacy/breaches/view"), attention: () => import("../privacy/breaches/attention") },
  { view: "uselog", title: () => t("Log of use"), icon: "list", section: "settings", roles: setters, css: "privacy-evidence", load: () => import("../privacy/uselog/view") },
  // settings: brand, forms, partners' authorisations, staff, terms, API keys, website…
];

function sectionName(section: string): string {
  if (section === "records") return t("Customers and products");
  if (section === "money") return t("Money");
  return section === "settings" ? t("Settings") : "";
}

export const face = (back: Face["back"]): Face => ({
  root: "/service/",
  name: () => t("Service"),
  style: "service",
  pages: PAGES,
  sections: ["now", "records", "money", "settings"],
  sectionName,
  attentionWords: () => t("What waits for somebody of this office: the most pressing first."),
  nothingWords: () => t("What is late, asked or about to end comes here by itself."),
  back,
});
