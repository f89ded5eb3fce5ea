// SPDX-License-Identifier: EUPL-1.2
// "Who can see this right now?": each camera in plain words, from what is the case now; and a word at once when somebody looks.
import { html, nothing, repeat, type Part } from "../../kit/dom";
import { button, pill, tile } from "../../kit/pieces";
import { age, clock, clockSeconds, day, t } from "../../kit/words";
import { reopenReason, roleName, whyName } from "../names";
import type { Camera } from "../types";

export interface Sight {
  readonly windows: readonly { readonly alarm_id: string; readonly number: number | null; readonly party: string; readonly cameras: readonly string[]; readonly until_ms: number; readonly look_after_ms: number | null }[];
  readonly reopenings: readonly { readonly alarm_id: string; readonly number: number | null; readonly party: string; readonly who: string; readonly reason: string; readonly until_ms: number; readonly cameras: readonly string[] }[];
  readonly grants: readonly { readonly id: string; readonly camera_id: string; readonly party: string; readonly purpose: string; readonly until_ms: number }[];
  readonly looking: readonly LookingNow[];
  /** Sites at which a guard who is sent may be shown pictures, and what one has now. */
  readonly guards: readonly { readonly site_id: string; readonly cameras: readonly string[]; readonly since_ms: number; readonly has: readonly { readonly camera_id: string; readonly guard: string; readonly seen: number; readonly until_ms: number }[] }[];
}

export interface LookingNow {
  readonly lease_id: string;
  readonly camera_id: string;
  readonly track: number;
  readonly purpose: string;
  readonly who: string;
  readonly role: string;
  readonly party: string;
  readonly own: boolean;
  readonly me: boolean;
  readonly since_ms: number;
  readonly alarm_id: string | null;
}

const LIVE = 4;

/** Whoever began to look since, and is not this person himself: he is told at once. */
export function newcomers(before: Sight | null, now: Sight): readonly LookingNow[] {
  if (before === null) return [];
  const known = new Set(before.looking.map(({ lease_id }) => lease_id));
  return now.looking.filter(({ lease_id, me }) => !me && !known.has(lease_id));
}

export const arrival = (one: LookingNow, camera: string): string =>
  one.track === LIVE ? t("{who} opened the live picture of {camera}.", { who: whoWords(one), camera }) : t("{who} looks at {camera} now: {why}.", { who: whoWords(one), camera, why: whyName(one.purpose) });

const whoWords = (one: LookingNow): string => (one.own ? one.who : [one.party, one.who].filter(Boolean).join(", ") || roleName(one.role));

export function sightCard(sight: Sight | null, cameras: readonly Camera[], nowMs: number, tz: string | undefined, endReopening: (alarmId: string) => void): Part {
  return html`<section class="card" aria-live="polite"><header><h2>${t("Who can see this right now")}</h2></header>
    ${cameras.length === 0 ? html`<ul class="items">${nobody()}</ul>` : repeat(cameras, ({ id }) => id, (camera) => html`<div class="pad row apart sight-camera"><b>${camera.name}</b>${sight === null ? nothing : cameraPill(sight, camera, nowMs)}</div>
      <ul class="items" data-sight=${camera.id}>${rows(sight, camera, nowMs, tz, endReopening)}</ul>`)}</section>`;
}

const handedOf = ({ guards }: Sight, id: string, nowMs: number): Sight["guards"][number]["has"] => guards.flatMap(({ has }) => has).filter((one) => one.camera_id === id && one.until_ms > nowMs);

function cameraPill(sight: Sight, { id }: Camera, nowMs: number): Part {
  const { windows, reopenings, looking } = sight;
  if (handedOf(sight, id, nowMs).length > 0) return pill(t("a guard has a picture"), "alarm", { dot: true, beat: true });
  const others = looking.filter((one) => one.camera_id === id && !one.own);
  if (others.length > 0) return pill(t("being looked at"), "alarm", { dot: true, beat: true });
  const open = [...windows, ...reopenings].some(({ cameras, until_ms }) => cameras.includes(id) && until_ms > nowMs);
  return open ? pill(t("can be seen"), "warn", { dot: true }) : pill(t("only you"), "ok", { dot: true });
}

function rows(sight: Sight | null, { id }: Camera, nowMs: number, tz: string | undefined, endReopening: (alarmId: string) => void): Part {
  if (sight === null) return nothing;
  const windows = sight.windows.filter(({ cameras, until_ms }) => cameras.includes(id) && until_ms > nowMs);
  const reopened = sight.reopenings.filter(({ cameras, until_ms }) => cameras.includes(id) && until_ms > nowMs);
  const grants = sight.grants.filter(({ camera_id, until_ms }) => camera_id === id && until_ms > nowMs);
  const looking = sight.looking.filter(({ camera_id }) => camera_id === id);
  const centre = windows.length + reopened.length > 0;
  return html`
    ${windows.map((one) => html`<li>${tile("building", "alarm")}<div class="body"><b>${one.party || t("The alarm centre")}</b><div class="mute">${held(one.look_after_ms, nowMs)
      ? t("Nobody looks yet: you can recall until {time}.", { time: clockSeconds(one.look_after_ms!, tz) })
      : t("can see it until {time} at the latest, for alarm AL-{n}", { time: clock(one.until_ms, tz), n: one.number ?? "" })}</div></div>${countdown(held(one.look_after_ms, nowMs) ? one.look_after_ms! : one.until_ms, nowMs)}</li>`)}
    ${reopened.map((one) => html`<li>${tile("clock", "warn")}<div class="body"><b>${[one.party, one.who].filter(Boolean).join(", ")}</b><div class="mute">${t("reopened alarm AL-{n} until {time}: {why}. Only what was released then.", { n: one.number ?? "", time: clock(one.until_ms, tz), why: reopenReason(one.reason) })}</div>
      <div class="row">${button(t("End it now"), () => endReopening(one.alarm_id), { small: true, kind: "alarm" })}</div></div>${countdown(one.until_ms, nowMs)}</li>`)}
    ${grants.map((one) => html`<li>${tile("tool", "warn")}<div class="body"><b>${one.party}</b><div class="mute">${t("You allowed it the live picture until {time}, for maintenance.", { time: clockSeconds(one.until_ms, tz) })}</div></div>${countdown(one.until_ms, nowMs)}</li>`)}
    ${handedOf(sight, id, nowMs).map((one) => html`<li>${tile("guard", "alarm")}<div class="body"><b>${one.guard}</b><div class="mute">${one.seen === 0 ? t("The alarm centre sent a picture to this guard; he has not opened it. It ends at {time} at the latest.", { time: clockSeconds(one.until_ms, tz) }) : t("This guard opened a picture that the alarm centre sent him. It ends at {time} at the latest.", { time: clockSeconds(one.until_ms, tz) })}</div></div>${countdown(one.until_ms, nowMs)}</li>`)}
    ${looking.map((one) => html`<li>${tile("eye", one.own ? "ok" : "alarm")}<div class="body"><b>${one.me ? t("You, {name}", { name: one.who }) : whoWords(one)}</b><div class="mute">${one.track === LIVE ? t("watches live since {time}", { time: clockSeconds(one.since_ms, tz) }) : t("looks since {time}: {why}", { time: clockSeconds(one.since_ms, tz), why: whyName(one.purpose) })}</div></div></li>`)}
    ${sight.guards.filter(({ cameras }) => cameras.includes(id)).map(({ since_ms }) => html`<li>${tile("guard", "warn")}<div class="body"><b>${t("A guard who is sent to an alarm")}</b><div class="mute">${t("Single pictures of it, when the alarm centre sends him some: you allow it since {day}. You change that on the site’s page.", { day: day(since_ms, tz) })}</div></div></li>`)}
    ${nobody(centre)}`;
}

const held = (until: number | null, nowMs: number): boolean => until !== null && until > nowMs;

const countdown = (untilMs: number, nowMs: number): Part => html`<span class="pill mono" title=${t("time left")}>${age(Math.max(0, untilMs - nowMs))}</span>`;

function nobody(centre = false): Part {
  return html`<li>${tile("person", "ok")}<div class="body"><b>${t("You")}</b><div class="mute">${t("Everything, on devices with your key")}</div></div></li>
    ${centre ? nothing : html`<li>${tile("lock")}<div class="body"><b>${t("Not the alarm centre")}</b><div class="mute">${t("It has no key now. Your unit gives one only for an alarm.")}</div></div></li>`}
    <li>${tile("lock")}<div class="body"><b>${t("Not us")}</b><div class="mute">${t("We store what we cannot open.")}</div></div></li>`;
}
