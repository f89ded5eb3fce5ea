# SPDX-License-Identifier: EUPL-1.2
"""Reads of breaches: the register, a case, and the facts that papers are written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zegel.declare import law
from zegel.server.breaches.letters import Case, Contact
from zegel.server.breaches.models import Affected, Breach, Duty, Measure, Notice
from zegel.server.breaches.rules import DutyKind, Side, State
from zegel.server.kernel import clock
from zegel.server.people import queries as people
from zegel.server.people.models import Party
from zegel.server.people.roles import Role
from zegel.server.privacy import queries as privacy

OFFICERS = (Role.PRIVACY_OFFICER, Role.ADMIN, Role.SUPERVISOR, Role.OWNER)
ENDED = (State.CLOSED.value, State.NO_BREACH.value)


@dataclass(frozen=True)
class Whole:
    """A case with everything that hangs on it."""

    row: Breach
    affected: Sequence[Affected]
    duties: Sequence[Duty]
    notices: Sequence[Notice]
    measures: Sequence[Measure]


def register(party_id: UUID) -> list[Breach]:
    """Every breach, also those that were none; the newest first."""
    return list(Breach.objects.filter(owner_id=party_id).order_by("-number"))


def duties_of(breach_ids: Sequence[UUID]) -> dict[UUID, list[Duty]]:
    found: dict[UUID, list[Duty]] = {}
    for row in Duty.objects.filter(breach_id__in=breach_ids).order_by("due_at", "kind", "id"):
        found.setdefault(row.breach_id, []).append(row)
    return found


def open_duties(party_id: UUID) -> list[Duty]:
    """Owed and not told, of cases that go on; the nearest first."""
    rows = Duty.objects.filter(owner_id=party_id, met_at=None, dropped_at=None).exclude(breach__state__in=ENDED)
    return list(rows.select_related("breach").order_by("due_at", "id"))


def open_measures(party_id: UUID) -> list[Measure]:
    rows = Measure.objects.filter(owner_id=party_id, done_at=None).exclude(breach__state=State.NO_BREACH.value)
    return list(rows.select_related("breach").order_by("due_at", "id"))


def unfinished(party_id: UUID) -> list[Breach]:
    """Cases that nobody closed."""
    return list(Breach.objects.filter(owner_id=party_id).exclude(state__in=ENDED).order_by("known_at", "id"))


def whole(row: Breach) -> Whole:
    return Whole(
        row,
        list(Affected.objects.filter(breach=row).order_by("side", "-records", "id")),
        list(Duty.objects.filter(breach=row).order_by("kind", "due_at", "id")),
        list(Notice.objects.filter(duty__breach=row).defer("paper").order_by("made_at", "id")),
        list(Measure.objects.filter(breach=row).order_by("due_at", "id")),
    )


def late(party_id: UUID) -> list[Duty]:
    """For the promise monitor (A9, I10): what was told too late without a reason, or not told though its time is
    over. Within the party."""
    now = clock.now()
    rows = Duty.objects.filter(owner_id=party_id, dropped_at=None, due_at__isnull=False).select_related("breach")
    return [
        row for row in rows
        if row.due_at is not None and row.breach.state != State.NO_BREACH.value
        and ((row.met_at or now) > row.due_at and not row.late_reason)
    ]  # fmt: skip


def case(found: Whole, duty: Duty, *, final: bool, late_reason: str, phase: int) -> Case:
    """The facts of the processing that this duty is about. Within the acting party."""
    row, us = found.row, _party(found.row.owner_id)
    towards = duty.towards or row.owner_id
    side = Side.PROCESSOR if duty.kind == DutyKind.CUSTOMER.value else Side.CONTROLLER
    mine = [one for one in found.affected if one.side == side.value and one.party_id == towards]
    lines: list[dict[str, Any]] = [line for one in mine for line in one.lines]
    controller = people.party_names([towards], seen_by=row.owner_id).get(towards, "")
    authority = law.authority(us.country)
    told = any(one.kind == DutyKind.PEOPLE.value and one.met_at for one in found.duties)
    return Case(
        number=row.number, us=us.name, country=us.country, controller=controller,
        processor=us.name if side is Side.PROCESSOR else "", what=row.what, known_at=row.known_at,
        began_at=row.began_at, ended_at=row.ended_at, nature=tuple(row.nature), cause=row.cause,
        categories=_distinct(lines, "categories"), subjects=_distinct(lines, "subjects"),
        people=_sum([one.people for one in mine]), uncounted=any("filmed" in line["subjects"] for line in lines),
        records=sum(one.records for one in mine), severity=row.severity, likelihood=row.likelihood, risk=row.risk,
        reason=row.reason, consequences=row.consequences,
        done=tuple(one.words for one in found.measures if one.done_at),
        planned=tuple((one.words, one.due_at) for one in found.measures if not one.done_at),
        contact=contact_of(row.owner_id), phase=phase, final=final, late_reason=late_reason,
        due_at=_authority_due(duty, side),
        authority="" if authority is None else f"{authority.name} ({authority.site})",
        authority_hours=law.deadline("breach.authority", row.known_at.date()).hours, told_people=told,
    )  # fmt: skip


def _authority_due(duty: Duty, side: Side) -> datetime | None:
    """A customer's own hours begin when he knows: nothing is filled in for him."""
    return duty.due_at if side is Side.CONTROLLER else None


def _distinct(lines: Sequence[dict[str, Any]], name: str) -> tuple[str, ...]:
    return tuple(sorted({value for line in lines for value in line[name]}))


def _sum(found: Sequence[int | None]) -> int | None:
    counted = [one for one in found if one is not None]
    return sum(counted) if counted else None


def _party(party_id: UUID) -> Party:
    return Party.objects.get(id=party_id)


def contact_of(party_id: UUID) -> Contact:
    """The party's privacy contact; until it names one, an officer of its."""
    named = privacy.contact_of(party_id)
    if named is not None:
        return Contact(named.name, named.email, named.phone)
    officer = next(iter(people.members(party_id, OFFICERS)), None)
    return Contact("", "", "") if officer is None else Contact(officer.display_name, officer.email, "")


def addressee(party_id: UUID) -> tuple[str, str]:
    """Where a controller is told (name, e-mail): its privacy contact, else an owner. The name of the first."""
    named = privacy.contact_of(party_id)
    if named is not None:
        return named.name, named.email
    owner = next(iter(people.members(party_id, (Role.OWNER, Role.PRIVACY_OFFICER, Role.ADMIN))), None)
    return ("", "") if owner is None else (owner.display_name, owner.email)
