// SPDX-License-Identifier: EUPL-1.2
// Codes of orders in people's words.
import type { Tone } from "../../../kit/pieces";
import { clock, day, number, relative, t, weekday } from "../../../kit/words";
import type { Short } from "./types";

const known = (all: Readonly<Record<string, string>>, code: string): string => all[code] ?? code.replaceAll("_", " ");

export const TYPES = ["request", "repair", "measure_install", "exchange", "return", "complaint", "question"] as const;
export const STATES = ["new", "assessed", "waiting_customer", "waiting_parts", "planned", "in_work"] as const;

export const typeName = (code: string): string => known({
  request: t("Request"), repair: t("Repair"), measure_install: t("Measuring and installation"), exchange: t("Exchange"), return: t("Return"), complaint: t("Complaint"), question: t("Question"),
}, code);

export const stateName = (code: string): string => known({
  new: t("New"), assessed: t("Assessed"), waiting_customer: t("Waits for the customer"), waiting_parts: t("Waits for parts"), planned: t("Planned"), in_work: t("In work"), done: t("Done"), cancelled: t("Cancelled"),
}, code);

/** What a planner does to get it there. */
export const stateVerb = (code: string): string => known({
  assessed: t("Assess"), waiting_customer: t("Wait for the customer"), waiting_parts: t("Wait for parts"), planned: t("Planned already"), in_work: t("Begin the work"), done: t("Done…"), cancelled: t("Cancel…"),
}, code);

export const stateTone = (code: string): Tone => (({ new: "accent", waiting_customer: "warn", waiting_parts: "warn", done: "ok" } as Readonly<Record<string, Tone>>)[code] ?? "");

export const outcomeName = (code: string): string => known({
  answered: t("Answered"), order_made: t("Became an order"), repaired: t("Repaired"), replaced: t("Replaced"), not_found: t("Nothing found"), not_worth_it: t("Not worth repairing"), installed: t("Installed"), measured_only: t("Only measured"),
  exchanged: t("Exchanged"), credited: t("Credited"), refunded: t("Paid back"), sent_back: t("Sent back to the customer"), made_good: t("Made good"), explained: t("Explained"), rejected: t("Rejected"), declined: t("We declined"), withdrawn: t("The customer withdrew"),
}, code);

export const causeName = (code: string): string => known({
  defect: t("Defect"), wear: t("Wear"), transport: t("Transport"), installation: t("Installation"), use: t("Use"), wrong_product: t("Wrong product"), not_as_expected: t("Not as expected"), incomplete: t("Incomplete"), service: t("How it was dealt with"), unknown: t("Unknown"),
}, code);

export const visitName = (code: string): string => known({ visit: t("Visit"), measure: t("Measuring"), install: t("Installing"), collect: t("Collecting"), deliver: t("Delivering"), call: t("Call") }, code);
export const visitState = (code: string): string => known({ planned: t("Planned"), confirmed: t("Confirmed"), done: t("Done"), missed: t("Missed"), cancelled: t("Cancelled") }, code);
export const lineName = (code: string): string => known({ part: t("Part"), labour: t("Labour"), travel: t("Travel"), transport: t("Transport"), other: t("Other") }, code);
export const sourceName = (code: string): string => known({ desk: t("at the desk"), form: t("by a form"), import: t("by an import"), api: t("by a program"), customer: t("by the customer"), partner: t("by a partner") }, code);

export function happened(what: string, said: Readonly<Record<string, string | number | boolean>>): string {
  const text = (key: string): string => String(said[key] ?? "");
  switch (what) {
    case "opened": return t("Came in {how}", { how: sourceName(text("source")) });
    case "moved": return text("outcome") === "" ? t("{before} → {after}", { before: stateName(text("before")), after: stateName(text("after")) }) : t("{after}: {outcome}", { after: stateName(text("after")), outcome: outcomeName(text("outcome")) });
    case "planned": return t("{visit} planned", { visit: visitName(text("kind")) });
    case "visit_changed": return text("after") === "" ? t("{visit} moved", { visit: visitName(text("kind")) }) : t("{visit}: {state}", { visit: visitName(text("kind")), state: visitState(text("after")) });
    case "noted": return said["shown"] === true ? t("Note, also for the customer") : t("Note");
    case "line_added": return t("{what} added", { what: lineName(text("kind")) });
    case "line_removed": return t("{what} removed", { what: lineName(text("kind")) });
    default: return known({ changed: t("Changed"), assigned: t("Given to somebody"), customer_corrected: t("The customer corrected his details"), handed_out: t("Handed to a partner"), taken_back: t("Taken back from a partner"), reopened: t("Opened again") }, what);
  }
}

/** When it is due, or why it need not be: words and how pressing it is. */
export function due(one: Pick<Short, "closed_ms" | "stopped_ms" | "due_ms">, nowMs: number): readonly [string, Tone] {
  if (one.closed_ms !== null) return [day(one.closed_ms), ""];
  if (one.stopped_ms !== null) return [t("the clock stands still"), ""];
  if (one.due_ms < nowMs) return [t("late: {when}", { when: relative(one.due_ms, nowMs) }), "alarm"];
  return [t("due {when}", { when: relative(one.due_ms, nowMs) }), one.due_ms - nowMs < 2 * 86_400_000 ? "warn" : ""];
}

/** Monday 23 November, 09:00–10:00 */
export const windowWords = (from: number, until: number, tz?: string): string => `${weekday(from, tz)}, ${clock(from, tz)}–${clock(until, tz)}`;

export const euros = (cents: number): string => `€ ${number(cents / 100, 2)}`;
