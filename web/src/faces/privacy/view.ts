// SPDX-License-Identifier: EUPL-1.2
// The frame of the privacy office: who you are, its pages, and the one that is open. Draws; decides nothing.
import { html, nothing, type Part } from "../../kit/dom";
import { icon, mark } from "../../kit/icons";
import { button, empty, note, pill } from "../../kit/pieces";
import { number, t } from "../../kit/words";
import { languageSwitch } from "../language";
import { reportButton } from "../report";
import { countOf, HOME, pathOf, type State } from "./model";
import { pageOf, sectionName, shown, type Page } from "./pages";

export interface Actions {
  readonly follow: (event: MouseEvent, path: string) => void;
  readonly signOut: () => void;
  readonly module: () => HTMLElement | null;
}

export function privacyView(state: State, act: Actions): Part {
  const { who } = state;
  return html`<header class="bar"><div class="wide row apart"><a class="logo" href="/backoffice/privacy/" @click=${(event: MouseEvent) => act.follow(event, pathOf(HOME))}>${mark()}<span>Zegel</span></a><div class="row">${reportButton(who.role)}${backTo(who.role)}${button(t("Sign out"), act.signOut, { small: true, icon: "signOut", id: "sign-out" })}</div></div></header>
    ${state.connected ? nothing : html`<div class="wide">${note(t("Connection lost. Trying again; what you see may be old."), "warn", "offline")}</div>`}
    <div class="wide privacy-page"><nav class="privacy-nav" aria-label=${t("Privacy")}>
      <details class="privacy-fold" ?open=${wideNow()}><summary><span class="lbl">${who.party}</span><b>${pageOf(state.route.view)?.title() ?? t("Privacy")}</b></summary>${navigation(state, act)}</details></nav>
      <main id="content" class="stack" tabindex="-1" data-view=${state.route.view}>${body(act)}</main></div>
    <footer class="wide office-foot">${languageSwitch()}</footer>`;
}

const wideNow = (): boolean => matchMedia("(min-width: 861px)").matches;

function backTo(role: string): Part {
  const [href, words] = role === "operator" || role === "supervisor" ? ["/console/", t("Queue")] : ["/backoffice/", t("Office")];
  return role === "auditor" ? nothing : html`<a class="btn small" id="to-work" href=${href}>${icon("back", "small")}<span>${words}</span></a>`;
}

function navigation(state: State, act: Actions): Part {
  return html`${shown(state.who.role).map(({ section, pages }) => html`${sectionName(section) === "" ? nothing : html`<div class="lbl">${sectionName(section)}</div>`}<ul>${pages.map((page) => tab(state, page, act))}</ul>`)}`;
}

function tab(state: State, page: Page, act: Actions): Part {
  const count = page.view === HOME ? (state.needs ?? []).filter(({ tone }) => tone !== "").length : countOf(state, page.view);
  return html`<li><a href=${pathOf(page.view)} id="tab-${page.view}" aria-current=${page.view === state.route.view ? "page" : nothing} @click=${(event: MouseEvent) => act.follow(event, pathOf(page.view))}>${icon(page.icon)}<span class="grow">${page.title()}</span>${count > 0 ? pill(number(count), "warn") : nothing}</a></li>`;
}

function body(act: Actions): Part {
  const module = act.module();
  if (module !== null) return html`${module}`;
  return html`<div class="card">${empty(t("This page is not yours"), t("There is nothing at this address for your role. The pages at the side are yours."), "lock")}</div>`;
}
