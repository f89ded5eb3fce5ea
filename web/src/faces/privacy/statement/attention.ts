// SPDX-License-Identifier: EUPL-1.2
// One's own statement that lapsed or ends soon. Who never signed one is told on the page: not everybody has to.
import { t } from "../../../kit/words";
import type { Attention, Ctx } from "../../paged/pages";
import { soon, stateOf, type Own } from "./own";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const own = await ctx.ask<Own>("GET", "/confidentiality");
  if (own.until_ms === null || !soon(own)) return [];
  const lapsed = stateOf(own) === "lapsed";
  return [{ words: lapsed ? t("Your confidentiality statement has lapsed") : t("Your confidentiality statement ends"), detail: t("Sign it anew: it takes a minute."), dueMs: own.until_ms, tone: lapsed ? "alarm" : "warn" }];
}
