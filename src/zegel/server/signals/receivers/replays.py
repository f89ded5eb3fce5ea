# SPDX-License-Identifier: EUPL-1.2
"""Encrypted messages played back. Number, receiver, line and name of a message lie outside its encryption: who recorded
one can send it again with another number, as long as its time is near ours. What is inside tells: the same time and the
same data are the same message, whatever stands around them. A real second event has another time or other data.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from zegel.protocols.dc09.times import EARLIEST_S, LATEST_S

REMEMBERED_MS = (LATEST_S - EARLIEST_S + 30) * 1000  # as long as a recording's time can pass, and a little more
MOST_REMEMBERED = 4096  # messages of one panel


@dataclass
class Opened:
    """What was inside the encrypted messages that one panel sent lately, each with the key of the first."""

    _first: OrderedDict[bytes, tuple[bytes, int]] = field(default_factory=OrderedDict)

    def first(self, inside: bytes, key: bytes, now_ms: int) -> tuple[bytes, bool]:
        """The key under which the same inside came first, and whether it came before."""
        while self._first:
            oldest, (_, at_ms) = next(iter(self._first.items()))
            if now_ms - at_ms <= REMEMBERED_MS and len(self._first) < MOST_REMEMBERED:
                break
            del self._first[oldest]
        before = self._first.get(inside)
        if before is not None:
            return before[0], True
        self._first[inside] = (key, now_ms)
        return key, False
