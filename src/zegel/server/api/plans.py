# SPDX-License-Identifier: EUPL-1.2
"""Action plans and their versions, a site's contacts and their code words, and what an alarm's plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.alarms import queries as alarms
from zegel.server.alarms.rules import State
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import Role
from zegel.server.plans import actions, presets, queries, rules
from zegel.server.plans.actions import Draft, Person, Place
from zegel.server.plans.errors import UnknownContact, UnknownPlan
from zegel.server.plans.models import ActionPlan, Contact, PlanVersion, SiteGuidance
from zegel.server.plans.rules import CodeWord
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site

router = Router(tags=["plans"])

for _code, _status in (
    ("bad_plan", 422), ("plan_class_taken", 409), ("plan_moved", 409), ("unknown_plan", 404), ("unknown_contact", 404),
    ("bad_contact", 422), ("bad_code_word", 422), ("too_many_code_words", 429),
):  # fmt: skip
    errors.status(_code, _status)

PLANNING = frozenset({Role.PLANNER, Role.ADMIN, Role.SUPERVISOR})


class PlanSaid(Schema):
    name: str = Field(max_length=200)
    classes: list[str] = Field(max_length=20)
    steps: list[dict[str, Any]] = Field(max_length=60)
    why: str = Field(default="", max_length=500)

    def draft(self) -> Draft:
        return Draft(self.name, tuple(self.classes), rules.read_steps(self.steps), self.why)


class Next(PlanSaid):
    base: int


class Restored(Schema):
    number: int
    why: str = Field(default="", max_length=500)


class ContactSaid(Schema):
    name: str = Field(max_length=200)
    relation: str = Field(default="", max_length=200)
    language: str = Field(default="en", max_length=2)
    phones: list[dict[str, str]] = Field(max_length=10)
    hours: list[dict[str, Any]] = Field(default=[], max_length=20)
    tell_guard: bool = False
    guard_note: str = Field(default="", max_length=400)

    def person(self) -> Person:
        return Person(
            self.name, rules.checked_phones(self.phones), self.relation, self.language, rules.checked_hours(self.hours),
            self.tell_guard, self.guard_note,
        )  # fmt: skip


class Order(Schema):
    order: list[UUID] = Field(max_length=50)


class WordsSaid(Schema):
    code: str = Field(max_length=120)
    duress: str = Field(default="", max_length=120)


class Spoken(Schema):
    contact_id: UUID
    word: str = Field(max_length=200)


class GuidanceSaid(Schema):
    route: str = Field(default="", max_length=2000)
    on_site: str = Field(default="", max_length=2000)


# --- places ---


@router.get("/plan-places")
def places(request: HttpRequest) -> dict[str, Any]:
    """Where the acting party plans: sites, and whether it has defaults of its own."""
    actor = acting(request)
    found = [site for site in sites.sites(actor) if decide(actor, Action.READ, _plan_at(site)).allowed]
    owners = people.party_names({site.owner_id for site in found}, seen_by=_party(actor))
    mine = decide(actor, Action.CHANGE, _own_default(actor)).allowed
    return {
        "sites": [
            {"id": str(site.id), "name": site.name, "address": site.address, "owner": owners.get(site.owner_id, "")}
            for site in found
        ],
        "default": mine,
    }


@router.get("/standard-plans")
def standard_plans(request: HttpRequest) -> dict[str, Any]:
    """Plans to start from, in the reader's language. Nobody's data."""
    from django.utils.translation import get_language

    drafts = presets.standard((get_language() or "en")[:2])
    return {
        "plans": [
            {"name": one.name, "classes": list(one.classes), "steps": rules.written(one.steps)} for one in drafts
        ],
        "classes": list(rules.CLASSES),
        "outcomes": {kind.value: list(rules.outcomes_of(kind)) for kind in rules.StepKind},
    }


# --- plans ---


@router.get("/sites/{site_id}/plans")
def site_plans(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """A site's own plans, and the provider's defaults that hold where it has none."""
    actor = acting(request)
    site = _site(actor, site_id)
    require(actor, Action.READ, _plan_at(site))
    own = queries.plans(actor, site.id, site.owner_id)
    defaults = queries.plans(actor, None, site.provider_id)
    return {"plans": _plan_shapes(own), "defaults": _plan_shapes(defaults), "change": _may_change(actor, site)}


@router.post("/sites/{site_id}/plans")
def add_site_plan(request: HttpRequest, site_id: UUID, body: PlanSaid) -> dict[str, Any]:
    """A new plan of a site."""
    actor = acting(request)
    version = actions.add_plan(actor, Place.of_site(_site(actor, site_id)), body.draft())
    return _whole(actor, version.plan_id)


@router.get("/default-plans")
def default_plans(request: HttpRequest) -> dict[str, Any]:
    """The acting provider's own defaults."""
    actor = acting(request)
    require(actor, Action.READ, _own_default(actor))
    return {"plans": _plan_shapes(queries.plans(actor, None, _party(actor))), "defaults": [], "change": True}


@router.post("/default-plans")
def add_default_plan(request: HttpRequest, body: PlanSaid) -> dict[str, Any]:
    """A new default of the acting provider."""
    actor = acting(request)
    version = actions.add_plan(actor, Place.default(_party(actor)), body.draft())
    return _whole(actor, version.plan_id)


@router.get("/plans/{plan_id}")
def plan(request: HttpRequest, plan_id: UUID) -> dict[str, Any]:
    """One plan with every version that it had."""
    actor = acting(request)
    row = queries.plan(actor, plan_id)
    if row.site_id is not None or row.owner_id == actor.party_id:
        of = {} if row.site_id is None else {"site": row.site_id}
        require(actor, Action.READ, Resource(ResourceKind.PLAN, plan_id, row.owner_id, of))
    elif actor.role not in PLANNING:  # another's default, which row-level security shows to whoever serves its sites
        raise UnknownPlan
    return _whole(actor, plan_id)


@router.post("/plans/{plan_id}/versions")
def save_plan(request: HttpRequest, plan_id: UUID, body: Next) -> dict[str, Any]:
    """The next version, made from version `base`."""
    actor = acting(request)
    actions.save_plan(actor, plan_id, body.base, body.draft())
    return _whole(actor, plan_id)


@router.post("/plans/{plan_id}/restore")
def restore_plan(request: HttpRequest, plan_id: UUID, body: Restored) -> dict[str, Any]:
    """An older version again, as the next one."""
    actor = acting(request)
    actions.restore_version(actor, plan_id, body.number, body.why)
    return _whole(actor, plan_id)


@router.post("/plans/{plan_id}/end")
def end_plan(request: HttpRequest, plan_id: UUID) -> dict[str, Any]:
    """New alarms don't get it any more."""
    actions.end_plan(acting(request), plan_id)
    return {}


# --- contacts ---


@router.get("/sites/{site_id}/contacts")
def contacts(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Whom to call about a site, in order, and how a guard gets there. Of code words only whether there is one."""
    actor = acting(request)
    site = _site(actor, site_id)
    require(actor, Action.READ, _contact_at(site))
    return _contacts(actor, site)


@router.post("/sites/{site_id}/contacts")
def add_contact(request: HttpRequest, site_id: UUID, body: ContactSaid) -> dict[str, Any]:
    """Another contact, last in the order."""
    actor = acting(request)
    actions.add_contact(actor, site_id, body.person())
    return _contacts(actor, _site(actor, site_id))


@router.put("/sites/{site_id}/contacts/order")
def order_contacts(request: HttpRequest, site_id: UUID, body: Order) -> dict[str, Any]:
    """In which order they are called."""
    actor = acting(request)
    actions.order_contacts(actor, site_id, body.order)
    return _contacts(actor, _site(actor, site_id))


@router.put("/sites/{site_id}/guidance")
def guidance(request: HttpRequest, site_id: UUID, body: GuidanceSaid) -> dict[str, Any]:
    """How a guard gets there and in."""
    actor = acting(request)
    actions.set_guidance(actor, site_id, body.route, body.on_site)
    return _contacts(actor, _site(actor, site_id))


@router.put("/contacts/{contact_id}")
def change_contact(request: HttpRequest, contact_id: UUID, body: ContactSaid) -> dict[str, Any]:
    """What is known of a contact."""
    actor = acting(request)
    row = actions.change_contact(actor, contact_id, body.person())
    return _contacts(actor, _site(actor, row.site_id))


@router.post("/contacts/{contact_id}/remove")
def remove_contact(request: HttpRequest, contact_id: UUID) -> dict[str, Any]:
    """He is called no more; what was known of him is erased."""
    actions.remove_contact(acting(request), contact_id)
    return {}


@router.put("/contacts/{contact_id}/words")
def set_words(request: HttpRequest, contact_id: UUID, body: WordsSaid) -> dict[str, Any]:
    """His code word and duress word. They are never read back."""
    actor = acting(request)
    row = actions.set_words(actor, contact_id, body.code, body.duress)
    return _contacts(actor, _site(actor, row.site_id))


@router.post("/contacts/{contact_id}/words/clear")
def clear_words(request: HttpRequest, contact_id: UUID) -> dict[str, Any]:
    """He has no code word any more."""
    actor = acting(request)
    row = actions.clear_words(actor, contact_id)
    return _contacts(actor, _site(actor, row.site_id))


# --- at an alarm ---


@router.post("/alarms/{alarm_id}/code-word")
def code_word(request: HttpRequest, alarm_id: UUID, body: Spoken) -> dict[str, Any]:
    """Whether the word that a contact said is his. It changes nothing of the alarm: recalling is another question."""
    actor = acting(request)
    row = alarms.get(actor, alarm_id)
    if row.site_id is None or row.state == State.CLOSED:
        raise UnknownContact
    outcome = actions.check_code_word(actor, row.site_id, body.contact_id, body.word, alarm_id)
    left = _tries_left(actor, body.contact_id)
    return {"outcome": outcome.value, "tries_left": left, "duress": outcome is CodeWord.DURESS}


def _tries_left(actor: Actor, contact_id: UUID) -> int:
    with tenancy.acting_as(actor.party_id, actor.id):
        return rules.tries_left(queries.wrong_tries(clock.now() - rules.TRIES_WINDOW, contact_id=contact_id))


def plan_shape(
    actor: Actor, version_id: UUID | None, site_id: UUID | None, done: Mapping[int, Sequence[dict[str, Any]]],
    *, is_open: bool = True,
) -> dict[str, Any] | None:  # fmt: skip
    """An alarm's plan as its version has it, with the contacts as they are now and what was done of each step (by its
    number). Of a closed alarm the telephone numbers are not told: nobody need be called."""
    if version_id is None or site_id is None:
        return None
    found = queries.pinned(actor, version_id, site_id)
    if found is None:
        return None
    return {
        "version_id": str(found.version.id), "plan_id": str(found.version.plan_id), "number": found.version.number,
        "name": found.version.name,
        "steps": [_pinned_step(one, done.get(one.no, ()), is_open) for one in found.steps],
    }  # fmt: skip


def _pinned_step(one: queries.PinnedStep, done: Sequence[dict[str, Any]], is_open: bool) -> dict[str, Any]:
    people_now = [_callable(person, is_open) for person in one.contacts]
    return {
        "no": one.no, "kind": one.step.kind.value, "text": one.step.text, "attempts": one.step.attempts,
        "code_word": one.step.code_word, "wait_s": one.step.wait_s, "close_code": one.step.close_code,
        "outcomes": list(rules.outcomes_of(one.step.kind)), "contacts": people_now,
        "contact": people_now[0] if people_now else None, "done": list(done),
    }  # fmt: skip


def _callable(person: queries.Person, is_open: bool) -> dict[str, Any]:
    numbers = [{"number": one.number, "label": one.label} for one in person.phones] if is_open else []
    return {
        "id": str(person.id), "name": person.name, "relation": person.relation, "language": person.language,
        "phones": numbers, "phone": numbers[0]["number"] if numbers else "", "reachable": person.reachable,
        "has_code_word": person.has_code_word,
    }  # fmt: skip


# --- shapes ---


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None  # who is signed in acts for a party
    return actor.party_id


def _site(actor: Actor, site_id: UUID) -> Site:
    with tenancy.acting_as(actor.party_id, actor.id):
        return actions.site_of(site_id)


def _plan_at(site: Site) -> Resource:
    return Resource(ResourceKind.PLAN, None, site.owner_id, {"site": site.id})


def _own_default(actor: Actor) -> Resource:
    return Resource(ResourceKind.PLAN, None, actor.party_id)


def _contact_at(site: Site) -> Resource:
    return Resource(ResourceKind.CONTACT, None, site.owner_id, {"site": site.id})


def _may_change(actor: Actor, site: Site) -> bool:
    return decide(actor, Action.CHANGE, _plan_at(site)).allowed


def _plan_shapes(rows: Sequence[tuple[ActionPlan, PlanVersion]]) -> list[dict[str, Any]]:
    names = people.person_names(version.made_by for _plan, version in rows if version.made_by)
    return [{"id": str(row.id), **_version(version, names)} for row, version in rows]


def _version(version: PlanVersion, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "version_id": str(version.id), "number": version.number, "name": version.name, "classes": version.classes,
        "steps": rules.written(rules.read_steps(version.steps)), "why": version.why,
        "restored_from": version.restored_from, "made_ms": round(version.made_at.timestamp() * 1000),
        "made_by": names.get(version.made_by, "") if version.made_by else "",
    }  # fmt: skip


def _whole(actor: Actor, plan_id: UUID) -> dict[str, Any]:
    row = queries.plan(actor, plan_id)
    versions = queries.versions(actor, plan_id)
    names = people.person_names(version.made_by for version in versions if version.made_by)
    return {
        "id": str(row.id), "site_id": None if row.site_id is None else str(row.site_id),
        "ended": row.ended_at is not None, "versions": [_version(version, names) for version in versions],
    }  # fmt: skip


def _contacts(actor: Actor, site: Site) -> dict[str, Any]:
    with tenancy.acting_as(actor.party_id, actor.id):
        rows, way = queries.contacts_of(site.id), queries.guidance(site.id)
    change = decide(actor, Action.CHANGE, _contact_at(site)).allowed
    shown = [_contact(row, site.tz) for row in rows]
    return {"contacts": shown, "guidance": _way(way), "tz": site.tz, "change": change}


def _contact(row: Contact, tz: str) -> dict[str, Any]:
    hours = rules.checked_hours(row.hours)
    return {
        "id": str(row.id), "name": row.name, "relation": row.relation, "language": row.language, "phones": row.phones,
        "hours": row.hours, "reachable": rules.reachable(hours, tz, clock.now()), "tell_guard": row.tell_guard,
        "guard_note": row.guard_note, "has_code_word": row.code_word is not None,
        "has_duress_word": row.duress_word is not None,
        "words_set_ms": None if row.words_set_at is None else round(row.words_set_at.timestamp() * 1000),
    }  # fmt: skip


def _way(row: SiteGuidance | None) -> dict[str, str]:
    return {"route": "", "on_site": ""} if row is None else {"route": row.route, "on_site": row.on_site}
