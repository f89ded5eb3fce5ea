# SPDX-License-Identifier: EUPL-1.2
"""What holds now. Within an acting party unless it says for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from zegel.server.agreements.models import Agreement
from zegel.server.contracts.models import (
    Acknowledgement,
    Attached,
    Cooperation,
    Instruction,
    JointController,
    Outsider,
    TextKind,
    TextVersion,
)
from zegel.server.kernel import clock
from zegel.server.people.queries import as_party

TERMS = (TextKind.GENERAL_TERMS, TextKind.INDUSTRY_TERMS)
MOST = 500


def versions(party_id: UUID, kind: TextKind | None = None) -> Sequence[TextVersion]:
    """The newest first."""
    with as_party(party_id):
        rows = TextVersion.objects.filter(owner_id=party_id)
        rows = rows.filter(kind=kind) if kind else rows
        return list(rows.order_by("kind", "-holds_from")[:MOST])


def in_force(party_id: UUID, kinds: Sequence[TextKind], language: str = "") -> list[TextVersion]:
    """The version of each kind that holds today, in that language where there is one."""
    now = clock.now()
    held = [
        row
        for row in versions(party_id)
        if row.kind in kinds and row.holds_from <= now and (row.ended_at is None or row.ended_at > now)
    ]
    found: dict[str, TextVersion] = {}
    for row in sorted(held, key=lambda row: (row.language == language, row.holds_from)):
        found[row.kind] = row
    return [found[kind] for kind in kinds if kind in found]


def attached(agreement_id: UUID) -> Sequence[Attached]:
    return list(Attached.objects.filter(agreement_id=agreement_id).order_by("kind", "attached_at"))


def cooperation(agreement_id: UUID) -> Cooperation | None:
    return Cooperation.objects.filter(agreement_id=agreement_id).order_by("-recorded_at").first()


def agreements(owner_id: UUID) -> Sequence[Agreement]:
    """All, the newest first: what was agreed can always be read again."""
    rows = Agreement.objects.select_related("assent__document").filter(owner_id=owner_id)
    return list(rows.order_by("-valid_from")[:MOST])


def instructions(owner_id: UUID | None = None) -> Sequence[Instruction]:
    """The newest first; of every owner that the acting party sees, or of one."""
    rows = Instruction.objects.all() if owner_id is None else Instruction.objects.filter(owner_id=owner_id)
    return list(rows.order_by("-given_at")[:MOST])


def unanswered() -> Sequence[Instruction]:
    return list(Instruction.objects.filter(answer="").order_by("given_at")[:MOST])


def joint_controllers(owner_id: UUID) -> Sequence[JointController]:
    return list(JointController.objects.filter(owner_id=owner_id).order_by("ended_at", "name")[:MOST])


def outsiders(party_id: UUID) -> Sequence[Outsider]:
    """The one that lapses first on top; ended ones last."""
    rows = Outsider.objects.filter(owner_id=party_id)[:MOST]
    return sorted(rows, key=lambda row: (row.ended_at is not None, row.expires_at, row.id))


def lapsed(party_id: UUID, person_id: UUID, at: datetime | None = None) -> bool:
    """Somebody from outside whose statement for this party has run out; one that was renewed counts as renewed."""
    now = at or clock.now()
    mine = Outsider.objects.filter(owner_id=party_id, person_id=person_id)
    if not mine.exists():
        return False
    return not mine.filter(Q(ended_at=None) | Q(ended_at__gt=now), signed_at__lte=now, expires_at__gt=now).exists()


def acknowledged(policy: TextVersion) -> dict[UUID, datetime]:
    """Who acknowledged exactly this version, and when."""
    return dict(Acknowledgement.objects.filter(policy=policy).values_list("person_id", "at"))


def policy_in_force(party_id: UUID, language: str = "") -> TextVersion | None:
    found = in_force(party_id, (TextKind.POLICY,), language)
    return found[0] if found else None


def bound_by(party_id: UUID, person_id: UUID) -> tuple[TextVersion, datetime | None] | None:
    """The policy that holds for this person, and when he acknowledged its version, in whichever language he read it."""
    held = policy_in_force(party_id)
    if held is None:
        return None
    with as_party(party_id):
        row = Acknowledgement.objects.filter(
            owner_id=party_id, person_id=person_id, policy__kind=TextKind.POLICY, policy__version=held.version
        ).first()
    return held, None if row is None else row.at
