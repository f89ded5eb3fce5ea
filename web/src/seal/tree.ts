// SPDX-License-Identifier: EUPL-1.2
// An epoch's keys: a binary tree of depth 12 over 4096 one-second slots. A node gives everything under it and nothing
// beside or above it, so a range is granted as the fewest nodes that cover it.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, sized, utf8, wipe } from "./bytes";
import { SealError, must } from "./errors";

export const DEPTH = 12;
export const SLOTS = 1 << DEPTH;
export const MAX_COVER = 2 * (DEPTH - 1);

/** A node's place: `index` counts from the left among the 2^depth nodes of its depth. */
export interface Position {
  readonly depth: number;
  readonly index: number;
}

const LABEL = utf8("zegel/tree/v1");

export function child(node: Uint8Array, bit: 0 | 1): Bytes {
  sized(node, 32, "a tree node");
  return copy(hmac(sha256, node, concat(LABEL, Uint8Array.of(bit, 1))));
}

/** From a node, follow the bits of `path`, most significant first. */
function descend(node: Uint8Array, path: number, steps: number): Bytes {
  let at = copy(node);
  for (let bit = steps - 1; bit >= 0; bit--) at = child(at, ((path >> bit) & 1) as 0 | 1);
  return at;
}

export function checkedSlot(slot: number): number {
  must(Number.isInteger(slot) && slot >= 0 && slot < SLOTS, "range", `slot ${slot} is not in 0…${SLOTS - 1}`);
  return slot;
}

export function checkedRange(from: number, to: number): void {
  must(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= SLOTS, "range", `${from}…${to} is not a range of slots`);
}

export function leaf(root: Uint8Array, slot: number): Bytes {
  sized(root, 32, "an epoch's root");
  return descend(root, checkedSlot(slot), DEPTH);
}

/** An epoch's leaves, one after another: keeps the nodes on the way to the last one, as the next shares most of them. */
export class Leaves {
  /** Nodes of depth 0 (the root) to 12, on the way to `#slot`. */
  readonly #path: Bytes[];
  #slot: number;

  /** Owns the root. */
  constructor(root: Bytes) {
    this.#path = [sized(root, 32, "an epoch's root")];
    this.#slot = 0;
  }

  /** A copy that the caller wipes. */
  leaf(slot: number): Bytes {
    checkedSlot(slot);
    const shared = Math.min(this.#path.length - 1, DEPTH - (32 - Math.clz32(slot ^ this.#slot)));
    for (const node of this.#path.splice(shared + 1)) wipe(node);
    for (let depth = shared; depth < DEPTH; depth++) this.#path.push(child(this.#path[depth]!, ((slot >> (DEPTH - 1 - depth)) & 1) as 0 | 1));
    this.#slot = slot;
    return copy(this.#path[DEPTH]!);
  }

  wipe(): void {
    wipe(...this.#path);
  }
}

/** The fewest dyadic nodes that cover [from, to), left to right; at most 22. */
export function coverPositions(from: number, to: number): readonly Position[] {
  checkedRange(from, to);
  const positions: Position[] = [];
  for (let at = from; at < to; ) {
    let height = at === 0 ? DEPTH : Math.min(DEPTH, 31 - Math.clz32(at & -at));
    while (at + (1 << height) > to) height--;
    positions.push({ depth: DEPTH - height, index: at >> height });
    at += 1 << height;
  }
  return positions;
}

/** The cover's nodes, from the root. */
export function cover(root: Uint8Array, from: number, to: number): readonly Bytes[] {
  sized(root, 32, "an epoch's root");
  return coverPositions(from, to).map(({ depth, index }) => descend(root, index, depth));
}

/** The cover of [from, to) out of a larger one: each of its nodes lies under exactly one of those. */
export function coverWithin(positions: readonly Position[], nodes: readonly Uint8Array[], from: number, to: number): readonly Bytes[] {
  return coverPositions(from, to).map(({ depth, index }) => {
    const which = positions.findIndex((each) => each.depth <= depth && index >> (depth - each.depth) === each.index);
    const [position, node] = [positions[which], nodes[which]];
    if (!position || !node) throw new SealError("range", `slots ${from}…${to} lie outside the range`);
    const steps = depth - position.depth;
    return descend(sized(node, 32, "a tree node"), index & ((1 << steps) - 1), steps);
  });
}

/** A slot's leaf out of a cover; `range` when the slot lies outside. */
export function leafFromCover(positions: readonly Position[], nodes: readonly Uint8Array[], slot: number): Bytes {
  checkedSlot(slot);
  must(positions.length === nodes.length, "range", `${nodes.length} nodes for a cover of ${positions.length}`);
  const which = positions.findIndex(({ depth, index }) => slot >> (DEPTH - depth) === index);
  const [position, node] = [positions[which], nodes[which]];
  if (!position || !node) throw new SealError("range", `slot ${slot} lies outside the range`);
  return descend(sized(node, 32, "a tree node"), slot & ((1 << (DEPTH - position.depth)) - 1), DEPTH - position.depth);
}
