// SPDX-License-Identifier: EUPL-1.2
// The frame of a face of many pages: who you are, its pages, and the one that is open. Draws; decides nothing.
import { html, nothing, type Part } from "../../kit/dom";
import { icon, mark } from "../../kit/icons";
import { button, emptyPage, note, pill } from "../../kit/pieces";
import { number, t } from "../../kit/words";
import { languageSwitch } from "../language";
import { countOf, pathOf, type State } from "./model";
import { HOME, pageOf, shown, type Face, type Page } from "./pages";

export interface Actions {
  readonly follow: (event: MouseEvent, path: string) => void;
  readonly signOut: () => void;
  readonly module: () => HTMLElement | null;
}

export function pagedView(face: Face, state: State, act: Actions): Part {
  const { who } = state;
  const home = pathOf(face.root, HOME);
  return html`<header class="bar"><div class="wide row apart"><a class="logo" href=${home} @click=${(event: MouseEvent) => act.follow(event, home)}>${mark()}<span>Zegel</span></a><div class="row">${face.back(who)}${button(t("Sign out"), act.signOut, { small: true, icon: "signOut", id: "sign-out" })}</div></div></header>
    ${state.connected ? nothing : html`<div class="wide">${note(t("Connection lost. Trying again; what you see may be old."), "warn", "offline")}</div>`}
    <div class="wide paged-page"><nav class="paged-nav" aria-label=${face.name()}>
      <details class="paged-fold" ?open=${wideNow()}><summary><span class="lbl">${who.party}</span><b>${pageOf(face, state.route.view)?.title() ?? face.name()}</b></summary>${navigation(face, state, act)}</details></nav>
      <main id="content" class="stack" tabindex="-1" data-view=${state.route.view}>${body(act)}</main></div>
    <footer class="wide office-foot">${languageSwitch()}</footer>`;
}

const wideNow = (): boolean => matchMedia("(min-width: 861px)").matches;

function navigation(face: Face, state: State, act: Actions): Part {
  return html`${shown(face, state.who.role).map(({ section, pages }) => html`${face.sectionName(section) === "" ? nothing : html`<div class="lbl">${face.sectionName(section)}</div>`}<ul>${pages.map((page) => tab(face, state, page, act))}</ul>`)}`;
}

function tab(face: Face, state: State, page: Page, act: Actions): Part {
  const path = pathOf(face.root, page.view);
  const count = page.view === HOME ? (state.needs ?? []).filter(({ tone }) => tone !== "").length : countOf(state, page.view);
  return html`<li><a href=${path} id="tab-${page.view}" aria-current=${page.view === state.route.view ? "page" : nothing} @click=${(event: MouseEvent) => act.follow(event, path)}>${icon(page.icon)}<span class="grow">${page.title()}</span>${count > 0 ? pill(number(count), "warn") : nothing}</a></li>`;
}

function body(act: Actions): Part {
  const module = act.module();
  if (module !== null) return html`${module}`;
  return emptyPage(t("This page is not yours"), t("There is nothing at this address for your role. The pages at the side are yours."), "lock");
}
