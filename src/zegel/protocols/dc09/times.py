# SPDX-License-Identifier: EUPL-1.2
"""DC-09's time, `HH:MM:SS,MM-DD-YYYY`, always UTC (5.5.1.9), as ms since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

EARLIEST_S, LATEST_S = -40, 20  # what an encrypted message's time may differ from ours (5.5.1.9)
_EPOCH = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000


@lru_cache(maxsize=1024)
def _day(text: str) -> int:
    """Ms of the midnight that `MM-DD-YYYY` begins with. Raises ValueError when there is no such day."""
    return (date(int(text[6:10]), int(text[0:2]), int(text[3:5])).toordinal() - _EPOCH) * _DAY_MS


def time_ms(text: str) -> int | None:
    """Ms since 1970, or None when it names no moment."""
    try:
        hour, minute, second = int(text[0:2]), int(text[3:5]), int(text[6:8])
        if hour > 23 or minute > 59 or second > 60:
            return None
        return _day(text[9:19]) + ((hour * 60 + minute) * 60 + second) * 1000
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _written(second: int) -> bytes:
    return datetime.fromtimestamp(second, UTC).strftime("%H:%M:%S,%m-%d-%Y").encode()


def written(ms: int) -> bytes:
    """That moment as DC-09 writes it."""
    return _written(ms // 1000)
