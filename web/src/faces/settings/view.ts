// SPDX-License-Identifier: EUPL-1.2
// The frame of these pages: who you are, the tabs, and what must be known first. Draws; decides nothing.
import { html, nothing, type Part } from "../../kit/dom";
import { mark } from "../../kit/icons";
import { button, empty, keyHint, note } from "../../kit/pieces";
import { t } from "../../kit/words";
import { languageSwitch } from "../language";
import { reportButton } from "../report";
import { codesTab } from "./codes";
import { figuresTab } from "./figures";
import { pathOf, tabsFor, type SettingsState, type Tab } from "./model";
import { brokersTab, integrationsTab, linesTab, mailTab } from "./others";
import { panelPage } from "./panel";
import { panelsTab } from "./panels";
import type { Broker, Code, Integration, Line, MailCamera, OpeningPlan, OwnCode, Zone } from "./types";
import { tabName } from "./words";

export interface SettingsActions {
  readonly follow: (event: MouseEvent, tab: Tab, panelId?: string) => void;
  readonly filter: (text: string) => void;
  readonly signOut: () => void;
  readonly keys: () => void;
  readonly addPanel: () => void;
  readonly replacePanel: () => void;
  readonly changeKey: () => void;
  readonly changePaths: () => void;
  readonly exceptPanel: () => void;
  readonly endPanelException: () => void;
  readonly retirePanel: () => void;
  readonly startTest: () => void;
  readonly startSiteTest: (siteId: string) => void;
  readonly endTest: (id: string) => void;
  readonly openSignal: (id: string | null) => void;
  readonly editZones: () => void;
  readonly leaveZones: () => void;
  readonly addZone: () => void;
  readonly dropZone: (n: number) => void;
  readonly zone: (n: number, part: Partial<Zone>) => void;
  readonly saveZones: () => void;
  readonly editOpening: (plan: OpeningPlan | null) => void;
  readonly clearOpening: (plan: OpeningPlan) => void;
  readonly addLine: () => void;
  readonly exceptLine: (line: Line) => void;
  readonly endLineException: (line: Line) => void;
  readonly addMail: () => void;
  readonly newAddress: (camera: MailCamera) => void;
  readonly renameMail: (camera: MailCamera) => void;
  readonly exceptMail: (camera: MailCamera) => void;
  readonly endMailException: (camera: MailCamera) => void;
  readonly retireMail: (camera: MailCamera) => void;
  readonly addBroker: () => void;
  readonly retireBroker: (broker: Broker) => void;
  readonly addIntegration: () => void;
  readonly revokeIntegration: (one: Integration) => void;
  readonly override: (code: Code | null) => void;
  readonly restoreCode: (code: OwnCode) => void;
  readonly figuresOf: (siteId: string | null) => void;
  readonly figure: (name: string, text: string) => void;
  readonly resetFigures: () => void;
  readonly saveFigures: () => void;
}

export function settingsView(state: SettingsState, act: SettingsActions): Part {
  const mine = tabsFor(state.who.role);
  const home = state.who.role === "supervisor" ? html`<a class="btn small quiet" href="/console/">${t("Queue")}</a>` : html`<a class="btn small quiet" href="/backoffice/">${t("Units")}</a>`;
  return html`<header class="bar"><div class="wide row apart"><span class="logo">${mark()}<span>Zegel</span></span><div class="row">${home}${reportButton(state.who.role)}${languageSwitch()}${button(t("Sign out"), act.signOut, { small: true, icon: "signOut", id: "sign-out" })}</div></div></header>
    ${state.connected ? nothing : html`<div class="wide">${note(t("Connection lost. Trying again; what you see may be old."), "warn", "offline")}</div>`}
    <div class="wide setup-page"><nav class="setup-tabs" aria-label=${t("Settings")}><div class="lbl">${state.who.party}</div>
      <ul>${mine.map((tab, n) => html`<li><a href=${pathOf(tab)} id="tab-${tab}" aria-current=${tab === state.tab ? "page" : nothing} @click=${(event: MouseEvent) => act.follow(event, tab)}><span>${tabName(tab)}</span>${keyHint(String(n + 1))}</a></li>`)}</ul>
      <div class="wide-only">${button(t("Keys"), act.keys, { small: true, kind: "quiet", icon: "key", key: "?" })}</div></nav>
      <main id="content" class="stack" tabindex="-1">${state.error === "" ? nothing : html`<div id="trouble">${note(state.error, "alarm", "alarm")}</div>`}${mine.length === 0 ? empty(t("Not your page"), t("Technicians, planners, administrators and an alarm centre’s supervisors set these things up."), "lock") : part(state, act)}</main></div>`;
}

function part(state: SettingsState, act: SettingsActions): Part {
  switch (state.tab) {
    case "panels": return state.panelId === null ? panelsTab(state, act) : panelPage(state, act);
    case "lines": return linesTab(state, act);
    case "mail": return mailTab(state, act);
    case "brokers": return brokersTab(state, act);
    case "integrations": return integrationsTab(state, act);
    case "codes": return codesTab(state, act);
    case "figures": return figuresTab(state, act);
  }
}

