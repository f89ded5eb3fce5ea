// SPDX-License-Identifier: EUPL-1.2
// What the frame of a face of many pages knows. Pure.
import { HOME, type Attention, type Page, type Who } from "./pages";

export interface Route {
  readonly view: string;
  readonly id: string | null;
}

/** What needs attention, with the page that says so. */
export interface Need extends Attention {
  readonly page: Page;
}

export interface State {
  readonly who: Who;
  readonly nowMs: number;
  readonly connected: boolean;
  readonly route: Route;
  /** Null: not asked yet. */
  readonly needs: readonly Need[] | null;
  /** Pages that did not answer. */
  readonly silent: readonly Page[];
}

/** <root><view>/<id> */
export function routeOf(root: string, path: string): Route {
  const [view = "", ...rest] = path.slice(root.length).split("/");
  return { view: view || HOME, id: rest.filter(Boolean).join("/") || null };
}

export const pathOf = (root: string, view: string, id: string | null = null): string => `${root}${view === HOME ? "" : view}${id === null ? "" : `/${id}`}`;

const WEIGHT = { alarm: 0, warn: 1, "": 2 } as const;

/** The most pressing first: by tone, then by the day it is due; what has no day comes last of its tone. */
export const pressing = (needs: readonly Need[]): readonly Need[] => [...needs].sort((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone] || (a.dueMs ?? Infinity) - (b.dueMs ?? Infinity) || 0);

export const countOf = (state: State, view: string): number => (state.needs ?? []).filter(({ page, tone }) => page.view === view && tone !== "").length;
