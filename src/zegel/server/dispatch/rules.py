# SPDX-License-Identifier: EUPL-1.2
"""The life of a guard's errand, when it is overdue, and what a report says. Pure: no clock, no database.

requested → accepted → on the way → arrived → left → reported; a step may be passed over (a guard who forgets to press),
never taken back. It is cancelled by the operator, or declined by the guard, until he has left the site.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zegel.server.dispatch.errors import BadReport, NotThisWay


class State(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    LEFT = "left"
    REPORTED = "reported"
    CANCELLED = "cancelled"


ORDER = (State.REQUESTED, State.ACCEPTED, State.ON_THE_WAY, State.ARRIVED, State.LEFT, State.REPORTED)
ENDED = frozenset({State.REPORTED, State.CANCELLED})
BEFORE_ARRIVAL = frozenset({State.REQUESTED, State.ACCEPTED, State.ON_THE_WAY})
# While he may be shown pictures, where the owner allows it: from his yes until he leaves the site.
SEES = frozenset({State.ACCEPTED, State.ON_THE_WAY, State.ARRIVED})

# How long a guard usually takes (field: 10–30 minutes), and how soon he must say that he comes.
SHORTEST_MIN, LONGEST_MIN, USUAL_MIN = 1, 240, 20
ACCEPT_WITHIN = timedelta(minutes=3)

LINK_LASTS = timedelta(hours=12)
LINK_AFTER_END = timedelta(hours=1)
TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def after(state: State, target: State) -> State:
    """`target`, when the errand may go there. The same state again is harmless. Raises NotThisWay."""
    if target is state:
        return target
    if target is State.CANCELLED:
        allowed = state not in ENDED and state is not State.LEFT
    else:
        allowed = state not in ENDED and ORDER.index(target) > ORDER.index(state)
    if not allowed:
        raise NotThisWay(state.value, target.value)
    return target


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def overdue(state: State, requested_at: datetime, due_at: datetime, now: datetime) -> bool:
    """Nobody said that he comes, or he is not there by the time that he usually takes."""
    if state is State.REQUESTED and now > requested_at + ACCEPT_WITHIN:
        return True
    return state in BEFORE_ARRIVAL and now > due_at


class Found(StrEnum):
    """What a guard found: the first line of his report."""

    NOTHING = "nothing"
    TRACES = "traces"
    PERSON = "person"
    DAMAGE = "damage"
    FIRE = "fire"
    OTHER = "other"


LONGEST_REPORT = 2000


@dataclass(frozen=True)
class Report:
    """`secured`: the site was left closed and safe."""

    found: Found
    text: str
    secured: bool


def checked_report(found: str, text: str, secured: bool) -> Report:
    """Raises BadReport. Only who found nothing may leave it at that."""
    try:
        what = Found(found)
    except ValueError:
        raise BadReport("found") from None
    plain = unicodedata.normalize("NFC", text.strip())
    if len(plain) > LONGEST_REPORT or (what is not Found.NOTHING and not plain):
        raise BadReport("text")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\r\n\t" for letter in plain):
        raise BadReport("text")
    return Report(what, plain, secured)


def token_hash(token: str) -> bytes | None:
    """What is stored of a link's token, or of a browser's own secret; None for what can't be one."""
    if not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(b"zegel/guard-link/v1\x00" + token.encode()).digest()
