# SPDX-License-Identifier: EUPL-1.2
"""The registers, now and then. Within an acting party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from zegel.declare import law
from zegel.server.kernel import clock
from zegel.server.people.queries import as_party
from zegel.server.registers import making, parties, rules
from zegel.server.registers.errors import UnknownRegister
from zegel.server.registers.models import LineReview, RegisterVersion
from zegel.server.registers.rules import Article, Line, Party

FIRST_REVIEW = timedelta(days=30)
"""A line that nobody judged yet is due so long after its register first spoke of it."""


@dataclass(frozen=True)
class Processing:
    """A line, and in which role the asking party has it: "controller" or "processor"."""

    role: str
    line: Line


def processings(controller_id: UUID, asked_by: UUID | None = None) -> list[Processing]:
    """Everything that is processed for this controller, as `asked_by` (default: the controller himself) has a part in
    it. A provider asking for a customer gets what it processes for him."""
    keeper = asked_by or controller_id
    kind = parties.kind_of(keeper)
    with as_party(keeper):
        if keeper == controller_id:
            found = rules.lines(Article.CONTROLLER, kind, making.everything(), making.days_for(keeper, kind))
            return [Processing("controller", line) for line in found]
        days = making.days_for(controller_id, Party.CUSTOMER)
        found = rules.lines(Article.PROCESSOR, kind, making.everything(), days)
        return [Processing("processor", line) for line in found]


def current(keeper_id: UUID) -> Sequence[RegisterVersion]:
    """The registers that hold now: its own first."""
    rows = RegisterVersion.objects.filter(owner_id=keeper_id, superseded_at=None)
    return sorted(rows, key=lambda row: (row.article, str(row.content["controller"]["name"]).lower(), row.id))


def version(keeper_id: UUID, version_id: UUID) -> RegisterVersion:
    """Raises UnknownRegister."""
    row = RegisterVersion.objects.filter(owner_id=keeper_id, id=version_id).first()
    if row is None:
        raise UnknownRegister
    return row


def history(of: RegisterVersion) -> Sequence[RegisterVersion]:
    """Every version of the same register, the newest first."""
    rows = RegisterVersion.objects.filter(
        owner_id=of.owner_id, article=of.article, controller_id=of.controller_id
    ).defer("content")
    return list(rows.order_by("-number")[:200])


def reviews(keeper_id: UUID, article: str, at: datetime | None = None) -> dict[str, LineReview]:
    """The newest judgement of each line, as it was at that moment (default: now)."""
    rows = LineReview.objects.filter(owner_id=keeper_id, article=article, reviewed_at__lte=at or clock.now())
    return {row.line: row for row in rows.order_by("reviewed_at", "id")}


def line_history(keeper_id: UUID, article: str, line: str) -> Sequence[LineReview]:
    rows = LineReview.objects.filter(owner_id=keeper_id, article=article, line=line)
    return list(rows.order_by("-reviewed_at")[:50])


@dataclass(frozen=True)
class Due:
    """A line of one of the keeper's registers, and by when somebody must judge it (again)."""

    article: Article
    line: str
    at: datetime


def due(keeper_id: UUID) -> list[Due]:
    """Every line of the registers that hold now, the nearest first."""
    found: list[Due] = []
    for article in Article:
        judged, spoken = reviews(keeper_id, article.value), _first_spoken(keeper_id, article.value)
        for line, since in spoken.items():
            at = judged[line].next_at if line in judged else since + FIRST_REVIEW
            found.append(Due(article, line, at))
    return sorted(found, key=lambda one: (one.at, one.article.value, one.line))


def overdue(keeper_id: UUID) -> list[Due]:
    now = clock.now()
    return [one for one in due(keeper_id) if one.at <= now]


def _first_spoken(keeper_id: UUID, article: str) -> dict[str, datetime]:
    """Since when the oldest of the registers that hold now speaks of each line."""
    found: dict[str, datetime] = {}
    for row in RegisterVersion.objects.filter(owner_id=keeper_id, article=article, superseded_at=None):
        for line in row.content["lines"]:
            found[line["key"]] = min(found.get(line["key"], row.valid_from), row.valid_from)
    return found


def review_lasts() -> timedelta:
    """How long a judgement holds at most, by the law's line."""
    return timedelta(days=30 * law.deadline("register.review", clock.now().date()).months)
