// SPDX-License-Identifier: EUPL-1.2
// The figures of alarm handling, of the provider's sites at large or of one site, and the tests that run there.
import { html, nothing, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { button, empty, note, pill, skeleton } from "../../kit/pieces";
import { number, t } from "../../kit/words";
import { selectField } from "./fields";
import { figuresSaid, may, siteOf, type SettingsState } from "./model";
import { testNote } from "./panel";
import type { Figures } from "./types";
import type { SettingsActions } from "./view";
import { figureGroups, figureName, figureSource, figureValue, hasSource, unitOf } from "./words";

export function figuresTab(state: SettingsState, act: SettingsActions): Part {
  const can = may(state.who.role);
  const { sites, figuresOf } = state;
  if (sites === null) return skeleton(6, t("Loading"));
  const all = [...(can.figuresAtLarge ? [{ value: "", words: t("All sites without their own") }] : [{ value: "", words: t("Choose…") }]), ...sites.map((one) => ({ value: one.id, words: `${one.name} · ${one.owner}` }))];
  return html`<h1>${t("Parameters and tests")}</h1>${selectField("figures-of", t("For"), all, figuresOf ?? "", (value) => act.figuresOf(value === "" ? null : value))}
    ${figuresOf === null ? nothing : testsPart(state, figuresOf, act)}
    ${!can.figures ? (figuresOf === null ? empty(t("Choose a site"), t("Then you can start a test there. The figures are a planner’s."), "clock") : nothing)
    : figuresOf === null && !can.figuresAtLarge ? empty(t("Choose a site"), t("Its figures and running tests appear here."), "clock")
    : state.figures === null ? (state.error === "" ? skeleton(6, t("Loading")) : nothing) : form(state, state.figures, act)}`;
}

function testsPart(state: SettingsState, siteId: string, act: SettingsActions): Part {
  const can = may(state.who.role).test;
  if (!can) return nothing;
  const panels = (state.panels ?? []).filter((one) => one.site_id === siteId);
  return html`<section class="card pad stack" aria-labelledby="tests"><div class="row apart"><h2 id="tests">${t("Tests at {site}", { site: siteOf(state, siteId)?.name ?? "" })}</h2>${button(t("Start a test"), () => act.startSiteTest(siteId), { small: true, icon: "clock", id: "start-test" })}</div>
    ${state.testsOf === null ? skeleton(2, t("Loading")) : state.testsOf.length === 0 ? html`<p class="mute">${t("No test runs. Every signal rings.")}</p>` : state.testsOf.map((one) => testNote(one, state.nowMs, act.endTest, one.panel_id === null ? t("the whole site") : (panels.find((panel) => panel.id === one.panel_id)?.name ?? t("one panel"))))}</section>`;
}

function form(state: SettingsState, figures: Figures, act: SettingsActions): Part {
  const { values, wrong } = figuresSaid(state.figuresSaid, figures.limits);
  const changed = JSON.stringify(values) !== JSON.stringify(ordered(figures));
  return html`<form class="stack" novalidate @submit=${(event: Event) => { event.preventDefault(); act.saveFigures(); }}>
    <p class="mute measure">${state.figuresOf === null ? t("They hold for every site that you serve and that has none of its own. Empty: the default.") : t("Only what differs at this site. Empty: what the provider says, or the default.")}</p>
    ${figureGroups.map(([title, names]) => html`<section class="card" aria-label=${title()}><header><h2>${title()}</h2></header><div class="figure-list">${names.map((name) => figure(name, figures, state, wrong.includes(name), act))}</div></section>`)}
    ${wrong.length > 0 ? note(t("Figures outside their bounds can’t be saved."), "alarm", "alarm") : nothing}
    <div class="save-bar">${changed ? pill(t("not saved"), "warn", { dot: true }) : pill(t("saved"), "ok", { icon: "check" })}${button(t("Undo all"), act.resetFigures, { kind: "quiet", disabled: !changed })}${button(t("Save"), act.saveFigures, { kind: "primary", busy: state.busy, disabled: !changed || wrong.length > 0, id: "save-figures" })}</div></form>`;
}

/** In the order in which what was typed is read. */
const ordered = (figures: Figures): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys(figures.limits).flatMap((name) => { const value = figures.own[name]; return typeof value === "number" ? [[name, value]] : []; }));

function figure(name: string, figures: Figures, state: SettingsState, wrong: boolean, act: SettingsActions): Part {
  const [least, most] = figures.limits[name] ?? [0, 0];
  const own = figures.own[name] !== undefined;
  const below = (own ? figures.defaults[name] : figures.below[name]) ?? null;
  const fromProvider = !own && figures.below[name] !== figures.defaults[name];
  return html`<div class="figure"><div><label for=${name}>${figureName(name)}</label>${hasSource(name) ? html`<p class="small mute" id="${name}-source">${figureSource(name)}</p>` : nothing}</div>
    <div class="figure-in"><input class="input" id=${name} inputmode="numeric" maxlength="6" .value=${state.figuresSaid[name] ?? ""} placeholder=${below === null ? "" : String(below)} aria-invalid=${wrong ? "true" : "false"} aria-describedby="${name}-bounds" @input=${(event: Event) => act.figure(name, (event.target as HTMLInputElement).value)}><span class="small mute">${unitOf(name)}</span></div>
    <div class="small" id="${name}-bounds">${wrong ? html`<span class="error">${icon("alarm", "small")}${t("{least} to {most}", { least: number(least), most: number(most) })}</span>` : html`<span class="mute">${t("{least} to {most}", { least: number(least), most: number(most) })}</span>`}
      <span class="faint"> · ${own ? t("default {value}", { value: figureValue(name, figures.defaults[name] ?? null) }) : fromProvider ? t("the provider’s: {value}", { value: figureValue(name, below) }) : t("default {value}", { value: figureValue(name, below) })}</span></div></div>`;
}
