// SPDX-License-Identifier: EUPL-1.2
// What things at a centre are called.
import { t } from "../../kit/words";
import { alarmTitle } from "../names";
import type { Alarm } from "../types";
import type { Escalation, Verdict } from "./types";

const known = (names: Readonly<Record<string, string>>, code: string): string => names[code] ?? code.replaceAll("_", " ");

/** A class of alarm, or one of the two groups that the norm knows. */
export function classWord(code: string): string {
  if (code === "urgent") return t("Fire, hold-up and medical together");
  if (code === "other") return t("All others together");
  return alarmTitle({ class: code, cause: code } as Alarm);
}

export const causeTitle = (one: Escalation): string =>
  ({ unmanned: t("Alarms wait and nobody is there"), overdue: t("Alarms wait past the norm"), stand_in: t("{centre} needs you to step in", { centre: one.for ?? "" }) })[one.cause];

export const escalationStep = (kind: string): string =>
  known({ opened: t("it began"), paged: t("told"), second_centre: t("second centre asked to step in"), worse: t("nobody is there any more"), acknowledged: t("somebody acts"), resolved: t("it is over") }, kind);

export const stateName = (state: string): string =>
  known({ new: t("queued"), queued: t("queued"), claimed: t("claimed"), acting: t("being handled"), on_hold: t("on hold") }, state);

export const riskName = (risk: string): string =>
  known({ after_recall: t("after a recall"), reopened: t("reopened alarm"), long_view: t("long view"), repeat: t("same camera again and again"), no_step: t("nothing done for the alarm"), not_handling: t("not handling the alarm"), random: t("drawn at random") }, risk);

export const riskWords = (risk: string): string =>
  known({
    after_recall: t("The customer had recalled the alarm before this view ended."), reopened: t("The alarm was closed and was reopened for this view."), long_view: t("It lasted longer than an alarm of this sort usually needs."),
    repeat: t("The same person looked through this camera at several alarms within a week."), no_step: t("Nothing but looking is on record: no note, no call, no step of the plan."), not_handling: t("The alarm was in somebody else’s hands."),
  }, risk);

export const verdictName = (verdict: Verdict): string => ({ ok: t("In order"), question: t("Question"), breach: t("Breach") })[verdict];

export const schemeName = (scheme: string): string => known({ pac: "PAC", vds: "VdS", en50518: "EN 50518" }, scheme);
