# SPDX-License-Identifier: EUPL-1.2
"""Token buckets in this process's memory: so many a second and so many at once for each caller.

A guard against floods, not a count to rely on. What must hold across processes and restarts (failed sign-ins) is
counted in the database, in the people room.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass

from zegel.server.kernel import clock

MOST_CALLERS = 10_000
IPV6_SITE = 64


@dataclass(frozen=True)
class Rate:
    """So many a second, and so many at once."""

    per_s: float
    burst: float


class Buckets:
    """One bucket per caller; the longest unused is forgotten first."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, caller: str) -> bool:
        """Takes one from the caller's bucket; False when it was empty."""
        with self._lock:
            left = self._now_left(caller)
            self._left[caller] = (max(0.0, left - 1), clock.monotonic())
            if len(self._left) > MOST_CALLERS:
                self._left.popitem(last=False)
        return left >= 1

    def give_back(self, caller: str) -> None:
        """What was taken need not count: the caller turned out to be known."""
        with self._lock:
            self._left[caller] = (min(self._rate.burst, self._now_left(caller) + 1), clock.monotonic())

    def _now_left(self, caller: str) -> float:
        now = clock.monotonic()
        left, since = self._left.pop(caller, (self._rate.burst, now))
        return min(self._rate.burst, left + max(0.0, now - since) * self._rate.per_s)


def source_of(address: str) -> str:
    """Under which an address is counted: IPv4 by itself, IPv6 by its first 64 bits, because a single connection has
    them all below that (RFC 6177). What is no address (a Unix socket) is itself."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_SITE), strict=False))
    return str(parsed)
