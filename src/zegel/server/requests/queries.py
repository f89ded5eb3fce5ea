# SPDX-License-Identifier: EUPL-1.2
"""Reads of requests: the list, a case with its history, the register, figures. What names a requester is in none but
the case itself."""

from __future__ import annotations

import csv
import io
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind, Sent
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.requests import handling, rules
from zegel.server.requests.models import Case, Done, Step
from zegel.server.requests.rules import GROUND_ARTICLES, Ground, State

MOST = 500


@dataclass(frozen=True)
class Whole:
    """A case and all that happened in it."""

    case: Case
    steps: Sequence[Step]
    deeds: Sequence[Done]


@dataclass(frozen=True)
class Figures:
    """Of the cases that came in since a moment. `days`: the median from receipt to end; `late`: ended, or still open,
    past the term."""

    count: int
    open: int
    late: int
    days: float | None
    by_right: dict[str, int]
    by_outcome: dict[str, int]
    by_ground: dict[str, int]


def controllers() -> list[UUID]:
    """Everybody of whom something was asked: for the worker that acts for each in turn."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT unnest(requests_controllers())")
        return [owner for (owner,) in cursor.fetchall()]


def cases(actor: Actor, *, ended: bool = False) -> Sequence[Case]:
    """What still runs, the most pressing first; or what ended, the newest first. Of the acting party, and of whom it
    provides for. Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.DATA_REQUEST, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Case.objects.filter(_mine(actor))
        if ended:
            return list(rows.filter(state__in=[state.value for state in rules.ENDED]).order_by("-ended_at")[:MOST])
        return list(rows.exclude(state__in=[state.value for state in rules.ENDED]).order_by("due_at", "id")[:MOST])


def _mine(actor: Actor) -> Q:
    """An alarm centre sees an owner's rows, too, and has nothing to do with these."""
    return Q(owner_id=actor.party_id) | Q(provider_id=actor.party_id)


def case(actor: Actor, case_id: UUID) -> Whole:
    """Raises UnknownCase, Denied."""
    with work.transaction(actor):
        row = handling.locked(case_id)
        require(actor, Action.READ, handling.resource(row))
        return Whole(row, list(row.steps.order_by("at", "id")), list(row.deeds.order_by("at")))


def open_cases(party_id: UUID) -> Sequence[Case]:
    """Within the acting party: what its office handles."""
    rows = Case.objects.filter(provider_id=party_id, state=State.OPEN.value)
    return list(rows.order_by("due_at")[:MOST])


def late(owner_id: UUID) -> int:
    """How many of a controller's requests are open past their term, or were answered after it: for the promise
    monitor. Needs no acting party."""
    with people.as_party(owner_id):
        return sum(_is_late(row) for row in Case.objects.filter(owner_id=owner_id))


def figures(actor: Actor, since: datetime) -> Figures:
    """Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.DATA_REQUEST, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = list(Case.objects.filter(_mine(actor), received_at__gte=since).exclude(state=State.UNCONFIRMED.value))
    took = [(row.ended_at - row.received_at).total_seconds() / 86_400 for row in rows if row.ended_at is not None]
    return Figures(
        len(rows), sum(row.state == State.OPEN for row in rows), sum(_is_late(row) for row in rows),
        round(statistics.median(took), 1) if took else None,
        dict(Counter(right for row in rows for right in row.rights)),
        _counted(row.outcome for row in rows if row.ended_at),
        _counted(row.ground for row in rows if row.ended_at),
    )  # fmt: skip


def _counted(codes: Iterable[str]) -> dict[str, int]:
    return dict(Counter(code for code in codes if code))


def _is_late(row: Case) -> bool:
    return row.state != State.UNCONFIRMED and (row.ended_at or clock.now()) > row.due_at


COLUMNS = (
    "number", "controller", "about", "rights", "channel", "received", "confirmed", "due", "extended", "identity",
    "identity_how", "state", "outcome", "ground", "article", "ended", "days", "late",
)  # fmt: skip


def register(actor: Actor) -> Sent:
    """All of it as a spreadsheet (CSV), ledgered; nobody is named in it. Raises Denied, BadExport."""
    resource = Resource(ResourceKind.DATA_REQUEST, None, actor.party_id)
    require(actor, Action.LIST, resource)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = list(Case.objects.filter(_mine(actor)).order_by("received_at", "id"))
        names = people.party_names({row.owner_id for row in rows}, seen_by=tenancy.current_party())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_line(row, names.get(row.owner_id, "")) for row in rows)
    content = out.getvalue().encode("utf-8-sig")
    return exports.send(
        actor, FileKind.REQUESTS, "requests.csv", content, purpose="accountability", resource=resource, count=len(rows)
    )


def _line(row: Case, controller: str) -> list[str]:
    ended = row.ended_at
    return [
        row.number, controller.lstrip("=+-@\t\r"), row.about, " ".join(row.rights), row.channel, _day(row.received_at),
        _day(row.confirmed_at), _day(row.due_at), _day(row.extended_at), row.identity, row.identity_how, row.state,
        row.outcome, row.ground, GROUND_ARTICLES[Ground(row.ground)] if row.ground else "", _day(ended),
        "" if ended is None else str((ended - row.received_at).days), "yes" if _is_late(row) else "no",
    ]  # fmt: skip


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"
