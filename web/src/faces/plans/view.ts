// SPDX-License-Identifier: EUPL-1.2
// The planner's page: places on the left, and of the chosen one its plans, contacts and guards. Draws; decides nothing.
import { languageSwitch } from "../language";
import { reportButton } from "../report";
import { html, nothing, type Part } from "../../kit/dom";
import { field } from "../../kit/form";
import { mark } from "../../kit/icons";
import { button, empty, emptyPage, note, pill, skeleton } from "../../kit/pieces";
import { day, t } from "../../kit/words";
import { editor, shortSteps } from "./editor";
import { type Draft, placeOf, type PlannerState, shownPlaces, type Tab } from "./model";
import { contactsTab, guardsTab } from "./people";
import type { Where } from "./port";
import type { Company, Contact, PlanRow, Step, StepKind } from "./types";
import { planClass } from "./words";

export interface PlannerActions {
  readonly filter: (text: string) => void;
  readonly choose: (where: Where | undefined) => void;
  readonly tab: (tab: Tab) => void;
  readonly open: (plan: PlanRow) => void;
  readonly startNew: () => void;
  readonly copyHere: (plan: PlanRow) => void;
  readonly leave: () => void;
  readonly edit: (part: Partial<Draft>) => void;
  readonly step: (n: number, part: Partial<Step>) => void;
  readonly add: (kind: StepKind) => void;
  readonly takeOut: (n: number) => void;
  readonly move: (from: number, to: number) => void;
  readonly reset: () => void;
  readonly save: () => void;
  readonly compare: (number: number) => void;
  readonly restore: (number: number) => void;
  readonly endPlan: () => void;
  readonly contact: (contact: Contact | null) => void;
  readonly words: (contact: Contact) => void;
  readonly removeContact: (contact: Contact) => void;
  readonly moveContact: (from: number, to: number) => void;
  readonly guide: () => void;
  readonly company: (company: Company | null) => void;
  readonly removeCompany: (company: Company) => void;
  readonly moveCompany: (from: number, to: number) => void;
  readonly signOut: () => void;
}

export function plannerView(state: PlannerState, act: PlannerActions): Part {
  return html`<header class="bar"><div class="wide row apart"><span class="logo">${mark()}<span>Zegel</span></span><div class="row">${state.role === "supervisor" ? html`<a class="btn small quiet" href="/console/">${t("Queue")}</a>` : html`<a class="btn small quiet" href="/backoffice/">${t("Units")}</a>`}<a class="btn small quiet" href="/backoffice/settings/">${t("Panels and lines")}</a>${reportButton(state.role)}${languageSwitch()}${button(t("Sign out"), act.signOut, { small: true, icon: "signOut", id: "sign-out" })}</div></div></header>
    <div class="wide plans-page">${places(state, act)}<main id="content" class="stack" tabindex="-1">${state.draft === null ? place(state, act) : editor(state, state.draft, act)}</main></div>`;
}

function places(state: PlannerState, act: PlannerActions): Part {
  const chosen = (where: Where): "true" | "false" => (state.where === where ? "true" : "false");
  return html`<nav class="places ${state.where === undefined ? "" : "chosen"}" aria-label=${t("Places")}><div class="lbl">${state.party}</div>
    ${state.where === undefined ? nothing : html`<div class="only-small">${button(t("Other place"), () => act.choose(undefined), { small: true, icon: "back" })}</div>`}
    ${(state.places?.length ?? 0) > 6 ? field("place-filter", t("Find a site"), { value: state.filter, input: act.filter }) : nothing}
    ${state.places === null ? skeleton(4, t("Loading")) : html`<ul>${state.defaults ? html`<li><button type="button" aria-current=${chosen(null)} id="place-default" @click=${() => act.choose(null)}><b>${t("Default plans")}</b><span class="small mute">${t("for every site without its own")}</span></button></li>` : nothing}
      ${shownPlaces(state).map((one) => html`<li><button type="button" aria-current=${chosen(one.id)} data-place=${one.name} @click=${() => act.choose(one.id)}><b>${one.name}</b><span class="small mute">${one.owner}</span></button></li>`)}</ul>`}</nav>`;
}

function place(state: PlannerState, act: PlannerActions): Part {
  if (state.where === undefined) return emptyPage(t("Choose a place"), t("A site, or the default plans that hold for every site without its own."), "list");
  const here = placeOf(state);
  const tabs: readonly (readonly [Tab, string])[] = [["plans", t("Plans")], ["contacts", t("Contacts")], ["guards", t("Guards")]];
  return html`<div class="title"><div><div class="lbl">${here?.owner ?? state.party}</div><h1>${here?.name ?? t("Default plans")}</h1><p class="mute">${here?.address ?? t("What is done about an alarm where the site has no plan of its own.")}</p></div></div>
    ${state.error === "" ? nothing : note(state.error, "alarm", "alarm")}
    ${state.where === null ? nothing : html`<div class="tabs-row" role="tablist" aria-label=${t("About this site")}>${tabs.map(([tab, words]) => html`<button type="button" role="tab" id="tab-${tab}" aria-selected=${tab === state.tab ? "true" : "false"} aria-controls="tab-panel" @click=${() => act.tab(tab)}>${words}</button>`)}</div>`}
    <div class="stack" id="tab-panel" role=${state.where === null ? nothing : "tabpanel"} aria-labelledby=${state.where === null ? nothing : `tab-${state.tab}`}>${state.tab === "contacts" && state.where !== null ? contactsTab(state, act) : state.tab === "guards" && state.where !== null ? guardsTab(state, act) : plansTab(state, act)}</div>`;
}

function plansTab(state: PlannerState, act: PlannerActions): Part {
  const { plans } = state;
  if (plans === null) return skeleton(4, t("Loading"));
  const covered = new Set(plans.plans.flatMap((one) => one.classes));
  const holding = plans.defaults.filter((one) => one.classes.some((code) => !covered.has(code)));
  return html`<div class="row apart"><p class="mute">${state.where === null ? t("One plan for each class of alarm.") : t("A site's own plan comes before the provider's default.")}</p>${plans.change ? button(t("New plan"), act.startNew, { kind: "primary", icon: "note", id: "new-plan" }) : nothing}</div>
    ${plans.plans.length === 0 ? empty(state.where === null ? t("No default plan yet") : t("No plan of its own"), state.where === null ? t("Start from a standard plan: every alarm should have one.") : t("The defaults below hold here."), "list") : html`<div class="plan-cards">${plans.plans.map((one) => card(one, button(plans.change ? t("Edit") : t("Look"), () => act.open(one), { small: true })))}</div>`}
    ${holding.length === 0 ? nothing : html`<h2>${t("Defaults that hold here")}</h2><div class="plan-cards">${holding.map((one) => card(one, plans.change ? button(t("Make it this site’s own"), () => act.copyHere(one), { small: true }) : nothing))}</div>`}`;
}

function card(plan: PlanRow, press: Part): Part {
  return html`<article class="card plan-card" data-plan=${plan.name}><div class="row apart"><h2>${plan.name}</h2>${press}</div>
    <div class="chips">${plan.classes.map((code) => pill(planClass(code)))}</div>${shortSteps(plan.steps)}
    <p class="faint small">${t("Version {n} of {day}", { n: plan.number, day: day(plan.made_ms) })}${plan.made_by === "" ? nothing : ` · ${plan.made_by}`}</p></article>`;
}
