# SPDX-License-Identifier: EUPL-1.2
"""What happens at an alarm centre: seats are taken and left, queues escalate, shifts hand over.

Principles of escalating (C12), because nobody is there to notice when it fails:
- What is due is found in the database, never in memory: whoever runs the watch after a crash goes on from there.
- A round is counted, written in the ledger and put in the jobs' table in one transaction: never made twice, never lost.
- It ends only when the queue says so, or for a while when a person says that he acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from zegel.server import gate
from zegel.server.alarms import actions as alarms
from zegel.server.alarms.errors import NotAllowedNow
from zegel.server.centre import norms, queries, rules, scope
from zegel.server.centre.errors import AlreadyDone, BadValue, NotThere
from zegel.server.centre.models import Escalation, EscalationStep, HandOver, Seat, Settings
from zegel.server.centre.rules import Cause, Course, Situation, StepKind
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.kernel.mail import is_address
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people.roles import RelationKind, Role

SEATED = frozenset({Role.OPERATOR.value, Role.SUPERVISOR.value})
LONGEST_NOTE = 4000
LONGEST_ANSWER = 1000
MOST_PAGERS = 10
AT_ONCE = 20  # alarms marked in one look: a storm must not hold up the next look
RATES = (0.0, 1.0)


def centre_of(actor: Actor) -> Resource:
    """The acting person's own centre, as the gate knows it."""
    return Resource(ResourceKind.CENTRE, actor.party_id, actor.party_id)


# --- seats ---


def seat_seen(actor: Actor) -> bool:
    """The person's event stream is there: he has a seat. Who comes for the first time is on duty if he is an operator.

    Returns whether the seat is new. For streams of persons who take alarms; for others it does nothing.
    """
    if actor.role not in SEATED or actor.id is None or actor.party_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        now = clock.now()
        held = Seat.objects.filter(owner_id=actor.party_id, person_id=actor.id, ended_at=None)
        if held.filter(last_seen__gt=now - rules.SEAT_LASTS).update(last_seen=now, role=actor.role):
            return False
        if not scope.is_centre(actor.party_id):
            return False
    with work.transaction(actor) as w:
        end_lapsed_seats(w, actor.party_id)
        if Seat.objects.filter(owner_id=actor.party_id, person_id=actor.id, ended_at=None).exists():
            return False
        Seat.objects.create(
            owner_id=actor.party_id, provider_id=actor.party_id, person_id=actor.id, role=actor.role, since=now,
            last_seen=now, on_duty=actor.role == Role.OPERATOR.value,
        )  # fmt: skip
        w.record(Entry(Kind.SEAT, actor.party_id, {"what": "taken"}, about=actor.id))
        w.publish("centre.changed", owner_id=actor.party_id, what="seat")
    return True


def seat_gone(actor: Actor) -> None:
    """The last stream of the person here ended: the seat lapses in a few seconds, unless his page comes back."""
    if actor.role not in SEATED or actor.id is None or actor.party_id is None:
        return
    with tenancy.acting_as(actor.party_id, actor.id):
        Seat.objects.filter(owner_id=actor.party_id, person_id=actor.id, ended_at=None).update(
            last_seen=rules.gone(clock.now())
        )


def change_seat(actor: Actor, *, on_duty: bool, on_break: bool) -> Seat:
    """The person says whether he takes alarms, and whether he is away for a moment. Raises Denied, NotThere."""
    gate.require(actor, Action.CHANGE, Resource(ResourceKind.SEAT, actor.id, actor.party_id))
    assert actor.id is not None
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        held = Seat.objects.select_for_update().filter(owner_id=actor.party_id, person_id=actor.id, ended_at=None)
        seat = held.first()
        if seat is None:
            raise NotThere(_("You have no seat here now."), action=_("Load the page again."))
        away = on_duty and on_break
        seat.on_duty, seat.break_since = on_duty, (seat.break_since or clock.now()) if away else None
        seat.save(update_fields=["on_duty", "break_since"])
        facts: dict[str, Fact] = {"what": "changed", "on_duty": on_duty, "on_break": away}
        w.record(Entry(Kind.SEAT, seat.owner_id, facts, about=actor.id))
        w.publish("centre.changed", owner_id=seat.owner_id, what="seat")
        return seat


def end_lapsed_seats(w: work.Work, party_id: UUID) -> int:
    """Seats whose stream is not there any more, with the time when they were last seen."""
    lapsed = Seat.objects.filter(owner_id=party_id, ended_at=None, last_seen__lte=clock.now() - rules.SEAT_LASTS)
    rows = list(lapsed.select_for_update(skip_locked=True))
    for seat in rows:
        seat.ended_at = seat.last_seen
        seat.save(update_fields=["ended_at"])
        w.record(Entry(Kind.SEAT, party_id, {"what": "left", "person": seat.person_id}, about=seat.person_id))
    if rows:
        w.publish("centre.changed", owner_id=party_id, what="seat")
    return len(rows)


# --- settings ---


@dataclass(frozen=True)
class NewSettings:
    pagers: Sequence[str]
    second_after_s: int
    repeat_s: int
    quiet_s: int
    norms: Mapping[str, Any]
    review_rate: float
    long_view_s: int


def change_settings(actor: Actor, new: NewSettings) -> Settings:
    """How the centre wants to be told, and against which norm it is held. Raises Denied, BadValue."""
    gate.require(actor, Action.CHANGE, centre_of(actor))
    _check_settings(new)
    with work.transaction(actor) as w:
        row, _made = Settings.objects.update_or_create(
            owner_id=actor.party_id,
            defaults={
                "provider_id": actor.party_id, "pagers": list(new.pagers), "second_after_s": new.second_after_s,
                "repeat_s": new.repeat_s, "quiet_s": new.quiet_s, "norms": dict(new.norms),
                "review_rate": new.review_rate, "long_view_s": new.long_view_s, "changed_at": clock.now(),
                "changed_by": actor.id,
            },
        )  # fmt: skip
        facts: dict[str, Fact] = {
            "what": "settings", "second_after_s": new.second_after_s, "repeat_s": new.repeat_s,
            "review_per_mille": round(new.review_rate * 1000), "pagers": len(new.pagers),
        }  # fmt: skip
        w.record(Entry(Kind.ESCALATION, actor.party_id, facts, about=actor.party_id))
        w.publish("centre.changed", owner_id=actor.party_id, what="settings")
        return row


def _check_settings(new: NewSettings) -> None:
    try:
        norms.read(new.norms)
    except (ValueError, TypeError):
        raise BadValue(
            _("These norms can't be read."), action=_("Give two times and shares for each group, the second the wider.")
        ) from None
    if len(new.pagers) > MOST_PAGERS or not all(is_address(address) for address in new.pagers):
        raise BadValue(_("One of the pager addresses is no e-mail address."), action=_("Correct it."))
    paces = (new.second_after_s, new.repeat_s, new.quiet_s)
    if not all(10 <= seconds <= 3600 for seconds in paces) or not 30 <= new.long_view_s <= 3600:
        raise BadValue(_("These times are out of range."), action=_("Choose from 10 seconds to an hour."))
    if not RATES[0] <= new.review_rate <= RATES[1]:
        raise BadValue(_("The share of views to review is between 0 and 1."), action=_("Correct it."))


# --- escalating ---


def watch(party_id: UUID) -> Situation:
    """One look at a centre's own queue: opens, goes on with, or ends its escalation. Run every second or so."""
    with work.transaction(system(party_id)) as w:
        end_lapsed_seats(w, party_id)
        owners = scope.served(party_id)
        situation = queries.situation(party_id, owners)
        cause = rules.cause_of(situation)
        held = _open_escalation(party_id, None)
        if cause is None:
            if held is not None:
                _resolve(w, held)
            return situation
        if held is None:
            held = _open(w, party_id, cause, situation, owners)
        _go_on(w, held, cause, situation)
    _tell_second_centres(party_id, owners)
    return situation


def put_back_abandoned(party_id: UUID) -> int:
    """No alarm stays with somebody who is not there any more; returns how many went back into the queue."""
    with tenancy.acting_as(party_id):
        owners = scope.served(party_id) + scope.served(party_id, RelationKind.ARC_SECOND)
        found = queries.left_alone(party_id, owners)
    for owner, alarm_id, person_id in found:
        with suppress(NotAllowedNow):
            alarms.put_back(system(owner), alarm_id, person_id, "seat_empty")
    return len(found)


def take_from(party_id: UUID, person_id: UUID) -> int:
    """What a suspended person has in hand goes back into the queue."""
    with tenancy.acting_as(party_id):
        found = queries.in_hand_of(person_id, party_id)
    for owner, alarm_id in found:
        with suppress(NotAllowedNow):
            alarms.put_back(system(owner), alarm_id, person_id, "suspended")
    return len(found)


def take_from_centre(owner_id: UUID, party_id: UUID) -> int:
    """The owner replaced that alarm centre: what its people have of his in hand goes back into the queue, which is the
    successor's. Returns how many did."""
    with tenancy.acting_as(owner_id):
        found = queries.in_hand_at(owner_id, party_id)
    for alarm_id, person_id in found:
        with suppress(NotAllowedNow):
            alarms.put_back(system(owner_id), alarm_id, person_id, "centre_replaced")
    return len(found)


def _open_escalation(party_id: UUID, for_party: UUID | None) -> Escalation | None:
    rows = Escalation.objects.select_for_update().filter(owner_id=party_id, resolved_at=None)
    return rows.filter(for_party=for_party).first()


def _open(
    w: work.Work, party_id: UUID, cause: Cause, situation: Situation, owners: Sequence[UUID],
    for_party: UUID | None = None,
) -> Escalation:  # fmt: skip
    now = clock.now()
    waiting = queries.waiting(owners)
    held = Escalation.objects.create(
        owner_id=party_id, provider_id=party_id, cause=cause.value, for_party=for_party, opened_at=now, next_at=now,
        waiting=situation.waiting, overdue=situation.overdue,
        oldest_ms=min((row.oldest_ms for row in waiting), default=None),
    )  # fmt: skip
    _step(w, held, StepKind.OPENED)
    return held


def _go_on(w: work.Work, held: Escalation, cause: Cause, situation: Situation) -> None:
    """The round that is due, if one is."""
    before = Course(Cause(held.cause), held.rounds, held.next_at)
    course = rules.worsened(before, cause, clock.now())
    worse = course.next_at != before.next_at
    due = rules.due(course, queries.pace_of(held.owner_id), clock.now())
    held.cause, held.waiting, held.overdue = course.cause.value, situation.waiting, situation.overdue
    if worse:
        _step(w, held, StepKind.WORSE)
    if due is not None:
        held.rounds, held.next_at = due.number, due.after.next_at
        _step(w, held, StepKind.PAGED)
        w.publish("centre.page", owner_id=held.owner_id, escalation_id=held.id, round=due.number)
        if due.second_centre and held.for_party is None:
            _step(w, held, StepKind.SECOND_CENTRE)
    held.save(update_fields=["cause", "waiting", "overdue", "rounds", "next_at"])


def _tell_second_centres(party_id: UUID, owners: Sequence[UUID]) -> None:
    """The alarms say that they escalated; and once the own round came to that, the centre that steps in for each owner
    with alarms in nobody's hand is told."""
    with tenancy.acting_as(party_id):
        held = Escalation.objects.filter(owner_id=party_id, for_party=None, resolved_at=None).first()
        if held is None:
            return
        told = held.steps.filter(kind=StepKind.SECOND_CENTRE.value).exists()
        late, unmarked = queries.late_owners(owners), queries.unmarked_alarms(owners, AT_ONCE)
    for owner, alarm_id in unmarked:
        with suppress(NotAllowedNow):  # somebody took it meanwhile
            alarms.mark_escalated(system(owner), alarm_id)
    if told:
        for second, theirs in scope.seconds(late).items():
            if second != party_id:
                stand_in(second, party_id, theirs)


def stand_in(party_id: UUID, for_party: UUID, owners: Sequence[UUID]) -> None:
    """The second centre's own escalation, about what the first leaves. It sees these owners' queue by its relation."""
    with work.transaction(system(party_id)) as w:
        mine = sorted(set(owners) & set(scope.served(party_id, RelationKind.ARC_SECOND)))
        waiting = queries.waiting(mine)
        situation = Situation(sum(r.waiting for r in waiting), sum(r.overdue for r in waiting), 0)
        if not situation.waiting:
            return
        held = _open_escalation(party_id, for_party)
        if held is None:
            held = _open(w, party_id, Cause.STAND_IN, situation, mine, for_party)
        _go_on(w, held, Cause.STAND_IN, situation)


def end_stand_ins(party_id: UUID) -> None:
    """What this centre stepped in for ends when nothing of those owners waits any more, or when the first centre's own
    escalation is over: somebody is there again."""
    with tenancy.acting_as(party_id):
        rows = Escalation.objects.filter(owner_id=party_id, resolved_at=None).exclude(for_party=None)
        firsts = set(rows.values_list("for_party", flat=True))
    back = {first for first in firsts if first is not None and not _escalates(first)}
    with work.transaction(system(party_id)) as w:
        rows = Escalation.objects.select_for_update().filter(owner_id=party_id, resolved_at=None)
        for held in rows.exclude(for_party=None):
            queue = queries.waiting(queries.stands_in_for(party_id))
            if held.for_party in back or not any(row.overdue or row.waiting for row in queue):
                _resolve(w, held)


def _escalates(party_id: UUID) -> bool:
    """Whether the centre's own queue does now."""
    with tenancy.acting_as(party_id):
        return Escalation.objects.filter(owner_id=party_id, for_party=None, resolved_at=None).exists()


def _resolve(w: work.Work, held: Escalation) -> None:
    held.resolved_at = clock.now()
    held.save(update_fields=["resolved_at"])
    _step(w, held, StepKind.RESOLVED)


def acknowledge(actor: Actor, escalation_id: UUID, note: str = "") -> Escalation:
    """Somebody acts: it is quiet for a while. Raises Denied, NotThere, AlreadyDone."""
    gate.require(actor, Action.ACKNOWLEDGE, centre_of(actor))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        held = Escalation.objects.select_for_update().filter(id=escalation_id, owner_id=actor.party_id).first()
        if held is None:
            raise NotThere(_("There is no such escalation."), action=_("Go back to the wall."))
        if held.resolved_at is not None:
            raise AlreadyDone(_("This is over already."), action=_("Go back to the wall."))
        course = Course(Cause(held.cause), held.rounds, held.next_at)
        now = clock.now()
        held.next_at = rules.acknowledged(course, queries.pace_of(held.owner_id), now).next_at
        held.acknowledged_at, held.acknowledged_by = now, actor.id
        held.save(update_fields=["next_at", "acknowledged_at", "acknowledged_by"])
        _step(w, held, StepKind.ACKNOWLEDGED, actor, note.strip()[:500])
        return held


def _step(w: work.Work, held: Escalation, kind: StepKind, actor: Actor | None = None, note: str = "") -> None:
    last = EscalationStep.objects.filter(escalation=held).aggregate(last=Max("number"))["last"] or 0
    EscalationStep.objects.create(
        owner_id=held.owner_id, provider_id=held.provider_id, escalation=held, number=last + 1, kind=kind.value,
        at=clock.now(), person_id=actor.id if actor else None, note=note,
    )  # fmt: skip
    facts: dict[str, Fact] = {
        "what": kind.value, "escalation": held.id, "cause": held.cause, "round": held.rounds, "waiting": held.waiting,
        "overdue": held.overdue, "for": held.for_party,
    }  # fmt: skip
    w.record(Entry(Kind.ESCALATION, held.owner_id, facts, about=held.id))
    w.publish("centre.changed", owner_id=held.owner_id, what="escalation")


def note_told(party_id: UUID, escalation_id: UUID, told: int) -> None:
    """How many heard the newest page."""
    with tenancy.acting_as(party_id):
        steps = EscalationStep.objects.filter(escalation_id=escalation_id, kind=StepKind.PAGED.value)
        newest = steps.order_by("-number").first()
        if newest is not None:
            EscalationStep.objects.filter(id=newest.id).update(told=newest.told + told)


# --- hand-over ---


def write_hand_over(actor: Actor, note: str) -> HandOver:
    """This shift's word, with what stands open now. Raises Denied, BadValue."""
    gate.require(actor, Action.RECORD, Resource(ResourceKind.HAND_OVER, None, actor.party_id))
    if not 1 <= len(note.strip()) <= LONGEST_NOTE:
        raise BadValue(
            _("A hand-over has a note."), action=_("Write what the next shift must know, even if it is little.")
        )
    assert actor.party_id is not None
    assert actor.id is not None
    with work.transaction(actor) as w:
        state = queries.standing(actor.party_id)
        row = HandOver.objects.create(
            owner_id=actor.party_id, provider_id=actor.party_id, written_by=actor.id, written_at=clock.now(),
            note=note.strip(), state=state,
        )  # fmt: skip
        facts: dict[str, Fact] = {
            "what": "written", "hand_over": row.id, "alarms": len(state["alarms"]), "parked": len(state["parked"]),
        }  # fmt: skip
        w.record(Entry(Kind.HAND_OVER, actor.party_id, facts, about=row.id))
        w.publish("centre.changed", owner_id=actor.party_id, what="hand_over")
        return row


def accept_hand_over(actor: Actor, hand_over_id: UUID, answer: str = "") -> HandOver:
    """The next shift has read it and takes over: not who wrote it. Raises Denied, NotThere, AlreadyDone, BadValue."""
    gate.require(actor, Action.ACKNOWLEDGE, Resource(ResourceKind.HAND_OVER, hand_over_id, actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        row = HandOver.objects.select_for_update().filter(id=hand_over_id, owner_id=actor.party_id).first()
        if row is None:
            raise NotThere(_("There is no such hand-over."), action=_("Go back to the list."))
        if row.accepted_at is not None:
            raise AlreadyDone(_("This hand-over was accepted already."), action=_("Go on with the queue."))
        if row.written_by == actor.id:
            raise BadValue(_("Somebody else takes over."), action=_("Let a colleague of the next shift accept it."))
        row.accepted_by, row.accepted_at, row.answer = actor.id, clock.now(), answer.strip()[:LONGEST_ANSWER]
        row.save(update_fields=["accepted_by", "accepted_at", "answer"])
        w.record(Entry(Kind.HAND_OVER, row.owner_id, {"what": "accepted", "hand_over": row.id}, about=row.id))
        w.publish("centre.changed", owner_id=row.owner_id, what="hand_over")
        return row
