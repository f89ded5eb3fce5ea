// SPDX-License-Identifier: EUPL-1.2
// Days as text, 2026-11-23: counted in UTC, so that no clock that is put forward or back skips one. Pure.
const DAY = 86_400_000;

export const addDays = (day: string, many: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + many * DAY).toISOString().slice(0, 10);

/** The Monday of its week. */
export function mondayOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((at + 6) % 7));
}
