// SPDX-License-Identifier: EUPL-1.2
// What of the site waits for somebody: messages that nobody answered.
import { tn } from "../../../kit/words";
import type { Attention, Ctx } from "../pages";
import type { Message } from "./types";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { messages } = await ctx.ask<{ messages: readonly Message[] }>("GET", "/website/messages");
  const fresh = messages.filter(({ state }) => state === "new").length;
  return fresh === 0 ? [] : [{ words: tn("{n} message from the website", "{n} messages from the website", fresh), tone: "warn", id: "messages" }];
}
