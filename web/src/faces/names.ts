// SPDX-License-Identifier: EUPL-1.2
// The platform's codes in people's words. A code that is not here is shown as it is: never a blank.
import { number, t } from "../kit/words";
import type { Alarm } from "./types";

const known = (all: Readonly<Record<string, string>>, code: string): string => all[code] ?? code.replaceAll("_", " ");

export function className(code: string): string {
  return known({
    person: t("person"), animal: t("animal"), vehicle: t("vehicle"), motion: t("motion"), tamper: t("tamper"), hold_up: t("hold-up"),
    fire: t("fire"), panic: t("panic button"), input: t("contact"), technical: t("technical"), view_lost: t("view lost"),
  }, code);
}

/** What happened, in two words: the line an operator reads first. */
export function alarmTitle(alarm: Alarm): string {
  const kinds: Readonly<Record<string, string>> = {
    hold_up: t("Hold-up"), panic: t("Panic button"), fire: t("Fire"), tamper: t("Tamper"), technical: t("Technical"), person: t("Burglary"),
    vehicle: t("Vehicle"), animal: t("Animal"), motion: t("Motion"), input: t("Contact"),
  };
  return known(kinds, kinds[alarm.class] === undefined ? alarm.cause : alarm.class);
}

export const alarmNumber = (alarm: { readonly number: number }): string => `AL-${alarm.number}`;

/** person 0.91 */
export const seen = (alarm: Alarm): string => (alarm.score > 0 ? `${className(alarm.class)} ${number(alarm.score / 1000, 2)}` : className(alarm.class));

export const closeCodes: readonly string[] = ["real", "false_person", "false_animal", "false_technical", "customer_error", "test"];

export function codeName(code: string): string {
  return known({
    real: t("Real: someone who should not be there"), false_person: t("A person who may be there"), false_animal: t("An animal"),
    false_technical: t("Weather, light or a technical cause"), customer_error: t("A mistake of the customer"), test: t("A test"), recalled: t("Recalled by the customer"),
  }, code);
}

/** Why an alarm came without pictures. */
export function noImages(images: string): string {
  return known({
    "none:class": t("This class of alarm releases no images: the owner was told."),
    "none:not_released_class": t("This class of alarm releases no images: the owner was told."),
    "none:working_hours": t("In working hours no images are released: the owner was told."),
    "none:cap": t("The owner's limit of images for today is used up."),
    "none:clock": t("The unit's clock is in doubt, so it released no images."),
    "none:policy_expired": t("The owner's policy has expired, so nothing is released."),
    "none:no_arc": t("The owner shares no images with an alarm centre."),
  }, images) || t("The unit released no images.");
}

export function endedReason(reason: string | null): { title: string; words: string } {
  switch (reason) {
    case "recalled": return { title: t("The customer recalled this alarm"), words: t("The picture is sealed again and this browser has forgotten the key. The log says so.") };
    case "closed": return { title: t("Closed, and sealed again"), words: t("The window ended when the alarm was closed. This browser has forgotten the key.") };
    case "window_ended": case "ended": return { title: t("Sealed again"), words: t("The window has ended, and this browser has forgotten the key.") };
    case "expired": return { title: t("The window is over"), words: t("The time the owner allowed has passed. The pictures are sealed again.") };
    case "revoked": return { title: t("Access was withdrawn"), words: t("This unit or this centre was revoked. Nothing of it can be opened here.") };
    default: return { title: t("Sealed"), words: t("These pictures are not yours to see.") };
  }
}

export function stepName(kind: string): string {
  return known({
    raised: t("raised by the unit"), queue: t("queued"), queued: t("queued"), claim: t("claimed"), claimed: t("claimed"), release_claim: t("put back"), step: t("note"), note: t("note"),
    hold: t("on hold"), resume: t("resumed"), close: t("closed"), closed: t("closed"), recall: t("recalled"), recalled: t("recalled"), released: t("pictures released by the unit"),
    view: t("looked"), viewed: t("looked"), opened: t("opened"),
  }, kind);
}

export function roleName(role: string | null): string {
  return role === null ? "" : known({
    owner: t("owner"), member: t("member"), operator: t("operator"), supervisor: t("supervisor"), planner: t("planner"), technician: t("technician"),
    privacy_officer: t("privacy officer"), admin: t("administrator"), unit: t("camera unit"), system: t("system"),
  }, role);
}

export function whyName(why: string): string {
  return known({
    alarm_verification: t("to judge an alarm"), own_use: t("own recordings"), maintenance: t("maintenance you allowed"), alarm: t("an alarm"), person: t("alarm: person"), vehicle: t("alarm: vehicle"),
    animal: t("alarm: animal"), motion: t("alarm: motion"),
  }, why);
}

export function cameraState(state: string): { words: string; tone: "ok" | "warn" | "alarm" | "" } {
  switch (state) {
    case "ok": return { words: t("Well"), tone: "ok" };
    case "lost": return { words: t("No picture"), tone: "warn" };
    case "degraded": return { words: t("Picture disturbed"), tone: "warn" };
    case "tamper": return { words: t("View lost or changed"), tone: "alarm" };
    default: return { words: t("Not reported yet"), tone: "" };
  }
}
