// SPDX-License-Identifier: EUPL-1.2
// The right of the operator's page: the plan, the guards, the site and what else it has, and everything that was done.
import { html, nothing, ref, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { pill } from "../../kit/pieces";
import { clock, clockSeconds, number, t } from "../../kit/words";
import { dispatchState, stepName } from "../names";
import type { Alarm, AlarmDetail, Dispatch, Plan } from "../types";
import type { ConsoleState, LogLine } from "./model";
import type { ConsoleActions } from "./view";

export function besidePart(state: ConsoleState, alarm: Alarm, act: ConsoleActions): Part {
  const detail = state.detail?.id === alarm.id ? state.detail : null;
  return html`<aside aria-label=${t("Plan, site and log")}>
    ${planPart(detail, alarm, act)}
    ${guardsPart(detail, alarm, act)}
    ${detail === null || detail.neighbours.length === 0 ? nothing : neighbours(detail, act)}
    ${sitePart(state, alarm, detail)}
    ${happened(alarm, detail)}
    ${logPart(state.log, alarm.site.tz)}
  </aside>`;
}

export function besideQuiet(state: ConsoleState): Part {
  return html`<aside aria-label=${t("Plan, site and log")}>
    <section><h2 class="lbl">${t("What you can see")}</h2><p class="mute">${t("An alarm's own minutes, while its window is open. Nothing before, nothing after, no other camera.")}</p></section>
    ${logPart(state.log, undefined)}</aside>`;
}

function planPart(detail: AlarmDetail | null, alarm: Alarm, act: ConsoleActions): Part {
  if (detail === null) return nothing;
  const { plan } = detail;
  return html`<section class="plan"><h2 class="lbl">${plan === null ? t("Action plan") : t("Action plan {n}, pinned", { n: plan.number })}</h2>
    ${plan === null ? html`<p class="mute small">${t("No plan is on file for this site and class. Call the customer, note what you do, close with a code.")}</p>` : html`<div class="plan-host" ${ref(act.plan)}></div>${planList(plan, alarm)}`}</section>`;
}

function planList(plan: Plan, alarm: Alarm): Part {
  const now = plan.steps.find((step) => step.done.length === 0)?.no;
  return html`<ol class="plan-steps">${plan.steps.map((step) => {
    const done = step.done.at(-1);
    return html`<li class=${done !== undefined ? "done" : step.no === now ? "now" : ""} aria-current=${step.no === now ? "step" : nothing}><span class="ck">${done === undefined ? nothing : icon("check")}</span>
      <div><span class="words-of">${step.text}</span>${step.contact ? html`<br><small class="mute">${step.contact.name} · <span class="mono">${step.contact.phone}</span></small>` : nothing}${done === undefined ? nothing : html`<br><small class="faint">${[done.outcome.replaceAll("_", " "), done.note, done.by].filter(Boolean).join(" · ")}</small>`}</div>
      ${done === undefined ? html`<kbd aria-hidden="true">${step.no}</kbd>` : html`<span class="mono faint">${clockSeconds(done.at_ms, alarm.site.tz)}</span>`}</li>`;
  })}</ol>`;
}

function guardsPart(detail: AlarmDetail | null, alarm: Alarm, act: ConsoleActions): Part {
  if (detail === null || detail.dispatches.length === 0) return nothing;
  return html`<section><h2 class="lbl">${t("Guards")}</h2><div ${ref(act.guards)}></div>
    <ol class="guards">${detail.dispatches.map((one) => dispatchRow(one, alarm))}</ol></section>`;
}

const journey = ["requested", "accepted", "on_the_way", "arrived", "left"] as const;

/** Asked, accepted, on the way, arrived, left: where he is, and since when. */
function dispatchRow(one: Dispatch, alarm: Alarm): Part {
  const times = Object.entries(one.times).filter((entry): entry is [string, number] => entry[1] !== null);
  const at = (state: string): number | undefined => times.find(([name]) => name === state || name === `${state}_ms`)?.[1];
  const last = times.length === 0 ? null : Math.max(...times.map(([, ms]) => ms));
  return html`<li><div class="row apart"><span>${icon("guard", "small")} <b>${one.guard}</b></span>${pill(dispatchState(one.state), one.state === "cancelled" ? "" : one.state === "arrived" || one.state === "left" || one.state === "reported" ? "ok" : "accent")}</div>
    <div class="journey" aria-hidden="true">${journey.map((state) => html`<i class=${at(state) === undefined && one.state !== state ? "" : "there"}></i>`)}</div>
    <small class="faint">${last === null ? nothing : t("since {time}", { time: clockSeconds(last, alarm.site.tz) })}${one.report ? html` · ${one.report}` : nothing}</small></li>`;
}

function neighbours(detail: AlarmDetail, act: ConsoleActions): Part {
  return html`<section><h2 class="lbl">${t("Also open at this site")}</h2><ul class="neighbours">${detail.neighbours.map((one) => html`<li><button type="button" class="linkish" @click=${() => act.select(one.alarm_id)}>${icon("camera", "small")}<span>${one.camera.name}</span>${one.window?.open ? html`<span class="faint">${t("until {time}", { time: clock(one.window.until_ms, detail.site.tz) })}</span>` : nothing}</button></li>`)}</ul></section>`;
}

function sitePart(state: ConsoleState, alarm: Alarm, detail: AlarmDetail | null): Part {
  const facts: (readonly [string, string])[] = [
    [t("Site"), alarm.site.address || alarm.site.name], [t("Customer"), alarm.owner.name], ...(alarm.unit === null ? [] : [[t("Unit"), alarm.unit.name] as const]),
    [t("First seen"), clockSeconds(alarm.first_seen_ms, alarm.site.tz)], [t("Reached you"), t("{s} s after the alarm", { s: number(Math.max(0, alarm.received_ms - alarm.raised_ms) / 1000, 1) })],
    [t("Time there"), `${clock(state.nowMs, alarm.site.tz)} ${alarm.site.tz.split("/").at(-1)?.replaceAll("_", " ") ?? ""}`],
    ...(detail?.facts ?? []),
  ];
  return html`<section><h2 class="lbl">${t("The site")}</h2><dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function happened(alarm: Alarm, detail: AlarmDetail | null): Part {
  const done = detail?.steps ?? [];
  return html`<section><h2 class="lbl">${t("What happened")}</h2>${done.length === 0 ? html`<p class="mute small">${t("Nothing yet.")}</p>` : html`<ol class="happened">${done.map((step) => html`<li><span class="mono faint">${clockSeconds(step.at_ms, alarm.site.tz)}</span><span>${stepName(step.kind)}${step.by ? html` <span class="faint">· ${step.by}</span>` : nothing}${step.note ? html`<br><span class="quote">${step.note}</span>` : nothing}</span></li>`)}</ol>`}</section>`;
}

export function logPart(lines: readonly LogLine[], tz: string | undefined): Part {
  const proved = lines.length > 0 && lines.every((one) => one.proof === "proved" || one.proof === "none");
  const failed = lines.some((one) => one.proof === "failed");
  return html`<section><h2 class="lbl">${t("Everything you do here is logged")}</h2>
    ${lines.length === 0 ? html`<p class="mute small">${t("Nothing yet.")}</p>` : html`<ol class="mono loglines">${lines.slice(-8).reverse().map((one) => html`<li><span>${clockSeconds(one.atMs, tz)}</span><span>${one.words}</span><span class="faint">${one.index === null ? "" : `#${one.index}`}</span></li>`)}</ol>
      ${failed ? pill(t("not in the log: stop and report this"), "alarm", { icon: "alarm" }) : proved ? pill(t("in the log, proved here"), "ok", { icon: "check" }) : pill(t("waiting for the log's proof"), "", { icon: "clock" })}`}</section>`;
}

