// SPDX-License-Identifier: EUPL-1.2
// From what the API and the event stream say of an alarm to what a face shows: what was left out is filled in, once.
import { t } from "../kit/words";
import type { PinnedPlan } from "./plans/types";
import { unsaid, unsaidDetail, type Alarm, type AlarmDetail, type SiteFacts } from "./types";

interface StepRow {
  readonly at_ms: number;
  readonly kind: string;
  readonly by: { readonly name: string } | null;
  readonly note: string;
  readonly index: number | null;
}

/** As an older server, or one about an alarm of nobody known, may give it. */
export type AlarmRow = Omit<Alarm, keyof typeof unsaid | "site" | "number"> & Partial<Alarm> & { readonly site: SiteFacts | null; readonly number: number | null };
export type DetailRow = AlarmRow & Partial<Omit<AlarmDetail, keyof Alarm | "steps">> & { readonly steps: readonly StepRow[] };

const nowhere = (): SiteFacts => ({ id: "", name: t("Unknown site"), address: "", tz: "UTC" });

export const alarmOf = (row: AlarmRow): Alarm => ({ ...unsaid, ...row, site: row.site ?? nowhere(), number: row.number ?? 0 });

type Who = string | { readonly name: string } | null;
const nameOf = (who: Who): string => (typeof who === "string" ? who : (who?.name ?? ""));

export const detailOf = ({ steps: happened, ...row }: DetailRow): AlarmDetail => ({
  ...unsaidDetail, ...row, ...alarmOf(row), facts: [], plan: planOf(row.plan ?? null), steps: happened.map((step) => ({ ...step, by: nameOf(step.by) })),
});

function planOf(plan: PinnedPlan | null): PinnedPlan | null {
  if (plan === null) return null;
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, done: step.done.map((one) => ({ ...one, by: nameOf(one.by as Who) })) })) };
}
