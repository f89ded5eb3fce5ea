// SPDX-License-Identifier: EUPL-1.2
// What the unit found, by the moment it belongs to; the page draws it over the picture.
import type { Finding } from "./boxes";

/** Findings last until the next ones, but no longer than this. */
const LASTS_S = 0.45;

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

  at(s: number): readonly Finding[] {
    let found: At | null = null;
    for (const each of this.#at) {
      if (each.s > s + 0.04) break;
      found = each;
    }
    return found && s - found.s < LASTS_S ? found.findings : [];
  }

  forgetBefore(s: number): void {
    this.#at = this.#at.filter((each) => each.s >= s);
  }

  clear(): void {
    this.#at = [];
  }
}
