// SPDX-License-Identifier: EUPL-1.2
// Certificates that end soon, and data that lies where it may not.
import { isoDay, t } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Answer, Lies } from "./types";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const answer = await ctx.ask<Answer>("GET", "/places");
  const soon = answer.now_ms + answer.warn_days * 86_400_000;
  const every: readonly Lies[] = [...answer.places, ...answer.subprocessors];
  const ending = every.flatMap((row) => [...newest(row).values()].filter(({ to_ms }) => to_ms <= soon).map((one): Attention => ({ words: t("{standard} of {name} ends {day}", { standard: one.words, name: row.name, day: isoDay(one.to_ms) }), dueMs: one.to_ms, tone: "warn" })));
  return [...answer.faults.map((words): Attention => ({ words, tone: "alarm" })), ...ending];
}

/** What was renewed is not spoken of. */
function newest(row: Lies): Map<string, Lies["certificates"][number]> {
  const found = new Map<string, Lies["certificates"][number]>();
  for (const one of row.certificates) if ((found.get(one.standard)?.to_ms ?? 0) < one.to_ms) found.set(one.standard, one);
  return found;
}
