// SPDX-License-Identifier: EUPL-1.2
// How far a pinned plan is: which step is done, who is called next. Pure, so that it can be tested without a page.
import type { Callable, Done, PinnedStep } from "./types";

const ENDS_A_CALL: ReadonlySet<string> = new Set(["reached"]);
const NOT_AN_ATTEMPT: ReadonlySet<string> = new Set(["skipped"]);

/** What was written of a call names the contact first: that is how it is counted. */
export const callNote = (contact: Callable, more = ""): string => (more === "" ? contact.name : `${contact.name}: ${more}`);

const isOf = (done: Done, contact: Callable): boolean => done.note === contact.name || done.note.startsWith(`${contact.name}: `);

/** How often this contact was tried in this step. */
export const tried = (step: PinnedStep, contact: Callable): number => step.done.filter((one) => isOf(one, contact) && !NOT_AN_ATTEMPT.has(one.outcome)).length;

const givenUp = (step: PinnedStep, contact: Callable): boolean =>
  tried(step, contact) >= step.attempts || step.done.some((one) => isOf(one, contact) && one.outcome === "wrong_number");

/** Whom to call now: those within their hours first, in the plan's order; null when everybody was tried. */
export function nextToCall(step: PinnedStep): Callable | null {
  const left = step.contacts.filter((contact) => !givenUp(step, contact));
  return left.find((contact) => contact.reachable) ?? left[0] ?? null;
}

export function isDone(step: PinnedStep): boolean {
  if (step.done.some((one) => one.outcome === "skipped")) return true;
  if (step.kind !== "call_contact") return step.done.length > 0;
  return step.done.some((one) => ENDS_A_CALL.has(one.outcome)) || (step.contacts.length > 0 && step.contacts.every((contact) => givenUp(step, contact)));
}

/** The step that the operator is at: the first that is not done. */
export const currentStep = (steps: readonly PinnedStep[]): PinnedStep | null => steps.find((step) => !isDone(step)) ?? null;

/** When a wait began: with the last thing done before it. */
export function waitingSince(steps: readonly PinnedStep[], step: PinnedStep, elseMs: number): number {
  const before = steps.filter((one) => one.no < step.no).flatMap((one) => one.done.map((done) => done.at_ms));
  return before.length === 0 ? elseMs : Math.max(...before);
}
