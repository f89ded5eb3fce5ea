# SPDX-License-Identifier: EUPL-1.2
"""Making a copy: the database, and the installation's own secrets. Never media, never the shred store.

A copy is `copies/<name>/…` with its pieces and, last, its manifest: without that there is no copy. The shred store is
copied beside it to a place of its own, under the same name; destroying such a copy begins with its manifest, which
alone holds what opens it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

from django.conf import settings

from zegel import __version__
from zegel.seal import copies, envelope
from zegel.seal.copies import PIECE_SIZE, Manifest, Part
from zegel.seal.merkle import EMPTY_ROOT
from zegel.server.backups import archive, database, deletions, opening, places, residency
from zegel.server.backups.errors import BackupError
from zegel.server.backups.models import Copy
from zegel.server.kernel import clock, ids, locks, log, shred, tenancy
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.storage import Store
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.models import Published

LOCK = "backups.copy"
CANARY = "hold"  # the purpose whose tree guards the canaries
SHRED_COPIES_DIE_AFTER = timedelta(days=6, hours=12)  # looked at once a night, so that none is ever seven days old


class Busy(BackupError):
    """A copy is being made."""

    code = "busy"


def make() -> Copy:
    """A copy, whole when it returns. Raises NotSetUp, DumpFailed, StorageError; the row then says so."""
    stop = Event()
    stop.set()
    with locks.only_one(LOCK, stop) as alone:
        if alone is None:
            raise Busy("A copy is being made already.")
        return _make()


def _make() -> Copy:
    to, shreds, administrator = places.copies_store(), places.shred_store(), places.administrator()
    residency.require()
    row = _begin()
    try:
        size = _write(row, to, shreds, administrator)
    except Exception as error:
        code = error.code if isinstance(error, ZegelError) else type(error).__name__.lower()
        _end(row, fault=code[:60])
        raise
    finally:
        shred.destroy(CANARY, row.canary_key)
    deletions.copy()
    _end(row, size=size)
    tidy()
    log.info("backup.made", copy=row.id, bytes=size, entries=row.entries)
    return row


def _begin() -> Copy:
    """The row, durable before the dump begins: the copy holds it, with its canary."""
    number = shred.next_number(CANARY)
    row = Copy(id=ids.new(), began_at=clock.now(), canary_key=number)
    row.canary = shred.wrap(CANARY, number, os.urandom(32), row.id.bytes)
    head = ledger.checkpoint_head()
    row.entries = head.size if head else 0
    with tenancy.acting_as(None):
        row.save(force_insert=True)
    return row


def _end(row: Copy, *, size: int = 0, fault: str = "") -> None:
    row.ended_at, row.size, row.fault = clock.now(), size, fault
    with tenancy.acting_as(None):
        row.save(update_fields=["ended_at", "size", "fault"])


def _write(row: Copy, to: Store, shreds: Store, administrator: bytes) -> int:
    """Database first, the shred store after it: what a row of the dump needs is then in the shred store's copy."""
    name = opening.name_of(row.id, row.began_at)
    night = places.new_night_key(row.id.hex)
    recipients = (administrator, night.public_key)
    writer = _Writer(row, name, to, recipients)
    writer.add("database", database.dump(database.administrator_url()))
    writer.add("secrets", _cut(_secrets()))
    size = writer.finish()
    apart = _Writer(row, name, shreds, recipients)
    apart.add("shred", _cut(archive.packed(shred.store().snapshot())))
    apart.finish()
    return size


class _Writer:
    """One copy at one place."""

    def __init__(self, row: Copy, name: str, to: Store, recipients: Iterable[bytes]) -> None:
        self._row, self._name, self._to = row, name, to
        self._key = os.urandom(copies.KEY_SIZE)
        self._recipients = tuple(copies.seal_key(public, row.id.bytes, self._key) for public in recipients)
        self._parts: list[Part] = []
        self._size = 0

    def add(self, part: str, pieces: Iterator[bytes]) -> None:
        """Each piece is sealed knowing whether it is the last one."""
        hashes, size, number, piece = [], 0, 0, next(pieces, b"")
        while True:
            following = next(pieces, None)
            sealed = copies.seal_piece(self._key, self._row.id.bytes, part, number, following is None, piece)
            self._to.put(opening.piece_key(self._name, part, number), sealed)
            hashes.append(hashlib.sha256(sealed).digest())
            size, self._size = size + len(piece), self._size + len(sealed)
            if following is None:
                break
            piece, number = following, number + 1
        self._parts.append(Part(part, size, tuple(hashes)))

    def finish(self) -> int:
        """The signed manifest; the bytes of the whole copy."""
        published = Published.objects.get()
        head = ledger.checkpoint_head() if self._row.entries else None
        manifest = Manifest(
            self._row.id.bytes, clock.ms(self._row.began_at), settings.ORIGIN, __version__,
            published.origin_number, self._row.entries, _root(self._row.entries) if head else EMPTY_ROOT,
            self._recipients, tuple(self._parts),
        )  # fmt: skip
        signed = envelope.sign(Manifest.NAME, manifest.encode(), places.signing_key())
        self._to.put(opening.manifest_key(self._name), signed)
        return self._size + len(signed)


def _root(size: int) -> bytes:
    """The published tree's root at that size: by now it may be larger."""
    from zegel.seal.merkle import root

    found = ledger.tiles()
    return root(size, found.nodes(size))


def _cut(data: bytes) -> Iterator[bytes]:
    for first in range(0, max(1, len(data)), PIECE_SIZE):
        yield data[first : first + PIECE_SIZE]


def _secrets() -> bytes:
    """The installation's own secrets and its certificate authority: without them its units and its people would find
    a stranger. None of them opens media, and none opens this copy."""
    files: dict[str, bytes] = {}
    for kind, folder in (("secrets", Path(settings.SECRETS_PATH)), ("tls", Path(settings.DATA) / "tls")):
        for path in sorted(folder.glob("*")) if folder.is_dir() else ():
            if path.is_file() and not path.name.startswith((".", *places.NOT_COPIED)):
                files[f"{kind}/{path.name}"] = path.read_bytes()
    return archive.packed(files)


# --- what must not live on -------------------------------------------------------------------------------------------


def tidy() -> dict[str, int]:
    """Destroys copies whose time is over: back-up copies after BACKUP_KEEP_DAYS, the shred store's within seven days,
    whatever else is kept. The newest whole copy of the database always stays; one of the shred store never."""
    now = clock.now()
    kept = _destroy_before(places.copies_store(), now - timedelta(days=settings.BACKUP_KEEP_DAYS), keep_newest=True)
    shreds = _destroy_before(places.shred_store(), now - SHRED_COPIES_DIE_AFTER, keep_newest=False)
    return {"copies": kept, "shred": shreds}


def _destroy_before(store: Store, before: Any, *, keep_newest: bool) -> int:
    names = opening.every_name(store)
    spared = set(opening.names(store)[-1:]) if keep_newest else set()
    count = 0
    for name in names:
        if opening.made_at(name) < before and name not in spared:
            destroy(store, name)
            count += 1
    return count


def destroy(store: Store, name: str) -> None:
    """The manifest first: it alone holds the key. Then the pieces."""
    store.delete(opening.manifest_key(name))
    store.delete_many(list(store.list(f"copies/{name}")))


def row_of(copy: UUID) -> Copy | None:
    with tenancy.acting_as(None):
        return Copy.objects.filter(id=copy).first()
