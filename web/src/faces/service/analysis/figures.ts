// SPDX-License-Identifier: EUPL-1.2
// Figures of orders, put together for tables and plots. Pure.
export interface Month {
  readonly month: string;
  readonly type: string;
  readonly done: number;
  readonly days_median: number;
  readonly days_p90: number;
  readonly on_time: number;
  readonly first_time: number | null;
}

export interface Came {
  readonly model_id: string | null;
  readonly model: string;
  readonly type: string;
  readonly cause: string;
  readonly count: number;
}

/** How a partner did: `good` is a share; the rest is the middle of how long it took. */
export interface Partner {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly done: number;
  readonly given_back: number;
  readonly good: number;
  readonly accept_hours: number;
  readonly days: number;
}

export interface Together {
  readonly month: string;
  readonly done: number;
  readonly median: number;
  readonly p90: number;
  readonly on_time: number;
  readonly first_time: number | null;
}

/** A share over several months and types, weighed by how many were done; null when it counts for none. */
export function share(months: readonly Month[], name: "on_time" | "first_time"): number | null {
  const known = months.filter((one) => one[name] !== null);
  const done = known.reduce((sum, one) => sum + one.done, 0);
  return done === 0 ? null : known.reduce((sum, one) => sum + one.done * (one[name] ?? 0), 0) / done;
}

/** Each month once. Of several types the days are weighed by how many were done: a median of all can't be known from those of the parts. */
export function byMonth(months: readonly Month[]): readonly Together[] {
  const names = [...new Set(months.map((one) => one.month))].sort();
  return names.map((month) => {
    const mine = months.filter((one) => one.month === month);
    const done = mine.reduce((sum, one) => sum + one.done, 0);
    const weighed = (pick: (one: Month) => number): number => mine.reduce((sum, one) => sum + one.done * pick(one), 0) / done;
    return { month, done, median: weighed((one) => one.days_median), p90: weighed((one) => one.days_p90), on_time: share(mine, "on_time") ?? 0, first_time: share(mine, "first_time") };
  });
}

export function byProduct(came: readonly Came[]): readonly { readonly model: string; readonly count: number; readonly causes: readonly { readonly cause: string; readonly count: number }[] }[] {
  const models = [...new Set(came.map((one) => one.model))];
  return models.map((model) => {
    const mine = came.filter((one) => one.model === model);
    const causes = [...new Set(mine.map((one) => one.cause))].map((cause) => ({ cause, count: mine.filter((one) => one.cause === cause).reduce((sum, one) => sum + one.count, 0) }));
    return { model, count: mine.reduce((sum, one) => sum + one.count, 0), causes: causes.sort((a, b) => b.count - a.count) };
  }).sort((a, b) => b.count - a.count);
}
