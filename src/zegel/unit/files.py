# SPDX-License-Identifier: EUPL-1.2
"""Files that survive a power cut: written beside, synced, renamed, and the directory synced too."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """`path` holds either what it held before or all of `data`, whatever happens in between."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        write_all(descriptor, data)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(beside, path)
    if durable:
        sync_directory(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def private_directory(path: Path) -> Path:
    """Make `path` with all its parents, readable by its owner only."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def overwrite_and_unlink(path: Path) -> None:
    """Best effort: flash and journals keep copies, which is why nothing that opens the past is ever written."""
    with contextlib.suppress(OSError):
        size = path.stat().st_size
        with path.open("r+b", buffering=0) as file:
            for start in range(0, size, 1 << 20):
                file.write(os.urandom(min(1 << 20, size - start)))
            os.fsync(file.fileno())
    path.unlink(missing_ok=True)
