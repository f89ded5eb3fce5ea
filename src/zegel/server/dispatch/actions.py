# SPDX-License-Identifier: EUPL-1.2
"""Sending a guard, and what he and the operator say of his errand. The principles that keep it safe:

- The guard has no account. What he may do is in his link's token (256 random bits, of which only a hash is kept), and
  only in the browser that opened it first; it ends by itself, and with his errand.
- He reaches one errand: its address, its guidance, the contacts that the plan lets him see. Never an alarm's history,
  nothing of another errand; and an image only where the owner allows it, when the operator sent it (pictures.py).
- The server acts for the owner of the site when a guard presses a button, and the ledger says that it was the guard.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from zegel.server.alarms import actions as alarms
from zegel.server.alarms.errors import UnknownAlarm
from zegel.server.alarms.models import Alarm
from zegel.server.dispatch import queries, rules
from zegel.server.dispatch.errors import (
    BadGuard,
    LinkRefused,
    NobodyToSend,
    NotThisWay,
    UnknownDispatch,
    UnknownGuard,
)
from zegel.server.dispatch.models import Dispatch, Guard, GuardLink
from zegel.server.dispatch.rules import State
from zegel.server.footage import guardpictures
from zegel.server.footage.rules import GuardPictureEnd
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, erasures, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people.errors import BadField
from zegel.server.people.rules import normalised_email
from zegel.server.plans import queries as plans
from zegel.server.plans import rules as plan_rules
from zegel.server.plans.actions import require_here, site_of
from zegel.server.sites.models import Site

MOST_GUARDS = 10
LANGUAGES = ("nl", "sv", "de", "en")
_STAMP = {
    State.ACCEPTED: "accepted_at", State.ON_THE_WAY: "on_the_way_at", State.ARRIVED: "arrived_at",
    State.LEFT: "left_at", State.REPORTED: "reported_at", State.CANCELLED: "cancelled_at",
}  # fmt: skip
# What the alarm's own list of steps calls it.
_TOLD = {
    State.ACCEPTED: "guard_accepted", State.ON_THE_WAY: "guard_on_the_way", State.ARRIVED: "arrived",
    State.LEFT: "guard_left", State.REPORTED: "guard_report", State.CANCELLED: "guard_cancelled",
}  # fmt: skip


# --- who may be sent ---


@dataclass(frozen=True)
class Company:
    """What is known of a guard company."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = "en"
    typical_min: int = rules.USUAL_MIN


def add_guard(actor: Actor, site_id: UUID, company: Company) -> Guard:
    """Last in the order. Raises Denied, UnknownPlan (no such site), BadGuard."""
    with work.transaction(actor) as w:
        site = _site_for_guards(actor, site_id)
        now = queries.guards_of(site_id)
        if len(now) >= MOST_GUARDS:
            raise BadGuard(_("A site has at most 10 guard companies."), action=_("Remove one."))
        guard = Guard.objects.create(
            owner_id=site.owner_id, provider_id=site.provider_id, site_id=site_id,
            place=1 + max((one.place for one in now), default=0), created_at=clock.now(), **_fields(company),
        )  # fmt: skip
        _noted(w, guard, "added")
        return guard


def change_guard(actor: Actor, guard_id: UUID, company: Company) -> Guard:
    """Raises Denied, UnknownGuard, BadGuard."""
    with work.transaction(actor) as w:
        guard = _locked_guard(actor, guard_id)
        for field, value in _fields(company).items():
            setattr(guard, field, value)
        guard.save()
        _noted(w, guard, "changed")
        return guard


def remove_guard(actor: Actor, guard_id: UUID) -> None:
    """It is sent no more; its name stays with the errands that it went on."""
    with work.transaction(actor) as w:
        guard = _locked_guard(actor, guard_id)
        guard.phone = guard.email = ""
        guard.removed_at = clock.now()
        guard.save(update_fields=["phone", "email", "removed_at"])
        _noted(w, guard, "removed")


def order_guards(actor: Actor, site_id: UUID, order: Sequence[UUID]) -> None:
    """In which order they are asked. Raises Denied, BadGuard unless it names each of them once."""
    with work.transaction(actor) as w:
        site = _site_for_guards(actor, site_id)
        now = {one.id for one in queries.guards_of(site_id)}
        if len(order) != len(now) or set(order) != now:
            raise BadGuard(_("The order does not name each company once."), action=_("Load the list again."))
        for place, guard_id in enumerate(order, 1):
            Guard.objects.filter(id=guard_id).update(place=place)
        w.record(Entry(Kind.GUARD, site.owner_id, {"what": "ordered", "site": site_id}, site_id))


def _fields(company: Company) -> dict[str, Any]:
    try:
        name = plan_rules.checked_line(company.name, 120)
        email = normalised_email(company.email) if company.email.strip() else ""
    except ValueError:
        raise BadGuard(_("This name is too long."), action=_("Shorten it."), field="name") from None
    except BadField as wrong:
        raise BadGuard(wrong.message, action=wrong.action, field="email") from None
    phone = company.phone.strip()
    if not name:
        raise BadGuard(_("A guard company has a name."), action=_("Write whom to ask for."), field="name")
    if not phone and not email:
        raise BadGuard(_("Nobody could reach this company."), action=_("Give a phone number or an e-mail address."))
    if phone and not plan_rules.is_phone(phone):
        raise BadGuard(_("This is not a phone number."), action=_("Write it like +31 10 123 45 67."), field="phone")
    if not rules.SHORTEST_MIN <= company.typical_min <= rules.LONGEST_MIN:
        raise BadGuard(_("A guard takes 1 to 240 minutes."), action=_("Choose how long."), field="typical_min")
    if company.language not in LANGUAGES:
        raise BadGuard(_("This language is not available."), action=_("Choose nl, sv, de or en."), field="language")
    return {
        "name": name, "phone": phone, "email": email, "language": company.language, "typical_min": company.typical_min,
    }  # fmt: skip


def _site_for_guards(actor: Actor, site_id: UUID) -> Site:
    site = site_of(site_id)
    require_here(actor, Action.CHANGE, Resource(ResourceKind.GUARD, None, site.owner_id, {"site": site_id}))
    return Site.objects.select_for_update().get(id=site_id)


def _locked_guard(actor: Actor, guard_id: UUID) -> Guard:
    guard = Guard.objects.select_for_update().filter(id=guard_id, removed_at=None).first()
    if guard is None:
        raise UnknownGuard
    of = {"site": guard.site_id}
    require_here(actor, Action.CHANGE, Resource(ResourceKind.GUARD, guard_id, guard.owner_id, of))
    return guard


def _noted(w: work.Work, guard: Guard, what: str) -> None:
    facts: dict[str, Fact] = {"what": what, "guard": guard.id, "site": guard.site_id}
    w.record(Entry(Kind.GUARD, guard.owner_id, facts, guard.site_id))


# --- the errand, as the operator has it ---


def request(
    actor: Actor, alarm_id: UUID, guard_id: UUID | None = None, note: str = "", step_no: int | None = None
) -> Dispatch:
    """Send a guard: the given one, or the next of the site's. He who is under way already is not sent again.

    `step_no`: the step of the alarm's plan that this does. Raises Denied, UnknownAlarm, NotYours, UnknownStep,
    UnknownGuard, NobodyToSend, BadGuard (a note that is too long).
    """
    if len(note) > 500:
        raise BadGuard(_("A note has at most 500 characters."), action=_("Shorten it."), field="note")
    with work.transaction(actor) as w:
        alarm = _alarm(alarm_id)
        require_here(actor, Action.REQUEST, resource_of(alarm))
        sent = {row.guard_id: row for row in _locked_dispatches(alarm_id)}
        guard = _chosen(alarm, guard_id, sent)
        if guard.id in sent and State(sent[guard.id].state) not in rules.ENDED:
            return sent[guard.id]
        if step_no is None:
            alarms.note_step(actor, alarm_id, guard.name, "guard_sent")
        else:
            alarms.do_step(actor, alarm_id, step_no, "sent", guard.name)
        dispatch = _new(actor, alarm, guard, note)
        _record(w, dispatch, "operator")
        if guard.email:
            w.publish("dispatch.requested", owner_id=dispatch.owner_id, dispatch_id=dispatch.id)
        return dispatch


def _alarm(alarm_id: UUID) -> Alarm:
    alarm = Alarm.objects.filter(id=alarm_id).first()
    if alarm is None:
        raise UnknownAlarm
    return alarm


def _locked_dispatches(alarm_id: UUID) -> Sequence[Dispatch]:
    """The alarm's row is the lock: two clicks at once send one guard."""
    Alarm.objects.select_for_update().filter(id=alarm_id).first()
    return list(Dispatch.objects.select_related("guard").filter(alarm_id=alarm_id).order_by("requested_at"))


def _chosen(alarm: Alarm, guard_id: UUID | None, sent: dict[UUID, Dispatch]) -> Guard:
    there = [] if alarm.site_id is None else queries.guards_of(alarm.site_id)
    if guard_id is not None:
        for guard in there:
            if guard.id == guard_id:
                return guard
        raise UnknownGuard
    for guard in there:
        if guard.id not in sent:
            return guard
    raise NobodyToSend


def _new(actor: Actor, alarm: Alarm, guard: Guard, note: str) -> Dispatch:
    now = clock.now()
    return Dispatch.objects.create(
        owner_id=alarm.owner_id, provider_id=alarm.provider_id, alarm_id=alarm.id, site_id=guard.site_id, guard=guard,
        state=State.REQUESTED.value, note=note.strip(), tell_contacts=_tells_contacts(alarm), requested_by=actor.id,
        requested_at=now, due_at=now + rules.minutes(guard.typical_min),
    )  # fmt: skip


def _tells_contacts(alarm: Alarm) -> bool:
    """Whether the plan that is pinned to the alarm lets the guard see contacts."""
    if alarm.plan_version_id is None:
        return False
    steps = plan_rules.read_steps(plans.version(alarm.plan_version_id).steps)
    return any(step.kind is plan_rules.StepKind.SEND_GUARD and step.tell_contacts for step in steps)


def resource_of(alarm: Alarm) -> Resource:
    of = {"alarm": alarm.id} if alarm.site_id is None else {"alarm": alarm.id, "site": alarm.site_id}
    return Resource(ResourceKind.DISPATCH, None, alarm.owner_id, of)


def cancel(actor: Actor, dispatch_id: UUID, reason: str = "") -> Dispatch:
    """He need not come. Raises Denied, UnknownDispatch, NotThisWay."""
    with work.transaction(actor) as w:
        dispatch = _locked(actor, dispatch_id, Action.CANCEL)
        dispatch.cancel_reason = reason.strip()[:300]
        return _move(actor, w, dispatch, State.CANCELLED, "operator", dispatch.cancel_reason)


def advance(actor: Actor, dispatch_id: UUID, state: State) -> Dispatch:
    """What the guard said on the telephone. Raises Denied, UnknownDispatch, NotThisWay."""
    if state is State.CANCELLED:
        raise NotThisWay("", state.value)
    with work.transaction(actor) as w:
        dispatch = _locked(actor, dispatch_id, Action.ADVANCE)
        return _move(actor, w, dispatch, state, "operator")


def report(actor: Actor, dispatch_id: UUID, said: rules.Report) -> Dispatch:
    """The report that the guard gave on the telephone. Raises Denied, UnknownDispatch, NotThisWay."""
    with work.transaction(actor) as w:
        dispatch = _locked(actor, dispatch_id, Action.ADVANCE)
        return _report(actor, w, dispatch, said, "operator")


def new_link(actor: Actor, dispatch_id: UUID) -> str:
    """A token for the operator to hand over. Every earlier one ends, opened or not: a phone that holds the errand now
    loses it, and a link in the wrong mailbox opens nothing. Raises Denied, UnknownDispatch, NotThisWay."""
    with work.transaction(actor) as w:
        dispatch = _locked(actor, dispatch_id, Action.ADVANCE)
        if State(dispatch.state) in rules.ENDED:
            raise NotThisWay(dispatch.state, "link")
        erasures.delete(GuardLink.objects.filter(dispatch_id=dispatch_id), None)
        _no_more_pictures(w, dispatch, GuardPictureEnd.REPLACED)
        facts: dict[str, Fact] = {"dispatch": dispatch.id, "alarm": dispatch.alarm_id, "what": "link"}
        w.record(Entry(Kind.DISPATCH, dispatch.owner_id, facts, dispatch.alarm_id))
        return draw_token(dispatch)


def draw_token(dispatch: Dispatch) -> str:
    """A new token for the errand; only its hash is kept."""
    token = secrets.token_urlsafe(rules.TOKEN_BYTES)
    GuardLink.objects.create(
        token_hash=rules.token_hash(token), dispatch_id=dispatch.id, owner_id=dispatch.owner_id,
        expires_at=clock.now() + rules.LINK_LASTS,
    )  # fmt: skip
    return token


def _locked(actor: Actor, dispatch_id: UUID, action: Action) -> Dispatch:
    dispatch = Dispatch.objects.select_related("guard").select_for_update(of=("self",)).filter(id=dispatch_id).first()
    if dispatch is None:
        raise UnknownDispatch
    of = {"alarm": dispatch.alarm_id, "site": dispatch.site_id}
    require_here(actor, action, Resource(ResourceKind.DISPATCH, dispatch_id, dispatch.owner_id, of))
    return dispatch


def _move(actor: Actor, w: work.Work, dispatch: Dispatch, to: State, by: str, note: str = "") -> Dispatch:
    before = State(dispatch.state)
    if rules.after(before, to) is before:
        return dispatch
    dispatch.state = to.value
    setattr(dispatch, _STAMP[to], clock.now())
    dispatch.save()
    kind = "guard_declined" if dispatch.declined else _TOLD[to]
    words = f"{dispatch.guard.name}: {note}" if note else dispatch.guard.name
    person = actor if by == "operator" else None
    alarms.guard_step(dispatch.alarm_id, dispatch.owner_id, kind, words, by=person)
    _record(w, dispatch, by)
    if to not in rules.SEES:
        _no_more_pictures(w, dispatch, GuardPictureEnd.ERRAND)
    if to in rules.ENDED:
        _links_end_soon(dispatch)
    return dispatch


def _no_more_pictures(w: work.Work, dispatch: Dispatch, why: GuardPictureEnd) -> None:
    """What the phone has opens no more, and its key takes no new one."""
    guardpictures.end_of_errand(w, dispatch.id, why)
    dispatch.key_suite = dispatch.key_pk = dispatch.key_at = None
    dispatch.save(update_fields=["key_suite", "key_pk", "key_at"])


def _report(actor: Actor, w: work.Work, dispatch: Dispatch, said: rules.Report, by: str) -> Dispatch:
    dispatch.report = {"found": said.found.value, "text": said.text, "secured": said.secured}
    if dispatch.left_at is None:
        dispatch.left_at = clock.now()
    return _move(actor, w, dispatch, State.REPORTED, by, said.text)


def _record(w: work.Work, dispatch: Dispatch, by: str) -> None:
    facts: dict[str, Fact] = {
        "dispatch": dispatch.id, "alarm": dispatch.alarm_id, "guard": dispatch.guard_id, "state": dispatch.state,
        "by": by,
    }  # fmt: skip
    w.record(Entry(Kind.DISPATCH, dispatch.owner_id, facts, dispatch.alarm_id))


def _links_end_soon(dispatch: Dispatch) -> None:
    """The guard still reads that it is over; then his link opens nothing."""
    ends = clock.now() + rules.LINK_AFTER_END
    GuardLink.objects.filter(dispatch_id=dispatch.id, expires_at__gt=ends).update(expires_at=ends)


# --- the errand, as the guard has it ---


@dataclass(frozen=True)
class Held:
    """What a token and a browser's secret prove: this errand, of this owner."""

    dispatch_id: UUID
    owner_id: UUID


def held(token: str, browser: str) -> Held:
    """Raises LinkRefused: unknown, expired, elsewhere (another browser opened it first), unopened (nobody did yet)."""
    with tenancy.acting_as(None):
        link = _link(token)
    if link.browser_hash is None:
        raise LinkRefused("unopened")
    mine = rules.token_hash(browser)
    if mine is None or not secrets.compare_digest(mine, bytes(link.browser_hash)):
        raise LinkRefused("elsewhere")
    return Held(link.dispatch_id, link.owner_id)


def _link(token: str) -> GuardLink:
    wanted = rules.token_hash(token)
    link = None if wanted is None else GuardLink.objects.filter(token_hash=wanted).first()
    if link is None:
        raise LinkRefused("unknown")
    if link.expires_at <= clock.now():
        raise LinkRefused("expired")
    return link


def open_link(token: str) -> str:
    """The first browser takes the errand: returns the secret that it keeps. All other links of the errand end.

    Raises LinkRefused (also for the second of two at once).
    """
    browser = secrets.token_urlsafe(rules.TOKEN_BYTES)
    with tenancy.acting_as(None):
        link = _link(token)
    owner = system(link.owner_id)
    with work.transaction(owner) as w:
        taken = GuardLink.objects.filter(token_hash=link.token_hash, browser_hash=None).update(
            browser_hash=rules.token_hash(browser), opened_at=clock.now()
        )
        if not taken:
            raise LinkRefused("elsewhere")
        others = GuardLink.objects.filter(~Q(token_hash=link.token_hash), dispatch_id=link.dispatch_id)
        erasures.delete(others, None)
        _no_more_pictures(w, Dispatch.objects.select_for_update().get(id=link.dispatch_id), GuardPictureEnd.REPLACED)
        facts: dict[str, Fact] = {"dispatch": link.dispatch_id, "what": "opened"}
        w.record(Entry(Kind.DISPATCH, link.owner_id, facts, link.dispatch_id))
    return browser


@dataclass(frozen=True)
class Errand:
    """What the guard's page shows. Once it is over: that it is over, and nothing of the site."""

    dispatch: Dispatch
    site: Site
    route: str
    on_site: str
    contacts: tuple[plans.Person, ...]
    notes: tuple[str, ...]


def errand(token: str, browser: str) -> Errand:
    """Raises LinkRefused."""
    mine = held(token, browser)
    with tenancy.acting_as(mine.owner_id):
        dispatch = Dispatch.objects.select_related("guard").get(id=mine.dispatch_id)
        site = Site.objects.get(id=dispatch.site_id)
        guidance = plans.guidance(site.id)
        people = [one for one in plans.contacts_of(site.id) if one.tell_guard] if dispatch.tell_contacts else []
        callables = plans.callables(people, site.tz, clock.now())
    route, on_site = (guidance.route, guidance.on_site) if guidance else ("", "")
    return Errand(dispatch, site, route, on_site, callables, tuple(one.guard_note for one in people))


def advance_by_token(token: str, browser: str, to: State) -> None:
    """The guard pressed a button. CANCELLED: he declines, before he is there. Raises LinkRefused, NotThisWay."""
    mine = held(token, browser)
    owner = system(mine.owner_id)
    with work.transaction(owner) as w:
        dispatch = _locked(owner, mine.dispatch_id, Action.ADVANCE)
        if to is State.CANCELLED:
            if State(dispatch.state) not in rules.BEFORE_ARRIVAL:
                raise NotThisWay(dispatch.state, "decline")
            dispatch.declined = True
        _move(owner, w, dispatch, to, "guard")


def report_by_token(token: str, browser: str, said: rules.Report) -> None:
    """The guard's report, which ends his errand. Raises LinkRefused, NotThisWay (before he was there)."""
    mine = held(token, browser)
    owner = system(mine.owner_id)
    with work.transaction(owner) as w:
        dispatch = _locked(owner, mine.dispatch_id, Action.ADVANCE)
        if State(dispatch.state) not in {State.ARRIVED, State.LEFT}:
            raise NotThisWay(dispatch.state, "report")
        _report(owner, w, dispatch, said, "guard")


def forget_old_links(now: datetime) -> int:
    """Links that open nothing any more."""
    with tenancy.acting_as(None):
        return GuardLink.objects.filter(expires_at__lte=now).delete()[0]
