# SPDX-License-Identifier: EUPL-1.2
"""What a step means to its order: who has it, when somebody comes, what was found and used. Within the tenant, in the
running work; the order's own rules say what may follow what, and what they do not allow simply does not happen."""

from __future__ import annotations

from typing import Any

from zegel.server.chain.models import Step
from zegel.server.chain.rules import Outcome, StepKind
from zegel.server.kernel import work
from zegel.server.orders import actions as orders
from zegel.server.orders.errors import OrderError
from zegel.server.orders.models import Order, Visit
from zegel.server.orders.rules import OPEN_VISITS, LineKind, NoteSource, State, VisitKind, VisitState, What, course

_VISIT = {StepKind.VISIT: "visit", StepKind.COLLECT: "collect", StepKind.DELIVER: "deliver"}
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
    elif course(row.type).may_go(State(row.state), State.IN_WORK) and step.kind == StepKind.WORKSHOP:
        orders.move_in(w, row, State.IN_WORK)


def visit_kind(row: Order, kind: StepKind) -> VisitKind | None:
    """As which visit the planner sees it; None for what is no visit of this type of order."""
    name = _INSTALLS.get(row.type, "visit") if kind is StepKind.VISIT else _VISIT.get(kind)
    found = None if name is None else VisitKind(name)
    return found if found in course(row.type).visits else None


def taken_back(w: work.Work, step: Step) -> None:
    row = orders.locked(step.order_id)
    orders.happened(w, row, What.TAKEN_BACK, step=step.id, sort=step.kind)
    _end_visit(w, row, step, VisitState.CANCELLED)


def done(w: work.Work, step: Step) -> None:
    """What he found is a note, what he used are lines without a price: the desk's to judge."""
    row = orders.locked(step.order_id)
    missed = step.outcome in {Outcome.NOBODY_HOME.value, Outcome.REFUSED.value}
    _end_visit(w, row, step, VisitState.MISSED if missed else VisitState.DONE)
    if step.found:
        orders.note_in(w, row, step.found[:4000], NoteSource.PARTNER)
    for part in step.parts:
        orders.add_line_in(w, row, _line(part))


def _line(part: dict[str, Any]) -> orders.NewLine:
    return orders.NewLine(LineKind.PART, part["name"][:160], quantity_milli=int(part["count"]) * 1000)


def _end_visit(w: work.Work, row: Order, step: Step, state: VisitState) -> None:
    visit = None if step.visit_id is None else Visit.objects.filter(id=step.visit_id, state__in=OPEN_VISITS).first()
    if visit is not None:
        orders.end_visit_in(w, row, visit, state)
