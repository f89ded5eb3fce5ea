# SPDX-License-Identifier: EUPL-1.2
"""Wiping a unit: identity, state, spool and configuration are overwritten and gone.

What it sealed before is the owner's and stays at the server; this machine could never open it. A unit that is enrolled
again has a new identity and waits for a new pairing id, under which nothing of the old counts.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from zegel.unit.config import Home, load
from zegel.unit.enrol import destroy_code
from zegel.unit.errors import ConfigError
from zegel.unit.files import overwrite_and_unlink, sync_directory
from zegel.unit.run import only_one
from zegel.unit.storage import FOLDER


def wipe(home: Home) -> int:
    """How many files were destroyed. The identity goes first. Raises ConfigError while the unit runs."""
    if not home.directory.is_dir():
        return 0
    with only_one(home):
        destroy_code(home)
        doomed = [home.identity, home.keypad, home.site, home.state, *_beside(home), home.ca, home.config, home.status]
        doomed += _files_in(home.spool) + _kept_elsewhere(home)
        present = [path for path in doomed if path.exists()]
        for path in present:
            overwrite_and_unlink(path)
        with contextlib.suppress(OSError):
            home.spool.rmdir()
        sync_directory(home.directory)
        return len(present)


def _kept_elsewhere(home: Home) -> list[Path]:
    """Sealed recordings on the unit's own storage, when it is there now."""
    try:
        place = load(home).storage
    except ConfigError:
        return []
    return _files_in(Path(place) / FOLDER) if place else []


def _beside(home: Home) -> list[Path]:
    """Half-written copies that a power cut left."""
    return list(home.directory.glob(".*.new"))


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
