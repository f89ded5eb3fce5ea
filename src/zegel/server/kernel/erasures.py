# SPDX-License-Identifier: EUPL-1.2
"""Rows that were erased, listed outside the database: an older copy of it brings them back, and a restore takes them
away again before anybody is served.

- The list is append-only (SHRED_PATH/erased.log), one line for each act: table, owner, row numbers, and the columns
  that were blanked, with what they hold since. It names nobody: identifiers, and values that say nothing any more.
- So are rows that ended and stay: a membership, a relation, another system's key, a unit's. An older copy would give
  back what was taken away (`ended`). Only what never begins again under the same number may be told so.
- Keys need no line here: `kernel.shred` keeps its own list of destructions.
- A line is a row of the transaction that erased, committed with it or not at all (kernel_erasurenote); right after the
  commit it goes into the list, is made durable there, and only then does its row go. Whoever is killed between leaves
  the row: the worker writes it within the minute, and a copy of the lists or a restore before it does anything else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model, QuerySet

from zegel.server.kernel import clock, log, restoring, tenancy
from zegel.server.kernel.models import ErasureNote
from zegel.server.kernel.secrets import sync_folder

NAME = "erased.log"
MOST_AT_ONCE = 1000
"""Keys in one line."""
AT_ONCE = 200
"""Lines in one go."""
HEX = "hex:"


def path() -> Path:
    return Path(settings.SHRED_PATH) / NAME


def gone(model: str, owner_id: UUID | None, keys: Sequence[Any]) -> None:
    """Rows of `model` (room.Model) of that owner are deleted by the running transaction."""
    _note(model, owner_id, keys, None)


def blanked(model: str, owner_id: UUID | None, keys: Sequence[Any], values: Mapping[str, Any]) -> None:
    """These columns of those rows hold `values` once the running transaction is committed. Values must not be personal
    data."""
    _note(model, owner_id, keys, dict(values))


def ended(row: Model, owner_id: UUID | None, *names: str) -> None:
    """This row ended within the running transaction, for good: these of its columns say so. A restored copy in which it
    still runs ends it again."""
    values = {name: getattr(row, name) for name in names}
    _note(row._meta.label, owner_id, [row.pk], {name: _said(value) for name, value in values.items()})


def _said(value: Any) -> Any:
    """As a line can hold it."""
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value


def delete(rows: QuerySet[Any], owner_id: UUID | None) -> int:
    """These rows of that owner, within the running transaction, and told to the list; returns how many."""
    keys = list(rows.values_list("pk", flat=True))
    if keys:
        rows.model._default_manager.filter(pk__in=keys).delete()
        gone(rows.model._meta.label, owner_id, keys)
    return len(keys)


def _note(model: str, owner_id: UUID | None, keys: Sequence[Any], values: dict[str, Any] | None) -> None:
    apps.get_model(model)
    lines = []
    for first in range(0, len(keys), MOST_AT_ONCE):
        some = [_key(key) for key in keys[first : first + MOST_AT_ONCE]]
        line = {"model": model, "owner": str(owner_id) if owner_id else None, "keys": some, "at_ms": clock.now_ms()}
        lines.append(json.dumps(line | ({"values": values} if values is not None else {}), separators=(",", ":")))
    if lines:
        now = clock.now()
        ErasureNote.objects.bulk_create([ErasureNote(line=line, at=now) for line in lines])
        _after_commit()


def _key(key: Any) -> int | str:
    """As a line holds it: what is known by a hash stands in hexadecimal digits."""
    if isinstance(key, bytes | memoryview):
        return HEX + bytes(key).hex()
    return key if isinstance(key, int) else str(key)


def _read_key(key: int | str) -> int | str | bytes:
    return bytes.fromhex(key[len(HEX) :]) if isinstance(key, str) and key.startswith(HEX) else key


def _after_commit() -> None:
    """Once for each transaction, however much it erased."""
    if all(waits[1] is not _drain for waits in connection.run_on_commit):
        transaction.on_commit(_drain, robust=True)


def _drain() -> None:
    drain()


def drain() -> int:
    """Into the list with what was committed and isn't in it; returns how many lines. Killed between list and commit it
    writes a line twice, and to erase twice is harmless."""
    done = 0
    while True:
        with tenancy.acting_as(None):
            rows = list(ErasureNote.objects.select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
            if rows:
                _append("".join(f"{row.line}\n" for row in rows))
                ErasureNote.objects.filter(id__in=[row.id for row in rows]).delete()
        done += len(rows)
        if len(rows) < AT_ONCE:
            return done


def waiting(before_ms: int) -> int:
    """How many lines of before then are not in the list yet."""
    with tenancy.acting_as(None):
        return ErasureNote.objects.filter(at__lt=clock.moment(before_ms)).count()


def _append(text: str) -> None:
    """Whole lines only: one that a crash cut off is ended first, and says nothing."""
    target, new = path(), not path().exists()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (("\n" if torn else "") + text).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync_folder(target.parent)


def listed() -> Iterator[dict[str, Any]]:
    """Every line, in order; one that was cut off is left out."""
    if not path().exists():
        return
    for line in path().read_bytes().split(b"\n"):
        try:
            entry = json.loads(line) if line else None
        except ValueError:
            continue
        if isinstance(entry, dict) and {"model", "owner", "keys"} <= entry.keys():
            yield entry


@restoring.after_restore("kernel.rows_erased")
def erase_again() -> int:
    """Rows that an older copy brought back, or values that it did. What can't be erased for another row's sake fails:
    then nobody is served until somebody looked."""
    drain()
    return sum(_erase(entry) for entry in listed())


def _erase(entry: Mapping[str, Any]) -> int:
    try:
        model = apps.get_model(entry["model"])
    except LookupError:
        return 0  # a table that this version doesn't have any more
    owner = UUID(entry["owner"]) if entry["owner"] else None
    with tenancy.acting_as(owner):
        rows = model._base_manager.filter(pk__in=[_read_key(key) for key in entry["keys"]])
        try:
            values = entry.get("values")
            if values is None:
                return int(rows._raw_delete(rows.db))
            return int(rows.exclude(**values).update(**values) if _plain(values) else rows.update(**values))
        except DatabaseError as error:
            log.error("restore.not_erased", model=entry["model"], error=type(error).__name__)
            raise


def _plain(values: Mapping[str, Any]) -> bool:
    """Comparable in a filter: then what is blank already is not counted."""
    return all(isinstance(value, str | int | bool) for value in values.values())
