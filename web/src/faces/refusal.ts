// SPDX-License-Identifier: EUPL-1.2
// What goes wrong on the way to the server, as a sentence.
import { ApiError, TrustError } from "../client/errors";
import { t } from "../kit/words";
import { SealError } from "../seal/errors";
import { Refusal } from "./port";

/** Every error a face may show, as a sentence in the user's language; what is unknown goes on as it is. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof ApiError) {
    if (error.status === 0 && error.code === "unreachable") return new Error("unreachable");
    if (error.status === 401) return new Refusal("unauthorized", error.message, error.action ?? "");
    return new Refusal(error.code, error.message, error.action ?? "", null, error.status >= 500 || error.status === 425 || error.status === 429, error.field);
  }
  if (error instanceof TrustError) return new Refusal(error.code === "not_compared" ? "not_compared" : "distrust", trustWords(error), "", error.words);
  if (error instanceof SealError) return new Refusal("distrust", t("What the server gave does not verify: {why}.", { why: error.message }));
  return error;
}

function trustWords(error: TrustError): string {
  switch (error.code) {
    case "not_compared": return error.what === "person" ? t("This person’s words were not compared yet.") : t("This unit’s key was not compared yet.");
    case "changed": return t("A key is not the one that you pinned.");
    case "left_out": return t("The server leaves out an owner whom your unit’s signed list names. Nothing was signed. Call him, and your provider, by numbers you already had.");
    case "not_confirmed": return t("Nothing was signed for your units.");
    case "not_signed": return t("This unit is not paired yet.");
    default: return t("What the server gave does not verify: {why}.", { why: error.message });
  }
}
