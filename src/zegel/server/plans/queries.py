# SPDX-License-Identifier: EUPL-1.2
"""Reads of plans and contacts. `pin` and `pinned` are what an alarm needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.plans import rules
from zegel.server.plans.errors import UnknownContact, UnknownPlan
from zegel.server.plans.models import ActionPlan, CodeWordTry, Contact, PlanClass, PlanVersion, SiteGuidance
from zegel.server.sites.models import Site


@dataclass(frozen=True)
class Person:
    """A contact as a step shows him."""

    id: UUID
    name: str
    relation: str
    language: str
    phones: tuple[rules.Phone, ...]
    reachable: bool
    has_code_word: bool


@dataclass(frozen=True)
class PinnedStep:
    """A step with the people it is about, in the order in which they are called."""

    no: int
    step: rules.Step
    contacts: tuple[Person, ...]


@dataclass(frozen=True)
class Pinned:
    version: PlanVersion
    steps: tuple[PinnedStep, ...]


def pin(site_id: UUID, signal_class: str) -> PlanVersion | None:
    """The version that an alarm of this class at this site gets: the site's own plan for the class, the site's for all
    other classes, the provider's default for the class, the provider's for all others; None when there is none.

    Within an acting party that may see the site."""
    site = Site.objects.filter(id=site_id).only("owner_id", "provider_id").first()
    if site is None:
        return None
    place = Q(site_id=site_id, owner_id=site.owner_id) | Q(site_id=None, owner_id=site.provider_id)
    found = PlanClass.objects.filter(place, alarm_class__in={signal_class, rules.OTHER})
    rows = sorted(found, key=lambda row: (row.site_id is None, row.alarm_class == rules.OTHER))
    return newest(rows[0].plan_id) if rows else None


def newest(plan_id: UUID) -> PlanVersion | None:
    """Within an acting party: the plan's newest version."""
    return PlanVersion.objects.filter(plan_id=plan_id).order_by("-number").first()


def version(version_id: UUID) -> PlanVersion:
    """Within an acting party. Raises UnknownPlan."""
    found = PlanVersion.objects.filter(id=version_id).first()
    if found is None:
        raise UnknownPlan
    return found


def step_of(version_id: UUID, no: int) -> rules.Step:
    """Within an acting party: step `no` (from 1) of a pinned version. Raises UnknownPlan."""
    steps = rules.read_steps(version(version_id).steps)
    if not 1 <= no <= len(steps):
        raise UnknownPlan
    return steps[no - 1]


def pinned(actor: Actor, version_id: UUID, site_id: UUID, at: datetime | None = None) -> Pinned | None:
    """What an alarm's plan says, with the site's contacts as they are now; None when it may not be seen."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = PlanVersion.objects.filter(id=version_id).first()
        site = Site.objects.filter(id=site_id).first()
        if found is None or site is None:
            return None
        people = callables(contacts_of(site_id), site.tz, at or clock.now())
    steps = tuple(
        PinnedStep(no, step, _called(step, people)) for no, step in enumerate(rules.read_steps(found.steps), 1)
    )
    return Pinned(found, steps)


def _called(step: rules.Step, all_of_them: Sequence[Person]) -> tuple[Person, ...]:
    if step.kind is not rules.StepKind.CALL_CONTACT:
        return ()
    return tuple(one for one in all_of_them if step.contact in {None, one.id})


def callables(contacts: Sequence[Contact], tz: str, at: datetime) -> tuple[Person, ...]:
    """Contacts as they are shown to who calls them; who may be called at that moment says so."""
    return tuple(_callable(one, tz, at) for one in contacts)


def _callable(contact: Contact, tz: str, at: datetime) -> Person:
    return Person(
        contact.id, contact.name, contact.relation, contact.language, rules.checked_phones(contact.phones),
        rules.reachable(rules.checked_hours(contact.hours), tz, at), contact.code_word is not None,
    )  # fmt: skip


def contacts_of(site_id: UUID) -> Sequence[Contact]:
    """Within an acting party: a site's contacts in the order in which they are called."""
    return list(Contact.objects.filter(site_id=site_id, removed_at=None).order_by("place", "created_at"))


def contact(contact_id: UUID) -> Contact:
    """Within an acting party. Raises UnknownContact."""
    found = Contact.objects.filter(id=contact_id, removed_at=None).first()
    if found is None:
        raise UnknownContact
    return found


def guidance(site_id: UUID) -> SiteGuidance | None:
    """Within an acting party: how to get there and in."""
    return SiteGuidance.objects.filter(site_id=site_id).first()


def plans(actor: Actor, site_id: UUID | None, owner_id: UUID) -> Sequence[tuple[ActionPlan, PlanVersion]]:
    """The plans of a site, or a provider's defaults, each with its newest version."""
    with tenancy.acting_as(actor.party_id, actor.id):
        current = ActionPlan.objects.filter(site_id=site_id, owner_id=owner_id, ended_at=None)
        found = list(current.order_by("created_at", "id"))
        versions = PlanVersion.objects.filter(plan__in=found).order_by("plan_id", "number")
        newest_of = {one.plan_id: one for one in versions}
    return [(plan, newest_of[plan.id]) for plan in found if plan.id in newest_of]


def plan(actor: Actor, plan_id: UUID) -> ActionPlan:
    """Raises UnknownPlan."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = ActionPlan.objects.filter(id=plan_id).first()
    if found is None:
        raise UnknownPlan
    return found


def versions(actor: Actor, plan_id: UUID) -> Sequence[PlanVersion]:
    """The newest first."""
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(PlanVersion.objects.filter(plan_id=plan_id).order_by("-number"))


def wrong_tries(since: datetime, **of: UUID) -> int:
    """Within an acting party: how many words did not hold since then, of a contact or by a person."""
    wrong = CodeWordTry.objects.filter(at__gt=since, outcome=rules.CodeWord.WRONG.value, **of)
    return wrong.count()
