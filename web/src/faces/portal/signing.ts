// SPDX-License-Identifier: EUPL-1.2
// A change of the policy, from signing it here to the unit's own word that it obeys it. Nothing is "in force" before that.
import { ApiError } from "../../client/errors";
import { sendPolicy, type PolicyChange } from "../../client/owner";
import type { UnitTrust } from "../../client/trust";
import { equal } from "../../seal/bytes";
import { html, nothing, type Part } from "../../kit/dom";
import { note, steps } from "../../kit/pieces";
import { t } from "../../kit/words";
import type { Ctx } from "./pages";

export type Sending =
  | { readonly phase: "idle" }
  | { readonly phase: "signing" | "carrying" | "confirmed" }
  | { readonly phase: "waiting"; readonly since: number }
  | { readonly phase: "failed"; readonly message: string };

const LOOK_EVERY_MS = 700;
const PATIENCE_MS = 20_000;

/** Signs and sends it, and tells how far it is; ends with the unit's word, or waits for it no longer. */
export async function signPolicy(ctx: Ctx, unitId: string, change: (trust: UnitTrust) => PolicyChange, tell: (sending: Sending) => void): Promise<UnitTrust | null> {
  tell({ phase: "signing" });
  try {
    const trust = await ctx.session.trust.unit(unitId, "owner", true);
    const sent = await sendPolicy(ctx.session, unitId, change(trust));
    tell({ phase: "carrying" });
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
      const now = await ctx.session.trust.unit(unitId, "owner", true);
      const obeyed = now.status?.value.policy ?? null;
      if (obeyed !== null && equal(obeyed, sent.hash)) {
        tell({ phase: "confirmed" });
        return now;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    tell({ phase: "waiting", since: Date.now() });
    return ctx.session.trust.unit(unitId, "owner", true);
  } catch (error) {
    tell({ phase: "failed", message: words(error) });
    return null;
  }
}

/** Asks until the unit says that it obeys what it was sent, or nobody wants to know any more. */
export async function confirmed(ctx: Ctx, unitId: string, over: () => boolean): Promise<boolean> {
  for (let wait = 1000; !over(); wait = Math.min(15_000, wait * 1.5)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (over()) return false;
    const trust = await ctx.session.trust.unit(unitId, "owner", true).catch(() => null);
    if (trust?.confirmed === true) return true;
  }
  return false;
}

function words(error: unknown): string {
  if (error instanceof ApiError && error.status === 0) return t("This did not reach the server. Nothing changed; try again.");
  if (error instanceof ApiError) return [error.message, error.action].filter(Boolean).join(" ");
  return error instanceof Error ? error.message : String(error);
}

export function sendingPart(sending: Sending): Part {
  if (sending.phase === "idle") return nothing;
  if (sending.phase === "failed") return note(sending.message, "alarm", "alarm");
  if (sending.phase === "waiting") return note(t("Signed and on its way. The unit has not confirmed it yet; until it does, the old one holds."), "warn", "clock");
  const at = { signing: 0, carrying: 1, confirmed: 3 }[sending.phase];
  return html`<div role="status">${steps([t("Signed on this device"), t("Carried to the unit"), t("Confirmed by the unit")], at)}</div>`;
}
