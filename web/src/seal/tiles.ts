// SPDX-License-Identifier: EUPL-1.2
// Reading a log's tiles (c2sp.org/tlog-tiles): enough to prove to ourselves that a newer tree begins with the one we knew.
import type { Bytes } from "./bytes";
import { must } from "./errors";
import { nodeHash, verifyConsistency } from "./merkle";

const HEIGHT = 8;
const WIDTH = 1 << HEIGHT;

export type FetchTile = (path: string) => Promise<Uint8Array>;

/** Path of a hash tile: groups of three digits, all but the last with an x; partial tiles name their width. */
export function tilePath(level: number, index: number, width: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0").match(/.{3}/g)!;
  const name = digits.map((group, i) => (i < digits.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${name}${width < WIDTH ? `.p/${width}` : ""}`;
}

/** Hashes of a tree of `size`, tile by tile. */
class Tiles {
  readonly #cache = new Map<string, Promise<Uint8Array>>();

  constructor(private readonly size: number, private readonly fetchTile: FetchTile) {}

  /** The hash of the full subtree of 2^height leaves that begins at `start`. */
  async full(start: number, height: number): Promise<Bytes> {
    const level = Math.floor(height / HEIGHT);
    const below = height - level * HEIGHT;
    const first = start / 2 ** (level * HEIGHT);
    const hashes = await this.#hashes(level, first, 2 ** below);
    return fold(hashes);
  }

  async #hashes(level: number, first: number, count: number): Promise<readonly Bytes[]> {
    const tile = Math.floor(first / WIDTH);
    const there = Math.floor(this.size / 2 ** (level * HEIGHT));
    const width = Math.min(WIDTH, there - tile * WIDTH);
    const path = tilePath(level, tile, width);
    const held = this.#cache.get(path) ?? this.fetchTile(path);
    this.#cache.set(path, held);
    const bytes = await held;
    must(bytes.length === width * 32, "proof", `tile ${path} has ${bytes.length} bytes, not ${width * 32}`);
    const at = first - tile * WIDTH;
    return Array.from({ length: count }, (_, i) => new Uint8Array(bytes.subarray((at + i) * 32, (at + i + 1) * 32)));
  }
}

function fold(hashes: readonly Bytes[]): Bytes {
  let level = hashes;
  while (level.length > 1) level = Array.from({ length: level.length / 2 }, (_, i) => nodeHash(level[2 * i]!, level[2 * i + 1]!));
  return level[0]!;
}

/** Largest power of two smaller than n. */
function split(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}

async function subtree(tiles: Tiles, start: number, size: number): Promise<Bytes> {
  const height = Math.log2(size);
  if (Number.isInteger(height)) return tiles.full(start, height);
  const left = split(size);
  return nodeHash(await subtree(tiles, start, left), await subtree(tiles, start + left, size - left));
}

/** RFC 6962, section 2.1.2. */
async function prove(tiles: Tiles, first: number, start: number, size: number, whole: boolean): Promise<Bytes[]> {
  if (first === size) return whole ? [] : [await subtree(tiles, start, size)];
  const left = split(size);
  if (first <= left) return [...(await prove(tiles, first, start, left, whole)), await subtree(tiles, start + left, size - left)];
  return [...(await prove(tiles, first - left, start + left, size - left, false)), await subtree(tiles, start, left)];
}

interface Tree {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Throws `proof` unless the log's tree of `to` begins with all of `from`; the server's tiles need not be believed. */
export function checkConsistency(from: Tree, to: Tree, fetchTile: FetchTile): Promise<void> {
  return checkConsistencies([from], to, fetchTile);
}

/** The same for several earlier trees; each tile is fetched once. */
export async function checkConsistencies(from: readonly Tree[], to: Tree, fetchTile: FetchTile): Promise<void> {
  const tiles = new Tiles(to.size, fetchTile);
  for (const { size, root } of from) {
    must(size <= to.size, "proof", `the log shrank from ${size} to ${to.size} entries`);
    if (size === 0) continue;
    const proof = size === to.size ? [] : await prove(tiles, size, 0, to.size, true);
    verifyConsistency(size, to.size, root, to.root, proof);
  }
}
