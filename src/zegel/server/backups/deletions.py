# SPDX-License-Identifier: EUPL-1.2
"""The lists of what was destroyed and erased, copied away from the machine: a restore needs the newest there is.

They are append-only here and there: every minute what is new goes to the shred store's other place as objects
`deletions/<list>/<from byte>`, each signed; nothing there is ever written over. They name numbers and nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from zegel.seal import encoding, envelope
from zegel.seal.errors import SealError
from zegel.server.backups import places
from zegel.server.backups.errors import CopyDamaged
from zegel.server.kernel.storage import NotFound, Store

LISTS = ("destroyed.log", "erased.log")
NAME = "deletions"
_AT_ONCE = 512 * 1024


def copy() -> int:
    """What was added since; how many bytes. Raises NotSetUp, StorageError."""
    from zegel.server.kernel import erasures  # a restore reads this module before there is a database

    store, count = places.shred_store(), 0
    erasures.drain()
    for name in LISTS:
        path = Path(settings.SHRED_PATH) / name
        if path.exists():
            count += _copy(store, name, path)
    return count


def _copy(store: Store, name: str, path: Path) -> int:
    """Whole lines only, so that a line being written is copied when it is whole."""
    begin = _end_of(store, name)
    with open(path, "rb") as file:
        file.seek(begin)
        data = file.read()
    data = data[: data.rfind(b"\n") + 1]
    at = begin
    for piece in _pieces(data):
        body = encoding.encode((1, name, at, piece))
        store.put(_key(name, at), envelope.sign(NAME, body, places.signing_key()))
        at += len(piece)
    return at - begin


def _pieces(data: bytes) -> Iterable[bytes]:
    for first in range(0, len(data), _AT_ONCE):
        yield data[first : first + _AT_ONCE]


def _key(name: str, at: int) -> str:
    return f"deletions/{name}/{at:016d}"


def _end_of(store: Store, name: str) -> int:
    """How many bytes are copied."""
    keys = list(store.list(f"deletions/{name}"))
    if not keys:
        return 0
    at, piece = _read(store, keys[-1], name, places.signing_key().public_key)
    return at + len(piece)


def _read(store: Store, key: str, name: str, installation: bytes) -> tuple[int, bytes]:
    try:
        body = encoding.decode(envelope.verify(store.get(key), NAME, [installation]))
    except (SealError, NotFound) as error:
        raise CopyDamaged(f"The copied list of deletions is not this installation's: {error}.") from None
    match body:
        case (1, str(said), int(at), bytes(piece)) if said == name and _key(name, at) == key:
            return at, piece
    raise CopyDamaged("The copied list of deletions can't be read.")


def fetched(store: Store, name: str, installation: bytes) -> bytes:
    """The copied list, from its beginning. Raises CopyDamaged when a piece is missing or not signed."""
    whole = b""
    for key in store.list(f"deletions/{name}"):
        at, piece = _read(store, key, name, installation)
        if at > len(whole):
            raise CopyDamaged("A piece of the copied list of deletions is missing.")
        whole = whole[:at] + piece
    return whole


def merged(*lists: bytes) -> bytes:
    """Every line of any of them, once, in the order in which they first appear: to erase twice is harmless, to
    forget an erasure is not."""
    seen: dict[bytes, None] = {}
    for whole in lists:
        for line in whole.split(b"\n"):
            if line:
                seen.setdefault(line)
    return b"".join(line + b"\n" for line in seen)
