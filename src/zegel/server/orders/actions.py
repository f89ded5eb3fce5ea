# SPDX-License-Identifier: EUPL-1.2
"""Everything that changes an order. Principles:

- An order's course is data (states.toml): nothing moves it anywhere else.
- What waits for somebody else does not count against what was promised: the clock stands still, and goes on.
- Of a customer whose data is restricted nothing is done but keeping it: the gate refuses.
- History says in codes what happened; what somebody wrote stands in one place, where it can be corrected and erased.
- `…_in` is for rooms above, within their own work: the gate is theirs to ask there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from zegel.server.customers import actions as customers
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.orders import days, queries, rules, searching
from zegel.server.orders.days import Hours, Span
from zegel.server.orders.errors import BadOrder, NotFree, NotFromHere, UnknownOrder
from zegel.server.orders.holidays import REGIONS
from zegel.server.orders.models import (
    Absence,
    Availability,
    Happening,
    Line,
    Note,
    Order,
    OwnDay,
    ServiceLevel,
    Visit,
    WorkRegion,
)
from zegel.server.orders.rules import (
    OPEN_VISITS,
    Cause,
    LineKind,
    NoteSource,
    OrderType,
    Outcome,
    Source,
    State,
    VisitKind,
    VisitState,
    What,
)
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.products.models import Item

COMES_BACK = timedelta(days=90)
"""Who asks again about the same thing within it was not helped the first time."""
FIXED = frozenset({
    Outcome.REPAIRED, Outcome.REPLACED, Outcome.INSTALLED, Outcome.EXCHANGED, Outcome.REFUNDED, Outcome.CREDITED,
    Outcome.MADE_GOOD, Outcome.ANSWERED,
})  # fmt: skip


@dataclass(frozen=True)
class New:
    """An order as it comes in. `customer_id`, `item_id`: as find_or_add and register gave them."""

    type: OrderType
    customer_id: UUID | None
    subject: str
    description: str = ""
    item_id: UUID | None = None
    model_id: UUID | None = None
    source: Source = Source.DESK
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Window:
    """When somebody comes. `anyway`: even if he seems not to be free."""

    kind: VisitKind
    starts_at: datetime
    ends_at: datetime
    assignee_id: UUID | None = None
    anyway: bool = False


@dataclass(frozen=True)
class NewLine:
    """A part or work. `quantity_milli`: thousandths; `price_cents`: for one, without VAT."""

    kind: LineKind
    name: str
    article: str = ""
    quantity_milli: int = 1000
    price_cents: int = 0
    covered: bool = False


def resource(owner_id: UUID | None, order: Order | None = None) -> Resource:
    """What the gate is asked about."""
    of = {"customer": order.customer_id} if order is not None and order.customer_id is not None else {}
    return Resource(ResourceKind.ORDER, None if order is None else order.id, owner_id, of)


# --- coming in ---


def open(w: work.Work, owner_id: UUID, new: New) -> Order:
    """Within the running work, for rooms above: the gate is the caller's to ask. Raises BadOrder, UnknownCustomer."""
    subject, description = _subject(new.subject), _text(new.description)
    item = _item(owner_id, new.item_id)
    if new.customer_id is not None:
        customers.seen(w, new.customer_id)
    now = clock.now()
    opened, zone = new.opened_at or now, queries.zone(owner_id)
    reply_days, done_days = queries.promised(owner_id, new.type)
    working = queries.work_calendar(owner_id)
    row = Order(
        id=ids.new(), owner_id=owner_id, provider_id=_provider(owner_id), number=_number(owner_id, opened),
        type=new.type.value, state=State.NEW.value, customer_id=new.customer_id, item_id=new.item_id,
        model_id=new.model_id if item is None else item.model_id, subject=subject, description=description,
        source=new.source.value, opened_at=opened, opened_by=_person(w.actor),
        reply_by=rules.working_days_later(opened, reply_days, zone, working),
        due_at=rules.working_days_later(opened, done_days, zone, working), changed_at=now,
    )  # fmt: skip
    _look_back(row)
    row.save(force_insert=True)
    searching.put(row)
    happened(w, row, What.OPENED, source=new.source.value)
    w.publish("order.opened", owner_id=owner_id, order_id=row.id, type=row.type)
    return row


def add(actor: Actor, new: New) -> Order:
    """By the desk. Raises Denied, BadOrder, UnknownCustomer."""
    assert actor.party_id is not None
    of = {} if new.customer_id is None else {"customer": new.customer_id}
    require(actor, Action.ADD, Resource(ResourceKind.ORDER, None, actor.party_id, of))
    with work.transaction(actor) as w:
        return open(w, actor.party_id, new)


def _look_back(row: Order) -> None:
    """Whether it repeats an earlier one, which then was not done the first time."""
    if row.item_id is None or row.type not in {OrderType.REPAIR, OrderType.COMPLAINT}:
        return
    before = Order.objects.filter(
        owner_id=row.owner_id, item_id=row.item_id, type=OrderType.REPAIR.value, closed_at__lte=row.opened_at,
        closed_at__gt=row.opened_at - COMES_BACK,
    ).order_by("-closed_at").first()  # fmt: skip
    if before is not None:
        row.again_of = before.id
        if before.first_time:
            Order.objects.filter(id=before.id).update(first_time=False)


_NEXT_NUMBER = """
INSERT INTO orders_counter (id, owner_id, provider_id, year, last) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (owner_id, year) DO UPDATE SET last = orders_counter.last + 1 RETURNING last
"""


def _number(owner_id: UUID, opened: datetime) -> str:
    year = opened.astimezone(queries.zone(owner_id)).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER, [ids.new(), owner_id, _provider(owner_id), year])
        return f"{year % 100:02}-{cursor.fetchone()[0]:06}"


# --- its course ---


def move(
    actor: Actor, order_id: UUID, state: State, *, outcome: Outcome | None = None, cause: Cause | None = None
) -> Order:
    """To another state; an end says how it ended. Raises Denied, UnknownOrder, NotFromHere, BadOrder."""
    with work.transaction(actor) as w:
        row = _opened(actor, order_id, Action.STEP)
        return move_in(w, row, state, outcome=outcome, cause=cause)


def move_in(
    w: work.Work, row: Order, state: State, *, outcome: Outcome | None = None, cause: Cause | None = None
) -> Order:
    """Within the running work, of a locked row. Raises NotFromHere, BadOrder."""
    course = rules.course(row.type)
    if not course.may_go(State(row.state), state):
        raise NotFromHere
    before, now = row.state, clock.now()
    clocked = rules.moved(rules.Clock(row.due_at, row.stopped_at), state in course.waits, now)
    row.state, row.due_at, row.stopped_at, row.changed_at = state.value, clocked.due_at, clocked.stopped_at, now
    row.replied_at = row.replied_at or now
    if state in course.ends:
        _end(row, course, state, outcome, cause)
        _drop_visits(row)
    row.save()
    happened(w, row, What.MOVED, before=before, after=state.value, outcome=row.outcome)
    w.publish("order.closed" if row.closed_at else "order.changed", owner_id=row.owner_id, order_id=row.id)
    return row


def follow_in(w: work.Work, row: Order, state: State) -> None:
    """Within the running work, of a locked row: what happened puts it in this state, step by step as its course has it.
    Where its course knows no way there, or it is there already, nothing changes."""
    way = None if row.state == state else rules.course(row.type).way(State(row.state), state)
    for following in way or ():
        move_in(w, row, following)


def _end(row: Order, course: rules.Course, state: State, outcome: Outcome | None, cause: Cause | None) -> None:
    if state is State.CANCELLED:
        outcome = outcome or Outcome.WITHDRAWN
    if outcome is None or outcome not in course.outcomes:
        raise BadOrder(_("An order that is done has an outcome."), action=_("Say how it ended."), field="outcome")
    if course.causes and cause is None and state is State.DONE:
        raise BadOrder(_("What was the matter is not said."), action=_("Choose a cause."), field="cause")
    row.outcome, row.cause, row.closed_at = outcome.value, "" if cause is None else cause.value, row.changed_at
    row.stopped_at = None
    if state is State.DONE:
        row.first_time = outcome in FIXED and row.visits <= 1


def reopen(actor: Actor, order_id: UUID) -> Order:
    """It was not done after all. Raises Denied, UnknownOrder, NotFromHere."""
    with work.transaction(actor) as w:
        row = _opened(actor, order_id, Action.STEP)
        if row.closed_at is None:
            raise NotFromHere
        row.state, row.outcome, row.cause, row.closed_at = State.ASSESSED.value, "", "", None
        row.first_time, row.changed_at = None, clock.now()
        row.save()
        happened(w, row, What.REOPENED)
        w.publish("order.changed", owner_id=row.owner_id, order_id=row.id)
        return row


def change(
    actor: Actor, order_id: UUID, *, subject: str, description: str, item_id: UUID | None, model_id: UUID | None = None
) -> Order:
    """What it is about. Raises Denied, UnknownOrder, BadOrder."""
    with work.transaction(actor) as w:
        row = _opened(actor, order_id, Action.CHANGE)
        item = _item(row.owner_id, item_id)
        row.subject, row.description, row.item_id = _subject(subject), _text(description), item_id
        row.model_id = (model_id or row.model_id) if item is None else item.model_id
        row.changed_at = clock.now()
        row.save()
        searching.put(row)
        happened(w, row, What.CHANGED)
        w.publish("order.changed", owner_id=row.owner_id, order_id=row.id)
        return row


def assign(actor: Actor, order_id: UUID, person_id: UUID | None) -> Order:
    """Who has it in hand. Raises Denied, UnknownOrder, BadOrder."""
    with work.transaction(actor) as w:
        row = _opened(actor, order_id, Action.CHANGE)
        _check_assignee(row.owner_id, person_id)
        row.assignee_id, row.changed_at = person_id, clock.now()
        row.save(update_fields=["assignee_id", "changed_at"])
        happened(w, row, What.ASSIGNED)
        w.publish("order.changed", owner_id=row.owner_id, order_id=row.id)
        return row


# --- visits ---


def plan(actor: Actor, order_id: UUID, window: Window) -> Visit:
    """Somebody comes then, and the order is planned. Raises Denied, UnknownOrder, NotFromHere, NotFree, BadOrder."""
    with work.transaction(actor) as w:
        row = _opened(actor, order_id, Action.STEP)
        return plan_in(w, row, window)


def plan_in(w: work.Work, row: Order, window: Window) -> Visit:
    """Within the running work, of a locked row. Raises NotFromHere, NotFree, BadOrder."""
    course = rules.course(row.type)
    if row.closed_at is not None or window.kind not in course.visits:
        raise NotFromHere
    _check_window(row.owner_id, window, None)
    visit = Visit.objects.create(
        id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, order=row, kind=window.kind.value,
        state=VisitState.PLANNED.value, starts_at=window.starts_at, ends_at=window.ends_at,
        assignee_id=window.assignee_id, made_at=clock.now(), made_by=_person(w.actor),
    )  # fmt: skip
    _mirror(row)
    happened(w, row, What.PLANNED, kind=window.kind.value, at=clock.ms(window.starts_at))
    follow_in(w, row, State.PLANNED)
    w.publish("order.planned", owner_id=row.owner_id, order_id=row.id, visit_id=visit.id)
    return visit


def move_visit(actor: Actor, visit_id: UUID, window: Window) -> Visit:
    """Another time or person. Raises Denied, UnknownOrder, NotFromHere, NotFree, BadOrder."""
    with work.transaction(actor) as w:
        visit, row = _visit(actor, visit_id)
        if visit.state not in OPEN_VISITS:
            raise NotFromHere
        _check_window(row.owner_id, window, visit.id)
        visit.starts_at, visit.ends_at, visit.assignee_id = window.starts_at, window.ends_at, window.assignee_id
        visit.kind, visit.state = window.kind.value, VisitState.PLANNED.value
        visit.save()
        _mirror(row)
        happened(w, row, What.VISIT_CHANGED, kind=visit.kind, at=clock.ms(visit.starts_at))
        w.publish("order.planned", owner_id=row.owner_id, order_id=row.id, visit_id=visit.id)
        return visit


def end_visit(actor: Actor, visit_id: UUID, state: VisitState) -> Visit:
    """It suits him, was done, missed or is off. Raises Denied, UnknownOrder, NotFromHere."""
    with work.transaction(actor) as w:
        visit, row = _visit(actor, visit_id)
        return end_visit_in(w, row, visit, state)


def end_visit_in(w: work.Work, row: Order, visit: Visit, state: VisitState) -> Visit:
    """Within the running work, of a locked order. Raises NotFromHere."""
    if visit.state not in OPEN_VISITS or state is VisitState.PLANNED:
        raise NotFromHere
    visit.state = state.value
    visit.save(update_fields=["state"])
    if state is VisitState.DONE and visit.kind != VisitKind.CALL:
        row.visits += 1
    _mirror(row)
    happened(w, row, What.VISIT_CHANGED, kind=visit.kind, after=state.value)
    if state is VisitState.DONE:
        follow_in(w, row, State.IN_WORK)
    elif state is not VisitState.CONFIRMED and row.state == State.PLANNED and row.planned_from is None:
        follow_in(w, row, State.ASSESSED)  # nobody comes any more
    w.publish("order.planned", owner_id=row.owner_id, order_id=row.id, visit_id=visit.id)
    return visit


def came_in(w: work.Work, row: Order, kind: VisitKind, span: Span, state: VisitState) -> Visit:
    """Within the running work: somebody came whose visit was not planned; `state` says what became of it. Raises
    NotFromHere."""
    visit = Visit.objects.create(
        id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, order=row, kind=kind.value,
        state=VisitState.PLANNED.value, starts_at=span.start, ends_at=span.end, made_at=clock.now(),
        made_by=_person(w.actor),
    )  # fmt: skip
    return end_visit_in(w, row, visit, state)


def _mirror(row: Order) -> None:
    """The next visit stands on the order itself, for its lists."""
    following = Visit.objects.filter(order=row, state__in=OPEN_VISITS).order_by("starts_at").first()
    row.planned_from = None if following is None else following.starts_at
    row.planned_until = None if following is None else following.ends_at
    if following is not None and following.assignee_id is not None:
        row.assignee_id = following.assignee_id
    row.changed_at = clock.now()
    row.save()


def _drop_visits(row: Order) -> None:
    row.planned_from = row.planned_until = None
    Visit.objects.filter(order=row, state__in=OPEN_VISITS).update(state=VisitState.CANCELLED.value)


def _check_window(owner_id: UUID, window: Window, but: UUID | None) -> None:
    now, length = clock.now(), window.ends_at - window.starts_at
    if not timedelta(0) < length <= rules.MOST_VISIT:
        raise BadOrder(_("A visit ends after it begins, on the same day."), action=_("Choose times."), field="ends_at")
    if not now - timedelta(days=31) < window.starts_at < now + timedelta(days=rules.MOST_DAYS):
        raise BadOrder(_("That day is too far away."), action=_("Choose a day within a year."), field="starts_at")
    if window.assignee_id is None:
        return
    _check_assignee(owner_id, window.assignee_id)
    _one_at_a_time(window.assignee_id)
    if window.anyway:
        return
    wanted, zone = Span(window.starts_at, window.ends_at), queries.zone(owner_id)
    who = queries.hours_of(owner_id, [window.assignee_id])[window.assignee_id]
    busy, absent = queries.taken(owner_id, [window.assignee_id], wanted, but=but)
    day = window.starts_at.astimezone(zone).date()
    if queries.work_calendar(owner_id).closed(day):
        raise NotFree("closed")
    why = days.why_not(
        wanted, days.works(day, who, zone), absent.get(window.assignee_id, ()), busy.get(window.assignee_id, ())
    )
    if why is not None:
        raise NotFree(why)


def _one_at_a_time(person_id: UUID) -> None:
    """Two who plan the same person at once are told of each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8861))", [str(person_id)])


def _check_assignee(owner_id: UUID, person_id: UUID | None) -> None:
    if person_id is not None and person_id not in {one.id for one in queries.workers(owner_id)}:
        raise BadOrder(_("He or she does not work here."), action=_("Choose somebody of the list."), field="assignee")


# --- what was said, used and done ---


def note(actor: Actor, order_id: UUID, text: str, *, shown: bool = False) -> Note:
    """`shown`: the customer reads it by his link. Raises Denied, UnknownOrder, BadOrder."""
    with work.transaction(actor) as w:
        row = _opened(actor, order_id, Action.CHANGE)
        return note_in(w, row, text, NoteSource.DESK, shown=shown)


def note_in(w: work.Work, row: Order, text: str, source: NoteSource, *, shown: bool = False) -> Note:
    """Within the running work. Raises BadOrder."""
    said = _text(text)
    if not said:
        raise BadOrder(_("A note says something."), action=_("Write it in a sentence."), field="text")
    made = Note.objects.create(
        id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, order=row, at=clock.now(),
        by=_person(w.actor), source=source.value, shown=shown, text=said,
    )  # fmt: skip
    if shown and row.replied_at is None and source is not NoteSource.CUSTOMER:
        row.replied_at = clock.now()
        row.save(update_fields=["replied_at"])
    happened(w, row, What.NOTED, source=source.value, shown=shown)
    w.publish("order.changed", owner_id=row.owner_id, order_id=row.id)
    return made


def add_line(actor: Actor, order_id: UUID, new: NewLine) -> Line:
    """Raises Denied, UnknownOrder, BadOrder."""
    with work.transaction(actor) as w:
        return add_line_in(w, _opened(actor, order_id, Action.CHANGE), new)


def add_line_in(w: work.Work, row: Order, new: NewLine) -> Line:
    """Within the running work. Raises BadOrder."""
    name, article = " ".join(new.name.split()), " ".join(new.article.split())
    if not 1 <= len(name) <= 160 or len(article) > 60:
        raise BadOrder(_("A part or work has a name."), action=_("At most 160 letters."), field="name")
    if not 0 < new.quantity_milli <= 10_000_000 or not 0 <= new.price_cents <= 100_000_000:
        raise BadOrder(_("This number can't be right."), action=_("Look at quantity and price."), field="quantity")
    if Line.objects.filter(order=row).count() >= rules.MOST_LINES:
        raise BadOrder(_("This order has too many lines."), action=_("Make another order."), field="name")
    made = Line.objects.create(
        id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, order=row, at=clock.now(),
        by=_person(w.actor), kind=new.kind.value, name=name, article=article, quantity_milli=new.quantity_milli,
        price_cents=new.price_cents, covered=new.covered,
    )  # fmt: skip
    happened(w, row, What.LINE_ADDED, kind=new.kind.value)
    w.publish("order.changed", owner_id=row.owner_id, order_id=row.id)
    return made


def remove_line(actor: Actor, line_id: UUID) -> Order:
    """Raises Denied, UnknownOrder."""
    with work.transaction(actor) as w:
        line = Line.objects.filter(id=line_id).first()
        if line is None:
            raise UnknownOrder
        row = _opened(actor, line.order_id, Action.CHANGE)
        line.delete()
        happened(w, row, What.LINE_REMOVED, kind=line.kind)
        w.publish("order.changed", owner_id=row.owner_id, order_id=row.id)
        return row


def happened(w: work.Work, row: Order, what: What, **said: Fact) -> None:
    """Writes it in the order's history and in the ledger, within the running work. `said`: codes and figures only."""
    plain = {key: value for key, value in said.items() if value not in ("", None)}
    Happening.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, order=row, at=clock.now(),
        by=_person(w.actor), what=what.value, said={key: _json(value) for key, value in plain.items()},
    )  # fmt: skip
    w.record(Entry(Kind.ORDER, row.owner_id, {"what": what.value, "number": row.number, **plain}, about=row.id))


def _json(value: Fact) -> str | int | bool:
    return value if isinstance(value, str | int | bool) else str(value)


# --- who works when, and what is promised ---


def set_hours(actor: Actor, person_id: UUID, hours: Sequence[Hours]) -> None:
    """Somebody's week, anew. Raises Denied, BadOrder."""
    assert actor.party_id is not None
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    if len(hours) > 28 or any(not 0 <= h.weekday < 7 or not 0 <= h.from_min < h.until_min <= 1440 for h in hours):
        raise BadOrder(_("These hours can't be right."), action=_("They begin before they end."), field="hours")
    with work.transaction(actor) as w:
        _check_assignee(actor.party_id, person_id)
        Availability.objects.filter(owner_id=actor.party_id, person_id=person_id).delete()
        now, provider = clock.now(), _provider(actor.party_id)
        Availability.objects.bulk_create(
            Availability(owner_id=actor.party_id, provider_id=provider, person_id=person_id, weekday=one.weekday,
                         from_min=one.from_min, until_min=one.until_min, changed_at=now)
            for one in (hours or [Hours(0, 0, 0)])
        )  # fmt: skip
        w.publish("order.settings", owner_id=actor.party_id)


def add_absence(actor: Actor, person_id: UUID, starts_at: datetime, ends_at: datetime) -> Absence:
    """Raises Denied, BadOrder."""
    assert actor.party_id is not None
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    if not starts_at < ends_at <= starts_at + timedelta(days=400):
        raise BadOrder(_("An absence ends after it begins."), action=_("Choose the days."), field="ends_at")
    with work.transaction(actor) as w:
        _check_assignee(actor.party_id, person_id)
        row = Absence.objects.create(
            owner_id=actor.party_id, provider_id=_provider(actor.party_id), person_id=person_id, starts_at=starts_at,
            ends_at=ends_at,
        )  # fmt: skip
        w.publish("order.settings", owner_id=actor.party_id)
        return row


def end_absence(actor: Actor, absence_id: UUID) -> None:
    """He is there after all. Raises Denied."""
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    with work.transaction(actor) as w:
        Absence.objects.filter(id=absence_id, owner_id=tenancy.current_party()).delete()
        w.publish("order.settings", owner_id=actor.party_id)


def set_region(actor: Actor, region: str) -> None:
    """Whose public holidays the tenant keeps besides its country's; "": nobody's. Raises Denied, BadOrder."""
    assert actor.party_id is not None
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    with work.transaction(actor) as w:
        if region and region not in REGIONS.get(queries.work_calendar(actor.party_id).country, ()):
            raise BadOrder(_("There is no such region here."), action=_("Choose one of the list."), field="region")
        WorkRegion.objects.update_or_create(
            owner_id=actor.party_id, defaults={"provider_id": _provider(actor.party_id), "region": region}
        )
        w.publish("order.settings", owner_id=actor.party_id)


def set_own_days(actor: Actor, first: date, last: date, name: str, *, closed: bool = True) -> None:
    """From the first day to the last the tenant is closed, or works though they are public holidays. What is planned
    on them stays, and what is due keeps its day. Raises Denied, BadOrder."""
    assert actor.party_id is not None
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    said, many = " ".join(name.split()), (last - first).days + 1
    if not 1 <= many <= 62 or abs((first - clock.now().date()).days) > 800 or len(said) > rules.LONGEST_CLOSED_NAME:
        raise BadOrder(
            _("These days can't be right."), action=_("At most two months, in the next two years."), field="day"
        )
    with work.transaction(actor) as w:
        if OwnDay.objects.filter(owner_id=actor.party_id).count() + many > rules.MOST_CLOSED_DAYS:
            raise BadOrder(_("There are too many days of your own."), action=_("Take some away first."), field="day")
        for n in range(many):
            OwnDay.objects.update_or_create(
                owner_id=actor.party_id, day=first + timedelta(days=n),
                defaults={"provider_id": _provider(actor.party_id), "closed": closed, "name": said},
            )  # fmt: skip
        w.publish("order.settings", owner_id=actor.party_id)


def drop_own_day(actor: Actor, day: date) -> None:
    """It is a day like the calendar has it. Raises Denied."""
    assert actor.party_id is not None
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    with work.transaction(actor) as w:
        OwnDay.objects.filter(owner_id=actor.party_id, day=day).delete()
        w.publish("order.settings", owner_id=actor.party_id)


def promise(actor: Actor, promises: Mapping[OrderType, tuple[int, int]]) -> None:
    """Within how many working days an order of each type is answered and done; orders that are open keep what was
    promised them. Raises Denied, BadOrder."""
    assert actor.party_id is not None
    require(actor, Action.CHANGE, Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id))
    if any(not 0 < reply <= done <= 120 for reply, done in promises.values()):
        raise BadOrder(
            _("An answer comes before the end."), action=_("Give working days between 1 and 120."), field="days"
        )
    with work.transaction(actor) as w:
        for of, (reply, done) in promises.items():
            ServiceLevel.objects.update_or_create(
                owner_id=actor.party_id, type=of.value,
                defaults={"provider_id": _provider(actor.party_id), "reply_days": reply, "done_days": done,
                          "changed_at": clock.now(), "changed_by": actor.id},
            )  # fmt: skip
        w.publish("order.settings", owner_id=actor.party_id)


# --- pieces ---


def locked(order_id: UUID) -> Order:
    """Within the running work, for rooms above: the order, for nobody else to change meanwhile. Raises UnknownOrder."""
    row = Order.objects.select_for_update().filter(id=order_id).first()
    if row is None:
        raise UnknownOrder
    return row


def _opened(actor: Actor, order_id: UUID, action: Action) -> Order:
    """Locked, and allowed. Raises UnknownOrder, Denied, NotFromHere (a closed one only gets notes and lines)."""
    row = locked(order_id)
    require(actor, action, resource(row.owner_id, row))
    return row


def _visit(actor: Actor, visit_id: UUID) -> tuple[Visit, Order]:
    found = Visit.objects.filter(id=visit_id).first()
    if found is None:
        raise UnknownOrder
    row = _opened(actor, found.order_id, Action.STEP)
    found.refresh_from_db()
    return found, row


def _item(owner_id: UUID, item_id: UUID | None) -> Item | None:
    if item_id is None:
        return None
    found = Item.objects.filter(id=item_id, owner_id=owner_id).first()
    if found is None:
        raise BadOrder(_("There is no such product."), action=_("Choose one of his."), field="item_id")
    return found


def _subject(text: str) -> str:
    found = " ".join(text.split())
    if not 3 <= len(found) <= rules.LONGEST_SUBJECT:
        raise BadOrder(
            _("An order says in a few words what it is about."), action=_("At most 160 letters."), field="subject"
        )
    return found


def _text(text: str) -> str:
    found = text.strip()
    if len(found) > rules.LONGEST_TEXT:
        raise BadOrder(_("This text is too long."), action=_("At most 4,000 letters."), field="text")
    return found


def _person(actor: Actor) -> UUID | None:
    return actor.id if actor.kind is ActorKind.PERSON else None


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def reword(owner_id: UUID, *, customer_id: UUID | None = None, item_id: UUID | None = None) -> int:
    """Within the running work: a customer or his thing changed, and so did the words by which his orders are found."""
    of = Q(customer_id=customer_id) if customer_id is not None else Q(item_id=item_id)
    return searching.put_all(Order.objects.filter(of, owner_id=owner_id).order_by("-opened_at")[:2000])
