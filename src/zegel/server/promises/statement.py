# SPDX-License-Identifier: EUPL-1.2
"""A party's privacy statement: written from the declarations, the promises of its profiles, its privacy contact and the
sub-processors, in four languages. Nobody types it. When what it is written from changes, there is a new version; every
version stays."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.declare import law, profiles
from zegel.declare.registry import Declaration, TrackDeclaration, declarations, tracks
from zegel.declare.vocabulary import Basis, Category, Purpose, Recipient, Start, Subject
from zegel.server.agreements import places
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.kernel.checks import load_declarations
from zegel.server.ledger import Entry, Kind
from zegel.server.notify import endpoints
from zegel.server.people import queries as people
from zegel.server.people.queries import as_party
from zegel.server.privacy import queries as privacy
from zegel.server.promises import queries
from zegel.server.promises.catalogue import LANGUAGES, filled, promises
from zegel.server.promises.models import Statement
from zegel.server.registers import words
from zegel.server.sites.models import Site
from zegel.server.tasks import scope

VERSION = 1
_MOST_CUSTOMERS = 5000
_FILMED = frozenset({Subject.FILMED})
_OTHERS = frozenset({Subject.CUSTOMER, Subject.USER, Subject.CONTACT, Subject.CORRESPONDENT, Subject.REQUESTER})

_OF_FIRM = frozenset({Subject.CONSUMER, Subject.CORRESPONDENT, Subject.REQUESTER})

Text = dict[str, str]


def titles() -> dict[str, str]:
    """Headings of a statement, in the language that is active."""
    return {
        "who": _("Who is responsible"), "own": _("In its own words"),
        "data": _("What is processed, why, and for how long"),
        "images": _("Cameras and what they see"), "looks": _("Who looks, and when"),
        "terms": _("How long it is kept"), "safety": _("Where it lies and how it is protected"),
        "others": _("Who works for us"), "rights": _("What you can ask"), "breaches": _("If something goes wrong"),
        "duties": _("What we lay down and keep up"), "complain": _("If you are not content"),
    }  # fmt: skip


@cache
def headings() -> Mapping[str, tuple[str, ...]]:
    """Which promises stand under which heading."""
    text = files("zegel.server.promises").joinpath("sections.toml").read_text("utf-8")
    return {name: tuple(found) for name, found in tomllib.loads(text).items()}


# --- versions ---------------------------------------------------------------------------------------------------------


def renew_all(provider_id: UUID) -> int:
    """New versions for the provider and each of its customers, where something changed. Returns how many."""
    with tenancy.acting_as(provider_id):
        parties = [provider_id, *sorted(scope.customers(provider_id))[:_MOST_CUSTOMERS]]
    return sum(renew(party) is not None for party in parties)


def renew(party_id: UUID) -> Statement | None:
    """A new version, if it would say something else than the last one."""
    whose = queries.subject(party_id)
    if whose is None:
        return None
    content = written(whose)
    digest = hash_of(content)
    with work.transaction(system(party_id)) as w:
        last = Statement.objects.filter(owner_id=party_id).order_by("-number").first()
        if last is not None and bytes(last.hash) == digest:
            return None
        row = Statement.objects.create(
            id=ids.new(), owner_id=party_id, provider_id=whose.provider_id, made_at=clock.now(), content=content,
            number=1 if last is None else last.number + 1, hash=digest,
        )  # fmt: skip
        w.record(Entry(Kind.STATEMENT, party_id, {"version": row.number, "sha256": digest}))
        w.publish("statement.changed", owner_id=party_id, number=row.number)
        return row


def hash_of(content: Mapping[str, Any]) -> bytes:
    """SHA-256 of the one form of a statement: keys sorted, UTF-8."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).digest()


def newest(party_id: UUID) -> Statement | None:
    with as_party(party_id):
        return Statement.objects.filter(owner_id=party_id).order_by("-number").first()


def version(party_id: UUID, number: int) -> Statement | None:
    with as_party(party_id):
        return Statement.objects.filter(owner_id=party_id, number=number).first()


def versions(party_id: UUID) -> list[Statement]:
    """The newest first, without what they say."""
    with as_party(party_id):
        return list(Statement.objects.filter(owner_id=party_id).order_by("-number").defer("content")[:500])


@dataclass(frozen=True)
class Changed:
    """A sentence that came ("+"), went ("-") or stayed (" ")."""

    mark: str
    text: str


def difference(old: Statement, new: Statement, language: str) -> list[Changed]:
    """Sentence by sentence; what stayed is left out, but for its headings."""
    lines = difflib.ndiff(list(_plain(old.content, language)), list(_plain(new.content, language)))
    return [Changed(line[0], line[2:]) for line in lines if line[0] in "+-"]


def _plain(content: Mapping[str, Any], language: str) -> Iterator[str]:
    for section in content["sections"]:
        yield from (f"{section['title'][language]}: {line['text'][language]}" for line in section["lines"])


# --- writing ----------------------------------------------------------------------------------------------------------


def written(whose: queries.Subject) -> dict[str, Any]:
    """What the statement of that party says today."""
    load_declarations()
    contact = privacy.contact_of(whose.party_id)
    said = {"name": contact.name, "email": contact.email, "phone": contact.phone} if contact else _site_contact(whose)
    authority = law.authority(whose.country.upper())
    return {
        "version": VERSION, "name": whose.name, "household": whose.household, "contact": said,
        "elsewhere": contact.statement_url if contact else "",
        "authority": {"name": authority.name, "site": authority.site} if authority else None,
        "profiles": [{"name": name, "version": profiles.profile(name).version} for name in whose.profiles],
        "sections": list(_sections(whose, said, contact.statement if contact else "")),
    }  # fmt: skip


def _site_contact(whose: queries.Subject) -> dict[str, str]:
    """Where nobody was named: what stands on the signs of the party's own sites."""
    with as_party(whose.party_id):
        row = Site.objects.filter(owner_id=whose.party_id).exclude(contact_email="").order_by("id").first()
    if row is None:
        return {"name": "", "email": "", "phone": ""}
    return {"name": row.controller or whose.name, "email": row.contact_email, "phone": row.contact_phone}


def _sections(whose: queries.Subject, contact: Mapping[str, str], own: str) -> Iterator[dict[str, Any]]:
    figures, names = queries.figures_for(whose), queries.names_of(whose.profiles)
    made: dict[str, list[dict[str, Any]]] = {
        "who": list(_who(whose, contact)), "own": list(_own(own)), "data": list(_data(whose)),
        "others": list(_others(whose)), "complain": [_line(_complain)],
    }  # fmt: skip
    for heading, under in headings().items():
        made[heading] = [
            {"promise": name, "text": {lang: filled(promises()[name].text[lang], figures[name]) for lang in LANGUAGES}}
            for name in under if name in names
        ]  # fmt: skip
    for section in titles():
        if made.get(section):
            yield {"id": section, "title": _in_all(lambda section=section: titles()[section]), "lines": made[section]}  # type: ignore[misc]


def _own(words: str) -> Iterator[dict[str, Any]]:
    """What the tenant wrote himself, paragraph by paragraph, in whichever language it is."""
    for paragraph in words.splitlines():
        if paragraph.strip():
            yield {"promise": None, "text": dict.fromkeys(LANGUAGES, paragraph.strip())}


def _in_all(say: Callable[[], str]) -> Text:
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = str(say())
    return found


def _line(say: Callable[[], str], promise: str | None = None) -> dict[str, Any]:
    return {"promise": promise, "text": _in_all(say)}


def _complain() -> str:
    return _("You can complain to the supervisory authority, and go to court.")


def _who(whose: queries.Subject, contact: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    name = _("this household") if whose.household else whose.name
    with as_party(whose.party_id):
        provider = people.party(whose.provider_id, seen_by=whose.party_id)
    if whose.is_provider:
        yield _line(
            lambda: _(
                "%(name)s is responsible for the data of its customers, their people and its own staff (controller). "
                "Of camera images its customers are responsible; %(name)s processes them on their behalf (processor)."
            )
            % {"name": whose.name}
        )
    elif whose.firm and not whose.places:
        yield _line(
            lambda: _("%(name)s decides why and how data of its customers is used, and is responsible (controller).")
            % {"name": whose.name}
        )
        if provider is not None:
            yield _line(
                lambda: _("%(name)s keeps the data on its behalf (processor), and never uses it for itself.")
                % {"name": provider.name}
            )
    else:
        yield _line(
            lambda: _("%(name)s decides why and how its cameras watch, and is responsible (controller).")
            % {"name": _("This household") if whose.household else name}
        )
        if provider is not None:
            yield _line(
                lambda: _("%(name)s runs the cameras on its behalf (processor) and can open none of the images.")
                % {"name": provider.name}
            )
    if contact.get("name") and not (whose.household and contact["name"] == whose.name):
        yield _line(lambda: _("Questions about personal data go to %(name)s.") % {"name": contact["name"]}, "I15")


def _data(whose: queries.Subject) -> Iterator[dict[str, Any]]:
    """What the declarations say, alike lines folded into one."""
    wanted = _subjects(whose)
    with as_party(whose.party_id):
        days_by = [queries.days_of(whose, name) for name in whose.profiles]
    seen: dict[tuple[str, str, str, tuple[str, ...], int, bool], None] = {}
    everything: list[TrackDeclaration | Declaration] = [*tracks(), *declarations()]
    for one in everything:
        if one.subject in wanted:
            days = max(days[one.term] for days in days_by)
            recipients = tuple(sorted({who.value for who in one.recipients}))
            never = days == 0 and one.starts is Start.MADE
            seen[one.category.value, one.purpose.value, one.basis.value, recipients, days, never] = None
    order = [category.value for category in Category]
    for category, purpose, basis, recipients, days, never in sorted(
        seen, key=lambda key: (order.index(key[0]), key[1:])
    ):
        yield _line(_said_of(category, purpose, basis, recipients, days, never))


def _subjects(whose: queries.Subject) -> frozenset[Subject]:
    """Who is filmed, where there are cameras; a firm's customers, where it is one; everybody, at the provider."""
    found = _OF_FIRM if whose.firm else frozenset()
    if whose.is_provider:
        return found | _FILMED | _OTHERS
    return found if whose.firm and not whose.places else found | _FILMED | {Subject.CONTACT}


def _said_of(
    category: str, purpose: str, basis: str, recipients: Sequence[str], days: int, never: bool
) -> Callable[[], str]:
    """`never`: passed on, and kept nowhere."""

    def say() -> str:
        return _sentence(days, never) % {
            "what": str(words.CATEGORIES[Category(category)]).capitalize(),
            "why": words.PURPOSES[Purpose(purpose)], "basis": words.BASES[Basis(basis)],
            "who": ", ".join(str(words.RECIPIENTS[Recipient(who)]) for who in recipients), "days": days,
        }  # fmt: skip

    return say


def _sentence(days: int, never: bool) -> str:
    if never:
        return _("%(what)s: for %(why)s; because of %(basis)s; seen by %(who)s; kept nowhere.")
    if days == 0:
        return _(
            "%(what)s: for %(why)s; because of %(basis)s; seen by %(who)s; gone at once when what it was kept for is "
            "over."
        )
    return _("%(what)s: for %(why)s; because of %(basis)s; seen by %(who)s; kept %(days)d days at most.")


def _others(whose: queries.Subject) -> Iterator[dict[str, Any]]:
    for row in places.subprocessors(whose.provider_id):
        yield _line(
            lambda row=row: _("%(name)s (%(country)s): %(task)s.")  # type: ignore[misc]
            % {"name": row.name, "country": row.country, "task": row.task},
            "A11",
        )
    for name, country in endpoints.operators():
        yield _line(
            lambda name=name, country=country: _("%(name)s (%(country)s): %(task)s.")  # type: ignore[misc]
            % {"name": name, "country": country, "task": _(endpoints.CARRIES)},
            "A11",
        )
