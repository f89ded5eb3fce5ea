# SPDX-License-Identifier: EUPL-1.2
"""The unit's only source of time.

Two times, never mixed: `mono_s` orders things and measures waits, and counts the time that the machine slept (seal.md:
slots run on a monotonic clock that counts suspend); `wall_ms` is what a person's watch shows and may be wrong.
Tests put another clock in its place in-process; no setting and no file can.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

ASK_KERNEL_S = 10.0
_TIMEX_BYTES, _TIMEX_STATUS = 256, 5 * ctypes.sizeof(ctypes.c_long)  # struct timex and its `status` (adjtimex(2))
_TIME_ERROR, _STA_UNSYNC = 5, 0x0040
_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """What can stand in for the machine's clock."""

    def mono_s(self) -> float: ...

    def wall_ms(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...


class MachineClock:
    """The machine's own clocks."""

    def mono_s(self) -> float:
        return time.clock_gettime(_BOOT)

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that goes only where a test takes it."""

    def __init__(self, mono_s: float = 1000.0, wall_ms: int = 1_700_000_000_000) -> None:
        self._mono_s = mono_s
        self._wall_ms = wall_ms

    def mono_s(self) -> float:
        return self._mono_s

    def wall_ms(self) -> int:
        return self._wall_ms

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Both clocks move on together."""
        self._mono_s += seconds
        self._wall_ms += round(seconds * 1000)

    def step_wall(self, ms: int) -> None:
        """Somebody set the wall clock; nothing else moved."""
        self._wall_ms += ms


_clock: Clock = MachineClock()
_synchronised = (float("-inf"), False)


def mono_s() -> float:
    """Seconds since the machine was started, sleep included. Only differences mean anything."""
    return _clock.mono_s()


def wall_ms() -> int:
    """Milliseconds UTC since 1970, as the machine believes."""
    return _clock.wall_ms()


def sleep(seconds: float) -> None:
    if seconds > 0:
        _clock.sleep(seconds)


def boot_id() -> str:
    """Names this start of the machine: `mono_s` of another one means nothing. Empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def synchronised() -> bool:
    """Whether the kernel says that its wall clock follows a time server (adjtimex(2)); asked anew every ten seconds."""
    global _synchronised
    at_s = mono_s()
    if not 0 <= at_s - _synchronised[0] < ASK_KERNEL_S:
        _synchronised = (at_s, _kernel_says_synchronised())
    return _synchronised[1]


def _kernel_says_synchronised() -> bool:
    timex = (ctypes.c_byte * _TIMEX_BYTES)()  # modes = 0: only read
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    status = ctypes.c_int.from_buffer(timex, _TIMEX_STATUS).value
    return 0 <= state < _TIME_ERROR and not status & _STA_UNSYNC


def cpu_s() -> float:
    """Processor seconds that this process has used."""
    return time.process_time()


@contextmanager
def replaced(clock: Clock) -> Iterator[Clock]:
    """For tests: another clock inside the `with`, the former after it."""
    global _clock
    former, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = former
