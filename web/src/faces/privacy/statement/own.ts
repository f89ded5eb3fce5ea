// SPDX-License-Identifier: EUPL-1.2
// What the server says of one's own statement.
export interface Own {
  readonly now_ms: number;
  readonly text: string;
  readonly hash: string;
  readonly language: string;
  readonly until_ms: number | null;
}

const SOON_MS = 61 * 86_400_000;

export function stateOf(own: Own): "none" | "lapsed" | "holds" {
  if (own.until_ms === null) return "none";
  return own.until_ms <= own.now_ms ? "lapsed" : "holds";
}

/** Near enough to its end to sign it anew. */
export const soon = (own: Own): boolean => own.until_ms !== null && own.until_ms - own.now_ms < SOON_MS;
