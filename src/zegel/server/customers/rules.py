# SPDX-License-Identifier: EUPL-1.2
"""What a customer is, when two are the same, and why one stands on the yearly list. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

LONGEST = {
    "name": 200, "street": 120, "house_number": 20, "postcode": 12, "city": 100, "country": 2, "email": 254,
    "phone": 40, "registration_no": 40, "vat_no": 20,
}  # fmt: skip
LANGUAGES = ("nl", "sv", "de", "en")
PROSPECT_MOST = timedelta(days=731)
"""A consent to be a prospect ends by itself, at the latest then (A3: for a set period)."""
RESTRICTED_LONG = timedelta(days=92)
DECIDED_WITHIN = timedelta(days=92)
"""A yearly list that is drawn up is decided by then."""
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]{4,38}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class CustomerKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class Standing(StrEnum):
    """Whether there is a relation, might be one, or was one."""

    PROSPECT = "prospect"
    CUSTOMER = "customer"
    FORMER = "former"


class Function(StrEnum):
    """What a contact does in his company (A1)."""

    OWNER = "owner"
    DIRECTOR = "director"
    EMPLOYEE = "employee"


class Source(StrEnum):
    """How somebody came into the records."""

    DESK = "desk"
    FORM = "form"
    IMPORT = "import"
    API = "api"
    LINK = "link"  # he himself, by the link of an order


class Why(StrEnum):
    """Grounds on which the use of somebody's data is restricted (Art. 18(1) GDPR)."""

    DISPUTED = "disputed"
    UNLAWFUL = "unlawful"
    CLAIMS = "claims"
    OBJECTION = "objection"
    REQUEST = "request"  # as a request of his laid down


class What(StrEnum):
    """What happened to a customer's record."""

    ADDED = "added"
    CORRECTED = "corrected"
    SUGGESTED = "suggested"  # details came in that differ
    REFUSED = "refused"  # and were not taken over
    CONTACT_ADDED = "contact_added"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_ENDED = "contact_ended"
    RESTRICTED = "restricted"
    LIFTED = "lifted"
    CONFIRMED = "confirmed"
    BECAME_CUSTOMER = "became_customer"
    LEFT = "left"
    CONSENT_RENEWED = "consent_renewed"
    CONSENT_ENDED = "consent_ended"
    KEPT = "kept"
    ANONYMISED = "anonymised"
    MERGED = "merged"  # another record of the same customer became part of this one, or this one of another


class Reason(StrEnum):
    """Why somebody stands on the list of what may go (A4)."""

    CONSENT_OVER = "consent_over"  # a prospect whose consent has ended
    QUIET = "quiet"  # a customer without an order for longer than the term
    CLAIMS_OVER = "claims_over"  # a former customer for longer than claims can come
    RESTRICTED_LONG = "restricted_long"  # restricted for months: decide
    DOUBLE = "double"  # somebody else has the same e-mail address


class Decision(StrEnum):
    """What the office decides of a line of the list."""

    KEEP = "keep"  # with the reason why he is kept all the same
    CONFIRM = "confirm"  # an order is expected
    END = "end"  # the relation is over
    ANONYMISE = "anonymise"
    MERGE = "merge"  # it was somebody who stood there twice
    GONE = "gone"  # what put him on the list was over before anybody decided


@dataclass(frozen=True)
class Details:
    """Who somebody is, as he or the desk wrote it. Only what is needed (I3). `consent_until`: of a prospect."""

    name: str
    kind: CustomerKind = CustomerKind.PERSON
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "NL"
    email: str = ""
    phone: str = ""
    language: str = "nl"
    registration_no: str = ""
    vat_no: str = ""
    standing: Standing = Standing.CUSTOMER
    consent_until: date | None = None


TEXTS = tuple(
    one.name for one in fields(Details) if one.name not in {"kind", "standing", "consent_until"}
)  # fmt: skip
"""Details that may be corrected, all of them text."""


def tidy(given: Details) -> Details:
    """The same, with its spaces and capitals in order."""
    plain: dict[str, Any] = {
        name: " ".join(unicodedata.normalize("NFC", getattr(given, name)).split()) for name in TEXTS
    }
    plain["email"] = plain["email"].lower()
    plain["country"] = plain["country"].upper()
    plain["postcode"] = plain["postcode"].upper()
    plain["vat_no"] = re.sub(r"[ .\-]", "", plain["vat_no"]).upper()
    return replace(given, **plain)


def wrong(given: Details) -> str | None:
    """The first detail that can't be right, by its name; None when all can. Of tidy details."""
    for name, longest in LONGEST.items():
        if len(getattr(given, name)) > longest or not printable(getattr(given, name)):
            return name
    if len(given.name) < 2:
        return "name"
    if given.email and not _mail(given.email):
        return "email"
    if given.phone and not _PHONE.fullmatch(given.phone):
        return "phone"
    if not _COUNTRY.fullmatch(given.country):
        return "country"
    if given.language not in LANGUAGES:
        return "language"
    return "consent_until" if given.standing is Standing.PROSPECT and given.consent_until is None else None


def printable(text: str) -> bool:
    """No control characters and nothing that turns the direction of writing: it is shown and printed."""
    return all(unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in text)


def _mail(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at and local and "." in domain.strip(".") and not re.search(r"[\s<>\"(),;:\\]", text))


# --- when two are the same ---


def name_key(name: str) -> str:
    """Letters and digits only, without accents and capitals: how a name is compared."""
    flat = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in flat if letter.isalnum())[:200]


def address_key(postcode: str, house_number: str) -> str:
    """Empty when it says no house."""
    code, number = _flat(postcode), _flat(house_number)
    return f"{code}/{number}"[:40] if code and number else ""


def _flat(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def same(one: Details, name: str, email: str, place: str) -> bool:
    """Whether somebody in the records (his name's key, address and place's key) is the one meant. Two who share a
    mailbox but neither name nor house are two; so are two of one house with another name and mailbox."""
    by_name = name_key(one.name) == name
    by_place = bool(place) and address_key(one.postcode, one.house_number) == place
    if one.email and one.email == email:
        return by_name or by_place
    return by_name and by_place


# --- when somebody may go ---


@dataclass(frozen=True)
class Dates:
    """What is known of somebody's relation, with the moments that count."""

    standing: Standing
    active_at: datetime
    ended_at: datetime | None
    consent_until: date | None
    restricted_at: datetime | None


def reasons(of: Dates, now: datetime, quiet_days: int, claim_days: int) -> tuple[Reason, ...]:
    """Why he stands on the list today; empty: he does not. `quiet_days`: without an order; `claim_days`: after he
    left."""
    found = []
    if of.standing is Standing.PROSPECT and (of.consent_until is None or of.consent_until < now.date()):
        found.append(Reason.CONSENT_OVER)
    if of.standing is Standing.CUSTOMER and now - of.active_at > timedelta(days=quiet_days):
        found.append(Reason.QUIET)
    if of.standing is Standing.FORMER and of.ended_at and now - of.ended_at >= timedelta(days=claim_days):
        found.append(Reason.CLAIMS_OVER)
    if of.restricted_at and now - of.restricted_at > RESTRICTED_LONG:
        found.append(Reason.RESTRICTED_LONG)
    return tuple(found)
