# SPDX-License-Identifier: EUPL-1.2
"""An object store over another one: reads see both, writes and deletions go aside. For whoever must try something on
what is really there and may change nothing of it (the nightly trial of a back-up copy)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zegel.server.kernel.storage import Data, NotFound, Store


class OverlayStore:
    """`below` is only read. What was deleted is gone for the reader; `aside` holds what was written."""

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
