# SPDX-License-Identifier: EUPL-1.2
"""How many frames that can't be believed or read are stored: so many of a source, and so many of a line. Those above
are answered, counted here, and told once an hour for each line: who sends them must not fill the table."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from zegel.server.kernel import log
from zegel.server.kernel.buckets import Buckets, Rate, source_of

OF_SOURCE = Rate(per_s=2, burst=100)
OF_LINE = Rate(per_s=10, burst=500)
TOLD_EVERY_MS = 3_600_000
MOST_LINES = 1000


class Floods:
    """See the module."""

    def __init__(self) -> None:
        self._sources, self._lines = Buckets(OF_SOURCE), Buckets(OF_LINE)
        self._counted: OrderedDict[UUID, tuple[int, int]] = OrderedDict()

    def allows(self, peer: str, line: UUID) -> bool:
        """One more may be stored. A source that sends too many takes nothing from the others of its line."""
        return self._sources.allows(source_of(peer)) and self._lines.allows(str(line))

    def is_to_tell(self, line: UUID, now_ms: int) -> bool:
        """Counts one that was not stored; True for the first of an hour."""
        since, count = self._counted.get(line, (now_ms - TOLD_EVERY_MS, 0))
        if now_ms - since < TOLD_EVERY_MS:
            self._counted[line] = (since, count + 1)
            return False
        if count:
            log.warning("receivers.bad_frames", line=line, count=count)
        self._counted[line] = (now_ms, 1)
        self._counted.move_to_end(line)
        if len(self._counted) > MOST_LINES:
            self._counted.popitem(last=False)
        return True
