// SPDX-License-Identifier: EUPL-1.2
// What of the products needs somebody: numbers that two registered, inspections that come up.
import { tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { doubts, inspections } = await ctx.ask<{ doubts: number; inspections: number }>("GET", "/service/items/waiting");
  return [
    ...(doubts === 0 ? [] : [{ words: tn("A number was registered by two: decide whose it is", "{n} numbers were registered by two: decide whose they are", doubts), tone: "warn" as const, id: "doubt" }]),
    ...(inspections === 0 ? [] : [{ words: tn("The inspection of a vehicle comes up", "The inspections of {n} vehicles come up", inspections), tone: "" as const, id: "inspection" }]),
  ];
}
