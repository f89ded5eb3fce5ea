// SPDX-License-Identifier: EUPL-1.2
// What changed between two versions of a plan, step by step. Pure.
import type { Step } from "./types";

export interface Change {
  readonly what: "same" | "added" | "removed" | "moved" | "changed";
  readonly step: Step;
  /** Its number in the newer version; in the older one when it was removed. */
  readonly no: number;
  /** What it was, when it was changed; its number before, when it was moved. */
  readonly was?: Step;
  readonly from?: number;
}

const FIELDS = ["kind", "text", "contact", "attempts", "code_word", "wait_s", "tell_contacts", "close_code"] as const;
const key = (step: Step): string => JSON.stringify(FIELDS.map((field) => step[field]));
export const sameStep = (a: Step, b: Step): boolean => key(a) === key(b);

/** The longest run of steps that both have in the same order (a table of lengths, walked back). */
function common(before: readonly Step[], after: readonly Step[]): readonly (readonly [number, number])[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [one, other] = [before[i], after[j]];
      const row = lengths[i];
      if (row !== undefined && one !== undefined && other !== undefined) row[j] = sameStep(one, other) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < before.length && j < after.length; ) {
    const [one, other] = [before[i], after[j]];
    if (one !== undefined && other !== undefined && sameStep(one, other)) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

export function changes(before: readonly Step[], after: readonly Step[]): readonly Change[] {
  const kept = common(before, after);
  const gone = new Map(before.map((step, i) => [i, step] as const).filter(([i]) => !kept.some(([a]) => a === i)));
  const list: Change[] = [];
  after.forEach((step, j) => {
    const pair = kept.find(([, b]) => b === j);
    if (pair !== undefined) return void list.push({ what: "same", step, no: j + 1 });
    const moved = [...gone].find(([, old]) => sameStep(old, step));
    if (moved !== undefined) {
      gone.delete(moved[0]);
      return void list.push({ what: "moved", step, no: j + 1, from: moved[0] + 1 });
    }
    const changed = [...gone].find(([i, old]) => old.kind === step.kind && between(i, j, kept));
    if (changed !== undefined) {
      gone.delete(changed[0]);
      return void list.push({ what: "changed", step, no: j + 1, was: changed[1] });
    }
    list.push({ what: "added", step, no: j + 1 });
  });
  for (const [i, step] of gone) list.push({ what: "removed", step, no: i + 1 });
  return list;
}

/** Whether an old place and a new one lie between the same two steps that were kept. */
const between = (i: number, j: number, kept: readonly (readonly [number, number])[]): boolean => kept.filter(([a]) => a < i).length === kept.filter(([, b]) => b < j).length;

export const anyChange = (list: readonly Change[]): boolean => list.some(({ what }) => what !== "same");
