# SPDX-License-Identifier: EUPL-1.2
"""The nightly trial: last night's copy is put back aside, in a PostgreSQL of its own, and questioned.

Aside means: nothing of the running installation is changed. The copy is opened with the key that lives for a night,
which is destroyed when the trial is over, whatever it found. The folder is removed in any case.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from zegel.server.backups import making, opening, places, putting
from zegel.server.backups.errors import BackupError, NoCopy
from zegel.server.backups.models import Trial
from zegel.server.backups.putting import Place
from zegel.server.kernel import clock, ids, log, tenancy
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for

ANSWERS_WITHIN_S = 3600


class NotAnswered(BackupError):
    """The copy could not be questioned."""

    code = "not_answered"


def hold() -> Trial:
    """The trial of the newest copy, as evidence. One that could not be held is written down as failed."""
    began = clock.now()
    try:
        copy, found = _hold()
    except Exception as error:
        code = error.code if isinstance(error, ZegelError) else type(error).__name__.lower()
        log.error("backup.trial_broke_off", error=code, where=log.place_of(error))
        return _write(began, None, fault=code)
    finally:
        places.forget_night_keys()
    return _write(began, copy, found)


def _hold() -> tuple[UUID, dict[str, Any]]:
    store, installation = places.copies_store(), places.signing_key().public_key
    found = opening.names(store)
    if not found:
        raise NoCopy("There is no copy to try.")
    name = found[-1]
    manifest = opening.manifest(store, name, installation)
    key = places.night_key(manifest.copy.hex())
    if key is None:
        raise NoCopy("The newest copy was tried already, and its key is gone.", action="Make a new copy.")
    with _aside() as place:
        copy = opening.opened(store, name, installation, key)
        putting.put_secrets(copy, place)
        putting.put_shred(opening.opened(places.shred_store(), name, installation, key), place)
        (place.data / "manifest").write_bytes(copy.manifest.encode())
        _lay_lists(place)
        with _database(place) as server:
            putting.put_database(copy, place, server, "")
            return UUID(bytes=manifest.copy), _questioned(place, server)


@contextmanager
def _aside() -> Iterator[Place]:
    """An empty installation's folder beside the real one; what an earlier trial left there is removed first."""
    data = settings.DATA / "trial"
    _remove(data)
    data.mkdir()
    data.chmod(0o711)
    try:
        yield Place.inside(data)
    finally:
        _remove(data)


def _remove(data: Path) -> None:
    place = place_for(data)
    for folder in (data, place) if not place.is_relative_to(data) else (data,):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(place: Place) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(place_for(place.data), place.secrets, durable=False)
    try:
        yield server
    finally:
        server.stop()


def _lay_lists(place: Place) -> None:
    """As they are now: what was erased since the copy is what must not open."""
    (place.data / "lists").mkdir()
    for name, data in putting.kept_lists(Path(settings.SHRED_PATH)).items():
        (place.data / "lists" / name).write_bytes(data)


def _questioned(place: Place, server: EmbeddedPostgres) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "zegel.server.backups.questions", str(place.data)],
        env=environment(place, server.urls().app), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
        timeout=ANSWERS_WITHIN_S,
    )  # fmt: skip
    if done.returncode != 0:
        raise NotAnswered("The copy could not be questioned.", action="Run 'zegel backup try' and look at the log.")
    found: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return found


def environment(place: Place, url: str) -> dict[str, str]:
    """The whole installation is the one aside; of the real one only the object store is seen, and only read."""
    kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "LANG", "HOME") if key in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "zegel.server.settings", "ZEGEL_DATA": str(place.data), "DATABASE_URL": url,
        "SECRETS_PATH": str(place.secrets), "SHRED_PATH": str(place.shred), "STORAGE_URL": settings.STORAGE_URL,
        "STORAGE_ASIDE": str(place.data / "aside"), "ZEGEL_ORIGIN": settings.ORIGIN,
    }  # fmt: skip


def _write(began: datetime, copy: UUID | None, found: Mapping[str, Any] | None = None, *, fault: str = "") -> Trial:
    said = found or {}
    wrong = sum(count for _, count in said.get("answers", [])) + sum(one[2] for one in said.get("searched", []))
    row = Trial(
        id=ids.new(), copy=making.row_of(copy) if copy else None, began_at=began, ended_at=clock.now(),
        passed=bool(found) and not (said["blind"] or said["opened"] or wrong), fault=fault[:60],
        erased=said.get("erased", 0), opened=said.get("opened", 0), blind=said.get("blind", False),
        entries=said.get("entries", 0), root=bytes.fromhex(said.get("root", "")), answers=said.get("answers", []),
        searched=said.get("searched", []),
    )  # fmt: skip
    with tenancy.acting_as(None):
        row.save(force_insert=True)
    log.info("backup.tried", passed=row.passed, erased=row.erased, opened=row.opened, faults=wrong, fault=row.fault)
    return row
