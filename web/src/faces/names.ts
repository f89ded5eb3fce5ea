// SPDX-License-Identifier: EUPL-1.2
// The platform's codes in people's words. A code that is not here is shown as it is: never a blank.
import { number, t } from "../kit/words";
import type { Kind } from "./console/order";
import type { Alarm } from "./types";

const known = (all: Readonly<Record<string, string>>, code: string): string => all[code] ?? code.replaceAll("_", " ");

export function className(code: string): string {
  return known({
    person: t("person"), animal: t("animal"), vehicle: t("vehicle"), motion: t("motion"), tamper: t("tamper"), hold_up: t("hold-up"),
    fire: t("fire"), panic: t("panic button"), input: t("contact"), technical: t("technical"), view_lost: t("view lost"),
    holdup_duress: t("hold-up"), medical: t("medical"), burglary: t("burglary"), video: t("video"), contact_entry: t("contact"), bypass: t("zone bypassed"), test: t("test"),
    open_close: t("opening or closing"), open_close_exception: t("opening outside hours"), cancel_recall: t("cancelled"), restore: t("restored"), info: t("information"), unknown: t("unknown signal"),
  }, code);
}

/** What happened, in two words: the line an operator reads first. */
export function alarmTitle(alarm: Alarm): string {
  const kinds: Readonly<Record<string, string>> = {
    hold_up: t("Hold-up"), panic: t("Panic button"), fire: t("Fire"), tamper: t("Tamper"), technical: t("Technical"), person: t("Burglary"),
    vehicle: t("Vehicle"), animal: t("Animal"), motion: t("Motion"), input: t("Contact"),
    holdup_duress: t("Hold-up"), medical: t("Medical"), burglary: t("Burglary"), video: t("Video"), contact_entry: t("Contact"), bypass: t("Zone bypassed"), test: t("Test"),
    open_close: t("Opening or closing"), open_close_exception: t("Opening outside hours"), cancel_recall: t("Cancelled"), restore: t("Restored"), info: t("Information"), unknown: t("Unknown signal"),
  };
  return known(kinds, kinds[alarm.class] === undefined ? alarm.cause : alarm.class);
}

/** The unit's own number; what came from a panel has none, and is called by the beginning of its identifier. */
export const alarmNumber = (alarm: { readonly id?: string; readonly number: number }): string => `AL-${alarm.number > 0 ? alarm.number : (alarm.id ?? "").slice(0, 6).toUpperCase()}`;

/** person 0.91 */
export const seen = (alarm: Alarm): string => (alarm.score > 0 ? `${className(alarm.class)} ${number(alarm.score / 1000, 2)}` : className(alarm.class));

/** The words beside each shape in the queue. */
export function kindName(kind: Kind): string {
  const names: Readonly<Record<Kind, string>> = { fire: t("Fire"), holdup: t("Hold-up"), medical: t("Medical"), burglary: t("Burglary"), tamper: t("Tamper"), technical: t("Technical"), other: t("Other") };
  return names[kind];
}

export function confirmedName(how: string): string {
  return known({ sequential: t("a second detector"), video: t("seen on video"), audio: t("heard"), path_failure: t("its line was cut too") }, how);
}

/** ANSI/TMA-AVS-01. */
export function avsName(score: number): string {
  return [t("no call for service"), t("limited information"), t("a human is likely"), t("threat to property"), t("threat to life")][score] ?? "";
}

export function avsReason(reason: string): string {
  return known({
    cancelled: t("opened or cancelled after it"), test: t("a test"), nobody_seen: t("nobody seen"), one_detector: t("one detector"), several_detectors: t("several detectors"), path_failure: t("its line was cut too"),
    person_found: t("the camera found a person"), audio: t("heard"), somebody_seen: t("somebody seen"), danger_seen: t("danger seen"), hold_up: t("hold-up"), duress: t("duress"),
  }, reason);
}

/** A detector's place: its name, or its number without the zeros that panels put before it. */
export const zoneName = (zone: string): string => (/^\d+$/.test(zone) ? t("zone {n}", { n: zone.replace(/^0+(?=.)/, "") }) : t("zone “{name}”", { name: zone }));

export function phaseName(phase: string): string {
  return known({
    alarm: t("alarm"), restore: t("restored"), trouble: t("trouble"), supervisory: t("supervisory"), open: t("opened"), close: t("closed"), late: t("late"), cancel: t("cancelled"), bypass: t("bypassed"), unbypass: t("no longer bypassed"),
    test: t("test"), test_start: t("test begins"), test_end: t("test ends"), recent_close: t("closed just before"), close_partial: t("partly closed"), open_after_alarm: t("opened after the alarm"), info: t("information"), meta: t("of the line"), unknown: t("unknown"),
  }, phase);
}

export function pathName(path: string): string {
  return known({ dc09_tcp: "DC-09 TCP", dc09_udp: "DC-09 UDP", dc09_tls: "DC-09 TLS", unit: t("camera unit"), smtp: t("e-mail"), mqtt: "MQTT", api: t("interface") }, path);
}

export function sourceName(source: string): string {
  return known({ unit: t("camera unit"), panel: t("panel"), mail: t("e-mail"), mqtt: t("MQTT"), api: t("interface"), onvif: t("ONVIF"), server: t("supervision here") }, source);
}

/** Why an earlier alarm's window may be reopened (S3). */
export const reopenReasons: readonly string[] = ["recalled_yet_real", "technical_follow_up", "police_request", "customer_question"];

export function reopenReason(reason: string): string {
  return known({
    recalled_yet_real: t("It was recalled, yet it is real"), technical_follow_up: t("Technical follow-up"), police_request: t("The police ask, in an investigation"), customer_question: t("The customer asks how it was handled"),
  }, reason);
}

export const closeCodes: readonly string[] = ["genuine", "false_user", "false_equipment", "false_environment", "test", "unknown"];

export function codeName(code: string): string {
  return known({
    genuine: t("Genuine"), false_user: t("False: by a user"), false_equipment: t("False: by the equipment"), false_environment: t("False: weather, light, animals"), unknown: t("Cause unknown"),
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
    "none:signal": t("It came from a panel, and no camera is tied to its zone."),
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
    hold: t("on hold"), on_hold: t("on hold"), confirmed: t("confirmed by a second sign"), rang_again: t("rang again"), norm_missed: t("not taken in time"), bypass: t("bypassed"), restored: t("restored"), resume: t("resumed"), close: t("closed"), closed: t("closed"), recall: t("recalled"), recalled: t("recalled"), released: t("pictures released by the unit"),
    view: t("looked"), viewed: t("looked"), opened: t("opened"), park: t("parked"), parked: t("parked"), unpark: t("back from parking"), unparked: t("back from parking"), called: t("called"), guard_sent: t("guard sent"),
    arrived: t("guard arrived"), police_called: t("police called"), plan: t("step of the plan"), code_word: t("code word"), reopen: t("reopened"), reopened: t("reopened"), escalated: t("escalated"),
    guard_accepted: t("guard accepted"), guard_on_the_way: t("guard on the way"), guard_left: t("guard left"), guard_report: t("guard reported"), guard_declined: t("guard declined"), guard_cancelled: t("guard called off"),
    late: t("came late"), recall_tried: t("recall tried"), pictures_allowed: t("pictures allowed"), pictures_shown: t("pictures shown"), potential_cancel: t("opened or cancelled after it"), duress: t("duress"), verified: t("picture made clear"),
  }, kind);
}

export function roleName(role: string | null): string {
  return role === null ? "" : known({
    owner: t("owner"), member: t("member"), operator: t("operator"), supervisor: t("supervisor"), planner: t("planner"), technician: t("technician"),
    privacy_officer: t("privacy officer"), admin: t("administrator"), auditor: t("auditor"), desk: t("service desk"), bookkeeper: t("bookkeeper"), accountant: t("accountant"), mechanic: t("mechanic"),
    repairer: t("repair centre"), carrier: t("carrier"), guard: t("guard who was sent"), unit: t("camera unit"), system: t("system"),
  }, role);
}

export function whyName(why: string): string {
  return known({
    alarm_verification: t("to judge an alarm"), alarm_followup: t("an earlier alarm, reopened"), own_use: t("own recordings"), maintenance: t("maintenance you allowed"), alarm: t("an alarm"), person: t("alarm: person"), vehicle: t("alarm: vehicle"),
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
