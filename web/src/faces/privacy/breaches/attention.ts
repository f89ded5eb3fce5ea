// SPDX-License-Identifier: EUPL-1.2
// What of the breaches waits for somebody.
import { t } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Brief } from "./types";
import { whom } from "./words";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { breaches } = await ctx.ask<{ breaches: readonly Brief[] }>("GET", "/breaches");
  return breaches.filter(({ state }) => state !== "closed" && state !== "no_breach").flatMap((one): Attention[] => {
    const owed = one.duties.filter(({ met_ms, dropped_ms }) => met_ms === null && dropped_ms === null);
    const judge: Attention[] = one.state === "judged" ? [] : [{ words: t("Breach {n}: assess and judge it", { n: one.number }), detail: one.what.slice(0, 140), tone: "alarm", id: one.id, dueMs: null }];
    const tell = owed.map((duty): Attention => ({ words: t("Breach {n}: tell {whom}", { n: one.number, whom: whom(duty) }), dueMs: duty.due_ms, tone: "alarm", id: one.id }));
    const close: Attention[] = one.state === "judged" && owed.length === 0 ? [{ words: t("Breach {n}: evaluate and close it", { n: one.number }), tone: "warn", id: one.id }] : [];
    return [...judge, ...tell, ...close];
  });
}
