# SPDX-License-Identifier: EUPL-1.2
"""Reads a log over HTTP (C2SP tlog-tiles) and recomputes it. For outsiders: trusts a public key and nothing else.

What is checked: the checkpoint's signature (and witnesses'); every bundle's entries hash to the leaves in the tiles;
every
tile of every level is what the leaves below it make; all of it leads to the signed root; the tree grew from the
checkpoint
seen before; and every entry whose body the log says is gone is named by a deletion that is itself in the tree.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zegel.fetching import CannotFetch, Server
from zegel.seal import encoding, entry, merkle, tiles
from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.errors import SealError
from zegel.seal.note import VerifierKey
from zegel.seal.tiles import WIDTH, Tile

EXPLAINING = frozenset({"deletion", "restore"})


class LogRefused(Exception):
    """The log is not what it must be; the message says where."""


class Log:
    """A log at an address, with the keys that count."""

    def __init__(self, url: str, key: VerifierKey, witnesses: Iterable[VerifierKey] = (), quorum: int = 0) -> None:
        self._server = Server(url, "https://host/ledger")
        self.key, self.witnesses, self.quorum = key, tuple(witnesses), quorum

    def fetch(self, name: str, *, missing_ok: bool = False) -> bytes:
        """Raises CannotFetch; LogRefused for what a log must have and this one has not."""
        answer = self._server.get(f"{self._server.prefix}/{name}")
        if answer.status == 404:
            if missing_ok:
                return b""
            raise LogRefused(f"{name} is missing: the log does not serve what its checkpoint covers")
        if answer.status != 200:
            raise CannotFetch(f"{name}: the server answered {answer.status}")
        return answer.data

    def checkpoint(self) -> tuple[str, Checkpoint]:
        """The newest note and what it says; where witnesses count, the newest that they cosigned. Raises SealError when
        it is not signed by the keys that count."""
        data = self.fetch("witnessed", missing_ok=True) if self.witnesses else b""
        note = (data or self.fetch("checkpoint")).decode("utf-8", "replace")
        return note, self.verify(note)

    def verify(self, note: str, *, quorum: int | None = None) -> Checkpoint:
        return verify_checkpoint(note, self.key, self.witnesses, self.quorum if quorum is None else quorum)

    def tile(self, tile: Tile) -> bytes:
        """Partial tiles may have been dropped when the full one came: then that one, cut."""
        data = self.fetch(tile.path(), missing_ok=tile.width < WIDTH)
        if data:
            return data
        full = self.fetch(Tile(tile.level, tile.index).path())
        return full[: tile.width * merkle.HASH_SIZE] if tile.level is not None else _cut(full, tile.width)


def _cut(bundle: bytes, width: int) -> bytes:
    return tiles.encode_bundle(tiles.decode_bundle(bundle, WIDTH)[:width])


@dataclass(frozen=True)
class Verified:
    """A log that holds. `since`: the size seen before, None when there was none."""

    note: str
    checkpoint: Checkpoint
    since: int | None
    forgotten: int


def verify_log(log: Log, seen_before: str | None = None) -> Verified:
    """Raises SealError or LogRefused with what is wrong, CannotFetch when it can't be read."""
    old = _old(log, seen_before)
    note, head = log.checkpoint()
    if old is not None and head.size < old.size:
        raise LogRefused(f"the log has {head.size} entries and had {old.size} before: it was cut short")
    leaves = _leaves(log, head.size)
    nodes = merkle.nodes_of(leaves)
    if merkle.root(head.size, nodes) != head.root:
        raise LogRefused("the entries do not lead to the signed root")
    if old is not None and merkle.root(old.size, nodes) != old.root:
        raise LogRefused(f"the first {old.size} entries are not those of the checkpoint seen before: the log forked")
    _compare_tiles(log, head.size, nodes)
    return Verified(note, head, old.size if old else None, _forgotten(log, head.size, leaves))


def _old(log: Log, seen_before: str | None) -> Checkpoint | None:
    """The checkpoint kept from last time. It needs no witnesses: it was accepted then."""
    if seen_before is None:
        return None
    try:
        return log.verify(seen_before, quorum=0)
    except SealError as problem:
        raise LogRefused(f"the checkpoint kept from before is not of this log and key: {problem}") from None


def _leaves(log: Log, size: int) -> list[bytes]:
    """Leaf hashes of the entries in the bundles."""
    found: list[bytes] = []
    for bundle in tiles.bundles_of(size):
        found += [merkle.leaf_hash(data) for data in tiles.decode_bundle(log.tile(bundle), bundle.width)]
    return found


def _compare_tiles(log: Log, size: int, nodes: merkle.NodeReader) -> None:
    for tile in tiles.tiles_of(size):
        if log.tile(tile) != tiles.tile_data(tile, nodes):
            raise LogRefused(f"{tile.path()} is not what the entries below it make")


# --- forgotten entries ------------------------------------------------------------------------------------------------


def _forgotten(log: Log, size: int, leaves: Sequence[bytes]) -> int:
    """How many entries have no body. Raises LogRefused when one of them is named by no deletion in the tree."""
    data = log.fetch("forgotten", missing_ok=True)
    if not data:
        return 0
    try:
        told = json.loads(data)
        missing = [(int(first), int(past)) for first, past in told["missing"]]
        named = sorted(pair for item in told["deletions"] for pair in _named(item, leaves))
    except (ValueError, TypeError, KeyError, binascii.Error) as problem:
        raise LogRefused(f"what the log says about forgotten entries can't be read: {problem}") from None
    for first, past in missing:
        _check_named(first, min(past, size), named)
    return sum(min(past, size) - first for first, past in missing if first < size)


def _named(item: Any, leaves: Sequence[bytes]) -> list[tuple[int, int]]:
    """What one deletion names. One that no checkpoint covers yet counts next time."""
    index, salt, body = int(item["index"]), base64.b64decode(item["salt"]), base64.b64decode(item["body"])
    if index >= len(leaves):
        return []
    if entry.entry_leaf_hash(salt, body) != leaves[index]:
        raise LogRefused(f"the deletion at {index} is not what stands there in the tree")
    said = entry.Entry.decode(body)
    packed = said.fact("entries")
    if said.kind not in EXPLAINING or not isinstance(packed, bytes):
        return []
    ranges: Any = encoding.decode(packed)
    return [(int(first), int(past)) for first, past in ranges]


def _check_named(first: int, past: int, named: Sequence[tuple[int, int]]) -> None:
    at = first
    for begin, end in named:
        if begin <= at < end:
            at = end
    if at < past:
        raise LogRefused(f"the body of entry {at} is gone, and no deletion in the log says why")
