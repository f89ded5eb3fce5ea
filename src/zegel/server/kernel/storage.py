# SPDX-License-Identifier: EUPL-1.2
"""Object storage: ciphertext, the ledger's tiles, nothing readable. A folder by default, any S3 for scale.

`put` returns when the object is durable (fsynced with its name, or acknowledged by the S3 service), and an object is
never seen half-written. Keys are short paths in lower case; anything else is refused before it reaches a file system.
"""

from __future__ import annotations

import os
import re
import secrets as randomness
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore import exceptions as s3_errors
from obstore.store import S3Store

from zegel.server.kernel.errors import Misconfigured, ZegelError
from zegel.server.kernel.secrets import sync_folder

LARGEST = 256 * 1024 * 1024
LONGEST_KEY = 400
_KEY = re.compile(r"[a-z0-9_][a-z0-9._-]*(/[a-z0-9_][a-z0-9._-]*)*")


class StorageError(ZegelError):
    """Something about an object in the store."""

    code = "storage"


class NotFound(StorageError):
    """There is no object with this key."""

    code = "not_found"


class BadKey(StorageError):
    """Not a key: keys are lower-case paths without empty, hidden or upward parts."""

    code = "bad_key"


class TooLarge(StorageError):
    """Larger than an object may be."""

    code = "too_large"


class OutOfRange(StorageError):
    """The range asked for lies outside the object."""

    code = "out_of_range"


class Unavailable(StorageError):
    """The store doesn't answer or refuses; nothing is known to be stored."""

    code = "storage_unavailable"


Data = bytes | bytearray | memoryview


class Store(Protocol):
    """What rooms use. Every method raises a StorageError; keys are checked first."""

    def put(self, key: str, data: Data) -> None: ...

    def put_many(self, objects: Iterable[tuple[str, Data]]) -> None: ...

    def get(self, key: str) -> bytes: ...

    def get_range(self, key: str, start: int, length: int) -> bytes: ...

    def size(self, key: str) -> int: ...

    def delete(self, key: str) -> None: ...

    def delete_many(self, keys: Sequence[str]) -> None: ...

    def delete_prefix(self, prefix: str) -> int: ...

    def list(self, prefix: str = "") -> Iterator[str]: ...


def check_key(key: str) -> str:
    """Raises BadKey. The last part must not look like a file that is still being written."""
    if not isinstance(key, str) or len(key) > LONGEST_KEY or not _KEY.fullmatch(key) or ".." in key:
        raise BadKey("This is not the key of an object.")
    return key


def check_size(data: Data) -> Data:
    if len(data) > LARGEST:
        raise TooLarge(f"An object may have {LARGEST} bytes; this one has {len(data)}.")
    return data


def check_range(start: int, length: int) -> None:
    if start < 0 or length < 0 or length > LARGEST:
        raise OutOfRange(f"There is no range of {length} bytes at {start}.")


class FolderStore:
    """Objects as files. Written aside, fsynced, renamed, and the folder fsynced."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)

    def put(self, key: str, data: Data) -> None:
        self.put_many([(key, data)])

    def put_many(self, objects: Iterable[tuple[str, Data]]) -> None:
        """All of them durable when it returns; after an error some may be there, each whole.

        First everything is written, then synced: the file system then takes many files into one commit of its journal.
        """
        written: dict[Path, Path] = {}
        try:
            for key, data in objects:
                path = self._path(key)
                _make_folders(path.parent, self.root)
                written[path] = _write_aside(path, check_size(data))
            for path, aside in written.items():
                _sync_file(aside)
                aside.rename(path)
            for folder in {path.parent for path in written}:
                sync_folder(folder)
        except OSError as error:
            raise Unavailable(
                f"The object could not be written ({error.strerror}).", action="Look at the disk."
            ) from error
        finally:
            for aside in written.values():
                aside.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound("There is no such object.") from None

    def get_range(self, key: str, start: int, length: int) -> bytes:
        check_range(start, length)
        try:
            with open(self._path(key), "rb") as file:
                data = os.pread(file.fileno(), length, start)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise NotFound("There is no such object.") from None
        if len(data) != length:
            raise OutOfRange(f"There are no {length} bytes at {start} in this object.")
        return data

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound("There is no such object.") from None

    def delete(self, key: str) -> None:
        """Deleting what isn't there is done already."""
        self.delete_many([key])

    def delete_many(self, keys: Sequence[str]) -> None:
        """As delete, each folder made durable once."""
        paths = [self._path(key) for key in keys]
        for path in paths:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in paths}:
            if folder.exists():
                sync_folder(folder)

    def delete_prefix(self, prefix: str) -> int:
        """Drops the folder `prefix` with all that is in it; returns how many objects that were."""
        folder = self._path(prefix)
        count = sum(1 for _ in self.list(prefix))
        shutil.rmtree(folder, ignore_errors=True)
        return count

    def list(self, prefix: str = "") -> Iterator[str]:
        """Keys under the folder `prefix`, sorted."""
        folder = self._path(prefix) if prefix else self.root
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
            yield path.relative_to(self.root).as_posix()


def _make_folders(folder: Path, root: Path) -> None:
    if folder.is_dir():
        return
    _make_folders(folder.parent, root)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def _write_aside(path: Path, data: Data) -> Path:
    """Under a hidden name beside `path`, not durable yet."""
    aside = path.with_name(f".{randomness.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BucketStore:
    """Objects in a bucket of an S3 service."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def put(self, key: str, data: Data) -> None:
        check_key(key)
        with _translated():
            obstore.put(self._store, key, bytes(check_size(data)), use_multipart=len(data) > 16 * 1024 * 1024)

    def put_many(self, objects: Iterable[tuple[str, Data]]) -> None:
        for key, data in objects:
            self.put(key, data)

    def get(self, key: str) -> bytes:
        check_key(key)
        with _translated():
            return bytes(obstore.get(self._store, key).bytes())

    def get_range(self, key: str, start: int, length: int) -> bytes:
        check_key(key)
        check_range(start, length)
        if length == 0:
            return b""
        if start + length > self.size(key):
            raise OutOfRange(f"There are no {length} bytes at {start} in this object.")
        with _translated():
            return bytes(obstore.get_range(self._store, key, start=start, length=length))

    def size(self, key: str) -> int:
        check_key(key)
        with _translated():
            return int(obstore.head(self._store, key)["size"])

    def delete(self, key: str) -> None:
        check_key(key)
        try:
            with _translated():
                obstore.delete(self._store, key)
        except NotFound:
            return

    def delete_many(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), 1000):
            with _translated():
                obstore.delete(self._store, [check_key(key) for key in keys[start : start + 1000]])

    def delete_prefix(self, prefix: str) -> int:
        keys = list(self.list(prefix))
        self.delete_many(keys)
        return len(keys)

    def list(self, prefix: str = "") -> Iterator[str]:
        if prefix:
            check_key(prefix)
        with _translated():
            found = [str(item["path"]) for batch in obstore.list(self._store, prefix or None) for item in batch]
        yield from sorted(found)


class OverlayStore:
    """A store over another one: `below` is only read, writes and deletions go to `aside`. For whoever must try
    something on what is really there and may change nothing of it (the nightly trial of a back-up copy, fsck)."""

    def __init__(self, below: Store, aside: Store) -> None:
        self._below, self._aside = below, aside
        self._gone: set[str] = set()

    def put(self, key: str, data: Data) -> None:
        self._aside.put(key, data)
        self._gone.discard(key)

    def put_many(self, objects: Iterable[tuple[str, Data]]) -> None:
        for key, data in objects:
            self.put(key, data)

    def _holder(self, key: str) -> Store:
        if key in self._gone:
            raise NotFound("There is no such object.")
        try:
            self._aside.size(key)
        except NotFound:
            return self._below
        return self._aside

    def get(self, key: str) -> bytes:
        return self._holder(key).get(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self._holder(key).get_range(key, start, length)

    def size(self, key: str) -> int:
        return self._holder(key).size(key)

    def delete(self, key: str) -> None:
        self._aside.delete(key)
        self._gone.add(key)

    def delete_many(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.delete(key)

    def delete_prefix(self, prefix: str) -> int:
        keys = list(self.list(prefix))
        self.delete_many(keys)
        return len(keys)

    def list(self, prefix: str = "") -> Iterator[str]:
        found = {*self._below.list(prefix), *self._aside.list(prefix)} - self._gone
        yield from sorted(found)


class _translated:
    """The S3 client's errors as ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, StorageError):
            return
        if isinstance(error, FileNotFoundError | s3_errors.NotFoundError):
            raise NotFound("There is no such object.") from None
        if isinstance(error, s3_errors.BaseError | OSError):
            raise Unavailable(
                f"The object store did not take it ({type(error).__name__}).",
                action="Look at STORAGE_URL and at the store.",
            ) from error


def open_store(url: str) -> Store:
    """The store at `file:///folder` or `s3://bucket/prefix?endpoint=…&region=…&key=…&secret=…&allow_http=1&timeout_s=30`.

    Without key and secret the usual AWS_* variables and instance roles apply. Raises Misconfigured.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path.startswith("/"):
        return FolderStore(Path(unquote(parts.path)))
    if parts.scheme != "s3" or not parts.netloc:
        raise Misconfigured(
            "STORAGE_URL is not an address of a store.", action="Write file:///folder or s3://bucket?endpoint=…."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    unknown = set(query) - {"endpoint", "region", "key", "secret", "allow_http", "timeout_s"}
    if unknown:
        raise Misconfigured(
            f"STORAGE_URL has unknown options: {', '.join(sorted(unknown))}.",
            action="Known are endpoint, region, key, secret, allow_http, timeout_s.",
        )
    config: dict[str, Any] = {"region": query.get("region", "us-east-1")}
    config |= {
        name: query[short]
        for short, name in (("endpoint", "endpoint"), ("key", "access_key_id"), ("secret", "secret_access_key"))
        if short in query
    }
    timeout = query.get("timeout_s", "30")
    if not timeout.isdigit() or not 1 <= int(timeout) <= 300:
        raise Misconfigured(
            "timeout_s of STORAGE_URL is a number of seconds from 1 to 300.", action="Leave it out: 30."
        )
    client: Any = {"allow_http": query.get("allow_http") == "1", "timeout": f"{timeout}s", "connect_timeout": "5s"}
    retry: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=int(timeout))}
    return BucketStore(
        S3Store(parts.netloc, prefix=parts.path.strip("/") or None, client_options=client, retry_config=retry, **config)
    )


@cache
def _opened(url: str, aside: str = "") -> Store:
    return OverlayStore(open_store(url), FolderStore(Path(aside))) if aside else open_store(url)


def store() -> Store:
    """This installation's store. With STORAGE_ASIDE it is only read, and what is written goes there."""
    from django.conf import settings

    return _opened(settings.STORAGE_URL, settings.STORAGE_ASIDE)
