# SPDX-License-Identifier: EUPL-1.2
"""What goes when something ended that no row tells: the last unit left a site, a relation or an account ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Max, Q

from zegel.declare import Start, Term
from zegel.server.kernel import clock, log, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.lifecycle import erasing, planner
from zegel.server.lifecycle.owners import Owner
from zegel.server.lifecycle.planner import Matter
from zegel.server.people import queries as people
from zegel.server.people.models import Membership, Person

ROWS = 500
SITE_PATHS = ("site_id", "site", "unit__site", "camera__unit__site", "camera__site", "panel__site_id", "alarm__site_id")
"""By which fields a row leads to its site; the first that a model has."""

OF_AGREEMENT = frozenset({Start.AGREEMENT_ENDED, Start.RELATION_ENDED})


def run(owner_id: UUID) -> int:
    """One owner's endings; returns how many rows were deleted or blanked."""
    return _of_sites(owner_id) + _of_relation(owner_id) + _of_accounts(owner_id)


# --- sites ---


def _of_sites(owner_id: UUID) -> int:
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        ended = {site: left for site in owner.places if (left := owner.unit_removed_at(site)) is not None}
        over = {
            matter: [site for site, left in ended.items() if _is_over(owner, left, matter, site)]
            for matter in planner.matters() if matter.starts is Start.UNIT_REMOVED and site_path(matter.model)
        }  # fmt: skip
    return sum(
        _clear(owner_id, matter, Q(**{f"{site_path(matter.model)}__in": sites}))
        for matter, sites in over.items() if sites
    )  # fmt: skip


def _is_over(owner: Owner, start: datetime, matter: Matter, site_id: UUID | None) -> bool:
    return owner.due(start, matter.term, owner.place(site_id)) <= clock.now()


@cache
def site_path(model: str) -> str | None:
    matter_model = next(one.django for one in planner.matters() if one.model == model)
    for path in SITE_PATHS:
        if _leads(matter_model, path.split("__")):
            return path
    return None


def _leads(model: type[models.Model], names: Sequence[str]) -> bool:
    at: Any = model
    for name in names:
        field = next((one for one in at._meta.concrete_fields if name in (one.name, one.attname)), None)
        if field is None:
            return False
        at = field.related_model if field.is_relation else at
    return True


# --- relations ---


def _of_relation(owner_id: UUID) -> int:
    """Nobody serves him and no agreement holds, for as long as claims can come: what was kept for that goes."""
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        if owner.ended_at is None:
            return 0
        over = [one for one in planner.matters()
                if one.starts in OF_AGREEMENT and _is_over(owner, owner.ended_at, one, None)]  # fmt: skip
    return sum(_clear(owner_id, matter, Q()) for matter in over)


# --- accounts ---


def _of_accounts(owner_id: UUID) -> int:
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        left = Membership.objects.filter(party_id=owner_id, valid_to__lte=clock.now())
        people_left = set(left.values_list("person_id", flat=True))
        over = [person_id for person_id in people_left if _account_over(owner, person_id)]
    done = 0
    for person_id in over:
        for matter in planner.matters():
            if matter.starts is Start.ACCOUNT_ENDED and _has_person(matter):
                done += _clear(owner_id, matter, Q(person_id=person_id))
        with work.transaction(system(owner_id)) as w:
            done += erasing.end_account(w, person_id)
    return done


def _account_over(owner: Owner, person_id: UUID) -> bool:
    """He acts for nobody, anywhere, and his last membership ended long enough ago; and his account is still there."""
    if people.seats(person_id) or not Person.objects.filter(id=person_id).exclude(auth_hash=b"").exists():
        return False
    with tenancy.acting_as(None, person_id):
        last = Membership.objects.filter(person_id=person_id).aggregate(last=Max("valid_to"))["last"]
    return last is not None and owner.due(last, Term.ACCOUNT) <= clock.now()


def _has_person(matter: Matter) -> bool:
    return any(field.attname == "person_id" for field in matter.django._meta.concrete_fields)


# --- clearing ---


def _clear(owner_id: UUID, matter: Matter, which: Q) -> int:
    done, after = 0, None
    while True:
        with work.transaction(system(owner_id)) as w:
            rows = matter.left().filter(which, owner_id=owner_id).order_by("pk")
            rows = rows if after is None else rows.filter(pk__gt=after)
            pks: list[Any] = list(rows.values_list("pk", flat=True)[:ROWS])
            done += _one(w, matter, pks)
        if len(pks) < ROWS:
            return done
        after = pks[-1]


def _one(w: work.Work, matter: Matter, pks: list[Any]) -> int:
    if not pks:
        return 0
    log.info("lifecycle.ended", model=matter.model, starts=matter.starts.value, rows=len(pks))
    if matter.fields:
        return erasing.blank(w, matter.django, pks, matter.fields, by_term=True)
    return erasing.delete_by_term(w, matter.model, pks)
