# SPDX-License-Identifier: EUPL-1.2
"""When a review comes again, and what is late. Pure."""

from __future__ import annotations

import calendar
from datetime import datetime
from enum import StrEnum

LONGEST_TITLE = 200
LONGEST_WORDS = 4000
LONGEST_EVERY = 60  # months


class AuditKind(StrEnum):
    """S6: inside, and by outside authorities."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class Weight(StrEnum):
    """Of a finding."""

    OBSERVATION = "observation"
    MINOR = "minor"
    MAJOR = "major"


class Outcome(StrEnum):
    """Of a tenant's request: he may come, he got what he asked for, or not, with the ground."""

    AGREED = "agreed"
    ANSWERED = "answered"
    REFUSED = "refused"


def next_due(due_at: datetime, held_at: datetime, months: int) -> datetime:
    """The next one: that many months after the day it was due, or after it was held, when that was later."""
    start = max(due_at, held_at)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
