# SPDX-License-Identifier: EUPL-1.2
"""The closed sets of this room and what follows from them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

APPROVED_FOR = timedelta(minutes=60)
"""So long after the approval a package may leave the alarm centre: long enough to make it, short enough to be one."""
ASKED_FOR = timedelta(days=7)
LONGEST_SCOPE = timedelta(days=31)
MOST_CAMERAS = 64
SLACK_MS = 10_000
"""A recording begins where it can be shown, at most five seconds early, and seconds are whole."""


class Ground(StrEnum):
    """What compels it, in the words of procedure; the article itself is written beside it."""

    SEIZURE = "seizure"  # an order to hand over images (nl Sv 126nda, se RB 27, de StPO 94/95/98)
    COURT = "court"  # a court's order
    DATA_DEMAND = "data_demand"  # a demand for data by a prosecutor or an officer
    INTELLIGENCE = "intelligence"
    SUPERVISOR = "supervisor"  # a supervisory authority (Art. 58 GDPR)
    OWN_DECISION = "own_decision"  # the controller reports a crime himself (Art. 6(1)(f)); never for a processor


class Decision(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Maker(StrEnum):
    """By whom a package was made, and so by which key."""

    OWNER = "owner"
    ARC = "arc"
    PROVIDER = "provider"


class Form(StrEnum):
    """What is in it."""

    ORIGINALS = "originals"
    FILM = "film"
    CIPHERTEXT = "ciphertext"


@dataclass(frozen=True)
class Scope:
    """What an order asks for: of these cameras, this time (ms UTC)."""

    cameras: frozenset[UUID]
    from_ms: int
    to_ms: int

    def covers(self, camera: UUID, span_ms: tuple[int, int] | None) -> bool:
        """Whether a recording of that camera (and that time, when one is said) is asked for."""
        if camera not in self.cameras:
            return False
        if span_ms is None:
            return True
        return span_ms[0] >= self.from_ms - SLACK_MS and span_ms[1] <= self.to_ms + SLACK_MS


def approval_runs(approved_at: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    return approved_at is not None and ended_at is None and now < approved_at + APPROVED_FOR
