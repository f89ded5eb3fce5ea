// SPDX-License-Identifier: EUPL-1.2
// RFC 6962's Merkle tree: hashes, and what proofs prove. Sizes and indices are numbers below 2^53.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, equal, sized } from "./bytes";
import { must } from "./errors";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(data: Uint8Array): Bytes {
  return copy(sha256(concat(LEAF, data)));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return copy(sha256(concat(NODE, left, right)));
}

export function emptyRoot(): Bytes {
  return copy(sha256(new Uint8Array(0)));
}

function checkedProof(proof: readonly Uint8Array[]): void {
  for (const step of proof) must(step.length === 32, "proof", "a proof's step is not a hash");
}

const half = (value: number): number => Math.floor(value / 2);
const odd = (value: number): boolean => value % 2 === 1;

/** RFC 9162, section 2.1.3.2: the root that a leaf at `index` and its proof give in a tree of `size`. */
export function rootFromInclusion(index: number, size: number, leaf: Uint8Array, proof: readonly Uint8Array[]): Bytes {
  must(Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size, "proof", `no entry ${index} in a tree of ${size}`);
  checkedProof(proof);
  let [at, last, root] = [index, size - 1, sized(leaf, 32, "a leaf's hash")];
  for (const step of proof) {
    must(last > 0, "proof", "the proof is too long");
    if (odd(at) || at === last) {
      root = nodeHash(step, root);
      while (!odd(at) && at > 0) [at, last] = [half(at), half(last)];
    } else {
      root = nodeHash(root, step);
    }
    [at, last] = [half(at), half(last)];
  }
  must(last === 0, "proof", "the proof is too short");
  return root;
}

/** Throws `proof` unless the leaf is in the tree with this root. */
export function verifyInclusion(index: number, size: number, leaf: Uint8Array, proof: readonly Uint8Array[], root: Uint8Array): void {
  must(equal(rootFromInclusion(index, size, leaf, proof), root), "proof", "the entry is not in this tree");
}

/** RFC 9162, section 2.1.4.2: throws `proof` unless the second tree begins with the whole of the first. Size 0 proves nothing. */
export function verifyConsistency(size1: number, size2: number, root1: Uint8Array, root2: Uint8Array, proof: readonly Uint8Array[]): void {
  must(Number.isSafeInteger(size1) && Number.isSafeInteger(size2) && size1 > 0 && size1 <= size2, "proof", `no consistency from ${size1} to ${size2}`);
  checkedProof(proof);
  if (size1 === size2) {
    must(proof.length === 0, "proof", "a proof between equal sizes is empty");
    return must(equal(root1, root2), "proof", "two trees of one size differ");
  }
  const path = Number.isInteger(Math.log2(size1)) ? [root1, ...proof] : [...proof];
  must(path.length > 0, "proof", "the proof is empty");
  let [at, last] = [size1 - 1, size2 - 1];
  while (odd(at)) [at, last] = [half(at), half(last)];
  let [first, second] = [path[0]!, path[0]!];
  for (const step of path.slice(1)) {
    must(last > 0, "proof", "the proof is too long");
    if (odd(at) || at === last) {
      [first, second] = [nodeHash(step, first), nodeHash(step, second)];
      while (!odd(at) && at > 0) [at, last] = [half(at), half(last)];
    } else {
      second = nodeHash(second, step);
    }
    [at, last] = [half(at), half(last)];
  }
  must(last === 0 && equal(first, root1) && equal(second, root2), "proof", "the log is not the one it was: the trees are inconsistent");
}

/** An entry's commitment: SHA-256(salt ‖ body); its leaf hash is over that. Salt and body can be erased, the tree still holds. */
export function commitment(salt: Uint8Array, body: Uint8Array): Bytes {
  return copy(sha256(concat(sized(salt, 32, "a salt"), body)));
}
