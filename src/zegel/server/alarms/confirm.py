# SPDX-License-Identifier: EUPL-1.2
"""What makes an alarm a confirmed one. Pure.

Two different detectors within the window (sequential), somebody found by a camera and a detector that rang (video),
sound (audio), or a way to the panel that failed at about the same time (path failure). The same detector twice is one.
BS 8243; EN 50131-9; field.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from zegel.server.alarms import rules
from zegel.server.alarms.rules import Confirmed


class By(StrEnum):
    """What kind of thing noticed it."""

    DETECTOR = "detector"
    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True)
class Notice:
    """A detector of a burglary that spoke. `detector`: which one, "" for one that doesn't say."""

    detector: str
    at_ms: int
    by: By = By.DETECTOR


def confirmed(notices: Sequence[Notice], path_failures_ms: Sequence[int], window_s: int) -> Confirmed:
    """What confirms an alarm of these notices; the strongest kind, NOT for none."""
    for kind, holds in (
        (Confirmed.VIDEO, _pair(notices, window_s, By.VIDEO)),
        (Confirmed.AUDIO, _pair(notices, window_s, By.AUDIO)),
        (Confirmed.SEQUENTIAL, _pair(notices, window_s, None)),
        (Confirmed.PATH_FAILURE, _failed(notices, path_failures_ms, window_s)),
    ):
        if holds:
            return kind
    return Confirmed.NOT


def _pair(notices: Sequence[Notice], window_s: int, by: By | None) -> bool:
    """Two detectors that both say which they are; with `by`, one of that kind and one of another."""
    said = [notice for notice in notices if notice.detector]
    return any(
        one.detector != other.detector
        and abs(one.at_ms - other.at_ms) <= window_s * 1000
        and (by is None or (one.by is by) != (other.by is by))
        for at, one in enumerate(said)
        for other in said[at + 1 :]
    )


def _failed(notices: Sequence[Notice], failures_ms: Sequence[int], window_s: int) -> bool:
    return any(abs(notice.at_ms - failed) <= window_s * 1000 for notice in notices for failed in failures_ms)


def stronger(one: str, other: str) -> Confirmed:
    """A confirmation is never taken back: the stronger of two."""
    order = [Confirmed.NOT, Confirmed.PATH_FAILURE, Confirmed.SEQUENTIAL, Confirmed.AUDIO, Confirmed.VIDEO]
    return max(Confirmed(one), Confirmed(other), key=order.index)


def may_be_confirmed(signal_class: str) -> bool:
    return rules.family(signal_class) == rules.BURGLARY
