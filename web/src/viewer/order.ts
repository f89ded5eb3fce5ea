// SPDX-License-Identifier: EUPL-1.2
// Segments in the order in which they were recorded. An alarm's newest second comes before the seconds that waited in the
// unit's ring; a decoder that is given them as they come drops what hangs on a frame that it has not seen yet.

export interface Sequenced {
  /** Start of its epoch, UTC: epochs follow each other in time. */
  readonly epochMs: number;
  readonly seq: number;
}

/** How long a missing piece is waited for before the picture goes on without it. */
export const PATIENCE_MS = 1500;

export class Order<Piece extends Sequenced> {
  #held: { readonly piece: Piece; readonly sinceMs: number }[] = [];
  #last: Sequenced | null = null;

  /** `patient`: whether a missing piece may still come. */
  constructor(private readonly patient: () => boolean) {}

  add(piece: Piece, nowMs: number): void {
    const at = this.#held.findLastIndex((one) => compare(one.piece, piece) <= 0);
    this.#held.splice(at + 1, 0, { piece, sinceMs: nowMs });
  }

  /** The piece whose turn it is, or null while the one before it may still come. It stays until `done`. */
  peek(nowMs: number): Piece | null {
    const first = this.#held[0];
    if (first === undefined) return null;
    return this.#follows(first.piece) || !this.patient() || nowMs - first.sinceMs >= PATIENCE_MS ? first.piece : null;
  }

  done(): void {
    const given = this.#held.shift()?.piece;
    if (given !== undefined && (this.#last === null || compare(given, this.#last) > 0)) this.#last = given;
  }

  get empty(): boolean {
    return this.#held.length === 0;
  }

  /** Everything that is held, let go of. */
  clear(): readonly Piece[] {
    return this.#held.splice(0).map(({ piece }) => piece);
  }

  #follows(piece: Piece): boolean {
    const last = this.#last;
    if (last === null) return true;
    if (piece.epochMs !== last.epochMs) return piece.seq === 0 || piece.epochMs < last.epochMs;
    return piece.seq <= last.seq + 1;
  }
}

function compare(a: Sequenced, b: Sequenced): number {
  return a.epochMs - b.epochMs || a.seq - b.seq;
}
