# SPDX-License-Identifier: EUPL-1.2
"""What goes when something ended that no row tells: the last unit left a site, somebody left, a relation ended.

- A person who left a party: what it kept of him as one of its people goes at its term, and last of all that he belonged
  to it. His account goes with the last party that he left; what is still known then is an identifier without a name.
- A relation that ended: what was kept for it and for claims goes at its term. Then nobody acts for that party any more,
  its name goes, and last of all whom it was served by: from that row everything before is dated.
- A relation that another one followed goes at its own term.

`over` says what is over; `run` takes it away; `verifying` asks `over` again, so that what stays is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Max, Q

from zegel.declare import Start, Term, declarations
from zegel.server.kernel import clock, log, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.lifecycle import erasing, planner
from zegel.server.lifecycle.owners import Owner
from zegel.server.lifecycle.planner import Matter
from zegel.server.people import actions as people_actions
from zegel.server.people import queries as people
from zegel.server.people.models import Membership, Person

ROWS = 500
SITE_PATHS = ("site_id", "site", "unit__site", "camera__unit__site", "camera__site", "panel__site_id", "alarm__site_id")
"""By which fields a row leads to its site; the first that a model has."""

OF_AGREEMENT = frozenset({Start.AGREEMENT_ENDED, Start.RELATION_ENDED})
RELATION, MEMBERSHIP = "people.ServiceRelation", "people.Membership"
"""What dates everything else: these go last."""

NOBODYS: Mapping[str, Callable[[datetime], Q]] = {
    "people.Invitation": lambda before: Q(withdrawn_at__lt=before) | Q(expires_at__lt=before),
    "tenants.Employee": lambda before: Q(left_at__lt=before),
}
"""Rows of somebody who never had an account: what ends them then."""

Over = tuple[Matter, Q]


def run(owner_id: UUID) -> int:
    """One owner's endings; returns how many rows were deleted or blanked."""
    return _of_people(owner_id) + _of_relation(owner_id) + _cleared(owner_id, _sites_over)


def over(owner: Owner, *, spare_days: int = 0) -> list[Over]:
    """Within an acting party: which rows are over, for so many days at least, because something ended."""
    return [
        *_sites_over(owner, spare_days), *_relation_over(owner, spare_days), *_relations_followed(owner, spare_days),
        *_people_over(owner, spare_days),
    ]  # fmt: skip


def _cleared(owner_id: UUID, what: Callable[[Owner, int], Iterator[Over]]) -> int:
    with tenancy.acting_as(owner_id):
        found = list(what(Owner(owner_id), 0))
    return sum(_clear(owner_id, matter, which) for matter, which in found)


def _is_over(owner: Owner, start: datetime, term: Term, spare_days: int, site_id: UUID | None = None) -> bool:
    return owner.due(start, term, owner.place(site_id)) + timedelta(days=spare_days) <= clock.now()


# --- sites ---


def _sites_over(owner: Owner, spare_days: int) -> Iterator[Over]:
    ended = {site: left for site in owner.places if (left := owner.unit_removed_at(site)) is not None}
    for matter in planner.matters():
        if matter.starts is Start.UNIT_REMOVED and (path := site_path(matter.model)):
            sites = [site for site, left in ended.items() if _is_over(owner, left, matter.term, spare_days, site)]
            if sites:
                yield matter, Q(**{f"{path}__in": sites})


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
        alone = owner.ended_at is not None and _is_over(owner, owner.ended_at, Term.AGREEMENT, 0)
    if alone:  # until now its people could read what was still kept of it
        people_actions.end_all_memberships(system(owner_id), owner_id)
    return _cleared(owner_id, _relation_over) + _cleared(owner_id, _relations_followed)


def _relation_over(owner: Owner, spare_days: int) -> Iterator[Over]:
    if owner.ended_at is None:
        return
    of_it = [one for one in planner.matters() if one.starts in OF_AGREEMENT]
    found = [one for one in of_it if _is_over(owner, owner.ended_at, one.term, spare_days)]
    yield from ((one, Q()) for one in found if one.model != RELATION)
    if len(found) == len(of_it):
        yield from ((one, Q()) for one in found if one.model == RELATION)


def _relations_followed(owner: Owner, spare_days: int) -> Iterator[Over]:
    """Another one runs: of those before only their own term is waited for."""
    if owner.ended_at is None:
        (matter,) = (one for one in planner.matters() if one.model == RELATION)
        yield matter, Q(valid_to__lt=owner.bound(matter.term) - timedelta(days=spare_days))


# --- people ---


def _of_people(owner_id: UUID) -> int:
    """Who left, and his account where he left the last one; that he was here goes after it."""
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        left = _left(owner, 0)
        ended = [person_id for person_id in left if _account_over(owner, person_id)]
        found = list(_people_over(owner, 0))
    done = sum(_clear(owner_id, matter, which) for matter, which in found if matter.model != MEMBERSHIP)
    for person_id in ended:
        with work.transaction(system(owner_id)) as w:
            done += erasing.end_account(w, person_id)
    return done + sum(_clear(owner_id, matter, which) for matter, which in found if matter.model == MEMBERSHIP)


def _people_over(owner: Owner, spare_days: int) -> Iterator[Over]:
    left = _left(owner, spare_days)
    before = owner.bound(Term.ACCOUNT) - timedelta(days=spare_days)
    for matter in planner.matters():
        path = person_path(matter.model) if matter.starts is Start.ACCOUNT_ENDED else None
        if path is not None and left:
            yield matter, Q(**{f"{path}__in": left})
        if path is not None and matter.model in NOBODYS:
            yield matter, Q(**{path: None}) & NOBODYS[matter.model](before)


def _left(owner: Owner, spare_days: int) -> list[UUID]:
    """Who acted for this party and does no more, for as long as it keeps what it knew of its people."""
    rows = Membership.objects.filter(party_id=owner.owner_id, valid_to__lte=clock.now())
    once = set(rows.values_list("person_id", flat=True))
    return sorted(
        person_id for person_id, ended in ((one, owner.account_ended_at(one)) for one in once)
        if ended is not None and _is_over(owner, ended, Term.ACCOUNT, spare_days)
    )  # fmt: skip


@cache
def person_path(model: str) -> str | None:
    """The field of a model by which a row leads to the person whose account it hangs on."""
    paths = {one.path for one in declarations() if one.model == model and one.starts is Start.ACCOUNT_ENDED}
    return next((path for path in sorted(paths) if path), None)


def _account_over(owner: Owner, person_id: UUID) -> bool:
    """He acts for nobody, anywhere, and his last membership ended long enough ago; and his account is still there."""
    if people.seats(person_id) or not Person.objects.filter(id=person_id).exclude(auth_hash=b"").exists():
        return False
    with tenancy.acting_as(None, person_id):
        last = Membership.objects.filter(person_id=person_id).aggregate(last=Max("valid_to"))["last"]
    return last is not None and owner.due(last, Term.ACCOUNT) <= clock.now()


# --- clearing ---


def _clear(owner_id: UUID, matter: Matter, which: Q) -> int:
    done, after = 0, None
    while True:
        with work.transaction(system(owner_id)) as w:
            rows = matter.left(owner_id).filter(which).order_by("pk")
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
    if matter.fields and matter.model not in planner.OWNER:
        return erasing.blank(w, matter.django, pks, matter.fields, by_term=True)
    return erasing.delete_by_term(w, matter.model, pks)
