// SPDX-License-Identifier: EUPL-1.2
// What of the orders waits for somebody.
import { tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Counts } from "./types";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  if (!["owner", "desk"].includes(ctx.me.role)) return [];
  const { late, unanswered, states } = await ctx.ask<Counts>("GET", "/service/orders/counts");
  const fresh = states["new"] ?? 0;
  const found: Attention[] = [];
  if (unanswered > 0) found.push({ words: tn("{n} order that nobody answered in time", "{n} orders that nobody answered in time", unanswered), tone: "alarm" });
  if (late > 0) found.push({ words: tn("{n} order is late", "{n} orders are late", late), tone: "alarm" });
  if (fresh > 0) found.push({ words: tn("{n} new order", "{n} new orders", fresh), tone: "warn" });
  return found;
}
