# SPDX-License-Identifier: EUPL-1.2
"""Keeping keys out of what outlives the process: core files, swap, and freed memory.

Best effort by nature (CPython may have copied a value), which is why the design does not lean on it: the process holds
only the future and the ring, and a machine that is off holds nothing. What could be switched on is reported.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

_PR_SET_DUMPABLE = 4
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_CAP_IPC_LOCK = 14
_BYTES_HEADER = sys.getsizeof(b"") - 1


@dataclass(frozen=True, slots=True)
class Hardening:
    """What the machine allowed."""

    no_core: bool
    not_dumpable: bool
    locked: bool


def harden() -> Hardening:
    """No core file, no ptrace or /proc/PID/mem by the same user, no page of ours in swap (where permitted)."""
    libc = ctypes.CDLL(None, use_errno=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    not_dumpable = libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    return Hardening(True, not_dumpable, _lock(libc))


def _lock(libc: ctypes.CDLL) -> bool:
    """Locked on touch only (MCL_ONFAULT), and only without a limit: under one, later allocations would fail."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft != resource.RLIM_INFINITY and not _may_lock() and not _raise_limit():
        return False
    return bool(libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0)


def _may_lock() -> bool:
    """CAP_IPC_LOCK: the limit does not count (capabilities(7))."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        effective = next(line.split()[1] for line in lines if line.startswith("CapEff:"))
    except (OSError, StopIteration):
        return False
    return bool(int(effective, 16) >> _CAP_IPC_LOCK & 1)


def _raise_limit() -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (ValueError, OSError):
        return False
    return True


def wipe(secret: bytes) -> None:
    """Overwrite a key where it lies. Only for values that nobody else uses any more (never a literal)."""
    if len(secret) < 2:
        return
    ctypes.memset(id(secret) + _BYTES_HEADER, 0, len(secret))
