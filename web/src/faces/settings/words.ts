// SPDX-License-Identifier: EUPL-1.2
// Kinds, states, figures and what is wrong with a field, in people's words.
import { relative, span, t } from "../../kit/words";
import { className } from "../names";
import type { Health, Tab } from "./model";
import type { Path } from "./types";

const known = (all: Readonly<Record<string, string>>, code: string): string => all[code] ?? code.replaceAll("_", " ");

export const tabName = (tab: Tab): string =>
  ({ panels: t("Panels"), lines: t("Lines"), mail: t("Mail cameras"), brokers: t("Brokers"), integrations: t("Integrations"), codes: t("Codes"), figures: t("Parameters and tests") })[tab];

export const kinds = ["dc09_tcp", "dc09_udp", "dc09_tls", "unit"] as const;

export function healthName(health: Health): string {
  return { missing: t("Out of reach"), waiting: t("Never heard"), well: t("In contact"), unwatched: t("Not supervised"), ended: t("Out of use") }[health];
}

/** Polls every 90 s, heard 12 seconds ago */
export function pathFacts(path: Path, nowMs: number): string {
  const poll = path.poll_s === 0 ? t("no supervision") : t("every {time}, grace {grace}", { time: span(path.poll_s), grace: span(path.grace_s) });
  if (path.missing_since_ms !== null) return `${t("gone {when}", { when: relative(path.missing_since_ms, nowMs) })} · ${poll}`;
  return `${path.last_ms === null ? t("never heard") : t("heard {when}", { when: relative(path.last_ms, nowMs) })} · ${poll}`;
}

export function wrongName(wrong: string): string {
  return known({
    site: t("Choose a site."), line: t("Choose a line."), name: t("Give it a name."), account: t("Use 3 to 16 hexadecimal digits, as the panel sends them."), number: t("Use up to 6 hexadecimal digits, or none."),
    key_hex: t("A key in hexadecimal has 32, 48 or 64 digits."), key_ascii: t("A key in characters has 16, 24 or 32 of them."), poll: t("0, or 10 seconds to 30 days."), grace: t("0 seconds to a day."), paths: t("Choose at least one way."),
    zone: t("Letters and digits only, at most 32."), twice: t("This zone is there twice."),
  }, wrong);
}

export const signalClasses = [
  "fire", "medical", "holdup_duress", "burglary", "tamper", "video", "contact_entry", "technical", "bypass", "test", "open_close", "open_close_exception", "cancel_recall", "restore", "info", "unknown",
] as const;
export const phases = [
  "alarm", "restore", "trouble", "supervisory", "open", "close", "late", "cancel", "bypass", "unbypass", "test", "test_start", "test_end", "recent_close", "close_partial", "open_after_alarm", "info", "meta", "unknown",
] as const;

/** One wording for a class in a list, with a capital. */
export const classOption = (code: string): string => { const words = className(code); return words.charAt(0).toUpperCase() + words.slice(1); };

export function figureName(name: string): string {
  return known({
    confirm_window_s: t("Two detectors confirm each other within"), entry_s: t("Entry time"), exit_s: t("Exit time"), abort_s: t("Disarming takes an alarm back within"), swinger_after: t("A detector rings no more after"), hold_s: t("Nobody looks for the first"),
    runaway_after: t("A detector runs away after"), runaway_s: t("… within"), park_s: t("and is parked for"), norm_fire_s: t("Norm: fire"), norm_holdup_s: t("Norm: hold-up"), norm_medical_s: t("Norm: medical"), norm_other_s: t("Norm: everything else"),
    late_to_close_s: t("Late to close after"), early_open_s: t("May open early by"), test_at_most_s: t("A test lasts at most"), max_viewers: t("People who look at one alarm at once"),
  }, name);
}

/** Nothing sets such a sender here: it rings at once. */
const noPanel = (): string => t("They hold for mail, brokers and webhooks too, but not on building sites: there those ring at once.");

/** What counts, and where the figure comes from. */
export function figureSource(name: string): string {
  return known({
    confirm_window_s: t("BS 8243: 30 to 60 minutes; with cameras a minute may do."), entry_s: `${t("For senders that don’t time it themselves. With the time to take back at most 60 s (ANSI/SIA CP-01).")} ${noPanel()}`, exit_s: `${t("For senders that don’t time it themselves.")} ${noPanel()}`,
    abort_s: t("ANSI/SIA CP-01: 15 to 45 s."), swinger_after: t("Times between two settings, each for nothing. CP-01: 1 to 6; 0: never."), hold_s: t("Who disarms in time was never looked at. Empty: by the profile, 60 s in a home."),
    runaway_after: t("Signals of one detector: a storm is one alarm."), norm_fire_s: t("From the signal to the first action, as EN 50518 is cited."), max_viewers: t("Each look needs a purpose; more eyes need more reasons."),
  }, name === "norm_holdup_s" || name === "norm_medical_s" || name === "norm_other_s" ? "norm_fire_s" : name) || "";
}

export const figureGroups: readonly (readonly [() => string, readonly string[]])[] = [
  [() => t("From signal to alarm"), ["confirm_window_s", "entry_s", "exit_s", "abort_s", "swinger_after"]],
  [() => t("Before anybody looks"), ["hold_s", "max_viewers"]],
  [() => t("Storms"), ["runaway_after", "runaway_s", "park_s"]],
  [() => t("First action within"), ["norm_fire_s", "norm_holdup_s", "norm_medical_s", "norm_other_s"]],
  [() => t("Hours and tests"), ["late_to_close_s", "early_open_s", "test_at_most_s"]],
];

const sourced = new Set(["confirm_window_s", "entry_s", "exit_s", "abort_s", "swinger_after", "hold_s", "runaway_after", "norm_fire_s", "norm_holdup_s", "norm_medical_s", "norm_other_s", "max_viewers"]);
export const hasSource = (name: string): boolean => sourced.has(name);

/** 30 s; 3 people; 10 times */
export function figureValue(name: string, value: number | null): string {
  if (value === null) return t("by the profile");
  return name.endsWith("_s") ? span(value) : String(value);
}

export const unitOf = (name: string): string => (name.endsWith("_s") ? t("seconds") : name === "max_viewers" ? t("people") : t("times"));

export function scopeName(scope: string): string {
  return known({ "signals.write": t("Tell us signals"), "signals.read": t("Read what became of its own signals") }, scope);
}

export function troubleName(trouble: string): string {
  return known({ "": "", refused: t("The broker refuses the connection"), unreachable: t("The broker can’t be reached"), tls: t("Its certificate is not trusted"), password: t("Name or password are wrong"), address: t("This address is not allowed") }, trouble);
}

export function capabilityName(one: string): string {
  return known({ stills: t("stills"), video: t("video"), live: t("live"), ptz: t("turns"), audio: t("sound"), pre_alarm: t("seconds before the alarm") }, one);
}

export const protocolName = (protocol: string): string => known({ cid: "Contact ID", sia: "SIA", mail: t("e-mail"), frigate: "Frigate", onvif: "ONVIF", api: t("interface"), server: t("supervision here"), dc09: "DC-09" }, protocol);

export function qualifierName(qualifier: string): string {
  return known({ "": "", "1": t("new"), "3": t("restored"), "6": t("still there") }, qualifier);
}
