// SPDX-License-Identifier: EUPL-1.2
// What the partner's page shows. Pure: a sheet as it will be once what waits was sent, and the words around it.
import type { Compared } from "./trust";
import type { Act, Me, Offer, Outcome, Said, Sheet, StepKind, Waiting } from "./types";
import { t } from "../../../kit/words";

export interface State {
  readonly me: Me;
  readonly online: boolean;
  readonly nowMs: number;
  /** Null: not asked yet. */
  readonly sheets: readonly Sheet[] | null;
  readonly offers: readonly Offer[];
  readonly waiting: readonly Waiting[];
  /** Keys of firms whose words he compared: only to those anything is sealed. */
  readonly compared: readonly Compared[];
  readonly open: string | null;
  readonly busy: ReadonlySet<string>;
  /** The server wants him to sign in again before it takes what waits. */
  readonly signedOut: boolean;
}

/** What was said, with what waits here said too. */
export function saidOf(sheet: Sheet, waiting: readonly Waiting[]): Said {
  return waiting.filter((one) => one.sheet === sheet.id).reduce<Said>((said, one) => (one.type === "act" ? applied(said, one) : { ...said, documents: [...(said.documents ?? []), { id: one.id, kind: one.kind, ms: one.at_ms }] }), sheet.said);
}

function applied(said: Said, act: Act): Said {
  switch (act.kind) {
    case "arrived": return { ...said, arrived_ms: said.arrived_ms ?? act.at_ms };
    case "note": return { ...said, notes: [...(said.notes ?? []), { ms: act.at_ms, text: act.text ?? "" }] };
    case "parts": return { ...said, parts: act.parts ?? [] };
    case "signed": return { ...said, signed_by: act.text ?? "" };
    case "done": return { ...said, ...(act.outcome === undefined ? {} : { outcome: act.outcome }) };
  }
}

export const endedOf = (sheet: Sheet, said: Said): boolean => sheet.ended_ms !== null || said.outcome !== undefined;

export function kindWords(kind: StepKind): string {
  switch (kind) {
    case "visit": return t("Visit to a customer");
    case "workshop": return t("Repair in the workshop");
    case "collect": return t("Collection");
    case "deliver": return t("Delivery");
  }
}

export function outcomeWords(outcome: Outcome, kind: StepKind): string {
  switch (outcome) {
    case "solved": return t("Solved");
    case "not_solved": return t("Not solved: more is needed");
    case "nobody_home": return t("Nobody was at home");
    case "refused": return t("The customer did not want it");
    case "moved": return kind === "collect" ? t("Collected") : t("Delivered");
  }
}

export function typeWords(type: string): string {
  const words: Readonly<Record<string, string>> = { request: t("Wish"), repair: t("Repair"), measure_install: t("Measuring and installation"), exchange: t("Exchange"), return: t("Return"), complaint: t("Complaint"), question: t("Question") };
  return words[type] ?? type;
}

export function productWords(kind: string): string {
  const words: Readonly<Record<string, string>> = { appliance: t("Appliance"), vehicle: t("Vehicle"), camera_unit: t("Camera unit"), furnishing: t("Furnishing"), other: t("Other product") };
  return words[kind] ?? kind;
}

const text = (sheet: Sheet, name: string): string => String(sheet.fields[name] ?? "");

/** The heading of a job: whom he visits, else what it is. */
export function titleOf(sheet: Sheet): string {
  return text(sheet, "customer_name") || [text(sheet, "product_brand"), text(sheet, "product_name")].filter(Boolean).join(" ") || kindWords(sheet.kind);
}

export function addressOf(sheet: Sheet): readonly string[] {
  const street = [text(sheet, "street"), text(sheet, "house_number")].filter(Boolean).join(" ");
  const city = [text(sheet, "postcode"), text(sheet, "city")].filter(Boolean).join(" ");
  return [street, city].filter(Boolean);
}

/** Today's first: by window, then by when he took it; what is over comes last. */
export function ordered(sheets: readonly Sheet[], waiting: readonly Waiting[]): readonly Sheet[] {
  const over = (one: Sheet): number => Number(endedOf(one, saidOf(one, waiting)));
  const at = (one: Sheet): number => Number(one.fields["window_from"] ?? Number.MAX_SAFE_INTEGER);
  return [...sheets].sort((a, b) => over(a) - over(b) || at(a) - at(b) || a.made_ms - b.made_ms);
}
