// SPDX-License-Identifier: EUPL-1.2
// The page's words for the API's. Pure.
import type { Tone } from "../../../kit/pieces";
import { number, t } from "../../../kit/words";
import type { Duty } from "./types";

export function stateName(state: string): string {
  switch (state) {
    case "reported": return t("Reported");
    case "assessed": return t("Assessed");
    case "judged": return t("Judged");
    case "closed": return t("Closed");
    default: return t("No breach");
  }
}

export const stateTone = (state: string): Tone => (state === "reported" ? "alarm" : state === "closed" ? "ok" : state === "no_breach" ? "" : "warn");

export function natureName(nature: string): string {
  switch (nature) {
    case "confidentiality": return t("Seen or got by somebody who should not have");
    case "integrity": return t("Changed, and should not have been");
    default: return t("Lost, or out of reach");
  }
}

export function levelName(level: string): string {
  if (level === "low") return t("Low");
  return level === "medium" ? t("Medium") : t("High");
}

export function riskName(risk: string): string {
  if (risk === "unlikely") return t("A risk to people is unlikely");
  return risk === "risk" ? t("A risk to people") : t("A high risk to people");
}

/** Whom we owe word. */
export function whom(duty: Duty): string {
  if (duty.kind === "authority") return t("The supervisory authority");
  if (duty.kind === "people") return t("The people concerned");
  return duty.name || t("Customers, not known yet which");
}

/** Why we owe it; the exact line of law stands with the case's data. */
export function lawOf(duty: Duty): string {
  if (duty.kind === "authority") return t("GDPR, Article 33(1)");
  return duty.kind === "people" ? t("GDPR, Article 34") : t("our agreements; GDPR, Article 33(2)");
}

export function howName(how: string): string {
  switch (how) {
    case "mail": return t("By e-mail, from here");
    case "form": return t("By the authority’s own form");
    case "post": return t("By post");
    default: return t("By telephone");
  }
}

const MINUTE_MS = 60_000;

/** Hours and minutes, or days and hours when there are many: "31 h 12 min". */
export function long(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / MINUTE_MS);
  if (minutes >= 96 * 60) return t("{d} d {h} h", { d: number(Math.floor(minutes / 1440)), h: Math.floor((minutes % 1440) / 60) });
  if (minutes >= 60) return t("{h} h {m} min", { h: Math.floor(minutes / 60), m: minutes % 60 });
  return t("{m} min {s} s", { m: minutes, s: Math.floor((Math.abs(ms) % MINUTE_MS) / 1000) });
}

export interface ClockNow {
  readonly tone: Tone;
  readonly words: string;
  /** How much of the time is gone, 0 to 1; null where there is no hour. */
  readonly gone: number | null;
}

/** What a duty's clock shows now. */
export function clockOf(duty: Duty, nowMs: number): ClockNow {
  const whole = duty.due_ms === null ? null : duty.due_ms - duty.started_ms;
  if (duty.dropped_ms !== null) return { tone: "", words: t("Need not be told"), gone: null };
  if (duty.met_ms !== null) {
    const late = duty.due_ms === null ? 0 : duty.met_ms - duty.due_ms;
    const more = duty.complete ? "" : ` ${t("More follows.")}`;
    if (late > 0) return { tone: "warn", words: t("Told {long} late.", { long: long(late) }) + more, gone: 1 };
    return { tone: duty.complete ? "ok" : "warn", words: t("Told after {long}.", { long: long(duty.met_ms - duty.started_ms) }) + more, gone: whole === null ? null : (duty.met_ms - duty.started_ms) / whole };
  }
  if (duty.due_ms === null || whole === null) return { tone: "alarm", words: t("Without delay"), gone: null };
  const left = duty.due_ms - nowMs;
  if (left <= 0) return { tone: "alarm", words: t("{long} too late", { long: long(left) }), gone: 1 };
  return { tone: left < whole / 4 ? "alarm" : "warn", words: t("{long} left", { long: long(left) }), gone: 1 - left / whole };
}
