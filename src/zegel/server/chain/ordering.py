# SPDX-License-Identifier: EUPL-1.2
"""What a step means to its order: who has it, when somebody comes, what was found and used. Within the tenant, in the
running work; the order's own rules say what may follow what, and what they do not allow simply does not happen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from zegel.server.chain.models import Step
from zegel.server.chain.rules import Outcome, StepKind
from zegel.server.kernel import work
from zegel.server.orders import actions as orders
from zegel.server.orders.days import Span
from zegel.server.orders.errors import OrderError
from zegel.server.orders.models import Order, Visit
from zegel.server.orders.rules import OPEN_VISITS, LineKind, NoteSource, State, VisitKind, VisitState, What, course

_VISIT = {StepKind.VISIT: "visit", StepKind.COLLECT: "collect", StepKind.DELIVER: "deliver"}
SHORTEST_VISIT = timedelta(minutes=1)
_INSTALLS = {"measure_install": "install"}


def handed_out(w: work.Work, step: Step) -> None:
    """A partner has it; when a window was told, somebody comes then."""
    row = orders.locked(step.order_id)
    orders.happened(w, row, What.HANDED_OUT, step=step.id, sort=step.kind)
    kind = visit_kind(row, StepKind(step.kind))
    if kind is not None and step.window_from is not None and step.window_until is not None:
        try:
            window = orders.Window(kind, step.window_from, step.window_until)
            step.visit_id = orders.plan_in(w, row, window).id
        except OrderError:
            step.visit_id = None
    if step.kind == StepKind.WORKSHOP:
        orders.follow_in(w, row, State.IN_WORK)
    elif row.state == State.NEW:
        orders.follow_in(w, row, State.ASSESSED)  # without a window: somebody has it in hand


def arrived(w: work.Work, step: Step) -> None:
    """He is there: it is being worked on."""
    orders.follow_in(w, orders.locked(step.order_id), State.IN_WORK)


def visit_kind(row: Order, kind: StepKind) -> VisitKind | None:
    """As which visit the planner sees it; None for what is no visit of this type of order."""
    name = _INSTALLS.get(row.type, "visit") if kind is StepKind.VISIT else _VISIT.get(kind)
    found = None if name is None else VisitKind(name)
    return found if found in course(row.type).visits else None


def taken_back(w: work.Work, step: Step) -> None:
    row = orders.locked(step.order_id)
    orders.happened(w, row, What.TAKEN_BACK, step=step.id, sort=step.kind)
    _end_visit(w, row, step, VisitState.CANCELLED)
    if step.kind == StepKind.WORKSHOP and row.state == State.IN_WORK:
        orders.follow_in(w, row, State.ASSESSED)  # nobody works on it now


def done(w: work.Work, step: Step) -> None:
    """What he found is a note, what he used are lines without a price: the desk's to judge."""
    row = orders.locked(step.order_id)
    missed = step.outcome in {Outcome.NOBODY_HOME.value, Outcome.REFUSED.value}
    if _end_visit(w, row, step, VisitState.MISSED if missed else VisitState.DONE) is None:
        _came(w, row, step, missed=missed)
    if step.found:
        orders.note_in(w, row, step.found[:4000], NoteSource.PARTNER)
    for part in step.parts:
        orders.add_line_in(w, row, _line(part))


def _line(part: dict[str, Any]) -> orders.NewLine:
    return orders.NewLine(LineKind.PART, part["name"][:160], quantity_milli=int(part["count"]) * 1000)


def _end_visit(w: work.Work, row: Order, step: Step, state: VisitState) -> Visit | None:
    visit = None if step.visit_id is None else Visit.objects.filter(id=step.visit_id, state__in=OPEN_VISITS).first()
    return None if visit is None else orders.end_visit_in(w, row, visit, state)


def _came(w: work.Work, row: Order, step: Step, *, missed: bool) -> None:
    """A visit that had no window counts like any other once it was made: so first-time fixes are counted right."""
    kind = visit_kind(row, StepKind(step.kind))
    if kind is None or step.visit_id is not None or step.ended_at is None or row.closed_at is not None:
        return
    start = min(step.arrived_at or step.ended_at, step.ended_at - SHORTEST_VISIT)
    visit = orders.came_in(
        w, row, kind, Span(start, step.ended_at), VisitState.MISSED if missed else VisitState.DONE
    )  # fmt: skip
    step.visit_id = visit.id
    step.save(update_fields=["visit_id"])
