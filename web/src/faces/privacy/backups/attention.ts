// SPDX-License-Identifier: EUPL-1.2
// A night without a copy, or a copy that was not tried or failed.
import type { Attention, Ctx } from "../pages";
import type { Answer } from "./types";
import { faultWords } from "./words";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { faults } = await ctx.ask<Answer>("GET", "/backups");
  return faults.map((fault) => ({ words: faultWords(fault), tone: fault === "trial_failed" ? "alarm" : "warn" }));
}
