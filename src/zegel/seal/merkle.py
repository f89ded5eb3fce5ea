# SPDX-License-Identifier: EUPL-1.2
"""Merkle trees as in RFC 6962 §2.1 (SHA-256): hashes, proofs, and their verification (RFC 9162 §2.1.3 and §2.1.4).

Making proofs needs only a way to read perfect subtrees, a `NodeReader`: from a list of leaves, from tiles, from a
database. Subtrees [start, end) and their proofs are those of draft-ietf-plants-merkle-tree-certs §4.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import TypeAlias

from zegel.seal.errors import OutOfRange, ProofRefused

HASH_SIZE = 32
MAX_PROOF = 64
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""(level, index) → hash of the perfect subtree over leaves [index · 2^level, (index + 1) · 2^level)."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_of(leaf_hashes: Sequence[bytes]) -> NodeReader:
    """A reader over leaf hashes in memory; it remembers every level that it has hashed."""
    levels = [list(leaf_hashes)]

    def node(level: int, index: int) -> bytes:
        while len(levels) <= level:
            below = levels[-1]
            levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
        return levels[level][index]

    return node


def root(size: int, node: NodeReader) -> bytes:
    """The root of a tree of `size` leaves; SHA-256 of nothing for an empty one."""
    return EMPTY_ROOT if size == 0 else _range_hash(0, size, node)


def inclusion_proof(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """The audit path of a leaf in a tree of `size`, from its sibling up to the root's child. Raises OutOfRange."""
    if not 0 <= index < size:
        raise OutOfRange(f"leaf {index} is not in a tree of {size}")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_hash(middle, high, node))
            high = middle
        else:
            path.append(_range_hash(low, middle, node))
            low = middle
    return tuple(reversed(path))


def consistency_proof(old: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is the beginning of that of `size`. Raises OutOfRange."""
    if not 0 < old <= size:
        raise OutOfRange(f"a tree of {old} leaves has no proof towards one of {size}")
    proof: list[bytes] = []
    low, high = 0, size
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range_hash(middle, high, node))
            high = middle
        else:
            proof.append(_range_hash(low, middle, node))
            low = middle
    if low > 0:
        proof.append(_range_hash(low, high, node))
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Raise ProofRefused unless leaf hash `leaf` is number `index` of that tree (RFC 9162 §2.1.3.2)."""
    _check_proof(proof)
    if not 0 <= index < size:
        raise ProofRefused(f"leaf {index} can't be in a tree of {size}")
    if len(leaf) != HASH_SIZE:
        raise ProofRefused(f"a leaf hash has {HASH_SIZE} bytes, not {len(leaf)}")
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofRefused("the proof is longer than the path")
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofRefused("the proof is shorter than the path")
    _check_same(found, root_hash, "the proof does not lead to the root")


def verify_consistency(old: int, old_root: bytes, size: int, root_hash: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofRefused unless the tree of `old` leaves is a beginning of that of `size` (RFC 9162 §2.1.4.2).

    An old size of 0 is refused: everything begins with nothing, so such a proof says nothing.
    """
    if old == 0:
        raise ProofRefused("a consistency proof from an empty tree proves nothing")
    verify_subtree_consistency(0, old, size, old_root, root_hash, proof)


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], subtree_root: bytes
) -> None:
    """Raise ProofRefused unless the leaf is number `index` of the log and in the subtree [start, end)."""
    _check_subtree(start, end)
    if not start <= index < end:
        raise ProofRefused(f"leaf {index} can't be in the subtree [{start}, {end})")
    verify_inclusion(leaf, index - start, end - start, proof, subtree_root)


def verify_subtree_consistency(
    start: int, end: int, size: int, subtree_root: bytes, root_hash: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofRefused unless the subtree [start, end) is part of the tree of `size`.

    An empty subtree is consistent with everything, provided that it says so with an empty proof and the empty root.
    """
    _check_proof(proof)
    if not 0 <= start <= end <= size:
        raise ProofRefused(f"[{start}, {end}) is no part of a tree of {size}")
    if start == end:
        return _check_empty(subtree_root, proof)
    _check_subtree(start, end)
    first, last, edge = start, end - 1, size - 1
    while first != last and (last == edge or last & 1):
        first, last, edge = first >> 1, last >> 1, edge >> 1
    hashes = list(proof)
    if first == last:
        old = new = subtree_root
    elif hashes:
        old = new = hashes.pop(0)
    else:
        raise ProofRefused("the proof is shorter than the path")
    for sibling in hashes:
        if edge == 0:
            raise ProofRefused("the proof is longer than the path")
        if last & 1 or last == edge:
            old = node_hash(sibling, old) if first < last else old
            new = node_hash(sibling, new)
            while last and not last & 1:
                first, last, edge = first >> 1, last >> 1, edge >> 1
        else:
            new = node_hash(new, sibling)
        first, last, edge = first >> 1, last >> 1, edge >> 1
    if edge != 0:
        raise ProofRefused("the proof is shorter than the path")
    _check_same(old, subtree_root, "the proof does not contain the older root")
    return _check_same(new, root_hash, "the proof does not lead to the newer root")


class Peaks:
    """A tree that grows: its perfect subtrees from left to right, which is all that appending needs."""

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Continue a tree of `size` leaves from the hashes of its perfect subtrees. Raises ProofRefused."""
        if len(hashes) != size.bit_count():
            raise ProofRefused(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(hashes)}")
        self._size = size
        self._hashes = list(hashes)

    @classmethod
    def read(cls, size: int, node: NodeReader) -> Peaks:
        """Continue a tree of `size` leaves, reading what is needed from `node`."""
        hashes, start = [], 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                hashes.append(node(level, start >> level))
                start += 1 << level
        return cls(size, hashes)

    @property
    def size(self) -> int:
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; the perfect subtrees that it completes, itself first: (level, index, hash)."""
        done = [(0, self._size, leaf)]
        level, index, found = 0, self._size, leaf
        while index & 1:
            found = node_hash(self._hashes.pop(), found)
            level, index = level + 1, index >> 1
            done.append((level, index, found))
        self._hashes.append(found)
        self._size += 1
        return done

    def root(self) -> bytes:
        if not self._hashes:
            return EMPTY_ROOT
        found = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            found = node_hash(left, found)
        return found


def _split(size: int) -> int:
    """The largest power of two below `size` (RFC 6962 §2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(low: int, high: int, node: NodeReader) -> bytes:
    size = high - low
    if size & (size - 1) == 0 and low % size == 0:
        level = size.bit_length() - 1
        return node(level, low >> level)
    middle = low + _split(size)
    return node_hash(_range_hash(low, middle, node), _range_hash(middle, high, node))


def _check_proof(proof: Sequence[bytes]) -> None:
    if len(proof) > MAX_PROOF:
        raise ProofRefused(f"a proof of {len(proof)} hashes; at most {MAX_PROOF} can be needed")
    if any(len(item) != HASH_SIZE for item in proof):
        raise ProofRefused(f"every hash of a proof has {HASH_SIZE} bytes")


def _check_subtree(start: int, end: int) -> None:
    size = end - start
    if not 0 <= start < end or start % (1 << (size - 1).bit_length()) != 0:
        raise ProofRefused(f"[{start}, {end}) is no subtree")


def _check_empty(subtree_root: bytes, proof: Sequence[bytes]) -> None:
    if proof or subtree_root != EMPTY_ROOT:
        raise ProofRefused("an empty subtree has the empty root and needs no proof")


def _check_same(found: bytes, wanted: bytes, what: str) -> None:
    if not hmac.compare_digest(found, wanted):
        raise ProofRefused(what)
