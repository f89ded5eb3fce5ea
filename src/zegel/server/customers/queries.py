# SPDX-License-Identifier: EUPL-1.2
"""Reading customers. What is restricted is listed by its number, without a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from zegel.declare import Term
from zegel.server.agreements import terms
from zegel.server.customers import actions, rules
from zegel.server.customers.errors import UnknownCustomer
from zegel.server.customers.models import Change, Contact, Customer, Forgotten, Review, Suggestion
from zegel.server.customers.rules import Decision, Reason, Standing
from zegel.server.gate import Action, decide, require
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.tenants import queries as tenants

PAGE = 50
MOST_LINES = 500
PROFILE = "office"
"""By which the terms of a firm go that is no tenant."""


@dataclass(frozen=True)
class Named:
    """How a customer is shown in lists of rooms above. `name` and `city`: empty when restricted or anonymised."""

    id: UUID
    number: int
    name: str
    city: str
    restricted: bool
    anonymised: bool


def names(customer_ids: Iterable[UUID]) -> Mapping[UUID, Named]:
    """Within an acting party, in one question."""
    rows = Customer.objects.filter(id__in=set(customer_ids)).values_list(
        "id", "number", "name", "city", "restricted_at", "anonymised_at"
    )
    return {
        key: Named(key, number, "" if hidden else name, "" if hidden else city, hidden is not None, gone is not None)
        for key, number, name, city, hidden, gone in rows
    }


def named(row: Customer) -> Named:
    hidden = row.restricted_at is not None
    return Named(
        row.id, row.number, "" if hidden else row.name, "" if hidden else row.city, hidden,
        row.anonymised_at is not None,
    )  # fmt: skip


def find(customer_id: UUID) -> Customer | None:
    """Within an acting party. The gate is the caller's to ask."""
    return Customer.objects.filter(id=customer_id).first()


# --- the list ---


@dataclass(frozen=True)
class Wanted:
    """Which customers. `text`: a number, the beginning of an e-mail address or postcode, or part of a name; `before`:
    go on below that number. `standing`: one of rules.Standing, or "restricted", "anonymised", "suggested"; empty: all
    but the anonymised."""

    text: str = ""
    standing: str = ""
    before: int | None = None


@dataclass(frozen=True)
class Page:
    rows: tuple[Customer, ...]
    more: bool


def listed(actor: Actor, wanted: Wanted, size: int = PAGE) -> Page:
    """The newest first. Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    with work.transaction(actor):
        rows = _standing(Customer.objects.filter(owner_id=tenancy.current_party()), wanted.standing)
        if wanted.text.strip():
            rows = rows.filter(_meant(wanted.text.strip()[:100]))
        if wanted.before is not None:
            rows = rows.filter(number__lt=wanted.before)
        found = list(rows.order_by("-number")[: size + 1])
        return Page(tuple(found[:size]), len(found) > size)


def of_standing(actor: Actor, standing: str) -> QuerySet[Customer]:
    """Within the acting party: those of its customers. Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    return _standing(Customer.objects.filter(owner_id=tenancy.current_party()), standing)


def _standing(rows: QuerySet[Customer], standing: str) -> QuerySet[Customer]:
    if standing == "restricted":
        return rows.filter(restricted_at__isnull=False)
    if standing == "anonymised":
        return rows.filter(anonymised_at__isnull=False)
    rows = rows.filter(anonymised_at=None)
    if standing == "suggested":
        return rows.filter(suggestions__decided_at=None, suggestions__isnull=False)
    return rows.filter(standing=standing) if standing in set(Standing) else rows


def _meant(text: str) -> Q:
    """What is restricted is found by its number alone."""
    found = Q(pk__in=[])
    if text.lstrip("#").isdecimal() and len(text) < 10:
        found = Q(number=int(text.lstrip("#")))
    open_only = Q(restricted_at=None)
    if "@" in text:
        return found | open_only & Q(email__startswith=text.lower())
    key = rules.name_key(text)
    if key:
        found |= open_only & (Q(name_key__contains=key) | Q(place_key__startswith=key.upper()))
        if any(letter.isdecimal() for letter in text):
            digits = "".join(letter for letter in text if letter.isdecimal())
            found |= open_only & Q(phone__contains=digits) if len(digits) >= 4 else Q()
    return found


def counts(actor: Actor) -> dict[str, int]:
    """How many of each standing, and how many wait for somebody. Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    with work.transaction(actor):
        rows = Customer.objects.filter(owner_id=tenancy.current_party())
        found = rows.filter(anonymised_at=None).aggregate(
            prospect=Count("id", filter=Q(standing=Standing.PROSPECT.value)),
            customer=Count("id", filter=Q(standing=Standing.CUSTOMER.value)),
            former=Count("id", filter=Q(standing=Standing.FORMER.value)),
            restricted=Count("id", filter=Q(restricted_at__isnull=False)),
        )
        open_ones = Suggestion.objects.filter(owner_id=tenancy.current_party(), decided_at=None)
        return found | {"suggested": open_ones.values("customer").distinct().count()}


# --- one ---


@dataclass(frozen=True)
class Record:
    """All that is in one customer's record. `may`: what the acting person may do with it."""

    row: Customer
    contacts: tuple[Contact, ...]
    suggestions: tuple[Suggestion, ...]
    changes: tuple[Change, ...]
    reviews: tuple[Review, ...]
    forgotten: Forgotten | None
    doubles: tuple[Customer, ...]
    may: frozenset[str]


def record(actor: Actor, customer_id: UUID) -> Record:
    """Raises Denied, UnknownCustomer."""
    with work.transaction(actor):
        row = find(customer_id)
        if row is None:
            raise UnknownCustomer
        require(actor, Action.READ, actions.resource(row))
        acts = (Action.CHANGE, Action.END, Action.SUSPEND, Action.LIFT, Action.DELETE, Action.EXPORT)
        may = frozenset(one.value for one in acts if decide(actor, one, actions.resource(row)).allowed)
        return Record(
            row, tuple(row.contacts.order_by("name", "id")),
            tuple(row.suggestions.filter(decided_at=None).order_by("at")),
            tuple(row.changes.order_by("-at", "-id")[:100]), tuple(row.reviews.order_by("-at")[:20]),
            row.forgotten.order_by("-at").first(), tuple(_doubles(row)), may,
        )  # fmt: skip


def _doubles(row: Customer) -> Sequence[Customer]:
    if row.anonymised_at is not None:
        return []
    same = Q(pk__in=[])
    if row.email:
        same |= Q(email=row.email)
    if row.name_key and row.place_key:
        same |= Q(name_key=row.name_key, place_key=row.place_key)
    rows = Customer.objects.filter(same, owner_id=row.owner_id, anonymised_at=None, restricted_at=None)
    return list(rows.exclude(id=row.id).order_by("number")[:10])


# --- the yearly list of what may go (A4) ---


@dataclass(frozen=True)
class Terms:
    """Days without an order after which the relation is looked at, and days after its end in which claims can come."""

    quiet: int
    claims: int


def terms_of(owner_id: UUID) -> Terms:
    """Within an acting party: what that firm chose, within its profile's bounds."""
    tenant = tenants.tenant(owner_id)
    found = terms.all_days(owner_id, PROFILE if tenant is None else tenant.profile)
    return Terms(found[Term.RELATION], found[Term.LIABILITY])


def own_terms(actor: Actor) -> Terms:
    """The acting firm's. Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        return terms_of(actor.party_id)


@dataclass(frozen=True)
class CleanUp:
    """A line: who, why, since when."""

    row: Customer
    reason: Reason
    since: date


def clean_up(actor: Actor) -> list[CleanUp]:
    """Who may go, with the reason, the longest overdue first; without what was decided to keep until later. Raises
    Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        return due(actor.party_id)


def due(owner_id: UUID, most: int = MOST_LINES) -> list[CleanUp]:
    """Within an acting party."""
    now, of = clock.now(), terms_of(owner_id)
    found: list[CleanUp] = []
    for row in _perhaps(owner_id, of, now)[: most * 2]:
        for reason in rules.reasons(dates(row), now, of.quiet, of.claims):
            found.append(CleanUp(row, reason, _since(row, reason, of)))
    found += _twice(owner_id)
    kept = _kept([line.row.id for line in found])
    left = [line for line in found if (line.row.id, line.reason) not in kept]
    return sorted(left, key=lambda line: (line.since, line.row.number))[:most]


def going(owner_id: UUID) -> list[UUID]:
    """Within an acting party: whom nothing keeps any more, and who is not restricted."""
    rows = Customer.objects.filter(_over(terms_of(owner_id), clock.now()), owner_id=owner_id, anonymised_at=None)
    return list(rows.filter(restricted_at=None).order_by("number").values_list("id", flat=True))


def _over(of: Terms, now: datetime) -> Q:
    over = Q(standing=Standing.PROSPECT.value) & (Q(consent_until=None) | Q(consent_until__lt=now.date()))
    return over | Q(standing=Standing.FORMER.value, ended_at__lte=now - timedelta(days=of.claims))


def _perhaps(owner_id: UUID, of: Terms, now: datetime) -> QuerySet[Customer]:
    over = _over(of, now)
    over |= Q(standing=Standing.CUSTOMER.value, active_at__lt=now - timedelta(days=of.quiet))
    over |= Q(restricted_at__lt=now - rules.RESTRICTED_LONG)
    return Customer.objects.filter(over, owner_id=owner_id, anonymised_at=None).order_by("active_at")


def dates(row: Customer) -> rules.Dates:
    return rules.Dates(Standing(row.standing), row.active_at, row.ended_at, row.consent_until, row.restricted_at)


def _since(row: Customer, reason: Reason, of: Terms) -> date:
    if reason is Reason.QUIET:
        return (row.active_at + timedelta(days=of.quiet)).date()
    if reason is Reason.CLAIMS_OVER and row.ended_at:
        return (row.ended_at + timedelta(days=of.claims)).date()
    if reason is Reason.RESTRICTED_LONG and row.restricted_at:
        return (row.restricted_at + rules.RESTRICTED_LONG).date()
    return row.consent_until or row.since.date()


def _twice(owner_id: UUID) -> list[CleanUp]:
    """Of those with one address, or one name at one house, the newest."""
    rows = Customer.objects.filter(owner_id=owner_id, anonymised_at=None)
    numbers: set[int] = set()
    for same in (
        rows.exclude(email="").values("email"), rows.exclude(place_key="").values("name_key", "place_key"),
    ):  # fmt: skip
        numbers |= {each["last"] for each in same.annotate(n=Count("id"), last=Max("number")).filter(n__gt=1)[:100]}
    found = rows.filter(number__in=numbers).order_by("number")
    return [CleanUp(row, Reason.DOUBLE, row.since.date()) for row in found]


def _kept(customer_ids: Sequence[UUID]) -> set[tuple[UUID, Reason]]:
    rows = Review.objects.filter(
        customer_id__in=customer_ids, decision=Decision.KEEP.value, until__gte=clock.now().date()
    )
    return {(customer_id, Reason(reason)) for customer_id, reason in rows.values_list("customer_id", "reason")}


def reviewed(actor: Actor, since: datetime) -> list[Review]:
    """What was decided since then. Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Review.objects.filter(owner_id=tenancy.current_party(), at__gte=since).select_related("customer")
        return list(rows.order_by("-at")[:MOST_LINES])


