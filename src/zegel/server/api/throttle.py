# SPDX-License-Identifier: EUPL-1.2
"""A ceiling on how fast one caller may ask, so that one can't take the server from the rest.

Token buckets in this process's memory: a guard against floods, not a count to rely on. What must hold across
processes and
restarts (failed sign-ins) is counted in the database, in the people room.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zegel.server.kernel import clock
from zegel.server.kernel.errors import ZegelError

MOST_CALLERS = 10_000


class TooManyRequests(ZegelError):
    code = "too_many_requests"
    retry_after_s = 1


@dataclass(frozen=True)
class Rate:
    """So many a second, and so many at once."""

    per_s: float
    burst: float


SIGNED_IN = Rate(per_s=500, burst=1000)
ANYBODY = Rate(per_s=20, burst=60)


class Buckets:
    """One bucket per caller; the longest unused is forgotten first."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Raises TooManyRequests when the caller's bucket is empty."""
        now = clock.monotonic()
        with self._lock:
            left, since = self._left.pop(caller, (self._rate.burst, now))
            left = min(self._rate.burst, left + (now - since) * self._rate.per_s)
            self._left[caller] = (max(0.0, left - 1), now)
            if len(self._left) > MOST_CALLERS:
                self._left.popitem(last=False)
        if left < 1:
            raise TooManyRequests(_("Too many requests."), action=_("Wait a moment."))


signed_in = Buckets(SIGNED_IN)
anybody = Buckets(ANYBODY)
