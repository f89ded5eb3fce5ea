# SPDX-License-Identifier: EUPL-1.2
"""The yearly act (A4): a list of who may go is drawn up, each line is decided with its reason, and the list is closed.

- Drawn up by somebody, or by the clock a year after the last one (or after the first customer), so that no year passes.
- A line is decided by what is done with the customer (confirmed, ended, kept, anonymised, merged), from whichever page;
  what ceased to be so by itself is written down as that.
- Closed only when nothing is open. Then its hash goes into the log: a list that is shown later is that one, or not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from zegel.server.customers import actions, queries, rules
from zegel.server.customers.errors import NotNow
from zegel.server.customers.models import Customer, YearlyLine, YearlyList
from zegel.server.customers.rules import Decision, Reason
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind

YEAR = timedelta(days=365)
MOST = 5000
"""Lines of one list. What is beyond stands on the next, which can be drawn up when this one is closed."""
SHOWN = 10


@dataclass(frozen=True)
class Yearly:
    """A list: how many lines it has, how many of them are open, and how often what was decided."""

    row: YearlyList
    lines: int
    open: int
    decided: dict[str, int]


@dataclass(frozen=True)
class State:
    """What a firm's yearly act stands at. `due_at`: when the next is drawn up by itself; None: there is no customer."""

    open: Yearly | None
    past: tuple[Yearly, ...]
    due_at: datetime | None


def state(actor: Actor) -> State:
    """Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        rows = list(YearlyList.objects.filter(owner_id=actor.party_id).order_by("-drawn_at")[:SHOWN])
        found = [_counted(row) for row in rows]
        running = next((one for one in found if one.row.closed_at is None), None)
        return State(running, tuple(one for one in found if one.row.closed_at), due_at(actor.party_id))


def to_decide(actor: Actor) -> int | None:
    """How many lines of the open list are not decided; None: no list is open. Raises Denied."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        row = YearlyList.objects.filter(owner_id=actor.party_id, closed_at=None).first()
        return None if row is None else row.lines.filter(decided_at=None).count()


def due_at(owner_id: UUID) -> datetime | None:
    """Within an acting party."""
    last = YearlyList.objects.filter(owner_id=owner_id).order_by("-drawn_at").first()
    if last is not None:
        return last.drawn_at + YEAR
    first = Customer.objects.filter(owner_id=owner_id).aggregate(first=Min("since"))["first"]
    return None if first is None else first + YEAR


def lines_of(actor: Actor, list_id: UUID) -> list[YearlyLine]:
    """One list's, for reading it again. Raises Denied, NotNow."""
    require(actor, Action.LIST, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        rows = YearlyLine.objects.filter(of_id=list_id, owner_id=actor.party_id).select_related("customer")
        return list(rows.order_by("since", "customer__number", "reason"))


def draw_up(actor: Actor) -> YearlyList:
    """Who is to be decided today. One list at a time. Raises Denied, NotNow."""
    require(actor, Action.END, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        return _draw(w, actor.party_id)


def draw_due(owner_id: UUID) -> YearlyList | None:
    """By the clock: a year passed and nobody did. None: not yet, or one is open."""
    with work.transaction(system(owner_id)) as w:
        at = due_at(owner_id)
        if at is None or at > clock.now() or YearlyList.objects.filter(owner_id=owner_id, closed_at=None).exists():
            return None
        return _draw(w, owner_id)


def _draw(w: work.Work, owner_id: UUID) -> YearlyList:
    actions.one_at_a_time(owner_id)
    if YearlyList.objects.filter(owner_id=owner_id, closed_at=None).exists():
        raise NotNow(_("A yearly list is open."), action=_("Decide its lines and close it first."))
    of, found = queries.terms_of(owner_id), queries.due(owner_id, MOST)
    looked_at = Customer.objects.filter(owner_id=owner_id, anonymised_at=None).count()
    row = YearlyList.objects.create(
        owner_id=owner_id, provider_id=actions.provider_of(owner_id), drawn_at=clock.now(), drawn_by=w.actor.id,
        quiet_days=of.quiet, claim_days=of.claims, looked_at=looked_at,
    )  # fmt: skip
    YearlyLine.objects.bulk_create(
        YearlyLine(
            id=ids.new(), owner_id=owner_id, provider_id=row.provider_id, of=row, customer=one.row,
            reason=one.reason.value, since=one.since,
        )
        for one in found
    )  # fmt: skip
    _record(w, row, "yearly_drawn", {"lines": len(found), "looked_at": looked_at})
    return row


def close(actor: Actor, list_id: UUID) -> YearlyList:
    """Every line has its decision. Raises Denied, NotNow."""
    require(actor, Action.END, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        row = YearlyList.objects.select_for_update().filter(id=list_id, closed_at=None).first()
        if row is None:
            raise NotNow(_("There is no such list that is open."), action=_("Load the page again."))
        _what_passed(row)
        left = row.lines.filter(decided_at=None).count()
        if left:
            raise NotNow(
                _("%(count)d lines are not decided yet.") % {"count": left}, action=_("Decide each of them first.")
            )
        row.closed_at, row.closed_by, row.proof = clock.now(), actor.id, proof_of(row)
        row.save(update_fields=["closed_at", "closed_by", "proof"])
        _record(w, row, "yearly_closed", {"lines": row.lines.count(), "proof": row.proof})
        return row


def end_quiet(actor: Actor, list_id: UUID, words: str) -> int:
    """The relation is over with everybody who is still open on the list because he was quiet; how many they were.
    Raises Denied, BadDetails."""
    require(actor, Action.END, actions.of_owner(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor):
        rows = YearlyLine.objects.filter(
            of_id=list_id, owner_id=actor.party_id, reason=Reason.QUIET.value, decided_at=None,
            customer__restricted_at=None, customer__anonymised_at=None,
        )  # fmt: skip
        quiet = list(rows.order_by("since").values_list("customer_id", flat=True)[:500])
        for customer_id in quiet:
            actions.end(actor, customer_id, words)
        return len(quiet)


def _what_passed(row: YearlyList) -> None:
    """Lines whose reason is no more, by a correction or by the night."""
    there = {(one.row.id, one.reason.value) for one in queries.due(row.owner_id, MOST * 2)}
    passed = [
        line.id for line in row.lines.filter(decided_at=None) if (line.customer_id, line.reason) not in there
    ]
    YearlyLine.objects.filter(id__in=passed).update(decision=Decision.GONE.value, decided_at=clock.now())


def proof_of(row: YearlyList) -> bytes:
    """SHA-256 over the lines as they were decided. Not over the words: those go when somebody is anonymised."""
    lines = row.lines.select_related("customer").order_by("customer__number", "reason")
    said = [
        [line.customer.number, line.reason, line.since.isoformat(), line.decision, clock.ms(line.decided_at),
         str(line.decided_by or "")]
        for line in lines
    ]  # fmt: skip
    return hashlib.sha256(json.dumps([str(row.id), said]).encode()).digest()


def _counted(row: YearlyList) -> Yearly:
    counts = dict(row.lines.values_list("decision").annotate(n=Count("id")).order_by("decision"))
    lines, left = sum(counts.values()), counts.pop("", 0)
    return Yearly(row, lines, left, counts)


def _record(w: work.Work, row: YearlyList, what: str, more: dict[str, Fact]) -> None:
    facts: dict[str, Fact] = {"what": what, "list": row.id, **more}
    w.record(Entry(Kind.CUSTOMER_RECORD, row.owner_id, facts, about=row.id))
    w.publish("customer.yearly", owner_id=row.owner_id, list=row.id)


def overdue(owner_id: UUID, now: datetime) -> list[str]:
    """Within an acting party, for the monitor of promises: lists that nobody drew up or decided in time."""
    rows = YearlyList.objects.filter(owner_id=owner_id, closed_at=None, drawn_at__lt=now - rules.DECIDED_WITHIN)
    found = [str(one) for one in rows.values_list("id", flat=True)]
    at = due_at(owner_id)
    running = YearlyList.objects.filter(owner_id=owner_id, closed_at=None).exists()
    return [*found, *([str(owner_id)] if at is not None and not running and at < now else [])]
