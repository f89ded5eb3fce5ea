# SPDX-License-Identifier: EUPL-1.2
"""From declarations to the lines of a register. Pure.

A line is a processing: everything that is declared for one purpose and falls under one controller. Who controls what:

- the customer what his cameras, sites, people and contacts are about (C21);
- the provider its own staff, its correspondence, and the contracts that it concludes;
- an alarm centre its own operators.

Everything else in the system is the customer's, and provider and centre process it for him (Art. 28).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from zegel.declare import (
    Basis,
    BodyDeclaration,
    Category,
    Declaration,
    Erase,
    Export,
    Purpose,
    Recipient,
    Start,
    Subject,
    Term,
    TrackDeclaration,
)

Anything = Declaration | TrackDeclaration | BodyDeclaration


class Article(StrEnum):
    """Which register: of a controller, or of a processor."""

    CONTROLLER = "30.1"
    PROCESSOR = "30.2"


class Party(StrEnum):
    """What sort of party a controller is."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    ARC = "arc"


class Measure(StrEnum):
    """Technical and organisational measures (Art. 32), each enforced by the system itself."""

    SEALED = "sealed"  # ciphertext that only the owner's people can open
    SHREDDED = "shredded"  # erased by destroying its key, in back-ups too
    ROLE = "role"  # one table of who may do what, for which purpose
    LOGGED = "logged"  # an entry in the ledger before anything is served
    SEPARATED = "separated"  # row-level security between tenants
    ENCRYPTED = "encrypted"  # TLS on every way
    CONFIDENTIAL = "confidential"  # a duty of confidentiality on file
    BACKED_UP = "backed_up"  # nightly, encrypted, erasures done again
    TERM = "term"  # deleted by itself, and verified


ALWAYS = (
    Measure.ROLE, Measure.LOGGED, Measure.SEPARATED, Measure.ENCRYPTED, Measure.CONFIDENTIAL, Measure.BACKED_UP,
    Measure.TERM,
)  # fmt: skip

_OWN: Mapping[Party, frozenset[Subject]] = {
    Party.PROVIDER: frozenset({
        Subject.STAFF, Subject.USER, Subject.CORRESPONDENT, Subject.REQUESTER, Subject.AUTHORITY_STAFF,
    }),
    Party.ARC: frozenset({Subject.OPERATOR, Subject.USER}),
    Party.CUSTOMER: frozenset(Subject) - {Subject.STAFF, Subject.OPERATOR, Subject.CORRESPONDENT},
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A term, what starts it, and how many days it is: several where the places of one controller differ."""

    term: Term
    starts: Start
    days: tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """One processing. `key`: what names it from version to version."""

    key: str
    purpose: Purpose
    bases: tuple[Basis, ...]
    subjects: tuple[Subject, ...]
    categories: tuple[Category, ...]
    recipients: tuple[Recipient, ...]
    kept: tuple[Kept, ...]
    measures: tuple[Measure, ...]
    sources: tuple[str, ...]


def owns(party: Party, declared: Anything) -> bool:
    """Whether a party of that sort is the controller of it."""
    if declared.purpose is Purpose.AGREEMENT and declared.subject is Subject.CUSTOMER:
        return party in {Party.PROVIDER, Party.CUSTOMER}
    return declared.subject in _OWN[party]


def processed_for_customers(by: Party, declared: Anything) -> bool:
    """Whether provider or alarm centre handles it for a controller."""
    if not owns(Party.CUSTOMER, declared) or declared.purpose is Purpose.AGREEMENT:
        return False
    return by is not Party.ARC or Recipient.ARC in declared.recipients


def lines(
    article: Article, party: Party, every: Iterable[Anything], days: Mapping[Term, Sequence[int]]
) -> tuple[Line, ...]:
    """The register of a party of that sort, a line for each purpose. `days`: how long each term is for it."""
    wanted = owns if article is Article.CONTROLLER else processed_for_customers
    mine: dict[Purpose, list[Anything]] = {}
    for declared in every:
        if wanted(party, declared):
            mine.setdefault(declared.purpose, []).append(declared)
    return tuple(_line(purpose, mine[purpose], days) for purpose in Purpose if purpose in mine)


def _line(purpose: Purpose, of: Sequence[Anything], days: Mapping[Term, Sequence[int]]) -> Line:
    recipients = {one for declared in of for one in declared.recipients}
    terms = sorted({(one.term, one.starts) for one in of}, key=lambda pair: (pair[0].value, pair[1].value))
    return Line(
        key=purpose.value,
        purpose=purpose,
        bases=tuple(one for one in Basis if any(declared.basis is one for declared in of)),
        subjects=tuple(one for one in Subject if any(declared.subject is one for declared in of)),
        categories=tuple(one for one in Category if any(declared.category is one for declared in of)),
        recipients=tuple(one for one in Recipient if one in recipients and one is not Recipient.NOBODY),
        kept=tuple(Kept(term, starts, tuple(sorted(set(days.get(term, ()))))) for term, starts in terms),
        measures=_measures(of),
        sources=tuple(sorted({_source(declared) for declared in of})),
    )


def _measures(of: Sequence[Anything]) -> tuple[Measure, ...]:
    special = set(ALWAYS)
    if any(one.export is Export.SEALED for one in of):
        special.add(Measure.SEALED)
    if any(one.erase is Erase.SHRED for one in of):
        special.add(Measure.SHREDDED)
    return tuple(measure for measure in Measure if measure in special)


def _source(declared: Anything) -> str:
    if isinstance(declared, TrackDeclaration):
        return f"track {declared.track}"
    return declared.model if isinstance(declared, Declaration) else f"ledger {declared.kind}"
