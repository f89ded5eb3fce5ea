// SPDX-License-Identifier: EUPL-1.2
// The frame of the office: who you are, finding anything, the tabs, and what must be known first. Draws; decides nothing.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { icon, mark } from "../../kit/icons";
import { button, keyHint, note, pill } from "../../kit/pieces";
import { number, t, tn } from "../../kit/words";
import { languageSwitch } from "../language";
import { reportButton } from "../report";
import type { Asked, Malfunction } from "./maintenance";
import type { Draft } from "./drafts";
import { customersTab, papersTab, sitesTab, stockTab } from "./lists";
import { jobsTab } from "./jobs";
import { TABS, leadsTo, pathOf, type State } from "./model";
import { tasksTab } from "./tasks";
import type { Customer, Found, Item, Task, Which } from "./types";
import { besideName, foundName, tabIcon, tabName } from "./words";

export interface Actions {
  readonly follow: (event: MouseEvent, path: string) => void;
  readonly signOut: () => void;
  readonly keys: () => void;
  readonly find: (text: string) => void;
  readonly findKey: (event: KeyboardEvent) => void;
  readonly filter: (text: string) => void;
  readonly which: (which: Which) => void;
  readonly addTask: () => void;
  readonly done: (task: Task) => void;
  readonly undo: (task: Task) => void;
  readonly take: (task: Task) => void;
  readonly assign: (task: Task) => void;
  readonly snooze: (task: Task) => void;
  readonly addCustomer: () => void;
  readonly letter: (customer: Customer) => void;
  readonly addItem: () => void;
  readonly move: (item: Item) => void;
  readonly count: (item: Item, count: number) => void;
  readonly request: (malfunction: Malfunction) => void;
  readonly look: (asked: Asked) => void;
  readonly still: (asked: Asked) => void;
  readonly paint: (canvas: HTMLCanvasElement, mark: HTMLCanvasElement) => void;
  readonly leave: () => void;
  readonly attach: (video: HTMLVideoElement, still: HTMLCanvasElement, mark: HTMLCanvasElement) => void;
  readonly end: (asked: Asked, works: boolean) => void;
  readonly write: (malfunction: Malfunction, part: Partial<Draft>) => void;
  readonly hand: (malfunction: Malfunction) => void;
}

export function officeView(state: State, act: Actions): Part {
  const { who } = state;
  const sets = ["technician", "planner", "admin"].includes(who.role);
  const waiting = state.drafts.filter(({ ready }) => ready).length;
  return html`<header class="bar"><div class="wide row apart"><span class="logo">${mark()}<span>Zegel</span></span>${finder(state, act)}${reportButton(who.role)}${button(t("Sign out"), act.signOut, { small: true, icon: "signOut", id: "sign-out" })}</div></header>
    ${state.connected ? nothing : html`<div class="wide">${note(t("Connection lost. Trying again; what you see may be old."), "warn", "offline")}</div>`}
    ${waiting === 0 ? nothing : html`<div class="wide">${note(tn("A work report waits on this device until there is a line.", "{n} work reports wait on this device until there is a line.", waiting), "", "send")}</div>`}
    <div class="wide setup-page office"><nav class="setup-tabs" aria-label=${t("Office")}><div class="lbl">${who.party}</div>
      <ul>${TABS.map((tab, n) => html`<li><a href=${pathOf(tab)} id="tab-${tab}" aria-current=${tab === state.route.tab ? "page" : nothing} @click=${(event: MouseEvent) => act.follow(event, pathOf(tab))}>${icon(tabIcon[tab])}<span class="grow">${tabName(tab)}</span>${tab === "tasks" && (state.tasks?.counts["open"] ?? 0) > 0 ? pill(number(state.tasks?.counts["open"] ?? 0), "warn") : nothing}${keyHint(String(n + 1))}</a></li>`)}${["planner", "admin"].includes(who.role) ? html`<li><a href="/backoffice/plans/" id="to-plans">${icon("note")}<span class="grow">${t("Action plans")}</span>${icon("arrow", "small")}</a></li>` : nothing}${sets ? html`<li><a href="/backoffice/settings/" id="to-settings">${icon("alarm")}<span class="grow">${t("Panels and lines")}</span>${icon("arrow", "small")}</a></li>` : nothing}<li><a href="/backoffice/privacy/" id="to-privacy">${icon("shield")}<span class="grow">${t("Privacy")}</span>${icon("arrow", "small")}</a></li></ul>
      <div class="wide-only">${button(t("Keys"), act.keys, { small: true, kind: "quiet", icon: "key", key: "?" })}</div></nav>
      <main id="content" class="stack" tabindex="-1">${state.error === "" ? nothing : html`<div id="trouble">${note(state.error, "alarm", "alarm")}</div>`}${part(state, act)}</main></div>
    <footer class="wide office-foot">${languageSwitch()}</footer>`;
}

function part(state: State, act: Actions): Part {
  switch (state.route.tab) {
    case "tasks": return tasksTab(state, act);
    case "jobs": return jobsTab(state, act);
    case "customers": return customersTab(state, act);
    case "sites": return sitesTab(state, act);
    case "stock": return stockTab(state, act);
    case "papers": return papersTab(state);
  }
}

// --- finding ---

function finder({ find }: State, act: Actions): Part {
  const open = find.found !== null && find.text.trim() !== "";
  const active = open && find.at >= 0 ? `found-${find.at}` : nothing;
  return html`<div class="finder" role="search"><label class="sr" for="find">${t("Find anything")}</label>${icon("list", "small")}
    <input id="find" class="input" type="search" role="combobox" autocomplete="off" spellcheck="false" placeholder=${t("Find a customer, site, unit, number…")} aria-expanded=${open ? "true" : "false"} aria-controls="found" aria-activedescendant=${active}
      .value=${find.text} @input=${(event: Event) => act.find((event.target as HTMLInputElement).value)} @keydown=${act.findKey}>${keyHint("/")}
    <div id="found" class="found" role="listbox" aria-label=${t("Found")} ?hidden=${!open}>${open ? results(find.found ?? [], find.at, act) : nothing}</div></div>`;
}

function results(found: readonly Found[], at: number, act: Actions): Part {
  if (found.length === 0) return html`<p class="mute pad" role="option" aria-selected="false">${t("Nothing of that name. Try a number, an address or the beginning of a fingerprint.")}</p>`;
  return html`${repeat(found, ({ kind, id }) => `${kind}/${id}`, (one, n) => html`<a role="option" id="found-${n}" tabindex="-1" aria-selected=${n === at ? "true" : "false"} href=${leadsTo(one)} @click=${(event: MouseEvent) => act.follow(event, leadsTo(one))}><span class="kind">${foundName(one.kind)}</span><b>${one.name}</b><span class="faint small">${besideName(one.kind, one.beside)}</span></a>`)}`;
}
