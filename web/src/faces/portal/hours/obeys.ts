// SPDX-License-Identifier: EUPL-1.2
// What a unit obeys, in plain words: out of its signed status and the signed policy whose hash that status names, nothing else.
// `zegel policy show` prints the same lines (src/zegel/client/obeys.py).
import { day as dateOf, isoDay, number, t, tn, weekday as dayOf } from "../../../kit/words";
import { hex } from "../../../seal/bytes";
import type { Keyset } from "../../../seal/keyset";
import type { Delegate, Hours, Policy, Weekly } from "../../../seal/policy";
import type { Status } from "../../../seal/status";
import { openingFingerprint, signingFingerprint } from "../../../seal/suite";
import { words } from "../../../seal/words";
import { className } from "../../names";
import { dateAt, hhmm, joined, weekOf, type Span } from "./plan";

export interface Line {
  readonly about: string;
  readonly says: readonly string[];
  /** Eight words of a fingerprint. */
  readonly key?: string;
}

export const dayNames = (style: "long" | "short" = "long"): readonly string[] => {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || "en", { weekday: style, timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, day) => format.format(Date.UTC(2024, 0, 1 + day)));
};

/** 22 November, with its year unless it is this one. */
export function dateWords(ms: number, zone: string | undefined, nowMs: number): string {
  const year = (at: number): string => isoDay(at, zone).slice(0, 4);
  return year(ms) === year(nowMs) ? dateOf(ms, zone) : `${dateOf(ms, zone)} ${year(ms)}`;
}

export const spanWords = (spans: readonly Span[]): string => spans.map(({ fromMin, toMin }) => `${hhmm(fromMin)}–${hhmm(toMin)}`).join(", ");

/** "Mon–Fri 07:00–17:00": days that follow each other with the same hours are one. */
export function weekWords(weekly: Weekly): readonly string[] {
  const names = dayNames("short");
  const days = weekOf({ zone: "UTC", weekly, exceptions: [] }).map((spans) => spanWords(joined(spans)));
  const lines: string[] = [];
  for (let day = 0; day < 7;) {
    let last = day;
    while (last < 6 && days[last + 1] === days[day]) last += 1;
    if (days[day] !== "") lines.push(`${day === last ? names[day] : `${names[day]}–${names[last]}`} ${days[day]}`);
    day = last + 1;
  }
  return lines;
}

function hoursLine(hours: Hours, nowMs: number): Line {
  const week = weekWords(hours.weekly);
  const coming = hours.exceptions.filter(({ date }) => date >= dateAt(hours.zone, nowMs));
  const says = week.length === 0 ? [t("No working hours: it guards around the clock while it is on.")] : [t("In these hours it guards only itself against sabotage: {hours}.", { hours: week.join("; ") })];
  for (const { date, spans } of coming.slice(0, 5)) {
    const day = dayOf(Date.parse(`${date}T12:00:00Z`), "UTC");
    says.push(spans.length === 0 ? t("{day}: nobody works, it guards all day.", { day }) : t("{day}: working hours {hours}.", { day, hours: spanWords(spans) }));
  }
  if (coming.length > 5) says.push(tn("and {n} more date of its own", "and {n} more dates of their own", coming.length - 5));
  return { about: t("Hours"), says: [...says, t("By the clock of {zone}.", { zone: hours.zone })] };
}

const namesOf = (classes: readonly string[]): string => classes.map(className).join(", ");

function cameraLines(policy: Policy, cameras: ReadonlyMap<string, string>): readonly string[] {
  return policy.cameras.map(({ camera, zones, privacy, ptz }) => `${cameras.get(hex(camera)) ?? t("a camera")}: ${[
    zones.length === 0 ? t("the whole picture is watched") : t("watched in {zones}", { zones: zones.map(({ name, classes }) => (classes.length === 0 ? name : `${name} (${namesOf(classes)})`)).join(", ") }),
    ...(privacy.length === 0 ? [] : [tn("{n} privacy mask, black in everything", "{n} privacy masks, black in everything", privacy.length)]),
    ...(ptz === null ? [] : [t("may be turned by the alarm centre within its limits")]),
  ].join("; ")}`);
}

export function delegateWords(delegate: Delegate, when: (ms: number) => string): readonly string[] {
  const actions = delegate.actions.map((action) => ({ arm: t("switch on"), disarm: t("switch off"), part: t("switch on a part") })[action]);
  return [
    t("{name} may {actions} until {end}", { name: delegate.name, actions: actions.join(", "), end: when(delegate.expiresMs) }),
    ...(delegate.maxS === null ? [] : [t("for at most {time} at a time", { time: minutesWords(delegate.maxS / 60) })]),
    ...(delegate.weekly.length === 0 ? [] : [weekWords(delegate.weekly).join("; ")]),
  ];
}

export function minutesWords(min: number): string {
  const [h, m] = [Math.floor(min / 60), Math.round(min % 60)];
  if (h === 0) return t("{n} min", { n: m });
  return m === 0 ? t("{n} h", { n: h }) : t("{h} h {m} min", { h, m });
}

/** The whole policy, a line a subject. `cameras`: names by id in hex. */
export function obeys(policy: Policy, keyset: Keyset, cameras: ReadonlyMap<string, string>, when: (ms: number) => string, nowMs: number): readonly Line[] {
  const ends = { guard_sent: t("when the guard is sent"), arrived: t("when the guard arrives"), closed: t("when the alarm is closed") }[policy.window.liveEnd];
  const lines: Line[] = [
    hoursLine(policy.hours, nowMs),
    { about: t("Records"), says: [policy.mode === "continuous" ? t("All the time while it guards.") : t("Only around activity, while it guards.")] },
    { about: t("Pictures and masks"), says: policy.cameras.length === 0 ? [t("Every camera’s whole picture is watched; nothing is masked.")] : cameraLines(policy, cameras) },
    { about: t("Raises an alarm for"), says: [policy.alarmClasses.length === 0 ? t("Nothing but sabotage.") : namesOf(policy.alarmClasses)] },
    { about: t("Shows pictures to the alarm centre for"), says: [policy.releaseClasses.length === 0 || keyset.arc === null ? t("Nothing.") : namesOf(policy.releaseClasses)] },
    { about: t("Window of an alarm"), says: [
      t("{pre} s before, {post} s after the last movement, at most {max} in all.", { pre: policy.window.preS, post: policy.window.postS, max: minutesWords(policy.window.maxS / 60) }),
      t("The alarm centre’s live view ends {when}.", { when: ends }),
    ] },
    { about: t("At most in 24 hours"), says: [t("{n} alarms with pictures, {time} of pictures.", { n: number(policy.caps.releases), time: minutesWords(Math.ceil(policy.caps.seconds / 60)) })] },
    ...laterLines(policy, cameras),
    { about: t("May switch on and off"), says: [tn("{n} person without limits", "{n} people without limits", policy.commanders.length), ...policy.delegates.map((delegate) => delegateWords(delegate, when).join(", "))] },
    { about: t("Lasts until"), says: [t("{when}; after that it guards and records on, and shows the alarm centre nothing.", { when: when(policy.expiresMs) })] },
    ...keyset.owners.map(({ signKey }, i): Line => ({ about: keyset.owners.length === 1 ? t("Owner’s key") : t("Owner’s key {n}", { n: i + 1 }), says: [], key: words(signingFingerprint(signKey)) })),
    { about: t("Seals recordings to"), says: [], key: words(openingFingerprint(keyset.suite, keyset.tenantKey)) },
  ];
  if (keyset.arc !== null) lines.push({ about: t("Alarm centre’s key"), says: [], key: words(signingFingerprint(keyset.arc.signKey)) });
  return lines;
}

function laterLines(policy: Policy, cameras: ReadonlyMap<string, string>): readonly Line[] {
  const lines: Line[] = [];
  const named = (ids: readonly Uint8Array[]): string => ids.map((camera) => cameras.get(hex(camera)) ?? t("a camera")).join(", ");
  if (policy.parts.length > 0) lines.push({ about: t("Parts"), says: policy.parts.map(({ name, cameras: ids, accounts }) => t("{part}: {what} stay guarded, the rest is off", { part: name, what: [named(ids), ...accounts].filter(Boolean).join(", ") })) });
  if (policy.overview.length > 0) lines.push({ about: t("Overview pictures"), says: policy.overview.map(({ camera, intervalS }) => t("{camera}: each {time}, small enough that nobody is recognised", { camera: named([camera]), time: minutesWords(intervalS / 60) })) });
  if (policy.live !== null) lines.push({ about: t("Your live view"), says: [t("At most {time} at a time.", { time: minutesWords(policy.live.maxS / 60) }), ...(policy.live.blocked.length === 0 ? [] : [t("Off in {hours}.", { hours: weekWords(policy.live.blocked).join("; ") })])] });
  if (policy.budget !== null) lines.push({ about: t("Mobile data"), says: [budgetWords(policy.budget.mbPerMonth, policy.budget.over)] });
  if (policy.storage !== null) lines.push({ about: t("Own disk"), says: storageWords(policy.storage) });
  return lines;
}

export function storageWords({ days, mode }: NonNullable<Policy["storage"]>): readonly string[] {
  return [tn("Keeps {n} day.", "Keeps {n} days.", days), mode === "only" ? t("Recordings without an alarm stay there until somebody asks for them.") : t("A copy of what is sent.")];
}

export function budgetWords(mb: number, over: "alarms" | "stop"): string {
  return over === "alarms" ? t("{n} MB a month; once they are used, only alarms and their pictures are sent.", { n: number(mb) }) : t("{n} MB a month; once they are used, alarms are sent without pictures and nothing else.", { n: number(mb) });
}

/** The one sentence above all: what it does now. */
export function stateWords(status: Status | null, when: (ms: number) => string): string {
  if (status === null) return t("The unit has not said anything yet.");
  if (status.state === "armed") return status.part === null ? t("On: everything is guarded") : t("On in part: “{part}” is guarded", { part: status.part });
  if (status.state === "unpaired") return t("Not paired yet");
  if (status.guardsFromMs !== null) return status.state === "working_hours" ? t("Working hours, until {time}", { time: when(status.guardsFromMs) }) : t("Working until {time}", { time: when(status.guardsFromMs) });
  return status.state === "working_hours" ? t("Working hours") : t("Off");
}
