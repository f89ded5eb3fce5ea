// SPDX-License-Identifier: EUPL-1.2
// What the centre's pages show, and where one is.
import type { MemberRow, OpeningKeyNow, People, Standing as Compared } from "../../client/members";
import type { Me } from "./line";
import type { Certificates, Desk, Figures, HandOvers, ReviewDetail, Reviews, Settings, Trends, Verdict, Wall, WaitingClass } from "./types";

export const pages = ["wall", "hand-over", "figures", "reviews", "certificates", "settings"] as const;
export type PageName = (typeof pages)[number];

export const periods = [1, 7, 30, 90, 365] as const;

export interface Judging {
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly suspend: boolean;
}

/** A member as the page shows him. `words`: of his keys as the server gives them; `standing`: whether they were compared. */
export interface MemberShown {
  readonly row: MemberRow;
  readonly words: string;
  readonly standing: Compared;
}

export interface MembersShown {
  readonly all: People;
  readonly shown: readonly MemberShown[];
  readonly ownWords: string;
}

export interface CentreState {
  readonly page: PageName;
  readonly me: Me;
  readonly connected: boolean;
  readonly nowMs: number;
  readonly loading: boolean;
  readonly busy: boolean;
  /** A refusal of what was last asked, with what to do about it. */
  readonly refused: { readonly message: string; readonly action: string } | null;
  readonly wall: Wall | null;
  readonly handOvers: HandOvers | null;
  readonly handNote: string;
  readonly figures: Figures | null;
  readonly days: number;
  readonly desk: Desk;
  readonly reviews: Reviews | null;
  readonly trends: Trends | null;
  readonly chosen: string | null;
  readonly review: ReviewDetail | null;
  readonly judging: Judging;
  readonly certificates: Certificates | null;
  /** Who works here with which keys, for supervisors and who administers. */
  readonly members: MembersShown | null;
  /** The key to which units release, for the same people; null where there is none, or it was not asked for. */
  readonly openingKey: OpeningKeyNow | null;
  readonly settings: Settings | null;
  readonly narrow: boolean;
}

export const undecided: Judging = { verdict: null, reason: "", suspend: false };

export const start = (me: Me, page: PageName, nowMs: number): CentreState => ({
  page, me, connected: true, nowMs, loading: true, busy: false, refused: null, wall: null, handOvers: null, handNote: "", figures: null, days: 7, desk: "open", reviews: null, trends: null, chosen: null, review: null, judging: undecided,
  certificates: null, members: null, openingKey: null, settings: null, narrow: false,
});

export function pageOf(path: string): PageName {
  const name = /^\/centre\/([a-z-]*)/.exec(path)?.[1] ?? "";
  return pages.find((page) => page === name) ?? "wall";
}

export const pathOf = (page: PageName): string => (page === "wall" ? "/centre/" : `/centre/${page}`);

/** Figures, reviews and certificates are supervision; the wall and the hand-over are everybody's who works here. */
export const pagesFor = (role: string): readonly PageName[] =>
  role === "operator" ? ["wall", "hand-over"] : role === "privacy_officer" ? ["figures", "reviews", "certificates"] : pages;

export interface Standing {
  readonly waiting: number;
  readonly overdue: number;
  readonly oldestMs: number | null;
  readonly dueMs: number | null;
}

export function standing(queue: readonly WaitingClass[]): Standing {
  const least = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.min(...values));
  return {
    waiting: queue.reduce((all, row) => all + row.waiting, 0), overdue: queue.reduce((all, row) => all + row.overdue, 0),
    oldestMs: least(queue.map((row) => row.oldest_ms)), dueMs: least(queue.map((row) => row.due_ms)),
  };
}

export type Urgency = "" | "soon" | "late";

/** How near a class is to its norm: the last third of the time is soon. */
export function urgency(row: { readonly oldest_ms: number; readonly due_ms: number }, nowMs: number): Urgency {
  if (nowMs >= row.due_ms) return "late";
  return nowMs >= row.due_ms - (row.due_ms - row.oldest_ms) / 3 ? "soon" : "";
}
