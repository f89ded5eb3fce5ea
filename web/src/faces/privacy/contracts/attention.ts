// SPDX-License-Identifier: EUPL-1.2
// Instructions that wait for an answer, and statements of outsiders that have lapsed or end soon.
import { day, t } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Answer } from "./types";

const SOON_MS = 60 * 86_400_000;

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const answer = await ctx.ask<Answer>("GET", "/contracts/office");
  const now = ctx.nowMs();
  const open = answer.instructions.filter((one) => one.answer === "").map((one): Attention => ({ words: t("Instruction {number} of {customer} waits for an answer", { number: one.number, customer: one.customer }), tone: "warn" }));
  const ending = answer.outsiders.filter((one) => one.ended_ms === null && one.expires_ms < now + SOON_MS).map((one): Attention => ({ words: t("The confidentiality statement of {name} ends {day}", { name: one.name, day: day(one.expires_ms) }), detail: one.organisation, dueMs: one.expires_ms, tone: one.expires_ms < now ? "alarm" : "warn" }));
  return [...open, ...ending];
}
