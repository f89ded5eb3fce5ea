# SPDX-License-Identifier: EUPL-1.2
"""After the fact: is what should be gone really gone? Row, object and key, each looked for where it would be.

What is left over is told: it is a row here, a line in the log, a task of the privacy officer, and it is looked for
again each night until it is gone. Nothing is deleted here: who deletes and who looks are not the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError

from zegel.server.footage import expiring
from zegel.server.footage.models import Epoch, Expired
from zegel.server.kernel import clock, log, shred, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.lifecycle import endings, holds, planner, runner
from zegel.server.lifecycle.models import Leftover
from zegel.server.lifecycle.owners import Owner

SPARE_DAYS = 1
"""So long after its term something may still be there: a night's work that failed is done the next night."""

LOOKED_BACK = timedelta(days=3)
MOST = 1000


@dataclass(frozen=True)
class Left:
    """Something that should be gone. `kind`: row, object or key; `what`: of which model; `about`: which one, or
    nothing when `count` of them are told together."""

    kind: str
    what: str
    about: str
    count: int = 1


def verify() -> int:
    """Every owner's; returns how much is left over."""
    return sum(verify_owner(owner_id) for owner_id in runner.everyone())


def verify_owner(owner_id: UUID) -> int:
    """Looks, and brings the list of leftovers up to date; returns how many are open."""
    with tenancy.acting_as(owner_id):
        found = list(look(owner_id))
    with work.transaction(system(owner_id)):
        known = {(row.kind, row.what, row.about): row for row in leftovers(owner_id)}
        for left in found:
            key = (left.kind, left.what, left.about)
            if key not in known:
                Leftover.objects.create(
                    owner_id=owner_id, provider_id=owner_id, kind=left.kind, what=left.what, about=left.about,
                    count=left.count, found_at=clock.now(),
                )  # fmt: skip
                log.error("lifecycle.left_over", kind=left.kind, model=left.what, about=left.about, rows=left.count)
        still = {(left.kind, left.what, left.about) for left in found}
        gone = [row.id for key, row in known.items() if key not in still]
        Leftover.objects.filter(id__in=gone).update(cleared_at=clock.now())
    return len(found)


def leftovers(owner_id: UUID | None = None) -> list[Leftover]:
    """Within an acting party: what should be gone and isn't, as found last; of all whom it may see, or of one."""
    rows = Leftover.objects.filter(cleared_at__isnull=True).order_by("found_at", "id")
    return list(rows if owner_id is None else rows.filter(owner_id=owner_id))


# --- looking ---


def look(owner_id: UUID) -> Iterator[Left]:
    """Within an acting party."""
    owner = Owner(owner_id)
    yield from _epochs(owner)
    yield from _expired(owner_id)
    yield from _dead_keys(owner_id)
    yield from _rows(owner)
    yield from _ended(owner)


def _epochs(owner: Owner) -> Iterator[Left]:
    """Recordings that are over and that nobody holds; of held ones, what lies outside the hold."""
    for group in planner.epochs_over(owner, spare_days=SPARE_DAYS):
        for row in group[:MOST]:
            slots = holds.slots_held(row.camera_id, row.track, row.start_ms)
            if not slots or not expiring.recorded_in(row, slots) or expiring.needs_trim(row, slots):
                yield Left("row", "footage.Epoch", str(row.id))


def _expired(owner_id: UUID) -> Iterator[Left]:
    """What was forgotten these days: rows of it, or objects that came after it."""
    rows = Expired.objects.filter(owner_id=owner_id, at__gte=clock.now() - LOOKED_BACK).order_by("-at")[:MOST]
    for found in expiring.left_over(list(rows.values_list("epoch_id", flat=True))):
        yield Left(found.kind, "footage.Pack", str(found.epoch_id))


def _dead_keys(owner_id: UUID) -> Iterator[Left]:
    """A recording that says that it was forgotten, and whose key still derives."""
    rows = Epoch.objects.filter(owner_id=owner_id, wrapped=b"").only("id", "shred").order_by("id")
    for row in rows.iterator(MOST):
        if not shred.is_destroyed("epoch", row.shred):
            yield Left("key", "footage.Epoch", str(row.id))


def _rows(owner: Owner) -> Iterator[Left]:
    """Every other model, by its declarations."""
    for matter in planner.matters():
        if matter.column is None:
            continue
        try:
            count = matter.over(owner, spare_days=SPARE_DAYS).count()
        except DatabaseError as error:
            log.error("lifecycle.look_failed", model=matter.model, error=type(error).__name__)
            continue
        if count:
            yield Left("row", matter.model, matter.term.value, count)


def _ended(owner: Owner) -> Iterator[Left]:
    """What should be gone because something ended: a site's last unit, a relation, somebody's membership."""
    counts: Counter[tuple[str, str]] = Counter()
    for matter, which in endings.over(owner, spare_days=SPARE_DAYS):
        counts[matter.model, matter.starts.value] += matter.left(owner.owner_id).filter(which).count()
    for (model, starts), count in sorted(counts.items()):
        if count:
            yield Left("row", model, starts, count)
