// SPDX-License-Identifier: EUPL-1.2
// What of the staff's page needs somebody: an administrator without a contract in date, one that ends soon, a lesson that was not taken.
import { day, t, tn } from "../../kit/words";
import type { Attention, Ctx } from "../paged/pages";
import type { Staff } from "./types";

const SOON_MS = 60 * 86_400_000;

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const staff = await ctx.ask<Staff>("GET", "/staff");
  const found: Attention[] = staff.administrators.filter(({ in_date }) => !in_date).map(({ name }) => ({ words: t("{name} has no service contract in date and can’t sign in as administrator.", { name }), tone: "alarm" }));
  for (const one of staff.contracts) {
    const renewed = staff.contracts.some((other) => other.person_id === one.person_id && other.ended_ms === null && other.valid_to_ms > one.valid_to_ms);
    if (one.ended_ms === null && !renewed && one.valid_to_ms > staff.now_ms && one.valid_to_ms - staff.now_ms < SOON_MS) found.push({ words: t("The service contract of {name} ends {day}", { name: one.name, day: day(one.valid_to_ms) }), dueMs: one.valid_to_ms, tone: "warn" });
  }
  const unlearnt = staff.employees.filter((one) => one.left_ms === null && one.person_id !== null && one.lesson_ms === null).length;
  if (unlearnt > 0) found.push({ words: tn("1 person has not taken the lesson on breaches", "{n} people have not taken the lesson on breaches", unlearnt), tone: "" });
  return found;
}
