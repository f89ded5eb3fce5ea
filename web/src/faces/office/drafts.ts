// SPDX-License-Identifier: EUPL-1.2
// Work reports on their way: kept on this device until the server has them, because there is often no line where a camera hangs.
// Each has its own number, so that one sent twice is one report. Nothing but the report lies here, and it goes when it is handed over.
import { base64url, newId, utf8, uuid } from "../../seal/bytes";

export interface Draft {
  readonly ref: string;
  readonly malfunctionId: string;
  readonly place: string;
  readonly outcome: string;
  readonly text: string;
  readonly minutes: number | null;
  readonly parts: readonly { readonly name: string; readonly count: number }[];
  /** Written to the end and to be sent; before that it is being written. */
  readonly ready: boolean;
  /** Why the server would not have it. */
  readonly refused: string;
}

const NAME = "zegel-reports";

export const newRef = (): string => uuid(newId());

export function drafts(person: string): readonly Draft[] {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(person)) ?? "[]") as unknown;
    return Array.isArray(kept) ? (kept as Draft[]).filter((one) => typeof one.ref === "string" && typeof one.text === "string") : [];
  } catch {
    return [];
  }
}

export function keep(person: string, all: readonly Draft[]): void {
  try {
    if (all.length === 0) localStorage.removeItem(nameOf(person));
    else localStorage.setItem(nameOf(person), JSON.stringify(all));
  } catch {
    // a private window keeps nothing: then the report lives as long as the page
  }
}

/** Two people who share a phone don't read each other's reports. */
const nameOf = (person: string): string => `${NAME}-${base64url(utf8(person)).slice(0, 12)}`;
