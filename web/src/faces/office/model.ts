// SPDX-License-Identifier: EUPL-1.2
// What the office knows, and where one is in it. Pure.
import { language } from "../../kit/words";
import type { Malfunction } from "./maintenance";
import type { Draft } from "./drafts";
import type { Look, Still } from "./looking";
import type { Customer, Found, Health, Item, Paper, Place, Switch, Tasks, Which } from "./types";

export type Tab = "tasks" | "jobs" | "customers" | "sites" | "stock" | "papers";
export const TABS: readonly Tab[] = ["tasks", "jobs", "customers", "sites", "stock", "papers"];

export interface Route {
  readonly tab: Tab;
  readonly id: string | null;
}

export interface Who {
  readonly id: string;
  readonly name: string;
  readonly party: string;
  readonly role: string;
}

export interface State {
  readonly who: Who;
  readonly nowMs: number;
  readonly connected: boolean;
  readonly error: string;
  readonly route: Route;
  readonly which: Which;
  readonly tasks: Tasks | null;
  readonly jobs: readonly Malfunction[] | null;
  readonly customers: readonly Customer[] | null;
  readonly mayAdd: boolean;
  readonly places: readonly Place[] | null;
  /** How many there are of what was asked. */
  readonly placesCount: number;
  readonly stock: readonly Item[] | null;
  readonly papers: readonly Paper[] | null;
  readonly switches: readonly Switch[];
  readonly filter: string;
  readonly find: { readonly text: string; readonly found: readonly Found[] | null; readonly at: number };
  /** Work reports that this device has not handed over yet. */
  readonly drafts: readonly Draft[];
  readonly look: Look | null;
  /** The newest still of the request that is on the page, and which one is waited for. */
  readonly still: Still | null;
  readonly wanted: string | null;
  /** The newest figures of the units on the page. */
  readonly health: Readonly<Record<string, Health>>;
}

export const start = (who: Who, nowMs: number): State => ({
  who, nowMs, connected: true, error: "", route: { tab: "tasks", id: null }, which: "open", tasks: null, jobs: null, customers: null, mayAdd: false, places: null, placesCount: 0, stock: null, papers: null, switches: [],
  filter: "", find: { text: "", found: null, at: -1 }, drafts: [], look: null, still: null, wanted: null, health: {},
});

/** The technician's own page is his jobs; the office begins with what there is to do. */
export const home = (role: string): Tab => (role === "technician" ? "jobs" : "tasks");

/** /backoffice/customers/<id> → where that is; anything unknown is the person's first page. */
export function routeOf(path: string, role: string): Route {
  const [, , tab = "", id = ""] = path.split("/");
  if (tab === "technician") return { tab: "jobs", id: id || null };
  return (TABS as readonly string[]).includes(tab) ? { tab: tab as Tab, id: id || null } : { tab: home(role), id: null };
}
export const pathOf = (tab: Tab, id: string | null = null): string => `/backoffice/${tab}${id === null ? "" : `/${id}`}`;

/** Where a thing that was found leads. */
export function leadsTo({ kind, id, at }: Found): string {
  switch (kind) {
    case "customer": return pathOf("customers", id);
    case "site": case "unit": case "camera": case "contact": return pathOf("sites", at);
    case "panel": return `/backoffice/settings/panels/${id}`;
    case "item": return pathOf("stock");
    case "person": return pathOf("papers");
    default: return pathOf("tasks");
  }
}

/** Where a task's thing is. A room above the tasks says where itself. */
export function taskLeadsTo(task: { readonly path?: string; readonly about: string; readonly about_id: string | null; readonly site_id: string | null; readonly customer_id: string | null }): string | null {
  if (task.path) return task.path;
  switch (task.about) {
    case "customer": return task.about_id === null ? null : pathOf("customers", task.about_id);
    case "site": case "unit": case "camera": return task.site_id === null ? null : pathOf("sites", task.site_id);
    case "malfunction": return task.about_id === null ? null : pathOf("jobs", task.about_id);
    case "person": case "certificate": return pathOf("papers");
    default: return null;
  }
}

const plain = (text: string): string => text.toLowerCase();
/** Every word somewhere in it. */
export const holds = (text: string, filter: string): boolean => plain(filter).split(/\s+/).filter(Boolean).every((word) => plain(text).includes(word));

/** Days stand with their year: a certificate that ends next November does not end this one. */
export const date = (ms: number): string => new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { day: "numeric", month: "long", year: "numeric" }).format(ms);

/** Days until then; negative once it is past. */
export const daysTo = (ms: number, nowMs: number): number => Math.ceil((ms - nowMs) / 86_400_000);
