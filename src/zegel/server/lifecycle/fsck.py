# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of time. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zegel.server.footage.models import Cover, Epoch
from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.lifecycle import planner, runner, verifying
from zegel.server.lifecycle.models import Hold


@invariant("lifecycle.every_term_can_be_dated")
def dated() -> Iterator[str]:
    """Every declared term has a column, or an owner's end, that says when it starts: else it would never be over."""
    for matter in planner.undated():
        yield f"nobody can tell when the term of {matter} starts"


@invariant("lifecycle.nothing_is_left_over")
def left_over() -> Iterator[str]:
    """What is over its term for a day is gone: rows, objects and keys."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            for left in verifying.look(owner_id):
                yield f"{left.kind} of {left.what} {left.about} is left over ({left.count})"


@invariant("lifecycle.holds_are_signed_by_two")
def signed() -> Iterator[str]:
    """Two different people signed what is held, one of them of the owner."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            for hold in Hold.objects.filter(owner_id=owner_id, signed_at__isnull=False):
                if hold.asked_by == hold.signed_by or owner_id not in (hold.asked_by_party, hold.signed_by_party):
                    yield f"hold {hold.id} was signed by one person, or by nobody of its owner"


@invariant("lifecycle.covers_belong_to_epochs")
def covers() -> Iterator[str]:
    """A cover that waits stands beside an epoch that has its root."""
    for owner_id in runner.everyone():
        with tenancy.acting_as(owner_id):
            waiting = Cover.objects.filter(owner_id=owner_id).values_list("epoch_id", flat=True)
            whole = set(Epoch.objects.filter(id__in=list(waiting)).exclude(wrapped=b"").values_list("id", flat=True))
            for epoch_id in set(waiting) - whole:
                yield f"the cover of epoch {epoch_id} stands beside no root"
