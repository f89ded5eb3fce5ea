// SPDX-License-Identifier: EUPL-1.2
// Requests whose clock runs, for the start page.
import { t } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Listed } from "./types";

const SOON_MS = 7 * 86_400_000;

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { requests, now_ms } = await ctx.ask<Listed>("GET", "/requests");
  return requests.filter(({ state }) => state === "open").map((one) => ({
    words: t("Request {number} of {controller}", { number: one.number, controller: one.controller.name }), dueMs: one.due_ms, id: one.id,
    tone: one.due_ms < now_ms ? "alarm" as const : one.due_ms - now_ms < SOON_MS ? "warn" as const : "" as const,
  }));
}
