// SPDX-License-Identifier: EUPL-1.2
// The privacy office's pages, one line each. A page is a module of its own, with its own stylesheet (web/src/styles/<css>.css) and its
// own catalogue (privacy-<folder>.po), fetched when it is first opened. What it says needs attention stands on the start page.
import type { Session } from "../../client/session";
import type { openDialog } from "../../kit/dialog";
import type { IconName } from "../../kit/icons";
import type { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import type { Mounted } from "../opened";
import type { Port } from "../port";

export type { Mounted } from "../opened";

/** now: what is going on; books: registers and logs; proof: what can be shown to others. */
export type Section = "now" | "books" | "proof" | "hidden";
export type Role = "privacy_officer" | "admin" | "planner" | "technician" | "operator" | "supervisor" | "auditor";

export interface Who {
  readonly id: string;
  readonly name: string;
  readonly party: string;
  readonly partyId: string;
  readonly role: string;
}

/** What a page may use of the house. */
export interface Ctx {
  readonly me: Who;
  readonly session: Session;
  readonly port: Port;
  /** Asks the API (`/api/v1` before the path); what goes wrong is a Refusal with a sentence for the person. */
  readonly ask: Port["ask"];
  nowMs(): number;
  /** Calls for every event of this party; gives back what stops it. */
  events(heard: (topic: string, data: Readonly<Record<string, unknown>>) => void): () => void;
  /** Calls every second; gives back what stops it. */
  ticks(tick: (nowMs: number) => void): () => void;
  go(view: string, id?: string): void;
  /** Something was done: what needs attention is asked anew. */
  changed(): void;
  /** Shows what went wrong in the person's words, or leads to sign-in. */
  failed(error: unknown): void;
  readonly toast: typeof toast;
  readonly dialog: typeof openDialog;
}

/** `id`: what follows the view in the address when it is opened (/backoffice/privacy/<view>/<id>). */
export type Mount = (host: HTMLElement, ctx: Ctx, id: string | null) => Mounted;

/** One thing that somebody must look at, in a translated sentence. */
export interface Attention {
  readonly words: string;
  readonly detail?: string;
  readonly dueMs?: number | null;
  readonly tone: "" | "warn" | "alarm";
  /** Where on the page. */
  readonly id?: string;
}

export interface Page {
  readonly view: string;
  readonly title: () => string;
  readonly icon: IconName;
  readonly section: Section;
  readonly roles: readonly Role[];
  readonly css?: string;
  readonly load: () => Promise<{ readonly mount: Mount }>;
  /** What of it needs attention now: a small module, asked at the start and when something happens. */
  readonly attention?: () => Promise<{ readonly attention: (ctx: Ctx) => Promise<readonly Attention[]> }>;
}

/** Who keeps the books, and who only reads them. */
export const officers: readonly Role[] = ["privacy_officer", "admin"];
export const readers: readonly Role[] = [...officers, "planner", "supervisor", "auditor"];
/** Who keeps breaches and reviews: a centre has its supervisors for it. */
export const keepers: readonly Role[] = [...officers, "supervisor"];
export const staff: readonly Role[] = [...keepers, "planner", "technician", "operator"];
const bookReaders: readonly Role[] = [...officers, "supervisor", "auditor"];
export const everybody: readonly Role[] = [...readers, "technician", "operator"];

export const PAGES: readonly Page[] = [
  { view: "start", title: () => t("What needs attention"), icon: "now", section: "now", roles: everybody, load: () => import("./start/view") },
  { view: "requests", title: () => t("Requests"), icon: "person", section: "now", roles: ["privacy_officer", "admin", "auditor"], css: "privacy-requests", load: () => import("./requests/view"), attention: () => import("./requests/attention") },
  // now: breaches, requests, disclosures, reviews…
  { view: "report", title: () => t("Report a breach"), icon: "broken", section: "now", roles: staff, css: "privacy-breaches", load: () => import("./report/view") },
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
  // proof: promises, statement, auditor's pack…
  { view: "promises", title: () => t("Promises"), icon: "shield", section: "proof", roles: readers, css: "privacy-promises", load: () => import("./promises/view"), attention: () => import("./promises/attention") },
  { view: "incidents", title: () => t("Incidents"), icon: "shield", section: "now", roles: [...officers, "planner", "supervisor"], css: "privacy-incidents", load: () => import("./incidents/view"), attention: () => import("./incidents/attention") },
  { view: "retention", title: () => t("What goes when"), icon: "clock", section: "books", roles: readers, css: "privacy-retention", load: () => import("./retention/view"), attention: () => import("./retention/attention") },
];

export const pageOf = (view: string): Page | undefined => PAGES.find((page) => page.view === view);

export const seenBy = (page: Page, role: string): boolean => (page.roles as readonly string[]).includes(role);

/** The pages that a role sees in the navigation, by section. */
export function shown(role: string): readonly { readonly section: Section; readonly pages: readonly Page[] }[] {
  const seen = PAGES.filter((page) => page.section !== "hidden" && seenBy(page, role));
  return (["now", "books", "proof"] as const).map((section) => ({ section, pages: seen.filter((page) => page.section === section) })).filter(({ pages }) => pages.length > 0);
}

export function sectionName(section: Section): string {
  if (section === "books") return t("Registers and logs");
  return section === "proof" ? t("To show others") : "";
}
