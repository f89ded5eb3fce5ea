# SPDX-License-Identifier: EUPL-1.2
"""What somebody may ask, on which ground it may be refused, how it is made sure who asks, and by when it is answered.

Pure. The articles are those of the GDPR (Regulation (EU) 2016/679); how long a deadline is comes from dated law.
"""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_TEXT = 4000
LONGEST_WORDS = 1000
LONGEST_SEEN = 200
LONGEST_SPAN = timedelta(hours=12)
LINK_LASTS = timedelta(days=14)
OPENED_LASTS = timedelta(hours=24)
CONFIRM_LASTS = timedelta(days=7)
MOST_TRIES = 5
TOKEN_BYTES = 32
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read as something else
CODE_LENGTH = 10
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_NUMBERED = re.compile(r"(?:\d[ .\-/]?){5,}")
REMIND_DAYS = (14, 7, 3, 1, 0)  # before the clock runs out; 0: it has


class Right(StrEnum):
    """What is asked."""

    ACCESS = "access"
    COPY = "copy"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"


ARTICLES: dict[Right, str] = {
    Right.ACCESS: "15(1)",
    Right.COPY: "15(3)",
    Right.RECTIFICATION: "16",
    Right.ERASURE: "17",
    Right.RESTRICTION: "18",
    Right.PORTABILITY: "20",
    Right.OBJECTION: "21",
    Right.WITHDRAWAL: "7(3)",
}
GIVES_DATA = frozenset({Right.ACCESS, Right.COPY, Right.PORTABILITY})


class AboutWhat(StrEnum):
    """Recordings of a place at a time, or what is written down about somebody."""

    FOOTAGE = "footage"
    RECORDS = "records"


class Channel(StrEnum):
    """How it came in."""

    FORM = "form"
    PORTAL = "portal"
    LETTER = "letter"
    PHONE = "phone"
    EMAIL = "email"
    COUNTER = "counter"


class State(StrEnum):
    """Where the case is. Only what is open has a clock."""

    UNCONFIRMED = "unconfirmed"  # a form whose e-mail link nobody pressed yet
    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({State.ANSWERED, State.REFUSED, State.WITHDRAWN})


class Identity(StrEnum):
    """Whether it is sure who asks."""

    UNKNOWN = "unknown"
    ASKED = "asked"
    ESTABLISHED = "established"
    FAILED = "failed"


class How(StrEnum):
    """In which way it was made sure, from the lightest on: as heavy as what is asked, never heavier (Art. 12(6))."""

    SIGNED_IN = "signed_in"
    EMAIL_CONFIRMED = "email_confirmed"
    CALLED_BACK = "called_back"
    LETTER_CODE = "letter_code"
    KNOWN_DETAILS = "known_details"
    RECOGNISED = "recognised"  # he is the one in the picture: compared with himself, in person or by video
    DOCUMENT_SEEN = "document_seen"  # looked at and handed back; no copy


class Approval(StrEnum):
    """What the controller says of what his processor prepared."""

    NOT_NEEDED = "not_needed"  # the one who handles it is the controller himself
    WANTED = "wanted"
    ASKED = "asked"
    GIVEN = "given"
    SENT_BACK = "sent_back"


class EraseHow(StrEnum):
    """What an erasure leaves: nothing, or rows that name nobody, where figures and books need them (I6)."""

    ERASE = "erase"
    ANONYMISE = "anonymise"


class Outcome(StrEnum):
    """How it ended."""

    FULFILLED = "fulfilled"
    PARTLY = "partly"
    NOTHING_HELD = "nothing_held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Ground(StrEnum):
    """Why something is refused. There is no other."""

    IDENTITY_UNKNOWN = "identity_unknown"
    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    OTHERS_RIGHTS = "others_rights"
    INVESTIGATION = "investigation"
    ACCURATE = "accurate"
    LEGAL_DUTY = "legal_duty"
    LEGAL_CLAIMS = "legal_claims"
    NOT_RESTRICTABLE = "not_restrictable"
    NOT_PORTABLE = "not_portable"
    COMPELLING = "compelling"
    NO_CONSENT = "no_consent"


GROUND_ARTICLES: dict[Ground, str] = {
    Ground.IDENTITY_UNKNOWN: "11(2), 12(2), 12(6)",
    Ground.UNFOUNDED: "12(5)(b)",
    Ground.EXCESSIVE: "12(5)(b)",
    Ground.OTHERS_RIGHTS: "15(4), 20(4)",
    Ground.INVESTIGATION: "23(1)(d)",
    Ground.ACCURATE: "16",
    Ground.LEGAL_DUTY: "17(3)(b)",
    Ground.LEGAL_CLAIMS: "17(3)(e)",
    Ground.NOT_RESTRICTABLE: "18(1)",
    Ground.NOT_PORTABLE: "20(1)",
    Ground.COMPELLING: "21(1)",
    Ground.NO_CONSENT: "7(3)",
}
_ONLY_FOR: dict[Ground, frozenset[Right]] = {
    Ground.OTHERS_RIGHTS: GIVES_DATA,
    Ground.ACCURATE: frozenset({Right.RECTIFICATION}),
    Ground.LEGAL_DUTY: frozenset({Right.ERASURE}),
    Ground.LEGAL_CLAIMS: frozenset({Right.ERASURE, Right.OBJECTION}),
    Ground.NOT_RESTRICTABLE: frozenset({Right.RESTRICTION}),
    Ground.NOT_PORTABLE: frozenset({Right.PORTABILITY}),
    Ground.COMPELLING: frozenset({Right.OBJECTION}),
    Ground.NO_CONSENT: frozenset({Right.WITHDRAWAL}),
}


class Verdict(StrEnum):
    """What a person decided about one line that was found."""

    GIVE = "give"
    EDITED = "edited"  # others' data taken out of it
    WITHHOLD = "withhold"


class Deed(StrEnum):
    """What was done about it, beside answering."""

    RECTIFIED = "rectified"
    ERASED = "erased"
    ANONYMISED = "anonymised"
    RESTRICTED = "restricted"
    OBJECTION_HEEDED = "objection_heeded"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    FILM_HANDED = "film_handed"


def grounds_for(rights: Collection[Right]) -> tuple[Ground, ...]:
    """Those on which one of these rights can be refused."""
    asked = set(rights)
    return tuple(ground for ground in Ground if ground not in _ONLY_FOR or _ONLY_FOR[ground] & asked)


def ways_for(about: AboutWhat, channel: Channel, confirmed: bool) -> tuple[How, ...]:
    """In which ways it can be made sure who asks. An address alone shows nobody's face; nobody is asked for a document
    where less will do, but it can be had."""
    if about is AboutWhat.FOOTAGE:
        return (How.RECOGNISED, How.DOCUMENT_SEEN)
    lightest = (How.SIGNED_IN,) if channel is Channel.PORTAL else ()
    by_mail = (How.EMAIL_CONFIRMED,) if confirmed else ()
    return (*lightest, *by_mail, How.CALLED_BACK, How.LETTER_CODE, How.KNOWN_DETAILS, How.DOCUMENT_SEEN)


def holds_a_number(seen: str) -> bool:
    """Whether a note of what was seen has what may be a document's number in it: it says what was seen, never which."""
    return _NUMBERED.search(seen) is not None


def add_months(moment: datetime, months: int) -> datetime:
    """The same day so many months on; the month's last where it has no such day (Regulation 1182/71, Art. 3(2)(c))."""
    number = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(number, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def reminder_due(due: datetime, now: datetime, said: int | None) -> int | None:
    """Which reminder is to be sent now, as days before the clock runs out; None: none, or it was said already."""
    left = (due - now).total_seconds() / 86_400
    passed = [days for days in REMIND_DAYS if left <= days]
    if not passed or (said is not None and said <= passed[-1]):
        return None
    return passed[-1]


@dataclass(frozen=True)
class Term:
    """A deadline's length, as dated law has it."""

    months: int
    source: str


# --- links and codes ---


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes | None:
    """What is stored of a link's token, or of a browser's own secret; None for what can't be one."""
    if not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(b"zegel/request-link/v1\x00" + token.encode()).digest()


def new_code() -> str:
    """Told once to whom it is for; with it the answer opens. About 49 bits, five tries."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def code_mac(pepper: bytes, case_id: bytes, code: str) -> bytes:
    plain = re.sub(r"[^A-Z0-9]", "", code.upper())
    return hmac.digest(pepper, b"zegel/request-code/v1\x00" + case_id + plain.encode(), hashlib.sha256)


def shown_code(code: str) -> str:
    """In two halves, to be read out."""
    return f"{code[:5]}-{code[5:]}"
