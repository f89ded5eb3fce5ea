// SPDX-License-Identifier: EUPL-1.2
// One look: from the client's view to what a face shows of it.
import type { Session } from "../client/session";
import { t } from "../kit/words";
import { Refusal, type Looking, type LookRequest } from "./port";

export async function look(_session: Session, _request: LookRequest, _purpose: "alarm_verification" | "own_use"): Promise<Looking> {
  throw new Refusal("failed", t("This could not be opened."));
}
