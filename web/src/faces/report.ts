// SPDX-License-Identifier: EUPL-1.2
// Reporting a breach, from every page of whoever works here: one button, and what it opens is fetched when it is pressed.
import { html, nothing, type Part } from "../kit/dom";
import { icon } from "../kit/icons";
import { t } from "../kit/words";

const STAFF = ["privacy_officer", "admin", "planner", "technician", "operator", "supervisor", "desk", "bookkeeper"];

export function reportButton(role: string): Part {
  if (!STAFF.includes(role)) return nothing;
  return html`<button type="button" class="btn small quiet report-breach" id="report-breach" @click=${() => void import("./report_dialog").then(({ reportBreach }) => reportBreach())}>${icon("broken")}<span>${t("Report a breach")}</span></button>`;
}
