# SPDX-License-Identifier: EUPL-1.2
"""What is the case at a provider and its customers that somebody has to do something about. Read as the provider: what
it may not see makes no task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from zegel.server.agreements import queries as agreements
from zegel.server.agreements.models import Certificate
from zegel.server.kernel import clock
from zegel.server.maintenance.models import Malfunction
from zegel.server.maintenance.rules import MalfunctionState
from zegel.server.people import queries as people
from zegel.server.people.queries import as_party
from zegel.server.people.roles import Role
from zegel.server.sites.models import Site, Unit, UnitHealth, UnitState
from zegel.server.tasks import scope
from zegel.server.tasks.rules import SILENT_AFTER, About, Cause, TaskKind, ends_soon

STAFF = (Role.PLANNER, Role.TECHNICIAN, Role.ADMIN, Role.PRIVACY_OFFICER)
GIVEN = (*STAFF, Role.SUPERVISOR)  # who may be given a task: a centre has its supervisors for it
BOUND = (*STAFF, Role.AUDITOR)  # who must have signed to keep things to himself (C16)


Find = Callable[[UUID], Iterable[Cause]]
_sources: dict[str, Find] = {}
_of_centres: set[str] = set()


def source(name: str, *, centres: bool = False) -> Callable[[Find], Find]:
    """Registers what finds causes of a room above, under its name; from its AppConfig.ready(). It is called within the
    provider's party, each minute: it asks little. What it says of each task in words: naming.source. `centres`: an
    alarm centre has such things to do of its own, too."""

    def keep(find: Find) -> Find:
        if _sources.setdefault(name, find) is not find:
            raise ValueError(f"Causes named {name!r} are registered twice.")
        if centres:
            _of_centres.add(name)
        return find

    return keep


def of(provider_id: UUID) -> list[Cause]:
    """Within the provider's party, or an alarm centre's: that has no customers of its own to look after here, and
    its certificates and seats stand on its own page."""
    if scope.is_only_centre(provider_id):
        return [cause for name in sorted(_of_centres) for cause in _sources[name](provider_id)]
    customers = scope.customers(provider_id)
    sites = {row.id: row for row in Site.objects.filter(owner_id__in=customers)}
    return [
        *_agreements(customers), *_signs(sites), *_units(customers), *_malfunctions(customers),
        *_certificates(provider_id), *_statements(provider_id),
        *(cause for find in _sources.values() for cause in find(provider_id)),
    ]  # fmt: skip


def _agreements(customers: set[UUID]) -> Iterator[Cause]:
    for owner in customers - agreements.owners_with_agreement(customers).keys():
        yield Cause(TaskKind.AGREEMENT_UNSIGNED, About.CUSTOMER, owner, owner)


def _signs(sites: dict[UUID, Site]) -> Iterator[Cause]:
    """Only where something hangs that a sign must speak of: at a site with a unit."""
    with_units = set(Unit.objects.filter(site_id__in=sites, state=UnitState.PAIRED).values_list("site_id", flat=True))
    for site_id in with_units - agreements.sites_with_sign(with_units):
        yield Cause(TaskKind.SIGN_MISSING, About.SITE, site_id, sites[site_id].owner_id)


def _units(customers: set[UUID]) -> Iterator[Cause]:
    """Out of contact, and what their telemetry raised."""
    now = clock.now()
    rows = Unit.objects.filter(owner_id__in=customers, state=UnitState.PAIRED)
    for unit_id, owner_id, seen, paired in rows.values_list("id", "owner_id", "last_seen_at", "paired_at"):
        if now - (seen or paired) > SILENT_AFTER:
            yield Cause(TaskKind.UNIT_SILENT, About.UNIT, unit_id, owner_id)
    health = UnitHealth.objects.filter(owner_id__in=customers, unit__state=UnitState.PAIRED).exclude(conditions={})
    for unit_id, owner_id, conditions in health.values_list("unit_id", "owner_id", "conditions"):
        for condition in conditions:
            if condition != "silent_unit":  # that is told above, by the contact itself
                yield Cause(TaskKind.TELEMETRY, About.UNIT, unit_id, owner_id, str(condition)[:60])


def _malfunctions(customers: set[UUID]) -> Iterator[Cause]:
    rows = Malfunction.objects.filter(owner_id__in=customers, state=MalfunctionState.OPEN.value)
    for row in rows:
        yield Cause(TaskKind.MALFUNCTION, About.MALFUNCTION, row.id, row.owner_id, row.fault)


def _certificates(provider_id: UUID) -> Iterator[Cause]:
    """The provider's own and its people's, and those of the alarm centres that serve its customers (C15): a centre
    whose certificate has run out gets no release. One that was renewed counts as renewed."""
    now = clock.now()
    for row in certificates(provider_id):
        if ends_soon(row.valid_to, now):
            detail = f"{row.scheme}.{row.person_id or row.owner_id}"[:60]
            yield Cause(TaskKind.CERTIFICATE_ENDS, About.CERTIFICATE, row.id, None, detail, row.valid_to)


def certificates(provider_id: UUID) -> list[Certificate]:
    """The newest of each scheme: the provider's, its people's, and of each alarm centre its own (not its people's)."""
    found = agreements.last_certificates(provider_id, people=True)
    for centre in scope.centres_of(provider_id):
        if centre != provider_id:
            with as_party(centre):
                found += agreements.last_certificates(centre, people=False)
    return sorted(found, key=lambda row: (row.valid_to, row.id))


def _statements(provider_id: UUID) -> Iterator[Cause]:
    """Confidentiality statements of the provider's own people (C16)."""
    now, held = clock.now(), agreements.statements(provider_id)
    for person in people.members(provider_id, BOUND):
        until = held.get(person.id)
        if until is None:
            yield Cause(TaskKind.STATEMENT_MISSING, About.PERSON, person.id, None)
        elif ends_soon(until, now):
            yield Cause(TaskKind.STATEMENT_ENDS, About.PERSON, person.id, None, "", until)
