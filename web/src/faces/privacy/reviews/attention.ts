// SPDX-License-Identifier: EUPL-1.2
// What of the reviews waits for somebody: what is due within a month, and what is late.
import { t } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Reviews } from "./types";

const MONTH_MS = 30 * 86_400_000;

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { audits, requests } = await ctx.ask<Reviews>("GET", "/audits");
  const now = ctx.nowMs();
  const tone = (due: number): "alarm" | "warn" => (due < now ? "alarm" : "warn");
  const reviews = audits.filter((one) => one.held_ms === null && one.cancelled_ms === null && one.due_ms < now + MONTH_MS);
  const findings = audits.flatMap((one) => one.findings.filter(({ done_ms }) => done_ms === null).map((finding) => ({ ...finding, of: one })));
  return [
    ...reviews.map((one): Attention => ({ words: t("Review “{title}” is due", { title: one.title }), detail: one.by, dueMs: one.due_ms, tone: tone(one.due_ms), id: one.id })),
    ...findings.map((one): Attention => ({ words: t("Finding of “{title}”: {words}", { title: one.of.title, words: one.words.slice(0, 100) }), detail: one.name, dueMs: one.due_ms, tone: tone(one.due_ms), id: one.of.id })),
    ...requests.filter((one) => one.answered_ms === null && one.withdrawn_ms === null).map((one): Attention => ({ words: t("{customer} asks for an audit", { customer: one.customer }), detail: one.scope.slice(0, 140), dueMs: one.due_ms, tone: tone(one.due_ms) })),
  ];
}
