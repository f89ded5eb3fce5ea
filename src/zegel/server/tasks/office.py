# SPDX-License-Identifier: EUPL-1.2
"""A provider's customers, sites, units and people at a glance. Counts and dates; never an image, never a key.

One question for each kind of thing, however many customers there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from zegel.server.agreements import queries as agreements
from zegel.server.agreements.models import Agreement, Certificate, Purpose
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.maintenance.models import Malfunction
from zegel.server.maintenance.rules import MalfunctionState
from zegel.server.people import actions as people_actions
from zegel.server.people import invitations
from zegel.server.people import queries as people
from zegel.server.people.errors import BadField
from zegel.server.people.models import Invitation, InvitationKind, Party, ServiceRelation
from zegel.server.people.roles import Language, PartyKind, RelationKind, Role
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera, Site, Unit, UnitHealth, UnitState
from zegel.server.tasks import causes, scope


@dataclass(frozen=True)
class Customer:
    """One line of the list. `signs_missing`: of sites with a unit. `invitation`: the letter to its first
    owner that nobody used yet, also when it is too old."""

    party: Party
    since: datetime
    agreement: Agreement | None
    purposes: Sequence[Purpose]
    sites: int
    units: int
    in_contact: int
    cameras: int
    signs_missing: int
    malfunctions: int
    invitation: Invitation | None


def customers(actor: Actor) -> list[Customer]:
    """Whom the acting provider serves now, by name."""
    with tenancy.acting_as(actor.party_id, actor.id):
        relations = ServiceRelation.objects.filter(
            people.at(clock.now()), party_id=tenancy.current_party(), kind=RelationKind.PROVIDER.value
        )
        since = {row.owner_id: row.valid_from for row in relations}
        return _customers(since)


def _customers(since: dict[UUID, datetime]) -> list[Customer]:
    owners, contact = set(since), clock.now() - sites.IN_CONTACT
    signed, purposes = agreements.owners_with_agreement(owners), agreements.purposes_of(owners)
    units = Unit.objects.filter(owner_id__in=owners, state=UnitState.PAIRED)
    seen = list(units.values_list("owner_id", "site_id", "last_seen_at"))
    hanging = agreements.sites_with_sign({site for _owner, site, _seen in seen})
    of_unit = Counter(owner for owner, _site, _seen in seen)
    here = Counter(owner for owner, _site, at in seen if at is not None and at > contact)
    of_sign = Counter({site: owner for owner, site, _seen in seen if site not in hanging}.values())
    wrong = Malfunction.objects.filter(owner_id__in=owners, state=MalfunctionState.OPEN.value)
    of_site, of_camera = (_counted(model.objects.filter(owner_id__in=owners)) for model in (Site, Camera))
    of_fault = _counted(wrong)
    letters = Invitation.objects.filter(owner_id__in=owners, kind=InvitationKind.FIRST, withdrawn_at=None)
    newest = {row.owner_id: row for row in letters.order_by("created_at")}
    invited = {owner: row for owner, row in newest.items() if row.accepted_at is None}
    return [
        Customer(
            party, since[party.id], signed.get(party.id), purposes.get(party.id, ()), of_site.get(party.id, 0),
            of_unit[party.id], here[party.id], of_camera.get(party.id, 0), of_sign[party.id],
            of_fault.get(party.id, 0), invited.get(party.id),
        )
        for party in Party.objects.filter(id__in=owners).order_by("name", "id")
    ]  # fmt: skip


def _counted(rows: QuerySet[Any]) -> dict[UUID, int]:
    """How many each owner has."""
    return dict(rows.order_by().values_list("owner_id").annotate(Count("owner_id")))


PLACES_AT_ONCE = 60


@dataclass(frozen=True)
class Place:
    """A customer's site with its units; `conditions`: what each unit's telemetry raised, and since when (ms)."""

    site: Site
    sign: bool
    units: Sequence[Unit]
    conditions: dict[UUID, dict[str, int]]


def places(
    actor: Actor, owner_id: UUID | None = None, site_id: UUID | None = None, words: str = ""
) -> tuple[list[Place], int]:
    """Sites by name with their units and cameras: of one customer, that one, or those in whose name, address or units'
    names every word is; 60 at most. And how many there are."""
    with tenancy.acting_as(actor.party_id, actor.id):
        owners = scope.customers(tenancy.current_party())
        rows = Site.objects.filter(owner_id__in=owners if owner_id is None else owners & {owner_id})
        if site_id is not None:
            rows = rows.filter(id=site_id)
        for word in words.split()[:6]:
            of_unit = Unit.objects.filter(name__icontains=word).values("site_id")
            rows = rows.filter(Q(name__icontains=word) | Q(address__icontains=word) | Q(id__in=of_unit))
        found, count = list(rows.order_by("name", "id")[:PLACES_AT_ONCE]), rows.count()
        here = [row.id for row in found]
        by_site: dict[UUID, list[Unit]] = {}
        units = Unit.objects.filter(site_id__in=here).select_related("site").prefetch_related("cameras")
        for unit in units.order_by("name", "id"):
            by_site.setdefault(unit.site_id, []).append(unit)
        health = dict(UnitHealth.objects.filter(unit__site_id__in=here).values_list("unit_id", "conditions"))
        hanging = agreements.sites_with_sign(here)
        return [Place(row, row.id in hanging, by_site.get(row.id, ()), health) for row in found], count


@dataclass(frozen=True)
class Paper:
    """A certificate or a confidentiality statement, with whose it is. `until` None: there is none."""

    kind: str
    scheme: str
    number: str
    issuer: str
    whose: str
    role: str
    until: datetime | None
    centre: bool = False


def papers(actor: Actor) -> list[Paper]:
    """Certificates of the provider, its people and its customers' alarm centres; its people's statements. The one that
    ends first on top, and what is missing above all."""
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        held, staff = agreements.statements(party), people.members(party, causes.BOUND)
        names = {one.id: one.display_name for one in staff}
        found = [
            Paper("statement", "", "", "", one.display_name, "", held.get(one.id)) for one in staff
        ] + [_paper(row, party, names) for row in causes.certificates(party)]  # fmt: skip
    return sorted(found, key=lambda row: (row.until is not None, row.until or clock.now(), row.whose))


def _paper(row: Certificate, party: UUID, names: dict[UUID, str]) -> Paper:
    whose = names.get(row.person_id, "") if row.person_id else party_name(row.owner_id, party)
    centre = row.owner_id != party
    return Paper("certificate", row.scheme, row.number, row.issuer, whose, "", row.valid_to, centre)


def party_name(party_id: UUID, seen_by: UUID) -> str:
    """Also an alarm centre's, which publishes its name with its key."""
    known = people.party_names([party_id], seen_by=seen_by).get(party_id)
    if known is not None:
        return known
    card = people.arc_card(party_id)
    return "" if card is None else card.name


# --- a new customer ---


@dataclass(frozen=True)
class NewCustomer:
    """Whom the provider takes on, and who owns it first."""

    kind: PartyKind
    name: str
    country: str
    language: Language
    owner_email: str
    owner_name: str


def take_on(actor: Actor, new: NewCustomer) -> tuple[UUID, Invitation]:
    """The customer, served by the acting provider from now on, and a letter to its first owner. It has no key and no
    agreement yet: both are made by that owner. Raises Denied, BadField, Taken."""
    require(actor, Action.ADD, Resource(ResourceKind.CUSTOMER, None, actor.party_id))
    assert actor.party_id is not None
    party_id = ids.new()
    if "@" not in new.owner_email:
        raise BadField(_("This is not an e-mail address."), action=_("Write it like name@example.org."))
    founder = system(party_id)
    with work.transaction(founder):
        people_actions.create_party(founder, new.kind, new.name, new.country, new.language, party_id=party_id)
        people_actions.relate(founder, party_id, actor.party_id, RelationKind.PROVIDER)
    asked = invitations.Asked(new.owner_email, new.owner_name, Role.OWNER, new.language.value)
    return party_id, invitations.invite(actor, party_id, actor.party_id, asked, InvitationKind.FIRST)
