// SPDX-License-Identifier: EUPL-1.2
// One unit: how it is, what it runs, its cameras and what they can do, its commissioning, its figures over time, and its going.
import { html, nothing, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, note, pill, skeleton } from "../../../kit/pieces";
import { relative, t, when } from "../../../kit/words";
import { cameraState } from "../../names";
import { checkbox } from "./dialogs";
import { matterLine, type UnitActions } from "./lines";
import { plot } from "./plots";
import type { Health, Series, UnitWhole } from "./types";
import { cameraKind, canDo, kindName, knownName, tickName, uplinkName, value } from "./words";

export type Span = "day" | "week" | "months";
const HOUR = 3_600_000;
export const SPANS: Readonly<Record<Span, number>> = { day: 24 * HOUR, week: 7 * 24 * HOUR, months: 90 * 24 * HOUR };
const FIGURES = ["battery_mv", "temperature_c10", "signal_dbm", "storage_free_mb", "spool_mb", "clock_offset_ms", "data_month_mb"];
const STREAM = ["fps10", "kbps", "gaps", "keyframe_ms"];

export interface UnitState {
  readonly whole: UnitWhole;
  readonly health: Health | null;
  readonly series: Series | null;
  readonly span: Span;
  readonly nowMs: number;
}

export function unitView(state: UnitState, act: UnitActions): Part {
  const { unit, may } = state.whole;
  const gone = unit.state === "removed" ? unit.removed_ms : unit.state === "revoked" ? unit.revoked_ms : null;
  return html`<div class="page sites"><div>${button(unit.site.name, act.back, { kind: "quiet", small: true, icon: "back" })}</div>
    <div class="title"><div><div class="lbl">${kindName(unit.kind)}</div><h1>${unit.name}</h1></div>${unit.in_contact ? pill(t("In contact"), "ok", { dot: true }) : pill(unit.last_seen_ms === null ? t("Never in contact") : t("Last contact {when}", { when: relative(unit.last_seen_ms, state.nowMs) }), "warn", { dot: true })}</div>
    ${gone === null ? nothing : note(unit.state === "removed" ? t("Taken away {when}. Nothing is accepted from it any more.", { when: when(gone, state.nowMs) }) : t("Its key was revoked {when}. It never comes back under it.", { when: when(gone, state.nowMs) }), "warn")}
    ${(state.health?.conditions ?? []).length === 0 ? nothing : html`<section class="card pad stack tight" role="status" aria-label=${t("What is the matter")}>${state.health?.conditions.map((one) => matterLine(one, state.whole.cameras, state.nowMs))}</section>`}
    <div class="columns"><div class="stack">${nowCard(state)}${camerasCard(state)}</div><div class="stack">${unit.state === "paired" ? commissioningCard(state, act) : nothing}${unit.state === "paired" ? goingCard(may, act) : nothing}</div></div>
    ${plotsCard(state, act)}</div>`;
}

function nowCard({ whole, health, nowMs }: UnitState): Part {
  const { unit, configuration } = whole;
  const told = health?.figures ?? {};
  const figure = (name: string, label: string): Part => (typeof told[name] === "number" ? html`<div><dt>${label}</dt><dd>${value(name, told[name])}</dd></div>` : nothing);
  return html`<section class="card pad stack" aria-labelledby="h-now"><h2 id="h-now">${t("How it is")}</h2>
    <dl class="facts">${figure("battery_mv", t("Battery"))}${figure("temperature_c10", t("Temperature"))}${figure("signal_dbm", t("Radio signal"))}${typeof told["uplink"] === "string" ? html`<div><dt>${t("Connected by")}</dt><dd>${uplinkName(told["uplink"])}</dd></div>` : nothing}${figure("storage_free_mb", t("Free storage"))}${figure("clock_offset_ms", t("Clock is off by"))}${figure("data_month_mb", t("Data this month"))}
      <div><dt>${t("Software")}</dt><dd class="mono">${unit.software || "–"}</dd></div>
      <div><dt>${t("Settings")}</dt><dd>${configuration.policy === null ? t("none yet") : html`${t("version {n}", { n: configuration.policy })} ${configuration.confirmed ? pill(t("confirmed"), "ok") : pill(t("not confirmed yet"), "warn")}`}</dd></div></dl>
    <p class="faint small">${health?.at_ms == null ? t("It has told no figures yet. What it has no sensor for stays empty.") : t("As it told {when}. Used for maintenance, quality and security only.", { when: relative(health.at_ms, nowMs) })}</p></section>`;
}

function camerasCard({ whole }: UnitState): Part {
  return html`<section class="card" aria-labelledby="h-cameras"><header><h2 id="h-cameras">${t("Cameras")}</h2></header><ul class="items">${whole.cameras.map((camera) => {
    const state = cameraState(camera.state);
    return html`<li><div class="body stack tight"><div class="row apart"><b>${camera.name}</b>${pill(state.words, state.tone, { dot: true })}</div><p class="mute small">${cameraKind(camera.kind)}</p>
      <ul class="can">${(camera.capabilities ?? []).map((one) => html`<li>${icon("check", "small")}${canDo(one)}</li>`)}</ul></div></li>`;
  })}</ul></section>`;
}

function commissioningCard({ whole, nowMs }: UnitState, act: UnitActions): Part {
  const { commissioning, may } = whole;
  const all = commissioning.wanted.every((tick) => commissioning.ticks.includes(tick));
  return html`<section class="card pad stack" aria-labelledby="h-service"><h2 id="h-service">${t("Into service")}</h2>
    ${commissioning.done_ms === null ? nothing : note(t("In service since {when}, looked at by {name}.", { when: when(commissioning.done_ms, nowMs), name: commissioning.by }), "ok", "check")}
    <ul class="knowns">${Object.entries(commissioning.known).map(([word, holds]) => html`<li class=${holds ? "holds" : "lacks"}>${icon(holds ? "check" : "close", "small")}<span>${knownName(word)}</span><span class="sr">${holds ? t("yes") : t("not yet")}</span></li>`)}</ul>
    <fieldset class="choices"><legend class="field"><span class="label">${t("Looked at on the spot")}</span></legend>${commissioning.wanted.map((tick) => may.commission ? checkbox(`tick-${tick}`, tickName(tick), commissioning.ticks.includes(tick), (on) => act.tick(tick, on)) : html`<p>${commissioning.ticks.includes(tick) ? "✓" : "–"} ${tickName(tick)}</p>`)}</fieldset>
    ${may.commission && commissioning.done_ms === null ? html`<div>${button(t("Put into service"), act.commission, { kind: "primary", icon: "check", disabled: !all, id: "commission" })}</div>` : nothing}</section>`;
}

function goingCard(may: UnitWhole["may"], act: UnitActions): Part {
  if (!may.change && !may.move && !may.remove && !may.revoke) return nothing;
  return html`<section class="card pad stack" aria-labelledby="h-going"><h2 id="h-going">${t("Change, move, take away")}</h2><div class="row">
    ${may.change ? button(t("Name and kind"), act.rename, { small: true, id: "rename" }) : nothing}${may.move ? button(t("Move to another site"), act.move, { small: true, id: "move" }) : nothing}
    ${may.remove ? button(t("It was taken away"), act.remove, { small: true, id: "remove" }) : nothing}${may.revoke ? button(t("It was stolen"), act.stolen, { small: true, id: "stolen" }) : nothing}</div></section>`;
}

function plotsCard({ whole, health, series, span, nowMs }: UnitState, act: UnitActions): Part {
  const words: Readonly<Record<Span, string>> = { day: t("24 hours"), week: t("7 days"), months: t("90 days") };
  const [toMs, fromMs] = [nowMs, nowMs - SPANS[span]];
  const drawn = (columns: Series["figures"], names: readonly string[]): Part[] => names.filter((name) => columns[name] !== undefined).map((name) =>
    plot({ name, atMs: series?.at_ms ?? [], values: columns[name] ?? [], stepS: series?.step_s ?? 60, fromMs, toMs, limit: health?.limits[name] ?? null }));
  return html`<section class="card pad stack" aria-labelledby="h-plots"><div class="row apart"><h2 id="h-plots">${t("Figures over time")} ${series?.made_up === true ? pill(t("demo data"), "warn") : nothing}</h2><div class="row">
      <div class="row" role="group" aria-label=${t("How far back")}>${(Object.keys(SPANS) as Span[]).map((one) => html`<button type="button" class="btn small" aria-pressed=${one === span ? "true" : "false"} @click=${() => act.choose(one)}>${words[one]}</button>`)}</div>${button(t("Limits…"), act.limits, { small: true, id: "limits" })}</div></div>
    ${series === null ? skeleton(4, t("Loading")) : series.at_ms.length === 0 ? html`<p class="mute">${t("Nothing was told in this time.")}</p>` : html`<div class="figures">${drawn(series.figures, FIGURES)}</div>
      ${whole.cameras.map((camera) => (series.cameras[camera.id] === undefined ? nothing : html`<h3>${camera.name}</h3><div class="figures">${drawn(series.cameras[camera.id] ?? {}, STREAM)}</div>`))}`}</section>`;
}
