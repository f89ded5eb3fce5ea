# SPDX-License-Identifier: EUPL-1.2
"""Reading tenants. Brands are public; everything else runs as the party that it belongs to or that serves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zegel.server.kernel import clock
from zegel.server.people.models import Invitation, Membership
from zegel.server.people.queries import as_party, at
from zegel.server.people.roles import PARTNER, Role
from zegel.server.tenants import rules
from zegel.server.tenants.models import (
    Brand,
    Employee,
    Function,
    LessonTaken,
    Removal,
    RightOfUse,
    ServiceContract,
    TakenOut,
    Tenant,
)
from zegel.server.tenants.rules import Standing

MOST = 500
COUNTED_OUT = (Role.ACCOUNTANT, Role.AUDITOR, *PARTNER)  # from outside: not of the number that a plan is for


# --- anybody ---


def by_slug(slug: str) -> Brand | None:
    """A tenant's public face by its name in addresses; None for one that was switched off."""
    return Brand.objects.filter(slug=slug, active=True).first()


def brand(owner_id: UUID) -> Brand | None:
    return Brand.objects.filter(owner_id=owner_id).first()


def has_statement(found: Brand) -> bool:
    """Whether the tenant published its own privacy statement, at an address or here (I11)."""
    return bool(found.privacy_url or any(str(text).strip() for text in found.privacy_text.values()))


# --- the tenant ---


def tenant(owner_id: UUID) -> Tenant | None:
    with as_party(owner_id):
        return Tenant.objects.filter(owner_id=owner_id).first()


def right_of_use(owner_id: UUID, moment: datetime | None = None) -> RightOfUse | None:
    """The one that holds; else the next that begins, else the last that was."""
    now = moment or clock.now()
    with as_party(owner_id):
        rows = list(RightOfUse.objects.filter(owner_id=owner_id).order_by("valid_from")[:MOST])
    held = [row for row in rows if row.valid_from <= now and (row.valid_to is None or now < row.valid_to)]
    coming = [row for row in rows if row.valid_from > now]
    return (held or coming[:1] or rows)[-1] if rows else None


def standing(owner_id: UUID, moment: datetime | None = None) -> Standing:
    row = right_of_use(owner_id, moment)
    use = None if row is None else rules.Use(row.valid_from, row.valid_to, row.exit_at)
    return rules.standing(use, moment or clock.now())


def holds(owner_id: UUID) -> bool:
    """Whether the tenant may work with the system now. A party that is no tenant needs no right of use."""
    return tenant(owner_id) is None or standing(owner_id) is Standing.HOLDS


def rights(owner_id: UUID) -> Sequence[RightOfUse]:
    """All there were, the newest first."""
    with as_party(owner_id):
        return list(RightOfUse.objects.filter(owner_id=owner_id).order_by("-valid_from")[:MOST])


def users(owner_id: UUID) -> int:
    """How many people the plan counts: who works there, and who was asked and may still accept."""
    outside = [role.value for role in COUNTED_OUT]
    with as_party(owner_id):
        there = Membership.objects.filter(at(clock.now()), party_id=owner_id).exclude(role__in=outside)
        asked = Invitation.objects.filter(
            owner_id=owner_id, accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now()
        ).exclude(role__in=outside)
        return there.values("person_id").distinct().count() + asked.count()


def served(provider_id: UUID) -> Sequence[Tenant]:
    """Whom this provider serves as tenants, as row-level security shows them."""
    with as_party(provider_id):
        return list(Tenant.objects.filter(provider_id=provider_id).order_by("since")[:MOST])


def taken_out(owner_id: UUID) -> TakenOut | None:
    """The last time that everything was taken along."""
    with as_party(owner_id):
        return TakenOut.objects.filter(owner_id=owner_id).order_by("-at").first()


def removals(provider_id: UUID) -> Sequence[Removal]:
    with as_party(provider_id):
        return list(Removal.objects.filter(owner_id=provider_id).order_by("-asked_at")[:MOST])


# --- its people ---


def functions(owner_id: UUID) -> Sequence[Function]:
    with as_party(owner_id):
        return list(Function.objects.filter(owner_id=owner_id, ended_at=None).order_by("name")[:MOST])


def employees(owner_id: UUID) -> Sequence[Employee]:
    """Who works there first, by name; then who left, the last first."""
    with as_party(owner_id):
        rows = Employee.objects.filter(owner_id=owner_id).select_related("function")
        here = list(rows.filter(left_at=None).order_by("name")[:MOST])
        return here + list(rows.exclude(left_at=None).order_by("-left_at")[:MOST])


def lessons(owner_id: UUID) -> dict[UUID, LessonTaken]:
    """The newest that each person passed."""
    with as_party(owner_id):
        rows = LessonTaken.objects.filter(owner_id=owner_id, passed=True).order_by("at")[: MOST * 10]
        return {row.person_id: row for row in rows}


def contracts(owner_id: UUID) -> Sequence[ServiceContract]:
    """The one that ends first on top; ended ones last."""
    with as_party(owner_id):
        rows = list(ServiceContract.objects.filter(owner_id=owner_id)[:MOST])
    return sorted(rows, key=lambda row: (row.ended_at is not None, row.valid_to, row.id))


def may_administer(person_id: UUID, party_id: UUID) -> bool:
    """A8: his service contract for this party is in date, or he was appointed within the month and has none yet."""
    now = clock.now()
    with as_party(party_id):
        mine = ServiceContract.objects.filter(owner_id=party_id, person_id=person_id)
        spans = [(row.valid_from, min(row.valid_to, row.ended_at or row.valid_to)) for row in mine]
        role = Q(role=Role.ADMIN.value, party_id=party_id, person_id=person_id)
        appointed = Membership.objects.filter(role, at(now)).order_by("valid_from").values_list("valid_from", flat=True)
        first = appointed.first()
    return first is not None and rules.admits(spans, first, now)
