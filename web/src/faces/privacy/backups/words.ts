// SPDX-License-Identifier: EUPL-1.2
import { t } from "../../../kit/words";
import type { Fault } from "./types";

export function faultWords(fault: Fault): string {
  const words: Record<Fault, string> = {
    not_set_up: t("Back-ups are not set up: nothing of this installation is copied."),
    no_copy: t("Last night no back-up copy was made."),
    no_trial: t("Last night’s copy was not tried."),
    trial_failed: t("The trial of the last copy failed."),
  };
  return words[fault];
}
