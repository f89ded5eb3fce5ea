# SPDX-License-Identifier: EUPL-1.2
"""Writing plans and contacts, and judging a spoken code word. The principles that keep it safe:

- A version is written once. Changing a plan, or restoring an older version, makes the next one; whoever had another
  newest version before him is refused, and nothing is overwritten.
- A code word is never stored, logged or answered; only whether it held. Every try is counted and in the ledger before
  its outcome is told, in a transaction of its own: no later failure can make a try unsaid.
- A duress word looks like a success in the ledger, which the owner reads: whoever stands behind him learns nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people.actions import pepper
from zegel.server.plans import queries, rules
from zegel.server.plans.errors import (
    BadContact,
    BadPlan,
    ClassTaken,
    PlanError,
    PlanMoved,
    TooManyTries,
    UnknownContact,
    UnknownPlan,
)
from zegel.server.plans.models import ActionPlan, CodeWordTry, Contact, PlanClass, PlanVersion, SiteGuidance
from zegel.server.plans.rules import CodeWord
from zegel.server.sites.models import Site

MOST_CONTACTS = 20
LANGUAGES = ("nl", "sv", "de", "en")


@dataclass(frozen=True)
class Place:
    """Whose plan it is: a site's (its owner and provider), or a provider's default (site None, owner the provider)."""

    site_id: UUID | None
    owner_id: UUID
    provider_id: UUID

    @classmethod
    def of_site(cls, site: Site) -> Place:
        return cls(site.id, site.owner_id, site.provider_id)

    @classmethod
    def default(cls, provider_id: UUID) -> Place:
        return cls(None, provider_id, provider_id)


@dataclass(frozen=True)
class Draft:
    """What somebody wants a plan to say."""

    name: str
    classes: tuple[str, ...]
    steps: tuple[rules.Step, ...]
    why: str = ""


def require_here(actor: Actor, action: Action, resource: Resource) -> None:
    """The gate decides about people; the server itself acts on a party's own things only (founding it)."""
    if actor.kind is ActorKind.SYSTEM and actor.party_id is not None and actor.party_id == resource.owner_id:
        return
    require(actor, action, resource)


def _plan_resource(place: Place, plan_id: UUID | None) -> Resource:
    of = {} if place.site_id is None else {"site": place.site_id}
    return Resource(ResourceKind.PLAN, plan_id, place.owner_id, of)


def site_of(site_id: UUID) -> Site:
    """Within an acting party. Raises UnknownPlan: what isn't there has no plan."""
    site = Site.objects.filter(id=site_id).first()
    if site is None:
        raise UnknownPlan
    return site


# --- plans ---


def add_plan(actor: Actor, place: Place, draft: Draft) -> PlanVersion:
    """A new plan with its first version. Raises Denied, BadPlan, ClassTaken."""
    with work.transaction(actor) as w:
        require_here(actor, Action.CHANGE, _plan_resource(place, None))
        plan = ActionPlan.objects.create(
            owner_id=place.owner_id, provider_id=place.provider_id, site_id=place.site_id, name="",
            created_at=clock.now(),
        )  # fmt: skip
        return _next_version(actor, w, plan, draft)


def save_plan(actor: Actor, plan_id: UUID, base: int, draft: Draft) -> PlanVersion:
    """The plan's next version, made from version `base`. Raises Denied, UnknownPlan, PlanMoved, BadPlan, ClassTaken."""
    with work.transaction(actor) as w:
        plan = _locked(actor, plan_id)
        if plan.number != base:
            raise PlanMoved
        return _next_version(actor, w, plan, draft)


def restore_version(actor: Actor, plan_id: UUID, number: int, why: str = "") -> PlanVersion:
    """The next version says again what version `number` said. Raises as save_plan."""
    with work.transaction(actor) as w:
        plan = _locked(actor, plan_id)
        old = PlanVersion.objects.filter(plan=plan, number=number).first()
        if old is None:
            raise UnknownPlan
        steps = _without_removed(rules.read_steps(old.steps), plan.site_id)
        draft = Draft(old.name, tuple(old.classes), steps, why)
        return _next_version(actor, w, plan, draft, restored_from=number)


def end_plan(actor: Actor, plan_id: UUID) -> None:
    """New alarms don't get it any more; open ones keep theirs. Raises Denied, UnknownPlan."""
    with work.transaction(actor) as w:
        plan = _locked(actor, plan_id)
        PlanClass.objects.filter(plan=plan).delete()
        PlanVersion.objects.filter(plan=plan, retired_at=None).update(retired_at=clock.now())
        plan.ended_at = clock.now()
        plan.save(update_fields=["ended_at"])
        w.record(Entry(Kind.PLAN, plan.owner_id, {"what": "ended", "plan": plan.id, "site": plan.site_id}, plan.id))


def _locked(actor: Actor, plan_id: UUID) -> ActionPlan:
    readable = ActionPlan.objects.filter(id=plan_id, ended_at=None).first()
    if readable is None:
        raise UnknownPlan
    place = Place(readable.site_id, readable.owner_id, readable.provider_id)
    require_here(actor, Action.CHANGE, _plan_resource(place, plan_id))
    plan = ActionPlan.objects.select_for_update().filter(id=plan_id, ended_at=None).first()
    if plan is None:
        raise UnknownPlan
    return plan


def _next_version(
    actor: Actor, w: work.Work, plan: ActionPlan, draft: Draft, restored_from: int | None = None
) -> PlanVersion:
    name, why = _checked_names(draft)
    rules.check_classes(draft.classes)
    rules.check_steps(draft.steps, _known_contacts(plan.site_id))
    _take_classes(plan, draft.classes)
    now = clock.now()
    PlanVersion.objects.filter(plan=plan, retired_at=None).update(retired_at=now)
    plan.name, plan.number = name, plan.number + 1
    plan.save(update_fields=["name", "number"])
    version = PlanVersion.objects.create(
        owner_id=plan.owner_id, provider_id=plan.provider_id, plan=plan, site_id=plan.site_id, number=plan.number,
        name=name, classes=list(draft.classes), steps=rules.written(draft.steps), why=why, made_by=actor.id,
        made_at=now, restored_from=restored_from,
    )  # fmt: skip
    facts: dict[str, Fact] = {
        "what": "version", "plan": plan.id, "site": plan.site_id, "number": plan.number, "version": version.id,
    }  # fmt: skip
    w.record(Entry(Kind.PLAN, plan.owner_id, facts, plan.id))
    return version


def _checked_names(draft: Draft) -> tuple[str, str]:
    try:
        name, why = rules.checked_line(draft.name, 120), rules.checked_line(draft.why, 300)
    except ValueError:
        raise BadPlan(_("This name is too long."), action=_("Shorten it."), field="name") from None
    if not name:
        raise BadPlan(_("A plan has a name."), action=_("Give it one."), field="name")
    return name, why


def _known_contacts(site_id: UUID | None) -> set[UUID]:
    """A provider's default names nobody: it is for all its sites."""
    return set() if site_id is None else {one.id for one in queries.contacts_of(site_id)}


def _without_removed(steps: Sequence[rules.Step], site_id: UUID | None) -> tuple[rules.Step, ...]:
    """An older version may name somebody who was removed since: his call goes to the contacts in their order."""
    known = _known_contacts(site_id)
    return tuple(
        rules.Step(one.kind, one.text, None, one.attempts, one.code_word)
        if one.contact is not None and one.contact not in known
        else one
        for one in steps
    )


def _take_classes(plan: ActionPlan, classes: Sequence[str]) -> None:
    """One plan for each class and place; the database's own constraint decides between two at once."""
    mine = PlanClass.objects.filter(plan=plan)
    mine.exclude(alarm_class__in=classes).delete()
    held = set(mine.values_list("alarm_class", flat=True))
    others = PlanClass.objects.filter(owner_id=plan.owner_id, site_id=plan.site_id, alarm_class__in=classes)
    for alarm_class in others.exclude(plan=plan).values_list("alarm_class", flat=True):
        raise ClassTaken(alarm_class)
    for alarm_class in classes:
        if alarm_class in held:
            continue
        row, made = PlanClass.objects.get_or_create(
            owner_id=plan.owner_id, site_id=plan.site_id, alarm_class=alarm_class,
            defaults={"provider_id": plan.provider_id, "plan": plan},
        )  # fmt: skip
        if not made and row.plan_id != plan.id:
            raise ClassTaken(alarm_class)


# --- contacts ---


@dataclass(frozen=True)
class Person:
    """What is known of a contact."""

    name: str
    phones: tuple[rules.Phone, ...]
    relation: str = ""
    language: str = "en"
    hours: tuple[rules.Hours, ...] = ()
    tell_guard: bool = False
    guard_note: str = ""


def add_contact(actor: Actor, site_id: UUID, person: Person) -> Contact:
    """Last in the order. Raises Denied, UnknownPlan, BadContact."""
    with work.transaction(actor) as w:
        site = _site_for_contacts(actor, site_id)
        now = queries.contacts_of(site_id)
        if len(now) >= MOST_CONTACTS:
            raise BadContact(_("A site has at most 20 contacts."), action=_("Remove one that is not called any more."))
        contact = Contact.objects.create(
            owner_id=site.owner_id, provider_id=site.provider_id, site_id=site_id,
            place=1 + max((one.place for one in now), default=0), created_at=clock.now(), **_fields(person),
        )  # fmt: skip
        _noted(w, contact, "added")
        return contact


def change_contact(actor: Actor, contact_id: UUID, person: Person) -> Contact:
    """Raises Denied, UnknownContact, BadContact."""
    with work.transaction(actor) as w:
        contact = _locked_contact(actor, contact_id, Action.CHANGE)
        for field, value in _fields(person).items():
            setattr(contact, field, value)
        contact.save()
        _noted(w, contact, "changed")
        return contact


def remove_contact(actor: Actor, contact_id: UUID) -> None:
    """He is called no more, and his words hold no more; of him only the row that old tries name is left, empty."""
    with work.transaction(actor) as w:
        contact = _locked_contact(actor, contact_id, Action.CHANGE)
        contact.name = contact.relation = contact.guard_note = ""
        contact.phones, contact.hours, contact.tell_guard = [], [], False
        contact.code_word = contact.duress_word = None
        contact.removed_at = clock.now()
        contact.save()
        _noted(w, contact, "removed")


def order_contacts(actor: Actor, site_id: UUID, order: Sequence[UUID]) -> None:
    """In which order they are called. Raises Denied, BadContact unless it names each of them once."""
    with work.transaction(actor) as w:
        site = _site_for_contacts(actor, site_id)
        now = {one.id: one for one in queries.contacts_of(site_id)}
        if len(order) != len(now) or set(order) != set(now):
            raise BadContact(
                _("The order does not name each contact once."), action=_("Load the list again."), field="order"
            )
        for place, contact_id in enumerate(order, 1):
            Contact.objects.filter(id=contact_id).update(place=place)
        w.record(Entry(Kind.CONTACT, site.owner_id, {"what": "ordered", "site": site_id}, site_id))


def set_words(actor: Actor, contact_id: UUID, code: str, duress: str = "") -> Contact:
    """His code word, and the word that he says under duress ("" for none). Raises Denied, UnknownContact,
    BadCodeWord."""
    plain = rules.checked_word(code)
    under_duress = rules.checked_word(duress) if duress else ""
    if under_duress:
        rules.check_pair(plain, under_duress)
    with work.transaction(actor) as w:
        contact = _locked_contact(actor, contact_id, Action.CHANGE)
        contact.code_word = _hashed(plain)
        contact.duress_word = _hashed(under_duress) if under_duress else None
        contact.words_set_at = clock.now()
        contact.save(update_fields=["code_word", "duress_word", "words_set_at"])
        _noted(w, contact, "words_set")
        return contact


def clear_words(actor: Actor, contact_id: UUID) -> Contact:
    """He has no code word any more. Raises Denied, UnknownContact."""
    with work.transaction(actor) as w:
        contact = _locked_contact(actor, contact_id, Action.CHANGE)
        contact.code_word = contact.duress_word = contact.words_set_at = None
        contact.save(update_fields=["code_word", "duress_word", "words_set_at"])
        _noted(w, contact, "words_cleared")
        return contact


def set_guidance(actor: Actor, site_id: UUID, route: str, on_site: str) -> SiteGuidance:
    """How a guard gets there and in. Raises Denied, UnknownPlan, BadContact for a text that is too long."""
    if len(route) > 1000 or len(on_site) > 1000:
        raise BadContact(_("A text has at most 1000 characters."), action=_("Shorten it."), field="route")
    with work.transaction(actor) as w:
        site = _site_for_contacts(actor, site_id)
        found, _made = SiteGuidance.objects.update_or_create(
            site_id=site_id, owner_id=site.owner_id, provider_id=site.provider_id,
            defaults={
                "route": route.strip(), "on_site": on_site.strip(), "changed_by": actor.id, "changed_at": clock.now(),
            },
        )  # fmt: skip
        w.record(Entry(Kind.CONTACT, site.owner_id, {"what": "guidance", "site": site_id}, site_id))
        return found


def _fields(person: Person) -> dict[str, Any]:
    try:
        name, relation = rules.checked_line(person.name, 120), rules.checked_line(person.relation, 80)
        guard_note = rules.checked_line(person.guard_note, 300)
    except ValueError:
        raise BadContact(_("This text is too long."), action=_("Shorten it."), field="name") from None
    if not name:
        raise BadContact(_("A contact has a name."), action=_("Write whom to ask for."), field="name")
    if person.language not in LANGUAGES:
        raise BadContact(_("This language is not available."), action=_("Choose nl, sv, de or en."), field="language")
    phones = rules.checked_phones([{"number": one.number, "label": one.label} for one in person.phones])
    hours = rules.checked_hours([{"days": one.days, "start": one.start, "end": one.end} for one in person.hours])
    return {
        "name": name, "relation": relation, "language": person.language, "guard_note": guard_note,
        "tell_guard": person.tell_guard,
        "phones": [{"number": one.number, "label": one.label} for one in phones],
        "hours": [{"days": list(one.days), "start": one.start, "end": one.end} for one in hours],
    }  # fmt: skip


def _site_for_contacts(actor: Actor, site_id: UUID) -> Site:
    site = site_of(site_id)
    require_here(actor, Action.CHANGE, Resource(ResourceKind.CONTACT, None, site.owner_id, {"site": site_id}))
    return Site.objects.select_for_update().get(id=site_id)


def _locked_contact(actor: Actor, contact_id: UUID, action: Action) -> Contact:
    contact = Contact.objects.select_for_update().filter(id=contact_id, removed_at=None).first()
    if contact is None:
        raise UnknownContact
    of = {"site": contact.site_id}
    require_here(actor, action, Resource(ResourceKind.CONTACT, contact_id, contact.owner_id, of))
    return contact


def _noted(w: work.Work, contact: Contact, what: str) -> None:
    facts: dict[str, Fact] = {"what": what, "contact": contact.id, "site": contact.site_id}
    w.record(Entry(Kind.CONTACT, contact.owner_id, facts, contact.site_id))


def _hashed(plain: str) -> bytes:
    return rules.hashed(plain, pepper(), os.urandom(rules.SALT))


# --- the spoken word ---


class InsideTransaction(PlanError):
    """A try must be counted whatever happens to its caller: check the word first, then begin the transaction."""

    code = "inside_transaction"


def check_code_word(
    actor: Actor, site_id: UUID, contact_id: UUID, word: str, alarm_id: UUID | None = None
) -> CodeWord:  # fmt: skip
    """Whether the word that was said is the contact's. VALID and DURESS are told alike to the caller on the line; under
    duress the event `codeword.duress` is published. WRONG: the plan goes on.

    Commits by itself. Raises Denied, UnknownContact, TooManyTries (which is counted too), InsideTransaction.
    """
    if connection.in_atomic_block:
        raise InsideTransaction("A code word can't be checked inside a transaction.", action="Check it before.")
    with work.transaction(actor) as w:
        _one_at_a_time(actor)
        contact = _locked_contact(actor, contact_id, Action.CHECK)
        if contact.site_id != site_id:
            raise UnknownContact
        wait_s = _wait_s(actor, contact)
        outcome = None if wait_s else rules.judge(word, _words(contact), pepper())
        _note_try(actor, w, contact, alarm_id, outcome)
    if outcome is None:
        raise TooManyTries(wait_s)
    return outcome


def _words(contact: Contact) -> rules.Words:
    return rules.Words(
        None if contact.code_word is None else bytes(contact.code_word),
        None if contact.duress_word is None else bytes(contact.duress_word),
    )


def _one_at_a_time(actor: Actor) -> None:
    """A person's tries wait for each other, so that many at once can't pass the count."""
    key = int.from_bytes((actor.id or UUID(int=0)).bytes[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _wait_s(actor: Actor, contact: Contact) -> int:
    """0 while another word may be tried, else the seconds until it may."""
    now = clock.now()
    since = now - rules.TRIES_WINDOW
    by_contact = queries.wrong_tries(since, contact_id=contact.id)
    by_person = queries.wrong_tries(since, person_id=actor.id) if actor.id else 0
    if by_contact < rules.TRIES_PER_CONTACT and by_person < rules.TRIES_PER_PERSON:
        return 0
    return max(1, round((_oldest_wrong(contact, actor, since) + rules.TRIES_WINDOW - now).total_seconds()))


def _oldest_wrong(contact: Contact, actor: Actor, since: datetime) -> datetime:
    wrong = CodeWordTry.objects.filter(at__gt=since, outcome=CodeWord.WRONG.value)
    mine = wrong.filter(contact=contact) | wrong.filter(person_id=actor.id)
    return mine.order_by("at").values_list("at", flat=True).first() or since


def _note_try(actor: Actor, w: work.Work, contact: Contact, alarm_id: UUID | None, outcome: CodeWord | None) -> None:
    CodeWordTry.objects.create(
        owner_id=contact.owner_id, provider_id=contact.provider_id, site_id=contact.site_id, contact=contact,
        alarm_id=alarm_id, person_id=actor.id, at=clock.now(), outcome="refused" if outcome is None else outcome.value,
    )  # fmt: skip
    accepted = outcome in {CodeWord.VALID, CodeWord.DURESS}
    facts: dict[str, Fact] = {
        "site": contact.site_id, "contact": contact.id, "alarm": alarm_id, "accepted": accepted,
    }  # fmt: skip
    w.record(Entry(Kind.CODE_WORD, contact.owner_id, facts, alarm_id or contact.site_id))
    if outcome is CodeWord.DURESS:
        w.publish(
            "codeword.duress", owner_id=contact.owner_id, site_id=contact.site_id, contact_id=contact.id,
            alarm_id=alarm_id,
        )  # fmt: skip
