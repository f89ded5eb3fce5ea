# SPDX-License-Identifier: EUPL-1.2
"""Putting a copy back into an empty place: what `zegel restore` and the nightly trial have in common.

Runs without Django: there is no installation yet. The place is a folder (ZEGEL_DATA) with nothing in it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from zegel.server.backups import archive, database, deletions, opening
from zegel.server.backups.errors import NotEmpty
from zegel.server.backups.opening import Opened
from zegel.server.kernel import shred
from zegel.server.kernel.postgres import EmbeddedPostgres
from zegel.server.kernel.storage import Store

DUMP = "database.dump"


@dataclass(frozen=True)
class Place:
    """An installation's folders."""

    data: Path
    secrets: Path
    shred: Path

    @classmethod
    def inside(cls, data: Path) -> Place:
        return cls(data, data / "secrets", data / "shred")


def require_empty(place: Place) -> None:
    """A shred store that was kept is welcome: it is newer than any copy. Raises NotEmpty."""
    for path in (place.secrets, place.data / "tls", place.data / "postgres"):
        if path.is_dir() and any(path.iterdir()):
            raise NotEmpty(f"{path} is not empty.", action="Restore into a new folder.")


def put_secrets(copy: Opened, place: Place) -> None:
    """The installation's secrets and certificate authority, readable by us alone."""
    for name, data in archive.unpacked(copy.read("secrets")).items():
        kind, _, file = name.partition("/")
        folder = {"secrets": place.secrets, "tls": place.data / "tls"}.get(kind)
        if folder is None:
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())


def put_database(copy: Opened, place: Place, server: EmbeddedPostgres | None, url: str) -> None:
    """The dump, through a file that is overwritten by nothing and removed at once."""
    if server is not None:
        server.start()
        url = server.urls().admin
    file = place.data / DUMP
    try:
        copy.write("database", file)
        database.load(url, file)
    finally:
        file.unlink(missing_ok=True)


def put_shred(copy: Opened, place: Place) -> None:
    """The shred store as it was, without any list: open it only after `put_deletions`."""
    place.shred.mkdir(mode=0o700, parents=True, exist_ok=True)
    shred.put_back(place.shred, archive.unpacked(copy.read("shred")))


def put_deletions(place: Place, *, kept: dict[str, bytes], copied: Store | None, installation: bytes) -> int:
    """Every line that any list has: the one kept on this machine, the one copied away, and whatever lies here already.
    Returns how many bytes of lists there are."""
    place.shred.mkdir(mode=0o700, parents=True, exist_ok=True)
    size = 0
    for name in deletions.LISTS:
        path = place.shred / name
        here = path.read_bytes() if path.exists() else b""
        away = deletions.fetched(copied, name, installation) if copied is not None else b""
        whole = deletions.merged(kept.get(name, b""), away, here)
        if whole:
            path.touch(mode=0o600)
            path.write_bytes(whole)
        size += len(whole)
    return size


def kept_lists(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in deletions.LISTS if (folder / name).exists()}


def shred_copy_for(store: Store, name: str) -> str | None:
    """The shred store's copy to go with a copy of the database: its own, else the oldest that is younger (it opens
    everything that the copy holds and was not destroyed). None when there is none any more."""
    found = [one for one in opening.names(store) if one >= name]
    return found[0] if found else None
