// SPDX-License-Identifier: EUPL-1.2
// What of the customers waits for somebody.
import { t, tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const found = await ctx.ask<{ suggested: number; clean_up: number; yearly: number | null }>("GET", "/service/customers/waiting");
  return [
    ...(found.suggested > 0 ? [{ words: tn("Details of {n} customer came in that differ from the record", "Details of {n} customers came in that differ from the record", found.suggested), tone: "warn" } as const] : []),
    ...(found.yearly !== null ? [{ words: found.yearly > 0 ? tn("The yearly list is open: {n} line to decide", "The yearly list is open: {n} lines to decide", found.yearly) : t("The yearly list is decided: close it"), tone: "warn", id: "clean-up" } as const] : []),
    ...(found.yearly === null && found.clean_up > 0 ? [{ words: tn("{n} customer may go: decide", "{n} customers may go: decide", found.clean_up), tone: "", id: "clean-up" } as const] : []),
  ];
}
