// SPDX-License-Identifier: EUPL-1.2
// The customer's pages, one line each. A page with `load` is a module of its own, fetched when it is first opened; the others are
// drawn by view.ts. In the bar at a phone's foot stand those with `bar`, the rest behind "More"; a desktop shows them all at the side.
import type { Api } from "../../client/api";
import type { Session } from "../../client/session";
import type { openDialog } from "../../kit/dialog";
import type { IconName } from "../../kit/icons";
import type { toast } from "../../kit/toast";
import { t } from "../../kit/words";
import type { Mounted } from "../opened";
import type { Port } from "../port";
import type { PortalState } from "./model";

export type Section = "home" | "house" | "people" | "hidden";
export type Role = "owner" | "member";

export type { Mounted } from "../opened";

/** What a page may use of the house. Everything is live: `state()` is what the frame knows now. */
export interface Ctx {
  readonly session: Session;
  readonly api: Api;
  /** Asks the API; what goes wrong is a Refusal with a sentence for the person. */
  readonly port: Port;
  /** Calls for every event of this party; gives back what stops it. */
  events(heard: (topic: string, data: Readonly<Record<string, unknown>>) => void): () => void;
  state(): PortalState;
  /** Calls after every change of the frame's state (each second too); gives back what stops it. */
  watch(changed: (state: PortalState) => void): () => void;
  go(view: string, id?: string): void;
  /** Loads units, cameras and alarms anew. */
  reload(): Promise<void>;
  /** Shows what went wrong in the person's words, or leads to sign-in. */
  failed(error: unknown): void;
  readonly toast: typeof toast;
  readonly dialog: typeof openDialog;
}

/** `id`: what follows the view in the address when it is opened. */
export type Mount = (host: HTMLElement, ctx: Ctx, id: string | null) => Mounted;

export interface Page {
  readonly view: string;
  readonly title: () => string;
  readonly icon: IconName;
  readonly section: Section;
  readonly roles: readonly Role[];
  /** In the bar at a phone's foot: four at most. */
  readonly bar?: boolean;
  /** Its own stylesheet, web/src/styles/<css>.css, fetched with it. */
  readonly css?: string;
  readonly load?: () => Promise<{ readonly mount: Mount }>;
}

const everyone: readonly Role[] = ["owner", "member"];

export const PAGES: readonly Page[] = [
  { view: "now", title: () => t("Now"), icon: "now", section: "home", roles: everyone, bar: true },
  { view: "start", title: () => t("Getting started"), icon: "check", section: "home", roles: everyone, css: "portal-account", load: () => import("./start/view") },
  { view: "cameras", title: () => t("Cameras"), icon: "camera", section: "home", roles: everyone, bar: true },
  { view: "live", title: () => t("Live"), icon: "live", section: "home", roles: everyone, css: "portal-live", load: () => import("./live/view") },
  { view: "pictures", title: () => t("Pictures"), icon: "still", section: "home", roles: everyone, css: "portal-live", load: () => import("./pictures/view") },
  { view: "recordings", title: () => t("Recordings"), icon: "record", section: "home", roles: everyone, css: "portal-recordings", load: () => import("./recordings/view") },
  { view: "events", title: () => t("Events"), icon: "list", section: "home", roles: everyone, bar: true, css: "portal-events", load: () => import("./events/view") },
  { view: "looked", title: () => t("Who looked"), icon: "eye", section: "home", roles: everyone, bar: true },
  // house: hours, masks, overview, site, signs…
  { view: "masks", title: () => t("Masks"), icon: "mask", section: "house", roles: ["owner"], css: "portal-masks", load: () => import("./masks/view") },
  { view: "overview", title: () => t("Overview"), icon: "film", section: "house", roles: everyone, css: "portal-overview", load: () => import("./overview/view") },
  { view: "hours", title: () => t("Hours"), icon: "clock", section: "house", roles: everyone, css: "portal-hours", load: () => import("./hours/view") },

  { view: "sites", title: () => t("Sites"), icon: "building", section: "house", roles: everyone, css: "portal-sites", load: () => import("./sites/view") },
  { view: "signs", title: () => t("Signs"), icon: "note", section: "house", roles: everyone, css: "portal-signs", load: () => import("./signs/view") },
  { view: "maintenance", title: () => t("Maintenance"), icon: "tool", section: "house", roles: everyone, css: "portal-maintenance", load: () => import("./maintenance/view") },
  { view: "evidence", title: () => t("Evidence"), icon: "note", section: "house", roles: ["owner"], css: "portal-evidence", load: () => import("./evidence/view") },
  { view: "kept", title: () => t("What goes when"), icon: "clock", section: "house", roles: everyone, css: "portal-kept", load: () => import("./kept/view") },
  { view: "incidents", title: () => t("Incidents"), icon: "shield", section: "house", roles: everyone, css: "portal-incidents", load: () => import("./incidents/view") },
  // people: people, agreements, security, notifications…
  { view: "people", title: () => t("People"), icon: "person", section: "people", roles: everyone, css: "portal-account", load: () => import("./people/view") },
  { view: "agreements", title: () => t("Agreements"), icon: "note", section: "people", roles: everyone, css: "portal-account", load: () => import("./agreements/view") },
  { view: "uselog", title: () => t("Log of use"), icon: "list", section: "people", roles: ["owner"], css: "portal-evidence", load: () => import("./uselog/view") },
  { view: "terms", title: () => t("Terms and register"), icon: "clock", section: "people", roles: everyone, css: "portal-terms", load: () => import("./terms/view") },
  { view: "privacy", title: () => t("Privacy"), icon: "shield", section: "people", roles: everyone, css: "portal-privacy", load: () => import("./privacy/view") },
  { view: "security", title: () => t("Security"), icon: "lock", section: "people", roles: everyone, css: "portal-account", load: () => import("./security/view") },
  { view: "notifications", title: () => t("Notifications"), icon: "bell", section: "people", roles: everyone, css: "portal-notifications", load: () => import("./notifications/view") },
  { view: "redact", title: () => t("Make others unrecognisable"), icon: "mask", section: "hidden", roles: everyone, css: "portal-redact", load: () => import("./redact/view") },
  { view: "alarm", title: () => t("Alarm"), icon: "alarm", section: "hidden", roles: everyone, css: "portal-notifications", load: () => import("./alarm/view") },
  { view: "requests", title: () => t("Requests"), icon: "person", section: "people", roles: everyone, css: "portal-requests", load: () => import("./requests/view") },
  { view: "you", title: () => t("You"), icon: "key", section: "people", roles: everyone },
];

export const pageOf = (view: string): Page | undefined => PAGES.find((page) => page.view === view);

/** The pages that a role sees in the navigation, by section. */
export function shown(role: string): readonly { readonly section: Section; readonly pages: readonly Page[] }[] {
  const seen = PAGES.filter((page) => page.section !== "hidden" && (page.roles as readonly string[]).includes(role));
  return (["home", "house", "people"] as const).map((section) => ({ section, pages: seen.filter((page) => page.section === section) })).filter(({ pages }) => pages.length > 0);
}

export function sectionName(section: Section): string {
  if (section === "house") return t("Your site");
  return section === "people" ? t("People and keys") : "";
}
