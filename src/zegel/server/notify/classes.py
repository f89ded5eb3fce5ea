# SPDX-License-Identifier: EUPL-1.2
"""What somebody can be told about, in the classes that he chooses by. Pure.

An alarm is told by its class: what the unit or panel reported, as far as the server knows it. What a camera finds
outside an alarm lies sealed in its recording: the server can't know it, and tells nobody of it (docs/design/notify.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Class(StrEnum):
    """One line of somebody's settings."""

    ALARM = "alarm"  # fire, hold-up, burglary, medical, and whatever is not one of the next
    PERSON = "person"
    ANIMAL = "animal"
    VEHICLE = "vehicle"
    TAMPER = "tamper"
    TECHNICAL = "technical"
    LIVE = "live"  # somebody opened live view
    LOOKED = "looked"  # images were released, an earlier alarm was reopened, a recalled one looked at
    MAINTENANCE = "maintenance"
    AGREEMENT = "agreement"
    DIGEST = "digest"


ALARMS = frozenset({Class.ALARM, Class.PERSON, Class.ANIMAL, Class.VEHICLE, Class.TAMPER})  # no hour silences these


class Occasion(StrEnum):
    """What happened exactly: which words a letter has."""

    ALARM = "alarm"
    RELEASE = "release"
    RECALL = "recall"
    CENTRAL = "central"  # an alarm of a panel elsewhere may show pictures
    REOPENED = "reopened"
    HANDLED_AGAIN = "handled_again"
    AFTER_RECALL = "after_recall"
    AFTER_RECALL_ARC = "after_recall_arc"
    TECHNICAL = "technical"
    LIVE = "live"
    MAINTENANCE = "maintenance"
    MAINTENANCE_ENDED = "maintenance_ended"
    AGREEMENT = "agreement"  # another owner signed it
    AGREEMENT_ENDED = "agreement_ended"
    DIGEST = "digest"
    TEST = "test"


_CLASS = {
    Occasion.ALARM: Class.ALARM,
    Occasion.RECALL: Class.ALARM,
    Occasion.HANDLED_AGAIN: Class.ALARM,
    Occasion.RELEASE: Class.LOOKED,
    Occasion.CENTRAL: Class.LOOKED,
    Occasion.REOPENED: Class.LOOKED,
    Occasion.AFTER_RECALL: Class.LOOKED,
    Occasion.AFTER_RECALL_ARC: Class.LOOKED,
    Occasion.TECHNICAL: Class.TECHNICAL,
    Occasion.LIVE: Class.LIVE,
    Occasion.MAINTENANCE: Class.MAINTENANCE,
    Occasion.MAINTENANCE_ENDED: Class.MAINTENANCE,
    Occasion.AGREEMENT: Class.AGREEMENT,
    Occasion.AGREEMENT_ENDED: Class.AGREEMENT,
    Occasion.DIGEST: Class.DIGEST,
    Occasion.TEST: Class.ALARM,
}
BY_MAIL_ONLY = frozenset({Occasion.RELEASE})  # it comes with its alarm: a phone would ring twice for one thing

_FOUND = frozenset({"person", "animal", "vehicle", "tamper", "technical"})
_OTHER_NAMES = {"view_lost": "tamper"}
_URGENT = frozenset({"fire", "hold_up", "holdup_duress", "medical", "panic"})


@dataclass(frozen=True)
class About:
    """What it is about, as identifiers. `kind`: the alarm's class in the platform's word ("person", "fire", …)."""

    alarm_id: UUID | None = None
    camera_id: UUID | None = None
    site_id: UUID | None = None
    kind: str = ""

    @property
    def place(self) -> str:
        """The narrowest place that it is known to come from."""
        return str(self.camera_id or self.site_id or self.alarm_id or "")

    @property
    def urgent(self) -> bool:
        """A life may depend on it."""
        return self.kind in _URGENT


NOTHING = About()


def class_of(occasion: Occasion, kind: str = "") -> Class:
    """Under which line of the settings it falls. A technical alarm is technical, whichever way it came."""
    found = _CLASS[occasion]
    if found is not Class.ALARM:
        return found
    kind = _OTHER_NAMES.get(kind, kind)
    return Class(kind) if kind in _FOUND else Class.ALARM
