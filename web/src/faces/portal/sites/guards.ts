// SPDX-License-Identifier: EUPL-1.2
// Whether a guard who is sent to this site may be shown pictures of the alarm. Off until an owner allows it; nobody else can.
import { html, nothing, type Part } from "../../../kit/dom";
import { button, pill } from "../../../kit/pieces";
import { day, t } from "../../../kit/words";

export interface GuardSight {
  readonly on: boolean;
  readonly since_ms: number | null;
  readonly by: string;
  readonly most: number;
  readonly minutes: number;
  readonly change: boolean;
}

export function guardCard(now: GuardSight, tz: string, decide: (on: boolean) => void): Part {
  const since = now.since_ms === null ? "" : now.by === "" ? t("Allowed since {day}.", { day: day(now.since_ms, tz) }) : t("Allowed by {name} since {day}.", { name: now.by, day: day(now.since_ms, tz) });
  return html`<section class="card pad stack" id="guard-pictures" aria-labelledby="h-guards"><div class="row apart"><h2 id="h-guards">${t("Pictures for guards")}</h2>${now.on ? pill(t("Allowed"), "warn", { dot: true }) : pill(t("Off"), "ok", { dot: true })}</div>
    <p class="mute">${now.on ? t("A guard whom the alarm centre sends here can be shown up to {n} single pictures of the alarm, for {minutes} minutes at most, until he left.", { n: now.most, minutes: now.minutes }) : t("A guard whom the alarm centre sends here is shown no pictures. The operator tells him what he sees.")} ${since}</p>
    ${!now.change ? html`<p class="faint small">${t("Only an owner of the site changes this.")}</p>` : html`<div class="row">${now.on ? button(t("Stop it"), () => decide(false), { id: "guards-off" }) : button(t("Allow it…"), () => decide(true), { id: "guards-on" })}</div>`}
    ${now.on ? html`<p class="faint small">${t("Stopping it takes away at once what a guard still has.")}</p>` : nothing}</section>`;
}
