# SPDX-License-Identifier: EUPL-1.2
"""The shred keys: to forget something is to destroy the key that guards it, here, outside database, WAL and back-ups.

For each purpose there is a tree of depth 32 whose leaf n is the shred key of object number n:
`child_b = HMAC-SHA256(node, "zegel/shred/v1" ‖ b ‖ 0x01)`. So a new key costs no write. Destroying leaf n replaces the
stored node above it by the nodes beside its path ("puncturing", after Goldreich, Goldwasser and Micali's construction):
every other leaf can still be derived, and this one by nobody, ever.

What makes this safe:
- State is a file for each purpose, encrypted under a store key that lies in its own file and is replaced (`rotate`):
  an old copy of the state is worth nothing once the store key of its time is destroyed.
- First the numbers go into the append-only list of destructions, fsynced; then the new state is written aside,
  fsynced and
  renamed. After a crash between the two, or when an old state is put back, opening the store punctures what the list
  says.
- Processes share the store: a lock around every change, and each use looks whether the file is still the one it read.
- Numbers come from a database sequence and are never used twice: before the first use of a number above the high-water
  mark, a higher mark is made durable, so that a restored database can be told where to go on (`high_water`).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets as randomness
import struct
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zegel.server.kernel import clock
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.secrets import sync_folder

DEPTH = 32
SIZE = 2**DEPTH
PURPOSES = ("epoch", "release", "grant", "account", "ledger", "hold")
OLD_KEYS_KEPT_MS = 7 * 24 * 3600 * 1000
MARK_STEP = 2**16

_LABELS = (b"zegel/shred/v1\x00\x01", b"zegel/shred/v1\x01\x01")
_NODE = struct.Struct(">BI32s")  # depth, first leaf, secret
_HEADER = struct.Struct(">4sI12s")  # magic, generation of the store key, nonce
_MAGIC = b"ZSH1"


class ShredError(ZegelError):
    """Something about the shred store."""

    code = "shred"


class Destroyed(ShredError):
    """The key was destroyed: what it guarded is forgotten."""

    code = "destroyed"


class StoreDamaged(ShredError):
    """A file of the store can't be read with its key; nothing was changed."""

    code = "shred_store_damaged"


class BadNumber(ShredError):
    """Not the number of an object, or not a purpose."""

    code = "bad_shred_number"


def child(node: bytes, bit: int) -> bytes:
    return hmac.digest(node, _LABELS[bit], hashlib.sha256)


@dataclass(frozen=True)
class Node:
    """Derives the leaves `first` … `first + 2**(32 - depth) - 1`."""

    depth: int
    first: int
    secret: bytes

    @property
    def end(self) -> int:
        return self.first + (1 << (DEPTH - self.depth))

    def children(self) -> tuple[Node, Node]:
        half = 1 << (DEPTH - self.depth - 1)
        return (
            Node(self.depth + 1, self.first, child(self.secret, 0)),
            Node(self.depth + 1, self.first + half, child(self.secret, 1)),
        )


class Tree:
    """What is left of one purpose's tree: disjoint nodes in order. A value: puncturing gives another one."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.nodes = nodes
        self._firsts = [node.first for node in nodes]
        self._top: Node | None = None  # the last leaf's way down: secrets from the stored node's depth on
        self._last = 0
        self._path: list[bytes] = []

    @classmethod
    def new(cls) -> Tree:
        return cls((Node(0, 0, randomness.token_bytes(32)),))

    def covering(self, number: int) -> Node | None:
        place = bisect_right(self._firsts, number) - 1
        node = self.nodes[place] if place >= 0 else None
        return node if node and number < node.end else None

    def leaf(self, number: int) -> bytes:
        """Raises Destroyed. Neighbours share most of the path, which is kept from one call to the next."""
        top = self.covering(number)
        if top is None:
            raise Destroyed("This key was destroyed; what it guarded is forgotten.")
        shared = DEPTH - (number ^ self._last).bit_length() if top is self._top else top.depth
        path = self._path[: shared - top.depth + 1] if top is self._top else [top.secret]
        for depth in range(shared, DEPTH):
            path.append(child(path[-1], number >> (DEPTH - 1 - depth) & 1))
        self._top, self._last, self._path = top, number, path
        return path[-1]

    def punctured(self, numbers: Iterable[int]) -> Tree:
        """Without those leaves. Those already gone change nothing."""
        gone = sorted(set(numbers))
        left: list[Node] = []
        for node in self.nodes:
            inside = gone[_place(gone, node.first) : _place(gone, node.end)]
            left += _without(node, inside) if inside else [node]
        return Tree(tuple(left))

    def encode(self) -> bytes:
        return b"".join(_NODE.pack(node.depth, node.first, node.secret) for node in self.nodes)

    @classmethod
    def decode(cls, raw: bytes) -> Tree:
        return cls(tuple(Node(depth, first, secret) for depth, first, secret in _NODE.iter_unpack(raw)))


def _place(numbers: list[int], bound: int) -> int:
    return bisect_right(numbers, bound - 1)


def _without(node: Node, gone: list[int]) -> list[Node]:
    """The co-path: what still derives everything under `node` except `gone` (sorted, all inside)."""
    if len(gone) == node.end - node.first:
        return []
    left: list[Node] = []
    for half in node.children():
        inside = gone[_place(gone, half.first) : _place(gone, half.end)]
        left += _without(half, inside) if inside else [half]
    return left


class ShredStore:
    """The store in `folder`. Safe to use from several threads and processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._thread = threading.RLock()
        self._trees: dict[str, tuple[tuple[int, int, int], Tree]] = {}
        self._marks: dict[str, int] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "keys").mkdir(mode=0o700, exist_ok=True)
        with self._alone():
            if not self._generations():
                self._new_store_key()
            for purpose in PURPOSES:
                self._recover(purpose)

    # --- use ----------------------------------------------------------------------------------------------------

    def key(self, purpose: str, number: int) -> bytes:
        """The 32-byte shred key of object `number`. Raises Destroyed, BadNumber, StoreDamaged."""
        _check(purpose, number)
        with self._thread:
            if number >= self._marks.get(purpose, 0):
                self._raise_mark(purpose, number)
            return self._tree(purpose).leaf(number)

    def keys(self, purpose: str, numbers: Sequence[int]) -> list[bytes]:
        """As key, for many at once: one look at the file, and neighbours share their path."""
        for number in numbers:
            _check(purpose, number)
        if not numbers:
            return []
        with self._thread:
            if max(numbers) >= self._marks.get(purpose, 0):
                self._raise_mark(purpose, max(numbers))
            tree = self._tree(purpose)
            return [tree.leaf(number) for number in numbers]

    def wrap_many(self, purpose: str, numbers: Sequence[int], plaintexts: Sequence[bytes]) -> list[bytes]:
        """As wrap, for many at once."""
        wrapped = []
        for number, key, plaintext in zip(numbers, self.keys(purpose, numbers), plaintexts, strict=True):
            nonce = os.urandom(12)
            wrapped.append(nonce + AESGCM(key).encrypt(nonce, plaintext, _bound(purpose, number, b"")))
        return wrapped

    def wrap(self, purpose: str, number: int, plaintext: bytes, associated: bytes = b"") -> bytes:
        """AES-256-GCM under the shred key: nonce (12) ‖ ciphertext. Purpose and number are bound in."""
        nonce = randomness.token_bytes(12)
        return nonce + AESGCM(self.key(purpose, number)).encrypt(nonce, plaintext, _bound(purpose, number, associated))

    def unwrap(self, purpose: str, number: int, wrapped: bytes, associated: bytes = b"") -> bytes:
        """Raises Destroyed when it was forgotten, StoreDamaged when the bytes are not what was wrapped."""
        try:
            return AESGCM(self.key(purpose, number)).decrypt(
                wrapped[:12], wrapped[12:], _bound(purpose, number, associated)
            )
        except (InvalidTag, ValueError):
            raise StoreDamaged(f"Object {number} of '{purpose}' is not what was stored.") from None

    def destroy(self, purpose: str, *numbers: int) -> None:
        """For ever. Durable when it returns; destroying what is destroyed is done already."""
        for number in numbers:
            _check(purpose, number)
        if not numbers:
            return
        with self._alone():
            self._list_as_destroyed(purpose, numbers)
            self._write(purpose, self._tree(purpose).punctured(numbers))

    def is_destroyed(self, purpose: str, number: int) -> bool:
        _check(purpose, number)
        with self._thread:
            return self._tree(purpose).covering(number) is None

    def high_water(self, purpose: str) -> int:
        """No number from here on was ever used; a restored sequence goes on from here."""
        _check(purpose, 0)
        return self._read_mark(purpose)

    def rotate(self, *, keep_ms: int = OLD_KEYS_KEPT_MS) -> None:
        """A new store key; everything rewritten under it; store keys replaced longer than `keep_ms` ago destroyed."""
        with self._alone():
            trees = {purpose: self._tree(purpose) for purpose in PURPOSES}
            self._new_store_key()
            for purpose, tree in trees.items():
                self._write(purpose, tree)
            self._destroy_old_keys(keep_ms)

    def snapshot(self) -> dict[str, bytes]:
        """The store at one moment, by file name: states, marks, and the one store key that they need. The list of
        destructions is not in it: that goes its own way, and is always the newest. Whoever keeps this keeps it apart
        from every back-up of the database, and for at most seven days."""
        with self._alone():
            newest = self._key_file(self._generations()[-1])
            for purpose in PURPOSES:  # each under the newest key, so that one is enough
                if _HEADER.unpack(self._state(purpose).read_bytes()[: _HEADER.size])[1] != self._generations()[-1]:
                    self._write(purpose, self._tree(purpose))
            files = [self._state(purpose) for purpose in PURPOSES]
            files += [self._mark(purpose) for purpose in PURPOSES if self._mark(purpose).exists()]
            found = {path.name: path.read_bytes() for path in files}
            return found | {f"keys/{newest.name}": newest.read_bytes()}

    # --- files ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other thread or process changes the store meanwhile."""
        with self._thread, open(self.folder / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _state(self, purpose: str) -> Path:
        return self.folder / f"{purpose}.tree"

    def _tree(self, purpose: str) -> Tree:
        """As it is on disk now: read again whenever another process replaced the file."""
        try:
            found = self._state(purpose).stat()
        except FileNotFoundError:
            raise StoreDamaged(
                f"The shred tree of '{purpose}' is missing.", action="Restore the shred store."
            ) from None
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = self._trees.get(purpose)
        if known is None or known[0] != stamp:
            known = (stamp, Tree.decode(self._decrypt(purpose, self._state(purpose).read_bytes())))
            self._trees[purpose] = known
        return known[1]

    def _write(self, purpose: str, tree: Tree) -> None:
        generation = self._generations()[-1]
        nonce = randomness.token_bytes(12)
        header = _HEADER.pack(_MAGIC, generation, nonce)
        sealed = AESGCM(self._store_key(generation)).encrypt(nonce, tree.encode(), header + purpose.encode())
        _replace(self._state(purpose), header + sealed)
        self._trees.pop(purpose, None)

    def _decrypt(self, purpose: str, raw: bytes) -> bytes:
        if len(raw) < _HEADER.size or raw[:4] != _MAGIC:
            raise StoreDamaged(f"The shred tree of '{purpose}' is not one.", action="Restore the shred store.")
        header = raw[: _HEADER.size]
        _, generation, nonce = _HEADER.unpack(header)
        try:
            return AESGCM(self._store_key(generation)).decrypt(nonce, raw[_HEADER.size :], header + purpose.encode())
        except InvalidTag:
            raise StoreDamaged(
                f"The shred tree of '{purpose}' was changed.", action="Restore the shred store."
            ) from None

    # --- the list of destructions -----------------------------------------------------------------------------------

    @property
    def deletions(self) -> Path:
        return self.folder / "destroyed.log"

    def _list_as_destroyed(self, purpose: str, numbers: Iterable[int]) -> None:
        """Whole lines only: a line cut off by a crash named nothing that was promised to be gone."""
        ranges = [[first, last] for first, last in _ranges(numbers)]
        line = json.dumps({"purpose": purpose, "ranges": ranges, "at_ms": clock.now_ms()}, separators=(",", ":"))
        new = not self.deletions.exists()
        handle = os.open(self.deletions, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (("\n" if torn else "") + line + "\n").encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if new:
            sync_folder(self.folder)

    def destroyed(self, purpose: str) -> list[tuple[int, int]]:
        """Every range (first, last) that was ever destroyed, as listed. For restores: they replay it."""
        found: list[tuple[int, int]] = []
        if not self.deletions.exists():
            return found
        for line in self.deletions.read_bytes().split(b"\n"):
            try:
                entry = json.loads(line) if line else None
            except ValueError:
                continue  # cut off by a crash
            if entry and entry["purpose"] == purpose:
                found += [(first, last) for first, last in entry["ranges"]]
        return found

    def _recover(self, purpose: str) -> None:
        """Makes the tree when there is none, and punctures what the list says and the tree still derives."""
        if not self._state(purpose).exists():
            if self._mark(purpose).exists():
                raise StoreDamaged(f"The shred tree of '{purpose}' is missing.", action="Restore the shred store.")
            self._write(purpose, Tree.new())
        tree = self._tree(purpose)
        revived = [
            number
            for first, last in self.destroyed(purpose)
            for number in range(first, last + 1)
            if tree.covering(number) is not None
        ]
        if revived:
            self._write(purpose, tree.punctured(revived))

    # --- marks ------------------------------------------------------------------------------------------------------

    def _mark(self, purpose: str) -> Path:
        return self.folder / f"{purpose}.mark"

    def _read_mark(self, purpose: str) -> int:
        try:
            return int(self._mark(purpose).read_text("ascii"))
        except FileNotFoundError:
            return 0

    def _raise_mark(self, purpose: str, number: int) -> None:
        with self._alone():
            mark = self._read_mark(purpose)
            if number >= mark:
                mark = min(SIZE, (number // MARK_STEP + 1) * MARK_STEP)
                _replace(self._mark(purpose), str(mark).encode())
            self._marks[purpose] = mark

    # --- store keys -------------------------------------------------------------------------------------------------

    def _generations(self) -> list[int]:
        return sorted(int(path.name.split("-")[0]) for path in (self.folder / "keys").glob("[0-9]*-[0-9]*"))

    def _key_file(self, generation: int) -> Path:
        for path in (self.folder / "keys").glob(f"{generation:010d}-*"):
            return path
        raise StoreDamaged(
            f"Store key {generation} is gone.", action="Restore the shred store, keys of the same time included."
        )

    def _store_key(self, generation: int) -> bytes:
        return bytes.fromhex(self._key_file(generation).read_text("ascii"))

    def _new_store_key(self) -> None:
        generation = (self._generations() or [0])[-1] + 1
        _replace(
            self.folder / "keys" / f"{generation:010d}-{clock.now_ms()}", randomness.token_bytes(32).hex().encode()
        )

    def replaced_keys(self) -> list[tuple[int, int]]:
        """Store keys that have a successor: (generation, when it was made). Nothing is changed."""
        pairs = pairwise(self._generations())
        return [(old, int(self._key_file(successor).name.split("-")[1])) for old, successor in pairs]

    def _destroy_old_keys(self, keep_ms: int) -> None:
        """A key's term starts when its successor was made. Overwritten before it is unlinked, for what that is
        worth."""
        generations = self._generations()
        for old, successor in pairwise(generations):
            replaced_at = int(self._key_file(successor).name.split("-")[1])
            if clock.now_ms() - replaced_at >= keep_ms:
                path = self._key_file(old)
                with open(path, "r+b") as file:
                    file.write(b"0" * path.stat().st_size)
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
        sync_folder(self.folder / "keys")


def _check(purpose: str, number: int) -> None:
    if purpose not in PURPOSES:
        raise BadNumber(f"'{purpose}' is not a purpose of shred keys.", action=f"One of {', '.join(PURPOSES)}.")
    if not isinstance(number, int) or not 0 <= number < SIZE:
        raise BadNumber("A shred number is a whole number below 2^32.")


def _bound(purpose: str, number: int, associated: bytes) -> bytes:
    return b"zegel/shred/wrap/v1\x00" + purpose.encode() + b"\x00" + number.to_bytes(4, "big") + associated


def _ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(set(numbers))
    first = last = ordered[0]
    for number in ordered[1:]:
        if number != last + 1:
            yield first, last
            first = number
        last = number
    yield first, last


def _replace(path: Path, data: bytes) -> None:
    """The whole new content or the whole old one, whatever happens."""
    aside = path.with_name(f".{path.name}.{randomness.token_hex(6)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def put_back(folder: Path, snapshot: Mapping[str, bytes], *, marks_up: bool = True) -> None:
    """A snapshot as a store in `folder`, which must have none. `marks_up`: the store was used after the snapshot, so
    its marks are raised past every number that may have been given since. Open it only with the list of destructions
    beside it."""
    if any(folder.glob("*.tree")):
        raise StoreDamaged(f"{folder} holds a shred store already.", action="It is newer: keep it.")
    (folder / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, data in snapshot.items():
        if name.endswith(".mark") and marks_up:
            data = str(min(SIZE, int(data) + MARK_STEP)).encode()
        _replace(folder / name, data)


# --- this installation's store ----------------------------------------------------------------------------------------


@cache
def _opened(folder: Path) -> ShredStore:
    return ShredStore(folder)


def reopen() -> None:
    """What lies in the folder was put there by somebody else: a copy's trial."""
    _opened.cache_clear()


def store() -> ShredStore:
    from django.conf import settings

    return _opened(Path(settings.SHRED_PATH))


def next_number(purpose: str) -> int:
    """The number for a new object; taken before it is encrypted, never given twice."""
    return next_numbers(purpose, 1)[0]


def next_numbers(purpose: str, count: int) -> list[int]:
    from django.db import connection

    _check(purpose, 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval('kernel_shred_{purpose}') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def last_given(purpose: str) -> int:
    """The highest number that the database has given, or -1."""
    from django.db import connection

    _check(purpose, 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value, is_called FROM kernel_shred_{purpose}")
        last, called = cursor.fetchone()
    return int(last) if called else int(last) - 1


def key(purpose: str, number: int) -> bytes:
    return store().key(purpose, number)


def wrap(purpose: str, number: int, plaintext: bytes, associated: bytes = b"") -> bytes:
    return store().wrap(purpose, number, plaintext, associated)


def wrap_many(purpose: str, numbers: Sequence[int], plaintexts: Sequence[bytes]) -> list[bytes]:
    return store().wrap_many(purpose, numbers, plaintexts)


def unwrap(purpose: str, number: int, wrapped: bytes, associated: bytes = b"") -> bytes:
    return store().unwrap(purpose, number, wrapped, associated)


def destroy(purpose: str, *numbers: int) -> None:
    store().destroy(purpose, *numbers)


def is_destroyed(purpose: str, number: int) -> bool:
    return store().is_destroyed(purpose, number)
