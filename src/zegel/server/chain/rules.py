# SPDX-License-Identifier: EUPL-1.2
"""Pure decisions of the chain: which steps there are, what may follow what, who is authorised where, which words a
partner may say. No database, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from zegel.server.people.roles import Role

TOKEN_BYTES = 32
LINK_LASTS = timedelta(days=120)
LINK_AFTER_END = timedelta(days=30)
OFFER_KEPT = timedelta(days=2)
"""How long a partner still reads that an offer went to another."""
SHEET_DAYS = 14
"""How long a partner keeps his sheet after his step ended; a tenant may say fewer (the term `sheet`)."""
LONGEST_TEXT = 2000
LONGEST_LINE = 200
MOST_PARTS = 40
LARGEST_DOCUMENT = 700_000
MOST_DOCUMENTS = 24
MOST_ACTS = 60

_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,60}")
_POSTCODE = re.compile(r"[A-Z0-9]{0,10}")


class PartnerKind(StrEnum):
    MECHANIC = "mechanic"
    REPAIR_CENTRE = "repair_centre"
    CARRIER = "carrier"


class StepKind(StrEnum):
    """A part of an order that a partner does."""

    VISIT = "visit"  # a mechanic at the customer's
    WORKSHOP = "workshop"  # a repair centre, on the thing alone
    COLLECT = "collect"  # a carrier, from the customer's door
    DELIVER = "deliver"  # a carrier, to the customer's door


class State(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DONE = "done"
    GIVEN_BACK = "given_back"  # the partner could not after all: the desk offers it anew
    WITHDRAWN = "withdrawn"  # the desk took it back


RUNNING = frozenset({State.OFFERED, State.ACCEPTED})


class OfferState(StrEnum):
    OPEN = "open"
    MINE = "mine"
    DECLINED = "declined"
    TAKEN = "taken"  # another was first
    WITHDRAWN = "withdrawn"


class ActKind(StrEnum):
    """What a partner says while he is at work; each is sent once, and may be sent again."""

    ARRIVED = "arrived"
    NOTE = "note"
    PARTS = "parts"
    DOCUMENT = "document"
    SIGNED = "signed"
    DONE = "done"


class DocumentKind(StrEnum):
    PHOTO = "photo"
    SIGNATURE = "signature"


class Outcome(StrEnum):
    """How a step ended."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"  # more is needed: the workshop, a part, another visit
    NOBODY_HOME = "nobody_home"
    REFUSED = "refused"  # the customer did not want it
    MOVED = "moved"  # it is where it should be: collected or delivered


PARTNER_OF: Mapping[StepKind, PartnerKind] = {
    StepKind.VISIT: PartnerKind.MECHANIC,
    StepKind.WORKSHOP: PartnerKind.REPAIR_CENTRE,
    StepKind.COLLECT: PartnerKind.CARRIER,
    StepKind.DELIVER: PartnerKind.CARRIER,
}
ROLE_OF: Mapping[StepKind, Role] = {
    StepKind.VISIT: Role.MECHANIC,
    StepKind.WORKSHOP: Role.REPAIRER,
    StepKind.COLLECT: Role.CARRIER,
    StepKind.DELIVER: Role.CARRIER,
}
OUTCOMES: Mapping[StepKind, tuple[Outcome, ...]] = {
    StepKind.VISIT: (Outcome.SOLVED, Outcome.NOT_SOLVED, Outcome.NOBODY_HOME, Outcome.REFUSED),
    StepKind.WORKSHOP: (Outcome.SOLVED, Outcome.NOT_SOLVED),
    StepKind.COLLECT: (Outcome.MOVED, Outcome.NOBODY_HOME, Outcome.REFUSED),
    StepKind.DELIVER: (Outcome.MOVED, Outcome.NOBODY_HOME, Outcome.REFUSED),
}


def kinds_of(role: Role) -> frozenset[StepKind]:
    """Which steps somebody in this role does for his party."""
    return frozenset(kind for kind, who in ROLE_OF.items() if who is role)


# --- where somebody is authorised ---


@dataclass(frozen=True)
class Region:
    """A country, and the postcodes from … until (both of them too; empty: the whole country)."""

    country: str
    first: str = ""
    last: str = ""

    def covers(self, country: str, postcode: str) -> bool:
        """By as many letters as a bound has: 3000 … 3999 covers 3011 AB."""
        if country != self.country:
            return False
        code = normal_postcode(postcode)
        if self.first and code[: len(self.first)] < self.first:
            return False
        return not self.last or code[: len(self.last)] <= self.last


def normal_postcode(text: str) -> str:
    """Capitals and digits only: "3011 ab" is 3011AB."""
    return re.sub(r"[\s-]", "", text).upper()[:10]


def is_bound(text: str) -> bool:
    return _POSTCODE.fullmatch(text) is not None


def area_of(country: str, postcode: str, city: str) -> str:
    """Where it is, as far as who has not accepted yet may know: the place and the first two signs of the postcode."""
    return " ".join(part for part in (country, normal_postcode(postcode)[:2], city) if part)[:120]


def in_force(start: date, end: date | None, today: date) -> bool:
    """From its first day until its last one, both of them too."""
    return start <= today and (end is None or today <= end)


# --- the words of a sheet ---

HIDDEN = "…"
_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:]{2,}")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00|0)\d[\d\s()/.-]{6,17}\d(?!\w)")
_POSTCODES = re.compile(r"(?<!\w)(?:\d{4}\s?[A-Z]{2}|\d{3}\s\d{2})(?!\w)")


_PATTERNS = {"email": _EMAIL, "phone": _PHONE, "postcode": _POSTCODES}


def without(text: str, hidden: Iterable[str], allowed: Collection[str] = ()) -> str:
    """The text without what its reader may not know: these values, and every e-mail address, telephone number and
    postcode unless he may have that field. People write their name and number into the description of a fault."""
    for value in sorted({one.strip() for one in hidden}, key=len, reverse=True):
        if len(value) >= 3:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
    for name, pattern in _PATTERNS.items():
        text = text if name in allowed else pattern.sub(HIDDEN, text)
    return text


# --- links ---


def token_hash(token: str) -> bytes | None:
    """None for what can't be a token."""
    return hashlib.sha256(token.encode()).digest() if _TOKEN.fullmatch(token) else None


def gone_at(ended: datetime, days: int) -> datetime:
    return ended + timedelta(days=max(0, min(days, SHEET_DAYS)))
