// SPDX-License-Identifier: EUPL-1.2
// What these screens ask of the server. `ask` is the signed-in session's own (faces/wire.ts), with errors as sentences.
import type { CompanySaid, Company, ContactSaid, Contacts, Errands, Guidance, Place, PlanRow, PlanWhole, Standard, Step } from "./types";

export type Ask = <T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown) => Promise<T>;

export interface PlanSaid {
  readonly name: string;
  readonly classes: readonly string[];
  readonly steps: readonly Step[];
  readonly why: string;
}

export interface Plans {
  readonly plans: readonly PlanRow[];
  readonly defaults: readonly PlanRow[];
  readonly change: boolean;
}

export interface Guards {
  readonly guards: readonly Company[];
  readonly change: boolean;
}

export interface Spoken {
  readonly outcome: "valid" | "duress" | "wrong";
  readonly tries_left: number;
}

/** Null for the provider's own default. */
export type Where = string | null;

export interface PlansPort {
  places(): Promise<{ readonly sites: readonly Place[]; readonly default: boolean }>;
  standard(): Promise<Standard>;
  plans(where: Where): Promise<Plans>;
  plan(id: string): Promise<PlanWhole>;
  addPlan(where: Where, said: PlanSaid): Promise<PlanWhole>;
  savePlan(id: string, base: number, said: PlanSaid): Promise<PlanWhole>;
  restore(id: string, number: number, why: string): Promise<PlanWhole>;
  endPlan(id: string): Promise<void>;
  contacts(site: string): Promise<Contacts>;
  addContact(site: string, said: ContactSaid): Promise<Contacts>;
  changeContact(id: string, said: ContactSaid): Promise<Contacts>;
  removeContact(id: string): Promise<void>;
  orderContacts(site: string, order: readonly string[]): Promise<Contacts>;
  setWords(id: string, code: string, duress: string): Promise<Contacts>;
  clearWords(id: string): Promise<Contacts>;
  guide(site: string, guidance: Guidance): Promise<Contacts>;
  guards(site: string): Promise<Guards>;
  addGuard(site: string, said: CompanySaid): Promise<Guards>;
  changeGuard(id: string, said: CompanySaid): Promise<Guards>;
  removeGuard(id: string): Promise<void>;
  orderGuards(site: string, order: readonly string[]): Promise<Guards>;
  errands(alarm: string): Promise<Errands>;
  checkWord(alarm: string, contact: string, word: string): Promise<Spoken>;
  link(errand: string): Promise<{ readonly url: string; readonly hours: number }>;
  nowMs(): number;
}

export function plansPort(ask: Ask, nowMs: () => number): PlansPort {
  const home = (where: Where): string => (where === null ? "/default-plans" : `/sites/${where}/plans`);
  return {
    places: () => ask("GET", "/plan-places"),
    standard: () => ask("GET", "/standard-plans"),
    plans: (where) => ask("GET", home(where)),
    plan: (id) => ask("GET", `/plans/${id}`),
    addPlan: (where, said) => ask("POST", home(where), said),
    savePlan: (id, base, said) => ask("POST", `/plans/${id}/versions`, { ...said, base }),
    restore: (id, number, why) => ask("POST", `/plans/${id}/restore`, { number, why }),
    endPlan: (id) => ask("POST", `/plans/${id}/end`),
    contacts: (site) => ask("GET", `/sites/${site}/contacts`),
    addContact: (site, said) => ask("POST", `/sites/${site}/contacts`, said),
    changeContact: (id, said) => ask("PUT", `/contacts/${id}`, said),
    removeContact: (id) => ask("POST", `/contacts/${id}/remove`),
    orderContacts: (site, order) => ask("PUT", `/sites/${site}/contacts/order`, { order }),
    setWords: (id, code, duress) => ask("PUT", `/contacts/${id}/words`, { code, duress }),
    clearWords: (id) => ask("POST", `/contacts/${id}/words/clear`),
    guide: (site, guidance) => ask("PUT", `/sites/${site}/guidance`, guidance),
    guards: (site) => ask("GET", `/sites/${site}/guards`),
    addGuard: (site, said) => ask("POST", `/sites/${site}/guards`, said),
    changeGuard: (id, said) => ask("PUT", `/guards/${id}`, said),
    removeGuard: (id) => ask("POST", `/guards/${id}/remove`),
    orderGuards: (site, order) => ask("PUT", `/sites/${site}/guards/order`, { order }),
    errands: (alarm) => ask("GET", `/alarms/${alarm}/dispatches`),
    checkWord: (alarm, contact, word) => ask("POST", `/alarms/${alarm}/code-word`, { contact_id: contact, word }),
    link: (errand) => ask("POST", `/dispatches/${errand}/link`),
    nowMs,
  };
}
