# SPDX-License-Identifier: EUPL-1.2
"""Finding, verifying and opening copies. Nothing of a copy is used before its manifest's signature and every piece's
hash were checked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from zegel.seal import copies, envelope
from zegel.seal.copies import Manifest
from zegel.seal.errors import SealError
from zegel.seal.suite import OpeningKey
from zegel.server.backups.errors import CopyDamaged, NoCopy
from zegel.server.kernel.storage import NotFound, Store

_NAME = re.compile(r"(\d{8}t\d{6}z)-[0-9a-f]{12}")


def name_of(copy: UUID, at: datetime) -> str:
    """Sorts by time."""
    return f"{at.astimezone(UTC):%Y%m%dt%H%M%Sz}-{copy.hex[-12:]}"


def made_at(name: str) -> datetime:
    """Raises NoCopy."""
    found = _NAME.fullmatch(name)
    if not found:
        raise NoCopy(f"'{name}' is not the name of a copy.", action="See 'zegel backup list'.")
    return datetime.strptime(found.group(1), "%Y%m%dt%H%M%Sz").replace(tzinfo=UTC)


def manifest_key(name: str) -> str:
    made_at(name)
    return f"copies/{name}/manifest"


def piece_key(name: str, part: str, number: int) -> str:
    return f"copies/{name}/{part}/{number:06d}"


def every_name(store: Store) -> list[str]:
    """Of whole copies, and of what is left of others; the oldest first."""
    found = {key.split("/")[1] for key in store.list("copies")}
    return sorted(name for name in found if _NAME.fullmatch(name))


def names(store: Store) -> list[str]:
    """Of copies that have a manifest; the oldest first."""
    found = {key.split("/")[1] for key in store.list("copies") if key.endswith("/manifest")}
    return sorted(name for name in found if _NAME.fullmatch(name))


@dataclass(frozen=True)
class Opened:
    """A copy whose manifest is the installation's own, and its key."""

    store: Store
    name: str
    manifest: Manifest
    key: bytes

    def pieces(self, part: str) -> Iterator[bytes]:
        """Raises CopyDamaged."""
        listed = self.manifest.part(part).pieces
        for number, expected in enumerate(listed):
            try:
                sealed = self.store.get(piece_key(self.name, part, number))
            except NotFound:
                raise CopyDamaged(f"Piece {number} of '{part}' is missing.", action="Take another copy.") from None
            if hashlib.sha256(sealed).digest() != expected:
                raise CopyDamaged(f"Piece {number} of '{part}' was changed.", action="Take another copy.")
            last = number == len(listed) - 1
            try:
                yield copies.open_piece(self.key, self.manifest.copy, part, number, last, sealed)
            except SealError as error:
                raise CopyDamaged(str(error), action="Take another copy.") from None

    def read(self, part: str) -> bytes:
        return b"".join(self.pieces(part))

    def write(self, part: str, to: Path) -> None:
        """Into a file that only we read."""
        to.touch(mode=0o600)
        with open(to, "wb") as file:
            for piece in self.pieces(part):
                file.write(piece)


def manifest(store: Store, name: str, installation: bytes) -> Manifest:
    """Raises NoCopy, CopyDamaged when this installation did not sign it."""
    try:
        signed = store.get(manifest_key(name))
    except NotFound:
        raise NoCopy(f"There is no whole copy '{name}'.", action="See 'zegel backup list'.") from None
    try:
        found = Manifest.decode(envelope.verify(signed, Manifest.NAME, [installation]))
    except SealError as error:
        raise CopyDamaged(f"The copy's manifest is not this installation's: {error}.") from None
    if name_of(UUID(bytes=found.copy), datetime.fromtimestamp(found.made_ms / 1000, UTC)) != name:
        raise CopyDamaged("The copy was given another name.", action="Take another copy.")
    return found


def opened(store: Store, name: str, installation: bytes, key: OpeningKey) -> Opened:
    """Raises NoCopy, CopyDamaged, CannotOpen."""
    found = manifest(store, name, installation)
    return Opened(store, name, found, found.key_of(key))
