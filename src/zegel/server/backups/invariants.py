# SPDX-License-Identifier: EUPL-1.2
"""What must always be true of back-ups; `zegel fsck` asks. Names of copies are dates; no place is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from zegel.server.backups import opening, places
from zegel.server.kernel import clock
from zegel.server.kernel.invariants import invariant

GRACE = timedelta(days=1)  # looked at once a night
SHRED_COPIES = timedelta(days=7)


@invariant("backups.copies_die_in_time")
def copies_die_in_time() -> Iterator[str]:
    """No copy is older than its term, the newest of the database excepted; none of the shred store than seven days."""
    if not places.is_set_up():
        return
    now = clock.now()
    for name in opening.every_name(places.copies_store())[:-1]:
        if now - opening.made_at(name) > timedelta(days=settings.BACKUP_KEEP_DAYS) + GRACE:
            yield f"the copy {name} should have been destroyed"
    for name in opening.every_name(places.shred_store()):
        if now - opening.made_at(name) > SHRED_COPIES:
            yield f"the shred store's copy {name} is older than seven days"


@invariant("backups.night_keys_are_destroyed")
def night_keys_are_destroyed() -> Iterator[str]:
    """At most one key that opens a copy lies on this machine: that of the newest, until it was tried."""
    found = [path.name for path in places._night_keys()]
    if len(found) > 1:
        yield f"{len(found)} keys to back-up copies lie here"


@invariant("backups.copies_are_this_installations")
def copies_are_this_installations() -> Iterator[str]:
    """Every copy's manifest is signed by this installation, and has all its pieces."""
    if not places.is_set_up():
        return
    store, key = places.copies_store(), places.signing_key().public_key
    for name in opening.names(store):
        manifest = opening.manifest(store, name, key)
        there = set(store.list(f"copies/{name}"))
        for part in manifest.parts:
            for number in range(len(part.pieces)):
                if opening.piece_key(name, part.name, number) not in there:
                    yield f"the copy {name} lacks piece {number} of {part.name}"
