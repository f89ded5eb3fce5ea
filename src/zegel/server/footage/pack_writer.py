# SPDX-License-Identifier: EUPL-1.2
"""Packs grow and are compacted here. Ciphertext in, nothing out.

A pack holds one (camera, track, epoch), so that forgetting it drops whole objects. It grows by parts, each its own
object,
and is compacted into large ones when its epoch is closed. Crash-safe by order: an object is durable before the row that
names it commits, and is deleted only after the row that named it is gone. What a crash leaves is an object that no row
names (`zegel fsck` finds it), never a row without its object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.server.footage.models import Pack, Part
from zegel.server.kernel import clock, storage, work

LARGEST_COMPACTED = 64 * 1024 * 1024
PREFIX = "packs"


def folder_of(epoch_id: UUID) -> str:
    """Where the objects of an epoch's pack lie: dropping the folder drops the pack."""
    return f"{PREFIX}/{epoch_id.hex[:2]}/{epoch_id.hex}"


@dataclass(frozen=True)
class Stored:
    """An object that is durable and that no row names yet: its key, its digest, the sizes of its pieces."""

    key: str
    digest: bytes
    sizes: tuple[int, ...]

    def holds(self, pieces: Sequence[bytes]) -> bool:
        """Whether it is exactly these pieces."""
        return self.sizes == tuple(map(len, pieces)) and self.digest == _digest(pieces)


def put(epoch_id: UUID, pieces: Sequence[bytes]) -> Stored:
    """Stores the pieces as one object. Its name is its content's: sent twice, or again after a crash, it is one."""
    digest = _digest(pieces)
    key = f"{folder_of(epoch_id)}/s{digest.hex()}"
    storage.store().put(key, b"".join(pieces))
    return Stored(key, digest, tuple(map(len, pieces)))


def _digest(pieces: Sequence[bytes]) -> bytes:
    state = hashlib.sha256()
    for piece in pieces:
        state.update(piece)
    return state.digest()


def append(pack: Pack, stored: Stored) -> Sequence[int]:
    """Names `stored` as the last part of `pack`, whose row the caller locked; returns its pieces' offsets."""
    Part.objects.create(
        owner_id=pack.owner_id, provider_id=pack.provider_id, pack=pack, number=pack.parts, key=stored.key,
        offset=pack.size, size=sum(stored.sizes),
    )  # fmt: skip
    offsets, at = [], pack.size
    for size in stored.sizes:
        offsets.append(at)
        at += size
    pack.size, pack.parts = at, pack.parts + 1
    pack.save(update_fields=["size", "parts"])
    return offsets


def punch(pack: Pack, places: Sequence[tuple[int, int]]) -> list[str]:
    """Takes (offset, size) out of a pack, whose row the caller locked: the objects that hold any of it are written anew
    without it. Returns the keys that no row names any more, for the caller to drop once this has committed. Offsets of
    what is left don't change."""
    stale: list[str] = []
    for part in Part.objects.filter(pack=pack).order_by("offset"):
        inside = [(at, size) for at, size in places if part.offset <= at < part.offset + part.size]
        if not inside:
            continue
        runs = _runs_beside(part, inside)
        data = storage.store().get(part.key) if runs else b""
        for start, end in runs:
            stored = put(pack.epoch_id, [data[start - part.offset : end - part.offset]])
            Part.objects.create(
                owner_id=pack.owner_id, provider_id=pack.provider_id, pack=pack, number=pack.parts, key=stored.key,
                offset=start, size=end - start,
            )  # fmt: skip
            pack.parts += 1
        stale.append(part.key)
        part.delete()
    pack.save(update_fields=["parts"])
    return stale


def _runs_beside(part: Part, places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What of a part lies in none of the places: from and to, as offsets of the pack."""
    runs, at = [], part.offset
    for start, size in sorted(places):
        if start > at:
            runs.append((at, start))
        at = max(at, start + size)
    return [*runs, (at, part.offset + part.size)] if at < part.offset + part.size else runs


def compact(w: work.Work, pack: Pack) -> None:
    """Joins the parts of a pack that grows no more into objects of at most 64 MiB. The caller has locked its row."""
    parts = list(Part.objects.filter(pack=pack).order_by("offset"))
    gone: list[str] = []
    for group in _groups(parts):
        if len(group) > 1:
            gone += _join(pack, group)
    pack.compacted_at = clock.now()
    pack.save(update_fields=["compacted_at"])
    w.after_commit(lambda: _drop(gone))


def _groups(parts: Sequence[Part]) -> Sequence[Sequence[Part]]:
    groups: list[list[Part]] = []
    size = 0
    for part in parts:
        apart = bool(groups) and groups[-1][-1].offset + groups[-1][-1].size != part.offset  # something was deleted
        if not groups or apart or size + part.size > LARGEST_COMPACTED:
            groups.append([])
            size = 0
        groups[-1].append(part)
        size += part.size
    return groups


def _join(pack: Pack, group: Sequence[Part]) -> Sequence[str]:
    """One object and one row for all of `group`; returns the keys that nothing names any more."""
    store = storage.store()
    first, last = group[0], group[-1]
    key = f"{folder_of(pack.epoch_id)}/c{first.number:06d}-{last.number:06d}"
    store.put(key, b"".join(store.get(part.key) for part in group))
    old = [part.key for part in group]
    Part.objects.filter(id__in=[part.id for part in group[1:]]).delete()
    Part.objects.filter(id=first.id).update(key=key, size=sum(part.size for part in group))
    return old


def _drop(keys: Sequence[str]) -> None:
    for key in keys:
        storage.store().delete(key)
