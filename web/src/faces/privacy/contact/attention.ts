// SPDX-License-Identifier: EUPL-1.2
// A party without a privacy contact keeps no promise about one.
import { t } from "../../../kit/words";
import type { Contacts } from "../../privacy_contact";
import type { Attention, Ctx } from "../pages";

export async function attention(ctx: Ctx): Promise<readonly Attention[]> {
  const { contact, may_change } = await ctx.ask<Contacts>("GET", "/privacy-contact");
  return contact === null && may_change ? [{ words: t("Nobody is named for questions about privacy"), tone: "warn" }] : [];
}
