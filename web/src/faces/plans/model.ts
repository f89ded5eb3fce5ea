// SPDX-License-Identifier: EUPL-1.2
// What the planner's page knows, and the drafts that it makes of it. Pure.
import { sameStep } from "./diff";
import type { Where } from "./port";
import type { Company, Contacts, Place, PlanRow, PlanWhole, Standard, Step, StepKind } from "./types";

export type Tab = "plans" | "contacts" | "guards";

/** A plan that is being written. `base`: the version that it was made from, 0 for a new plan. */
export interface Draft {
  readonly id: string | null;
  readonly base: number;
  readonly name: string;
  readonly classes: readonly string[];
  readonly steps: readonly Step[];
  readonly why: string;
}

export interface PlannerState {
  readonly party: string;
  readonly role: string;
  readonly places: readonly Place[] | null;
  readonly defaults: boolean;
  /** What is looked for in the list of places. */
  readonly filter: string;
  /** undefined: nothing chosen yet. */
  readonly where: Where | undefined;
  readonly tab: Tab;
  readonly plans: { readonly plans: readonly PlanRow[]; readonly defaults: readonly PlanRow[]; readonly change: boolean } | null;
  readonly contacts: Contacts | null;
  readonly guards: { readonly guards: readonly Company[]; readonly change: boolean } | null;
  readonly standard: Standard | null;
  readonly draft: Draft | null;
  /** The plan that the draft is of, with all its versions. */
  readonly whole: PlanWhole | null;
  /** The version shown beside the draft; null: the newest. */
  readonly beside: number | null;
  readonly error: string;
  readonly busy: boolean;
}

export const start = (party: string, role: string): PlannerState => ({
  party, role, places: null, defaults: false, filter: "", where: undefined, tab: "plans", plans: null, contacts: null, guards: null, standard: null,
  draft: null, whole: null, beside: null, error: "", busy: false,
});

const empty: Step = { kind: "look", text: "", contact: null, attempts: 0, code_word: false, wait_s: 0, tell_contacts: false, close_code: "" };

/** A new step of a kind, with what that kind needs. */
export function fresh(kind: StepKind): Step {
  if (kind === "call_contact") return { ...empty, kind, attempts: 2, code_word: true };
  if (kind === "wait") return { ...empty, kind, wait_s: 300 };
  if (kind === "send_guard") return { ...empty, kind, tell_contacts: true };
  return { ...empty, kind };
}

/** Where a new step goes: before a suggestion to close, which stays last. */
export function added(steps: readonly Step[], kind: StepKind): readonly Step[] {
  const last = steps.at(-1);
  return last?.kind === "close_suggest" ? [...steps.slice(0, -1), fresh(kind), last] : [...steps, fresh(kind)];
}

export const newDraft = (name: string, classes: readonly string[], steps: readonly Step[]): Draft => ({ id: null, base: 0, name, classes, steps, why: "" });

export function draftOf(whole: PlanWhole): Draft | null {
  const [newest] = whole.versions;
  return newest === undefined ? null : { id: whole.id, base: newest.number, name: newest.name, classes: newest.classes, steps: newest.steps, why: "" };
}

/** Whether something would be lost. */
export function isChanged(draft: Draft | null, whole: PlanWhole | null): boolean {
  if (draft === null) return false;
  const newest = whole?.versions[0];
  if (newest === undefined) return draft.steps.length > 0;
  return draft.name !== newest.name || draft.classes.join() !== newest.classes.join() || draft.steps.length !== newest.steps.length
    || draft.steps.some((step, n) => { const other = newest.steps[n]; return other === undefined || !sameStep(step, other); });
}

export const shownPlaces = (state: PlannerState): readonly Place[] => {
  const wanted = state.filter.trim().toLowerCase();
  return (state.places ?? []).filter((place) => `${place.name} ${place.owner} ${place.address}`.toLowerCase().includes(wanted));
};

export const placeOf = (state: PlannerState): Place | null => state.places?.find((place) => place.id === state.where) ?? null;
