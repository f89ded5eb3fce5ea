# SPDX-License-Identifier: EUPL-1.2
"""The closed sets of maintenance, and what follows from them. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

LEAST_MINUTES, MOST_MINUTES, USUAL_MINUTES = 1, 60, 15
WAITS = timedelta(hours=72)
"""A request that nobody answered by then lapses: the technician asks again, and says why."""
LIVE_WITHIN = timedelta(seconds=60)
"""The unit begins its picture by then, or the consent came to nothing and is asked for again."""
STILL_SECONDS = 20
"""A still is the first picture of a live epoch of its own: so many of that epoch's seconds are granted, and no more."""
LONGEST_WORDS = 500
LONGEST_REFUSAL = 300
MOST_PARTS = 20


class Fault(StrEnum):
    """What seems to be the matter."""

    NO_PICTURE = "no_picture"
    BAD_PICTURE = "bad_picture"  # snow, stripes, blur
    WRONG_VIEW = "wrong_view"
    DIRTY = "dirty"
    NO_CONTACT = "no_contact"
    POWER = "power"
    FALSE_ALARMS = "false_alarms"
    OTHER = "other"


class FoundBy(StrEnum):
    CUSTOMER = "customer"
    UNIT = "unit"
    PROVIDER = "provider"


class MalfunctionState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a malfunction ended."""

    REPAIRED = "repaired"
    REPLACED = "replaced"
    NO_FAULT = "no_fault"
    NOT_REPAIRED = "not_repaired"
    BY_ITSELF = "by_itself"
    WITHDRAWN = "withdrawn"


REPORTED = frozenset({Outcome.REPAIRED, Outcome.REPLACED, Outcome.NO_FAULT, Outcome.NOT_REPAIRED})
"""Those with which a technician's report may close it."""


class Way(StrEnum):
    """What is asked for: the live picture, or single stills to aim by, each asked for and granted on its own."""

    LIVE = "live"
    STILL = "still"


class RequestState(StrEnum):
    WAITING = "waiting"
    ALLOWED = "allowed"
    REFUSED = "refused"
    ENDED = "ended"


class End(StrEnum):
    """Why a request ended (D3: as soon as the camera works, at the latest with what was granted)."""

    WORKING = "working"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    TIME = "time"
    LAPSED = "lapsed"
    REFUSED = "refused"
    CLOSED = "closed"


class ItemKind(StrEnum):
    UNIT = "unit"
    CAMERA = "camera"
    PART = "part"


class ItemState(StrEnum):
    """Where a thing of the provider's stock is."""

    STOCK = "stock"
    AT_SITE = "at_site"
    RETURNED = "returned"
    REPAIR = "repair"
    SCRAPPED = "scrapped"


# What a unit says of itself → what seems to be the matter. What is not here makes no malfunction.
OF_REPORT: dict[str, Fault] = {
    "camera_lost": Fault.NO_PICTURE,
    "camera_garbage": Fault.BAD_PICTURE,
    "view_lost": Fault.WRONG_VIEW,
    "stream_down": Fault.NO_PICTURE,
    "battery_low": Fault.POWER,
    "silent_unit": Fault.NO_CONTACT,
    "storage_lost": Fault.OTHER,
}
OVER_BY: dict[str, str] = {"camera_back": "camera_lost", "view_back": "view_lost", "storage_back": "storage_lost"}
"""What says that an earlier report is over."""


def minutes_asked(minutes: int) -> int:
    """Raises ValueError outside of 1 … 60."""
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise ValueError("a look for maintenance lasts 1 to 60 minutes")
    return minutes
