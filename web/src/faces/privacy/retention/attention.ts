// SPDX-License-Identifier: EUPL-1.2
import { t, tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";

interface Left {
  readonly owners: readonly { readonly id: string; readonly name: string; readonly count: number }[];
}

/** What should be gone and isn't, of every customer. */
export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { owners } = await ctx.ask<Left>("GET", "/retention/leftovers");
  return owners.map(({ id, name, count }) => ({ words: tn("1 thing of {name} should be gone and is still there", "{n} things of {name} should be gone and are still there", count, { name }), detail: t("It is tried again each night."), tone: "alarm", id }));
}
