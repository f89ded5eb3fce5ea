// SPDX-License-Identifier: EUPL-1.2
// The right of the operator's page: the plan, the guards, the site and what else it has, and everything that was done.
import { html, nothing, ref, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { pill } from "../../kit/pieces";
import { clock, clockSeconds, number, t } from "../../kit/words";
import { reopenReason, stepName } from "../names";
import { outcomeName } from "../plans/words";
import { stillMap } from "../sitemap";
import type { Alarm, AlarmDetail, Step } from "../types";
import { isMine, type ConsoleState, type LogLine } from "./model";
import type { ConsoleActions } from "./view";

export function besidePart(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const detail = state.detail?.id === alarm.id ? state.detail : null;
  return html`<aside aria-label=${t("Plan, site and log")}>
    ${planPart(detail, act)}
    ${guardsPart(state, detail, act)}
    ${detail === null || detail.neighbours.length === 0 ? nothing : neighbours(detail, act)}
    ${sitePart(state, alarm, detail)}
    ${happened(alarm, detail)}
    ${logPart(state.log, alarm.site.tz)}
    ${mapPart(state, alarm, detail)}
  </aside>`;
}

/** Last of all: it comes when it has been fetched, and what somebody is about to press stays where it is. */
function mapPart(state: ConsoleState, alarm: Alarm, detail: AlarmDetail | null): Part {
  const { map } = state;
  if (detail === null || map === null || map.alarmId !== alarm.id || !isMine(state, alarm)) return nothing;
  const { map: picture, places } = map.found;
  if (picture === null) return nothing;
  const raised = [...(alarm.camera === null ? [] : [alarm.camera]), ...detail.cameras];
  const named = new Map([...(detail.zone_cameras ?? []), ...raised].map(({ id, name }) => [id, name]));
  return html`<section class="site-map"><h2 class="lbl">${t("Map of the site")}</h2>${stillMap(`/api/v1/sites/${map.siteId}/map/picture?alarm_id=${map.alarmId}&v=${picture.id}`, picture, places, named, new Set(raised.map(({ id }) => id)))}</section>`;
}

export function besideQuiet(state: ConsoleState): Part {
  return html`<aside aria-label=${t("Plan, site and log")}>
    <section><h2 class="lbl">${t("What you can see")}</h2><p class="mute">${t("An alarm's own minutes, while its window is open. Nothing before, nothing after, no other camera.")}</p></section>
    ${logPart(state.log, undefined)}</aside>`;
}

/** The plan's and the guards' own parts draw here (faces/plans). */
function planPart(detail: AlarmDetail | null, act: ConsoleActions): Part {
  if (detail === null) return nothing;
  return html`<section class="plan"><h2 class="lbl">${t("Action plan")}</h2>
    ${detail.plan === null ? html`<p class="mute small">${t("No plan is on file for this site and class. Call the customer, note what you do, close with a code.")}</p>` : html`<div ${ref(act.plan)}></div>`}</section>`;
}

function guardsPart(state: ConsoleState, detail: AlarmDetail | null, act: ConsoleActions): Part {
  if (detail === null || detail.site.id === "" || (detail.dispatches.length === 0 && !isMine(state, detail))) return nothing;
  return html`<section class="guards"><h2 class="lbl">${t("Guards")}</h2><div ${ref(act.guards)}></div></section>`;
}

function neighbours(detail: AlarmDetail, act: ConsoleActions): Part {
  return html`<section><h2 class="lbl">${t("Also open at this site")}</h2><ul class="neighbours">${detail.neighbours.map((one) => html`<li><button type="button" class="linkish" @click=${() => act.select(one.alarm_id)}>${icon("camera", "small")}<span>${one.camera.name}</span>${one.window?.open ? html`<span class="faint">${t("until {time}", { time: clock(one.window.until_ms, detail.site.tz) })}</span>` : nothing}</button></li>`)}</ul></section>`;
}

function sitePart(state: ConsoleState, alarm: Alarm, detail: AlarmDetail | null): Part {
  const facts: (readonly [string, string])[] = [
    [t("Site"), alarm.site.address || alarm.site.name], [t("Customer"), alarm.owner.name], ...(alarm.unit === null ? [] : [[t("Unit"), alarm.unit.name] as const]),
    [t("First seen"), clockSeconds(alarm.first_seen_ms, alarm.site.tz)], [t("Reached you"), t("{s} s after the alarm", { s: number(Math.max(0, alarm.received_ms - alarm.raised_ms) / 1000, 1) })],
    [t("Time there"), `${clock(state.nowMs, alarm.site.tz)} ${alarm.site.tz.split("/").at(-1)?.replaceAll("_", " ") ?? ""}`],
    ...(detail?.zone_cameras?.length ? [[t("Cameras at the zone (no pictures by this alarm)"), detail.zone_cameras.map(({ name }) => name).join(", ")] as const] : []),
    ...(detail?.facts ?? []),
  ];
  return html`<section><h2 class="lbl">${t("The site")}</h2><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function happened(alarm: Alarm, detail: AlarmDetail | null): Part {
  const done = detail?.steps ?? [];
  return html`<section><h2 class="lbl">${t("What happened")}</h2>${done.length === 0 ? html`<p class="mute small">${t("Nothing yet.")}</p>` : html`<ol class="happened">${done.map((step) => html`<li><span class="mono faint">${clockSeconds(step.at_ms, alarm.site.tz)}</span><span>${stepWords(alarm, step)}${step.by ? html` <span class="faint">· ${step.by}</span>` : nothing}${step.note ? html`<br><span class="quote">${step.note}</span>` : nothing}</span></li>`)}</ol>`}</section>`;
}

function stepWords(alarm: Alarm, step: Step): string {
  if (step.kind === "raised" && alarm.source !== "unit") return t("raised by a signal");
  if (step.kind === "plan") return t("step {n}: {what}", { n: step.step_no ?? 0, what: outcomeName(step.outcome ?? "") });
  if (step.kind === "released" && (step.by !== "" || step.outcome)) return t("put back");
  if (step.kind === "code_word") return step.outcome === "valid" ? t("code word: right") : step.outcome === "duress" ? t("code word: duress") : t("code word: wrong");
  if (step.kind === "reopened" && step.outcome) return `${t("reopened")}: ${reopenReason(step.outcome)}`;
  return stepName(step.kind);
}

export function logPart(lines: readonly LogLine[], tz: string | undefined): Part {
  // A look that was not proved in time was taken away and tried again as another: the last one says how it stands.
  const failed = lines.filter((one) => one.index !== null).at(-1)?.proof === "failed";
  const proved = !lines.some((one) => one.proof === "waiting");
  return html`<section><h2 class="lbl">${t("Everything you do here is logged")}</h2>
    ${lines.length === 0 ? html`<p class="mute small">${t("Nothing yet.")}</p>` : html`<ol class="mono loglines">${lines.slice(-8).reverse().map((one) => html`<li><span>${clockSeconds(one.atMs, tz)}</span><span>${one.words}${one.proof === "failed" ? html` <span class="late">${t("not proved in time: taken away")}</span>` : nothing}</span><span class="faint">${one.index === null ? "" : `#${one.index}`}</span></li>`)}</ol>
      ${failed ? pill(t("not in the log: stop and report this"), "alarm", { icon: "alarm" }) : proved ? pill(t("in the log, proved here"), "ok", { icon: "check" }) : pill(t("waiting for the log's proof"), "", { icon: "clock" })}`}</section>`;
}

