// SPDX-License-Identifier: EUPL-1.2
import { t } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Listed } from "./model";

/** Incidents that wait for a signature: without it the images go. */
export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { incidents, waiting } = await ctx.ask<Listed>("GET", "/incidents");
  return incidents.filter(({ id }) => waiting.includes(id)).map((one) => ({ words: t("“{title}” waits for a second signature", { title: one.title }), detail: one.site.name, tone: "warn", id: one.id }));
}
