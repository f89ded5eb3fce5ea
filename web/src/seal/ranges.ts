// SPDX-License-Identifier: EUPL-1.2
// A range is the unit of access: slots [from, to) of epochs. Releases and grants carry the covers of such ranges, sealed.
import { type Bytes, equal, hex, wipe } from "./bytes";
import { decode, encode } from "./encoding";
import { must } from "./errors";
import { type TypeOf, bytes, id, list, record, uint } from "./schema";
import { MAX_COVER, SLOTS, checkedRange, coverPositions, coverWithin, leafFromCover } from "./tree";

export const RANGE = record({ epoch: id, from: uint(SLOTS - 1), to: uint(SLOTS, 1) });
export const RANGES = list(RANGE, 64);
export type Range = TypeOf<typeof RANGE>;

const NODES = list(list(bytes(32), MAX_COVER, 1), 64);

/** Those of one epoch ascend and don't overlap. Only the notice that ends a window has none. */
export function checkRanges(ranges: readonly Range[], mayBeEmpty = false): void {
  must(mayBeEmpty || ranges.length > 0, "range", "no range at all");
  const ends = new Map<string, number>();
  for (const { epoch, from, to } of ranges) {
    checkedRange(from, to);
    must(from >= (ends.get(hex(epoch)) ?? 0), "range", "the ranges of an epoch must ascend and not overlap");
    ends.set(hex(epoch), to);
  }
}

/** What is sealed: the cover's nodes of every range, in the ranges' order. */
export function encodeCovers(covers: readonly (readonly Uint8Array[])[]): Bytes {
  return encode(NODES.write(covers as readonly (readonly Bytes[])[]));
}

export function decodeCovers(plaintext: Uint8Array, ranges: readonly Range[]): readonly (readonly Bytes[])[] {
  const covers = NODES.read(decode(plaintext), "covers");
  must(covers.length === ranges.length, "range", `${covers.length} covers for ${ranges.length} ranges`);
  ranges.forEach(({ from, to }, i) => {
    const due = coverPositions(from, to).length;
    must(covers[i]!.length === due, "range", `slots ${from}…${to} are covered by ${due} nodes, not ${covers[i]!.length}`);
  });
  return covers;
}

/** The keys of some ranges: gives leaves inside them and nothing else, until wiped. */
export class RangeKeys {
  readonly #ranges: readonly Range[];
  readonly #covers: readonly (readonly Bytes[])[];

  constructor(ranges: readonly Range[], covers: readonly (readonly Bytes[])[]) {
    this.#ranges = ranges;
    this.#covers = covers;
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  has(epoch: Uint8Array, slot: number): boolean {
    return this.#find(epoch, slot) >= 0;
  }

  leaf(epoch: Uint8Array, slot: number): Bytes {
    const which = this.#find(epoch, slot);
    must(which >= 0, "range", `slot ${slot} of epoch ${hex(epoch).slice(0, 8)} lies outside what was opened to you`);
    const { from, to } = this.#ranges[which]!;
    return leafFromCover(coverPositions(from, to), this.#covers[which]!, slot);
  }

  /** The covers of a part of these ranges, in the order given; the caller wipes them. */
  within(ranges: readonly Range[]): readonly (readonly Bytes[])[] {
    return ranges.map(({ epoch, from, to }) => {
      const which = this.#ranges.findIndex((range) => equal(range.epoch, epoch) && from >= range.from && to <= range.to);
      must(which >= 0, "range", `slots ${from}…${to} of epoch ${hex(epoch).slice(0, 8)} lie outside what was opened to you`);
      return coverWithin(coverPositions(this.#ranges[which]!.from, this.#ranges[which]!.to), this.#covers[which]!, from, to);
    });
  }

  wipe(): void {
    for (const nodes of this.#covers) wipe(...nodes);
  }

  #find(epoch: Uint8Array, slot: number): number {
    return this.#ranges.findIndex((range) => slot >= range.from && slot < range.to && equal(range.epoch, epoch));
  }
}
