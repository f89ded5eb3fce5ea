// SPDX-License-Identifier: EUPL-1.2
// Kinds, outcomes, classes and states in people's words.
import type { IconName } from "../../kit/icons";
import { span, t } from "../../kit/words";
import type { DispatchState, Step, StepKind } from "./types";

const known = (all: Readonly<Record<string, string>>, code: string): string => all[code] ?? code.replaceAll("_", " ");

export function kindName(kind: string): string {
  return known({
    look: t("Look"), call_contact: t("Call contacts"), call_police: t("Call police or fire brigade"), send_guard: t("Send guard"),
    wait: t("Wait"), note: t("Instruction"), close_suggest: t("Close"),
  }, kind);
}

export const kindIcon: Readonly<Record<StepKind, IconName>> = {
  look: "eye", call_contact: "person", call_police: "alarm", send_guard: "guard", wait: "clock", note: "note", close_suggest: "check",
};

export function outcomeName(outcome: string): string {
  return known({
    nobody_seen: t("Nobody"), somebody_seen: t("Somebody"), danger_seen: t("Danger to people"), no_picture: t("No picture"),
    reached: t("Reached"), no_answer: t("No answer"), voicemail: t("Voicemail"), busy: t("Busy"), wrong_number: t("Wrong number"),
    called: t("Called"), declined: t("They don’t come"), sent: t("Sent"), nobody_free: t("Nobody free"), waited: t("Waited"), done: t("Done"),
    agreed: t("Agreed"), skipped: t("Skipped"),
  }, outcome);
}

export function planClass(code: string): string {
  return known({
    "": t("Everything else"), fire: t("Fire"), holdup_duress: t("Hold-up and duress"), medical: t("Medical"), burglary: t("Burglary"), tamper: t("Tamper"),
    video: t("Camera"), contact_entry: t("Door or contact"), technical: t("Technical"), open_close_exception: t("Opened or closed late"), bypass: t("Bypass"),
    test: t("Test"), unknown: t("Unknown code"),
  }, code);
}

export function closeName(code: string): string {
  return known({
    "": t("No suggestion"), genuine: t("Genuine"), false_user: t("False: a person’s mistake"), false_equipment: t("False: equipment"),
    false_environment: t("False: weather, light, animal"), test: t("A test"), unknown: t("Unknown"),
  }, code);
}

export function errandState(state: DispatchState, declined = false): string {
  if (declined) return t("Declined");
  return known({
    requested: t("Asked"), accepted: t("Accepted"), on_the_way: t("On the way"), arrived: t("Arrived"), left: t("Left"), reported: t("Reported"), cancelled: t("Called off"),
  }, state);
}

export function foundName(found: string): string {
  return known({
    nothing: t("Nothing unusual"), traces: t("Traces of somebody"), person: t("Somebody was there"), damage: t("Damage"), fire: t("Fire or smoke"), other: t("Something else"),
  }, found);
}

export const languageName = (code: string): string => ({ nl: "Nederlands", sv: "Svenska", de: "Deutsch", en: "English" })[code] ?? code;

export const dayNames = (): readonly string[] => [t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun")];

/** What else a step says, after its kind: whom, how often, how long. `nameOf`: a contact's name. */
export function stepFacts(step: Step, nameOf: (id: string) => string): string {
  switch (step.kind) {
    case "call_contact": return [step.contact === null ? t("all contacts in order") : nameOf(step.contact), t("{n}× each", { n: step.attempts }), ...(step.code_word ? [t("ask the code word")] : [])].join(" · ");
    case "wait": return span(step.wait_s);
    case "send_guard": return step.tell_contacts ? t("he sees the contacts that allow it") : t("he sees no contacts");
    case "close_suggest": return step.close_code === "" ? "" : closeName(step.close_code);
    default: return "";
  }
}
