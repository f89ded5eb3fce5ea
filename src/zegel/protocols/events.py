# SPDX-License-Identifier: EUPL-1.2
"""What happened, in one vocabulary for all senders: `Event`."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class SignalClass(StrEnum):
    """What kind of thing happened. Which classes alarm and which release images is decided elsewhere."""

    FIRE = "fire"
    MEDICAL = "medical"
    HOLDUP_DURESS = "holdup_duress"
    BURGLARY = "burglary"
    TAMPER = "tamper"
    VIDEO = "video"
    CONTACT_ENTRY = "contact_entry"
    TECHNICAL = "technical"
    BYPASS = "bypass"
    TEST = "test"
    OPEN_CLOSE = "open_close"
    OPEN_CLOSE_EXCEPTION = "open_close_exception"
    CANCEL_RECALL = "cancel_recall"
    RESTORE = "restore"
    INFO = "info"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """What of it: its begin, its end, or something around it."""

    ALARM = "alarm"
    RESTORE = "restore"
    TROUBLE = "trouble"
    SUPERVISORY = "supervisory"
    OPEN = "open"
    CLOSE = "close"
    LATE = "late"
    CANCEL = "cancel"
    BYPASS = "bypass"
    UNBYPASS = "unbypass"
    TEST = "test"
    TEST_START = "test_start"
    TEST_END = "test_end"
    RECENT_CLOSE = "recent_close"
    CLOSE_PARTIAL = "close_partial"
    OPEN_AFTER_ALARM = "open_after_alarm"
    INFO = "info"
    META = "meta"
    UNKNOWN = "unknown"


MOST_URGENT, LEAST_URGENT = 1, 9
UNKNOWN_PRIORITY = (
    2  # what nobody can read may be anything: it comes with the burglaries, before what is known harmless
)


class Event(msgspec.Struct, frozen=True):
    """One thing that happened, as its sender told it. Texts are one printable line each, empty or None when untold.

    `protocol` is "cid", "sia", "mail", "frigate", "onvif", "api", "null" or "server"; `code` the sender's own code;
    `name` an English msgid. `occurred_ms` is the sender's time (ms since 1970, UTC), None when it told none that can
    be placed. `known` is False when the code is in no table: it is raised, never dropped. `extra` holds what else was
    told, as (key, value) pairs; a `verification_url` in it is untrusted.
    """

    protocol: str
    code: str
    qualifier: str | None
    phase: Phase
    signal_class: SignalClass
    priority: int
    name: str
    zone: str | None = None
    area: str | None = None
    user: str | None = None
    text: str = ""
    occurred_ms: int | None = None
    known: bool = True
    duress: bool = False
    extra: tuple[tuple[str, str], ...] = ()

    def told(self, key: str) -> str | None:
        """The first value of this key in `extra`, or None."""
        return next((value for name, value in self.extra if name == key), None)
