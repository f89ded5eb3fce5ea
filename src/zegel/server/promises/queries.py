# SPDX-License-Identifier: EUPL-1.2
"""What is known of the promises now. All of it within the provider's own party; `of_provider` puts it there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from zegel.declare import law, profiles
from zegel.declare.vocabulary import Term
from zegel.server.agreements import terms
from zegel.server.kernel import clock, tenancy
from zegel.server.people import queries as people
from zegel.server.people.queries import as_party
from zegel.server.people.roles import RelationKind
from zegel.server.promises.catalogue import Promise, promises
from zegel.server.promises.models import Change, Day, Evidence
from zegel.server.promises.probing import LOOKED_DAYS, probe_of
from zegel.server.promises.rules import Every, Result, State, Why, state_now, unproven
from zegel.server.sites.models import Site
from zegel.server.tasks import scope
from zegel.server.tenants import queries as tenants

SHOWN_DAYS = 30
FEED = 50


@dataclass(frozen=True)
class Line:
    """A promise as it stands. `days`: the worst state of each of the last days, oldest first (None: nothing tried)."""

    promise: Promise
    state: State
    result: Result
    at: datetime | None
    every: Every | None
    evidence_id: UUID | None
    days: tuple[State | None, ...]
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Counts:
    kept: int
    broken: int
    stale: int
    unproven: int

    @property
    def all(self) -> int:
        return self.kept + self.broken + self.stale + self.unproven


def providers() -> list[UUID]:
    """Whose promises there are: every party that is somebody's provider, the longest here first."""
    return scope.providers()


def newest(provider_id: UUID) -> dict[str, Evidence]:
    """The newest evidence of each promise, within the provider's party."""
    rows = Evidence.objects.filter(owner_id=provider_id).order_by("promise", "-at", "-id").distinct("promise")
    return {row.promise: row for row in rows}


def lines(provider_id: UUID, names: Collection[str], figures: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """These promises, in the order of the catalogue, with `figures` (by promise) in their sentences."""
    with as_party(provider_id):
        found, days, now = newest(provider_id), _days(provider_id), clock.now()
    return [
        _line(promise, found.get(name), days.get(name, {}), figures.get(name, {}), now)
        for name, promise in promises().items() if name in names
    ]  # fmt: skip


def _line(
    promise: Promise, row: Evidence | None, days: Mapping[date, State], figures: Mapping[str, Any], now: datetime
) -> Line:
    probe = probe_of(promise.id)
    shown = tuple(days.get((now - timedelta(days=ago)).date()) for ago in range(SHOWN_DAYS - 1, -1, -1))
    if probe is None:
        why = Why.NO_CODE if promise.waits else Why.DOCUMENT
        return Line(promise, State.UNPROVEN, unproven(why), None, None, None, shown, figures)
    if row is None:
        return Line(promise, State.UNPROVEN, unproven(Why.NOT_REACHED), None, probe.every, None, shown, figures)
    result = Result(State(row.state), row.tried, row.failed, Why(row.why), tuple(row.which))
    state = state_now(result.state, row.at, probe.every, now)
    return Line(promise, state, result, row.at, probe.every, row.id, shown, figures)


def _days(provider_id: UUID) -> dict[str, dict[date, State]]:
    since = (clock.now() - timedelta(days=SHOWN_DAYS)).date()
    found: dict[str, dict[date, State]] = {}
    for row in Day.objects.filter(owner_id=provider_id, day__gt=since):
        found.setdefault(row.promise, {})[row.day] = State(row.state)
    return found


def counts(of: Sequence[Line]) -> Counts:
    states = [line.state for line in of]
    return Counts(*(states.count(state) for state in (State.KEPT, State.BROKEN, State.STALE, State.UNPROVEN)))


def checked_at(of: Sequence[Line]) -> datetime | None:
    return max((line.at for line in of if line.at is not None), default=None)


def changes(provider_id: UUID, names: Collection[str] | None = None, limit: int = FEED) -> list[Change]:
    """The newest first."""
    with as_party(provider_id):
        rows = Change.objects.filter(owner_id=provider_id).order_by("-at", "-id")
        if names is not None:
            rows = rows.filter(promise__in=list(names))
        return list(rows[:limit])


def history(provider_id: UUID, promise: str, limit: int = 200) -> list[Evidence]:
    with as_party(provider_id):
        rows = Evidence.objects.filter(owner_id=provider_id, promise=promise)
        return list(rows.order_by("-at").defer("envelope")[:limit])


def evidence(provider_id: UUID, evidence_id: UUID) -> Evidence | None:
    with as_party(provider_id):
        return Evidence.objects.filter(owner_id=provider_id, id=evidence_id).select_related("run").first()


def broken(provider_id: UUID) -> list[Evidence]:
    """Promises whose newest evidence says that they are broken; within the provider's party."""
    return [row for row in newest(provider_id).values() if row.state == State.BROKEN.value]


# --- whose promises, under which profile -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Subject:
    """Whose promises are shown: a provider's own, or those to one of its customers."""

    party_id: UUID
    provider_id: UUID
    name: str
    household: bool
    country: str
    profiles: tuple[str, ...]
    firm: bool = False
    """A tenant with customers of its own: its records, not cameras, are what it answers for."""
    places: tuple[tuple[str, str], ...] = ()
    """Profile and country of each of its own sites."""

    @property
    def is_provider(self) -> bool:
        return self.party_id == self.provider_id


def subject(party_id: UUID) -> Subject | None:
    """A provider, or a party that one serves now; nobody else."""
    own = party_id in set(providers())
    provider = party_id if own else people.serving(party_id, RelationKind.PROVIDER)
    if provider is None:
        return None
    with tenancy.acting_as(party_id):
        party = people.party(party_id, seen_by=party_id)
        rows = Site.objects.all() if own else Site.objects.filter(owner_id=party_id)
        if own:
            rows = rows.filter(owner_id__in=scope.customers(party_id))
        own_sites = sorted(set(Site.objects.filter(owner_id=party_id).values_list("profile", "country")))
        used = {name if profiles.known(name) else profiles.STRICTEST for name in rows.values_list("profile", flat=True)}
        tenant = tenants.tenant(party_id)
    if party is None:
        return None
    used |= {tenant.profile} if tenant is not None else set()
    names = tuple(name for name in profiles.NAMES if name in used) or (profiles.STRICTEST,)
    return Subject(
        party_id, provider, party.name, party.kind == "household", party.country, names, tenant is not None,
        tuple(own_sites),
    )  # fmt: skip


def names_of(used: Collection[str]) -> set[str]:
    """The promises of these profiles."""
    return {name for profile in used for name in profiles.profile(profile).promises}


def figures_of(used: Sequence[str]) -> dict[str, dict[str, Any]]:
    """By promise: what its sentence is filled in with; of several profiles the first one's that has it counts."""
    found: dict[str, dict[str, Any]] = {}
    for name in promises():
        profile = next((one for one in used if name in profiles.profile(one).promises), used[0])
        found[name] = _figures(profile, name)
    return found


def figures_for(whose: Subject, used: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """As figures_of, with the terms that this party chose or its authority's norm cut: what the runner goes by."""
    found = figures_of(used or whose.profiles)
    with as_party(whose.party_id):
        days = {name: days_of(whose, name) for name in used or whose.profiles}
    for name, figures in found.items():
        profile = next((one for one in days if name in profiles.profile(one).promises), None)
        if profile is not None:
            figures["surveillance_days"] = days[profile][Term.SURVEILLANCE_IMAGES]
            figures["overview_days"] = days[profile][Term.OVERVIEW_IMAGES]
    return found


def days_of(whose: Subject, profile: str) -> dict[Term, int]:
    """Within that party's view: the longest that each term lasts for it under that profile today."""
    if whose.is_provider:  # it speaks of all its customers, each with terms of its own
        return {term: profiles.days(profile, term) for term in Term}
    countries = {country for name, country in whose.places if name == profile} or {whose.country}
    each = [terms.all_days(whose.party_id, profile, country or whose.country) for country in sorted(countries)]
    return {term: max(days[term] for days in each) for term in Term}


def _figures(profile: str, promise: str) -> dict[str, Any]:
    return {
        "surveillance_days": profiles.days(profile, Term.SURVEILLANCE_IMAGES),
        "overview_days": profiles.days(profile, Term.OVERVIEW_IMAGES),
        "looked_days": LOOKED_DAYS,
        "hours": law.deadline("breach.customer", clock.now().date()).hours,
        **profiles.profile(profile).parameters.get(promise, {}),
    }  # fmt: skip
