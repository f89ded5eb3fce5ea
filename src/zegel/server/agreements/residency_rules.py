# SPDX-License-Identifier: EUPL-1.2
"""Where data may lie, and what lets it go there. Pure: the law's lists are dated data (zegel.declare.law).

A rule is a set of words: a country's two letters, "EEA" (the European Economic Area), or "ADEQUATE" (countries of which
the Commission decided that they protect as well, Art. 45 GDPR). A tenant without a rule has EEA and ADEQUATE (A11).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from zegel.declare import law

AREA, ADEQUATE = "EEA", "ADEQUATE"
DEFAULT = (AREA, ADEQUATE)
_COUNTRY = re.compile(r"[A-Z]{2}")


class Kept(StrEnum):
    """What lies in a place."""

    OBJECTS = "objects"
    DATABASE = "database"
    KEYS = "keys"  # the shred keys: what is forgotten is forgotten here
    BACKUP = "backup"


class Mechanism(StrEnum):
    """What lets data go to a country."""

    AREA = "area"  # it stays in the EEA
    ADEQUACY = "adequacy"  # Art. 45
    CLAUSES = "clauses"  # Art. 46(2)(c), standard contractual clauses
    RULES = "rules"  # Art. 47, binding corporate rules


class Standard(StrEnum):
    """Under which standard a place or sub-processor is certified."""

    ISO27001 = "iso27001"
    NEN7510 = "nen7510"
    ISO9001 = "iso9001"
    DPF = "dpf"  # Data Privacy Framework, an organisation's own listing


def words(given: Iterable[str]) -> tuple[str, ...]:
    """A rule, in its one form. Raises ValueError for a word that means nothing."""
    found = sorted({word.strip().upper() for word in given if word.strip()})
    if not found or any(word not in DEFAULT and not _COUNTRY.fullmatch(word) for word in found):
        raise ValueError("a rule names countries by two letters, EEA or ADEQUATE")
    return tuple(found)


def covers(rule: Collection[str], country: str, on: date) -> bool:
    """Whether data may lie in that country under the rule, that day."""
    if country.upper() in rule or (AREA in rule and law.in_area(country, on)):
        return True
    return ADEQUATE in rule and law.adequate(country, on) is not None


class Fault(StrEnum):
    """Why data may not go to a country."""

    NOT_IN_AREA = "not_in_area"
    NOT_ADEQUATE = "not_adequate"
    NO_REFERENCE = "no_reference"


def transfer_fault(country: str, mechanism: Mechanism, reference: str, on: date) -> Fault | None:
    """What is wrong about taking data to `country` by `mechanism` that day; None when nothing is. Art. 44-47 GDPR."""
    if mechanism is Mechanism.AREA:
        return None if law.in_area(country, on) else Fault.NOT_IN_AREA
    if mechanism is Mechanism.ADEQUACY:
        decision = law.adequate(country, on)
        if decision is None:
            return Fault.NOT_ADEQUATE
        return Fault.NO_REFERENCE if decision.scope and not reference.strip() else None
    return None if reference.strip() else Fault.NO_REFERENCE


def address_of(url: str) -> str:
    """A store's address as it is compared and shown: this machine's disk, whichever folder of it (a folder is no
    place), or bucket and host; never a key. What it made stays as it is."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return "file:///"
    host = urlsplit(parse_qs(parts.query).get("endpoint", [""])[0]).netloc.rpartition("@")[2]
    where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    return f"{where} ({host})" if host else where
