// SPDX-License-Identifier: EUPL-1.2
// What the unit found, by the moment it belongs to; the page draws it over the picture.
import type { Finding } from "./boxes";

/** Findings last until the next ones, but no longer than this. */
const LASTS_S = 0.8;

interface At {
  readonly s: number;
  readonly findings: readonly Finding[];
}

/** Findings by media time, kept sorted; old ones go with the pictures. */
export class FindingsTrack {
  #at: At[] = [];

  add(s: number, findings: readonly Finding[]): void {
    let i = this.#at.length;
    while (i > 0 && this.#at[i - 1]!.s > s) i--;
    this.#at.splice(i, 0, { s, findings });
  }

  /** What was found at `s`; between two looks of the unit, what moved is drawn on its way from one to the other. */
  at(s: number): readonly Finding[] {
    const next = this.#at.findIndex((each) => each.s > s);
    const before = next < 0 ? this.#at.at(-1) : this.#at[next - 1];
    const after = next < 0 ? undefined : this.#at[next];
    if (before === undefined || s - before.s >= LASTS_S) return [];
    if (after === undefined || after.s - before.s >= LASTS_S) return before.findings;
    const share = (s - before.s) / (after.s - before.s);
    return before.findings.map((found) => between(found, nearest(found, after.findings), share));
  }

  forgetBefore(s: number): void {
    this.#at = this.#at.filter((each) => each.s >= s);
  }

  clear(): void {
    this.#at = [];
  }
}

/** A person walks less than this share of the picture between two looks. */
const NEAR = 0.08;

function nearest(found: Finding, all: readonly Finding[]): Finding | null {
  const apart = (one: Finding): number => Math.hypot(one.x + one.width / 2 - found.x - found.width / 2, one.y + one.height / 2 - found.y - found.height / 2);
  const same = all.filter((one) => one.class === found.class && apart(one) < NEAR).sort((a, b) => apart(a) - apart(b));
  return same[0] ?? null;
}

function between(from: Finding, to: Finding | null, share: number): Finding {
  if (to === null) return from;
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return { ...from, x: mix(from.x, to.x), y: mix(from.y, to.y), width: mix(from.width, to.width), height: mix(from.height, to.height) };
}
