# SPDX-License-Identifier: EUPL-1.2
"""When one detector says too much. Pure.

Its alarm is set aside for a while and comes back by itself; every signal of it is kept and counted. Danger to people
is never set aside, whoever sends it however often.
"""

from __future__ import annotations

from collections.abc import Sequence

from zegel.server.alarms import rules


def is_runaway(signal_class: str, duress: bool, at_ms: Sequence[int], after: int, within_s: int) -> bool:
    """Whether the newest `after` signals of one detector came within so many seconds."""
    if duress or rules.is_life_safety(signal_class) or len(at_ms) < after:
        return False
    newest = sorted(at_ms)[-after:]
    return newest[-1] - newest[0] < within_s * 1000
