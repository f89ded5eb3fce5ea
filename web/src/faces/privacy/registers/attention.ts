// SPDX-License-Identifier: EUPL-1.2
// Lines of the registers that somebody must judge again.
import { tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Listed } from "./types";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { due, now_ms: now } = await ctx.ask<Listed>("GET", "/registers");
  const late = due.filter(({ at_ms }) => at_ms <= now);
  if (late.length === 0) return [];
  return [{ words: tn("{n} line of the registers waits to be judged", "{n} lines of the registers wait to be judged", late.length), detail: late.slice(0, 3).map(({ words }) => words).join(", "), dueMs: late[0]!.at_ms, tone: "warn" }];
}
