// SPDX-License-Identifier: EUPL-1.2
// What the API says of maintenance, and its words; for the customer's page and the office.
import type { Tone } from "../../kit/pieces";
import { t } from "../../kit/words";
import type { Named } from "../types";

export type Fault = "no_picture" | "bad_picture" | "wrong_view" | "dirty" | "no_contact" | "power" | "false_alarms" | "other";
export type Outcome = "repaired" | "replaced" | "no_fault" | "not_repaired" | "by_itself" | "withdrawn";
export type End = "working" | "stopped" | "withdrawn" | "time" | "lapsed" | "refused" | "closed";

export interface Asked {
  readonly id: string;
  readonly malfunction_id: string;
  readonly camera_id: string;
  readonly unit_id: string;
  readonly technician: string;
  readonly technician_id: string;
  readonly company: string;
  readonly company_id: string;
  readonly reason: string;
  readonly minutes_asked: number;
  /** The live picture, or single stills to aim by. */
  readonly way: "live" | "still";
  /** When the last still was asked for. */
  readonly still_ms: number | null;
  readonly asked_ms: number;
  readonly state: "waiting" | "allowed" | "refused" | "ended";
  readonly answered_by: string;
  readonly answered_ms: number | null;
  readonly minutes: number | null;
  readonly refusal: string;
  readonly until_ms: number | null;
  readonly begun_ms: number | null;
  readonly granted_until_ms: number | null;
  /** Why the unit sends no picture, in its word. */
  readonly trouble: string;
  readonly ended_ms: number | null;
  readonly end: End | "";
}

export interface WorkReport {
  readonly id: string;
  readonly by: string;
  readonly outcome: Outcome;
  readonly text: string;
  readonly minutes: number | null;
  /** `taken`: how many came off the provider's stock. */
  readonly parts: readonly { readonly name: string; readonly count: number; readonly taken?: number }[];
  readonly ref: string;
  readonly at_ms: number;
}

export interface Malfunction {
  readonly id: string;
  readonly fault: Fault;
  readonly condition: string;
  readonly found_by: "customer" | "unit" | "provider";
  readonly words: string;
  readonly reported_by: string;
  readonly reported_ms: number;
  readonly state: "open" | "closed";
  readonly outcome: Outcome | "";
  readonly closed_ms: number | null;
  readonly closed_by: string;
  readonly customer: Named;
  readonly unit: Named;
  readonly site: Named & { readonly address: string; readonly tz: string };
  readonly cameras: readonly Named[];
  readonly camera_id: string | null;
  readonly requests: readonly Asked[];
  readonly reports: readonly WorkReport[];
}

export const FAULTS: readonly Fault[] = ["no_picture", "bad_picture", "wrong_view", "dirty", "no_contact", "power", "false_alarms", "other"];

export function faultName(fault: string): string {
  switch (fault) {
    case "no_picture": return t("No picture");
    case "bad_picture": return t("Bad picture: snow, stripes or blur");
    case "wrong_view": return t("It looks the wrong way");
    case "dirty": return t("Dirty or hung over");
    case "no_contact": return t("No contact");
    case "power": return t("Power or battery");
    case "false_alarms": return t("Alarms for nothing");
    default: return t("Something else");
  }
}

export function outcomeName(outcome: string): string {
  switch (outcome) {
    case "repaired": return t("Repaired");
    case "replaced": return t("Replaced");
    case "no_fault": return t("Nothing was wrong");
    case "not_repaired": return t("Not repaired yet");
    case "by_itself": return t("Well again by itself");
    case "withdrawn": return t("Withdrawn by the customer");
    default: return "";
  }
}

export function endName(end: string): string {
  switch (end) {
    case "working": return t("Ended: the technician saw that it works");
    case "stopped": return t("Ended by the owner");
    case "withdrawn": return t("Withdrawn by the technician");
    case "time": return t("Ended with its time");
    case "lapsed": return t("Nobody answered");
    case "refused": return t("Refused");
    case "closed": return t("Ended with the malfunction");
    default: return "";
  }
}

export function stateOf(asked: Asked, nowMs: number): { readonly words: string; readonly tone: Tone } {
  if (asked.state === "waiting") return { words: t("Waits for the owner"), tone: "warn" };
  if (asked.state === "allowed" && asked.way === "still" && (asked.until_ms ?? 0) > nowMs) return { words: t("May ask for stills"), tone: "accent" };
  if (asked.state === "allowed" && (asked.until_ms ?? 0) > nowMs) {
    return asked.granted_until_ms !== null && asked.granted_until_ms > nowMs ? { words: t("Can look now"), tone: "accent" } : { words: t("Allowed"), tone: "accent" };
  }
  return { words: endName(asked.end || "time"), tone: "" };
}

/** Why the unit sends nothing. */
export function troubleName(code: string): string {
  switch (code) {
    case "": return "";
    case "blocked": return t("Live view is switched off in these hours.");
    case "no_picture": return t("The camera gives no picture at all.");
    case "not_paired": return t("The unit is not paired.");
    case "too_many": return t("Too many people look at this unit now.");
    default: return t("The unit has stopped its picture.");
  }
}

export const cameraName = (malfunction: Malfunction, id: string | null = malfunction.camera_id): string =>
  malfunction.cameras.find((camera) => camera.id === id)?.name ?? malfunction.unit.name;
