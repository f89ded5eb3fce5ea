// SPDX-License-Identifier: EUPL-1.2
// What of the money waits for somebody: overdue invoices, and payments that found no invoice.
import { t, tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Listed } from "./types";
import { sums } from "./words";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { sums: all } = await ctx.ask<Listed>("GET", "/invoices?show=overdue");
  const found: Attention[] = [];
  if (sums(all.overdue) !== "") found.push({ words: t("{amount} is overdue: remind who owes it.", { amount: sums(all.overdue) }), tone: "warn" });
  if (all.unmatched > 0) found.push({ words: tn("1 payment has found no invoice.", "{n} payments have found no invoice.", all.unmatched), tone: "warn" });
  return found;
}
