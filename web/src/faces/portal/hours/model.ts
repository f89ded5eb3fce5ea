// SPDX-License-Identifier: EUPL-1.2
// What the page of hours knows: the unit's own word, and the draft of the next policy. Pure.
import type { MemberRow } from "../../../client/members";
import type { UnitTrust } from "../../../client/trust";
import { equal } from "../../../seal/bytes";
import type { Verified } from "../../../seal/envelope";
import { type Delegate, type Policy } from "../../../seal/policy";
import type { Status } from "../../../seal/status";
import { alarmingOf, type Alarming } from "./alarming";
import type { Country, Land } from "./holidays";
import { settled, weekOf, weeklyOf, type ExceptionDay, type Week } from "./plan";

/** What is edited, apart from what the unit has. */
export interface Draft {
  readonly week: Week;
  readonly exceptions: readonly ExceptionDay[];
  readonly parts: Policy["parts"];
  readonly delegates: readonly Delegate[];
  readonly budget: Policy["budget"];
  readonly storage: Policy["storage"];
  readonly alarming: Alarming;
}

export type Doing = { readonly phase: "signing" | "sent"; readonly what: "policy" | "command"; readonly hash?: Uint8Array; readonly beforeMs?: number } | { readonly phase: "failed"; readonly what: "policy" | "command"; readonly message: string } | null;

export interface HoursState {
  readonly unitId: string;
  readonly loading: boolean;
  readonly trust: UnitTrust | null;
  /** The signed policy that the unit's status names; null: the server did not hand it out, or there is no status. */
  readonly obeyed: Verified<Policy> | null;
  readonly history: readonly Status[];
  readonly people: readonly MemberRow[];
  readonly draft: Draft | null;
  readonly past: readonly Draft[];
  readonly chosen: { readonly day: number; readonly index: number } | null;
  readonly doing: Doing;
  readonly untilMs: number;
  readonly country: Country;
  readonly land: Land | null;
  readonly year: number;
  readonly nowMs: number;
  readonly wrong: string | null;
  /** Where a key must be compared before anything of this unit is believed. */
  readonly compare: "now" | "people" | null;
}

export function draftOf(policy: Policy): Draft {
  return { week: weekOf(policy.hours), exceptions: policy.hours.exceptions, parts: policy.parts, delegates: policy.delegates, budget: policy.budget, storage: policy.storage, alarming: alarmingOf(policy) };
}

/** The change of policy that a draft stands for. */
export function changeOf(policy: Policy, draft: Draft): Pick<Policy, "hours" | "parts" | "delegates" | "budget" | "storage" | keyof Alarming> {
  return { hours: { zone: policy.hours.zone, weekly: weeklyOf(settled(draft.week)), exceptions: draft.exceptions }, parts: draft.parts, delegates: draft.delegates, budget: draft.budget, storage: draft.storage, ...draft.alarming };
}

const plain = (value: unknown): string => JSON.stringify(value, (_, item: unknown) => (item instanceof Uint8Array ? [...item] : item));

export function changed(policy: Policy, draft: Draft): boolean {
  const { hours, parts, delegates, budget, storage } = policy;
  return plain(changeOf(policy, draft)) !== plain({ hours: { zone: hours.zone, weekly: hours.weekly, exceptions: hours.exceptions }, parts, delegates, budget, storage, ...alarmingOf(policy) });
}

export type May = { readonly as: "commander" } | { readonly as: "delegate"; readonly line: Delegate } | null;

/** What a person may command by the policy; the unit decides by the same lines. */
export function mayOf(policy: Policy, person: Uint8Array): May {
  if (policy.commanders.some((one) => equal(one.person, person))) return { as: "commander" };
  const line = policy.delegates.find(({ id }) => equal(id, person));
  return line === undefined ? null : { as: "delegate", line };
}

/** Whether the unit itself says that it obeys this policy. */
export const obeysIt = (status: Status | undefined, hash: Uint8Array): boolean => status?.policy != null && equal(status.policy, hash);
