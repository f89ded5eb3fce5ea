// SPDX-License-Identifier: EUPL-1.2
// Promises that are broken, or that nothing proves any more.
import { t, tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { All } from "./types";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { promises, witnesses } = await ctx.ask<All>("GET", "/promises");
  const used = promises.filter((line) => line.used === true);
  const broken = used.filter(({ state }) => state === "broken");
  const stale = used.filter(({ state }) => state === "stale").length;
  const forked = witnesses.filter(({ refused }) => refused);
  return [
    ...forked.map(({ name }) => ({ words: t("The witness {name} knows another log than this one", { name }), tone: "alarm" as const })),
    ...broken.map(({ id, text }) => ({ words: t("A promise is broken: {id}", { id }), detail: text, tone: "alarm" as const, id })),
    ...(stale === 0 ? [] : [{ words: tn("{n} promise has not been tried lately", "{n} promises have not been tried lately", stale), tone: "warn" as const }]),
  ];
}
