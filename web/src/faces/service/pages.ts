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
  // now: orders, calendar, route, prospects…
  // records: customers, products, items, partners, import, analysis…
  // money: offers, invoices, payments, books…
  { view: "statement", title: () => t("My confidentiality statement"), icon: "lock", section: "settings", roles: everybody, load: () => import("./statement/view"), attention: () => import("../privacy/statement/attention") },
  { view: "connections", title: () => t("Keys and webhooks"), icon: "key", section: "settings", roles: ["owner", "admin"], load: () => import("./connections/view") },
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
