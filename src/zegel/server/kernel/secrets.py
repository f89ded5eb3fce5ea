# SPDX-License-Identifier: EUPL-1.2
"""The installation's own secrets: made at first use, readable by the server's user only.

They lie in one folder (SECRETS_PATH), outside database and object store, so that neither a database dump nor a bucket
holds them. Roles on several machines share that folder's content. None of them opens media: no such key exists here.
"""

from __future__ import annotations

import os
import re
import secrets as randomness
from collections.abc import Callable
from pathlib import Path

from zegel.server.kernel.errors import Misconfigured

_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


def secret(folder: Path, name: str, length: int = 32) -> bytes:
    """The named secret (`length` random bytes), drawn when it doesn't exist yet. Safe when processes race for it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a secret's name: {name!r}")
    path = folder / name
    if not path.exists():
        _keep(path, randomness.token_hex(length) + "\n")
    value = bytes.fromhex(path.read_text("ascii").strip())
    if len(value) != length:
        raise Misconfigured(
            f"The secret {path} has {len(value)} bytes, not {length}.", action="Restore it from your copy."
        )
    return value


def kept(folder: Path, name: str, make: Callable[[], str]) -> str:
    """The named secret as text of its own form (a key's PEM), made when it doesn't exist yet. Safe when processes race
    for it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a secret's name: {name!r}")
    path = folder / name
    if not path.exists():
        _keep(path, make())
    return path.read_text("ascii")


def _keep(path: Path, text: str) -> None:
    """Written aside and then linked: whoever comes second keeps the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{randomness.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        aside.unlink()


def sync_folder(folder: Path) -> None:
    """Makes a rename or link in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
