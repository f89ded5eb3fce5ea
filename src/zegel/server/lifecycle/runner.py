# SPDX-License-Identifier: EUPL-1.2
"""The retention work: everything whose term is over goes, owner by owner, in small transactions.

The principles that make it safe:
- What is over is asked of the planner each time; nothing is remembered between turns but what is written down in the
  database. So a turn that was killed is simply followed by another one, and two at once do the same thing twice.
- Of images the entry and the note commit before anything is destroyed (footage.expiring); what was noted and is still
  there is finished first, before anything new begins.
- A hold is looked at in the transaction that orders the epoch, in turn with who signs: what is signed first is kept.
- One owner's trouble keeps nobody else's from going. It is logged, told in his turn, and found again by verifying.
- A batch is bounded (BATCH epochs, ROWS rows), so that memory does not grow with what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import ProtectedError, Q, QuerySet

from zegel.declare import Term, bodies, profiles
from zegel.server.footage import expiring
from zegel.server.footage.models import Epoch, Expired, MailPicture, Release
from zegel.server.kernel import clock, log, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import actions as ledger_actions
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import endings, erasing, holds, planner, terms
from zegel.server.lifecycle.models import Hold, Turn
from zegel.server.lifecycle.owners import OFFICE, Owner, Place
from zegel.server.sites.models import Site

BATCH = 100
ROWS = 500
ENTRIES = 1000


@dataclass
class Count:
    """What one turn did."""

    epochs: int = 0
    segments: int = 0
    trimmed: int = 0
    rows: int = 0
    entries: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.epochs or self.segments or self.trimmed or self.rows or self.entries or self.failed)


def everyone() -> list[UUID]:
    """Every party that has rows of its own; needs no acting party."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT lifecycle_parties()")
        return [party for (party,) in cursor.fetchall()]


def _has_site(owner_id: UUID) -> bool:
    with tenancy.acting_as(owner_id):
        return Site.objects.filter(owner_id=owner_id).exists()


def run() -> Count:
    """All owners' images, rows and entries, and the log's own. Done twice it is harmless."""
    total = Count()
    for owner_id in everyone():
        _add(total, run_owner(owner_id))
    total.entries += _forget_own_entries()
    return total


def run_images() -> Count:
    """As run, of images only: hourly, so that each place's midnight is kept."""
    total = Count()
    for owner_id in everyone():
        if _has_site(owner_id):
            _add(total, run_owner(owner_id, rows=False))
    return total


def _add(total: Count, one: Count) -> None:
    total.epochs += one.epochs
    total.segments += one.segments
    total.trimmed += one.trimmed
    total.rows += one.rows
    total.entries += one.entries
    total.failed += one.failed


def run_owner(owner_id: UUID, *, rows: bool = True) -> Count:
    """One owner's turn; what fails is told in its row, and the rest goes on."""
    count = Count()
    steps: list[tuple[str, Callable[[UUID, Count], None]]] = [
        ("unfinished", _finish_unfinished), ("images", _images), ("mail_pictures", _mail_pictures),
    ]  # fmt: skip
    if rows:
        steps += [("releases", _releases), ("rows", _rows), ("endings", _endings), ("entries", _entries)]
    for name, step in steps:
        try:
            step(owner_id, count)
        except Exception as error:
            count.failed.append(name)
            log.error("lifecycle.turn_failed", owner=owner_id, step=name, error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip
    if count.anything:
        _remember(owner_id, count)
    return count


def _remember(owner_id: UUID, count: Count) -> None:
    with work.transaction(system(owner_id)):
        Turn.objects.create(
            owner_id=owner_id, provider_id=owner_id, at=clock.now(), epochs=count.epochs, segments=count.segments,
            trimmed=count.trimmed, rows=count.rows, entries=count.entries, failed=",".join(count.failed)[:60],
        )  # fmt: skip


# --- images ---


def _finish_unfinished(owner_id: UUID, count: Count) -> None:
    while True:
        with tenancy.acting_as(owner_id):
            left = expiring.unfinished(owner_id, BATCH)
        if not left:
            return
        count.segments += expiring.finish(owner_id, left)
        count.epochs += len(left)


def _images(owner_id: UUID, count: Count) -> None:
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        groups = [query for query in planner.epochs_over(owner) if query.exists()]
    for group in groups:
        _group(owner_id, group, count)


def _group(owner_id: UUID, group: QuerySet[Epoch], count: Count) -> None:
    """Oldest first, from one batch to the next by their start: those that are held stay behind."""
    after: tuple[int, UUID] | None = None
    while True:
        with work.transaction(system(owner_id)) as w:
            holds.in_turn(owner_id)
            batch = list((group if after is None else group.filter(_after(*after)))[:BATCH])
            gone, kept = _divided(batch)
            expiring.order(w, gone)
        if gone:
            count.segments += expiring.finish(owner_id, [row.id for row in gone])
            count.epochs += len(gone)
        for row, slots in kept:
            if expiring.needs_trim_now(owner_id, row, slots):
                expiring.trim(owner_id, row.id, slots)
                count.trimmed += 1
        if len(batch) < BATCH:
            return
        after = (batch[-1].start_ms, batch[-1].id)


def _after(start_ms: int, epoch_id: UUID) -> Q:
    return Q(start_ms__gt=start_ms) | Q(start_ms=start_ms, id__gt=epoch_id)


def _divided(batch: Sequence[Epoch]) -> tuple[list[Epoch], list[tuple[Epoch, tuple[tuple[int, int], ...]]]]:
    """Those that go whole, and those of which something is held, with its slots."""
    cameras = {row.camera_id for row in batch}
    holding = set(
        Hold.objects.filter(camera_id__in=cameras, signed_at__isnull=False, released_at__isnull=True)
        .values_list("camera_id", flat=True)
    )  # fmt: skip
    gone, kept = [], []
    for row in batch:
        slots = holds.slots_held(row.camera_id, row.track, row.start_ms) if row.camera_id in holding else ()
        if slots and (row.closed_at is None or expiring.recorded_in(row, slots)):
            kept.append((row, slots))
        else:
            gone.append(row)
    return gone, kept


def _mail_pictures(owner_id: UUID, count: Count) -> None:
    with tenancy.acting_as(owner_id):
        places = dict(Owner(owner_id).places)
    for site_id, place in places.items():
        for batch in _mail_batches(owner_id, site_id, place):
            with work.transaction(system(owner_id)) as w:
                expiring.forget_mail_pictures(w, batch)
            count.rows += len(batch)


def _mail_batches(owner_id: UUID, site_id: UUID, place: Place) -> Iterator[list[MailPicture]]:
    after = UUID(int=0)
    while True:
        with tenancy.acting_as(owner_id):
            before_ms = terms.ms(Owner(owner_id).bound(Term.SURVEILLANCE_IMAGES, place))
            rows = MailPicture.objects.filter(site_id=site_id, received_ms__lt=before_ms, id__gt=after)
            found = list(rows.defer("wrapped", "arc_wrapped").order_by("id")[:ROWS])
            free = [row for row in found if not _mail_held(row)]
        if free:
            yield free
        if len(found) < ROWS:
            return
        after = found[-1].id


def _mail_held(row: MailPicture) -> bool:
    return holds.held_of(row.camera_id, None, (row.received_ms, row.received_ms + 1))


# --- rows ---


def _releases(owner_id: UUID, count: Count) -> None:
    """What is left of releases once their images and their alarm's term are over. The newest of a unit stays: its next
    one must follow it. And the notes of what expired, once nothing can come of it any more."""
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        before, noted = owner.bound(Term.ALARM), owner.bound(Term.VIEW_LOG)
    with work.transaction(system(owner_id)):
        newest = Release.objects.filter(owner_id=owner_id).order_by("unit_id", "-received_at").distinct("unit_id")
        keep = list(newest.values_list("hash", flat=True))
        old = Release.objects.filter(owner_id=owner_id, received_at__lt=before, wrapped__isnull=True)
        count.rows += old.exclude(hash__in=keep).delete()[0]
        still = Epoch.objects.filter(owner_id=owner_id).values("id")
        count.rows += Expired.objects.filter(owner_id=owner_id, at__lt=noted).exclude(epoch_id__in=still).delete()[0]


def _rows(owner_id: UUID, count: Count) -> None:
    for matter in _due(owner_id):
        try:
            count.rows += _matter(owner_id, matter)
        except (DatabaseError, ProtectedError) as error:
            count.failed.append(matter.model)
            log.error("lifecycle.rows_failed", model=matter.model, error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip


def _due(owner_id: UUID) -> list[planner.Matter]:
    """The matters in which something is over, asked in one transaction: most owners have none on most nights. Where
    one can't be asked, all are tried, each by itself."""
    dated = [matter for matter in planner.matters() if matter.column is not None]
    try:
        with tenancy.acting_as(owner_id):
            owner = Owner(owner_id)
            return [matter for matter in dated if matter.over(owner).exists()]
    except DatabaseError:
        return dated


def _matter(owner_id: UUID, matter: planner.Matter) -> int:
    done, after = 0, None
    while True:
        with work.transaction(system(owner_id)) as w:
            rows = matter.over(Owner(owner_id))
            rows = rows if after is None else rows.filter(pk__gt=after)
            pks: list[Any] = list(rows.values_list("pk", flat=True)[:ROWS])
            if pks and matter.fields:
                done += erasing.blank(w, matter.django, pks, matter.fields, by_term=True)
            elif pks:
                done += erasing.delete(w, matter.django, pks, by_term=True)
        if len(pks) < ROWS:
            return done
        after = pks[-1]


def _endings(owner_id: UUID, count: Count) -> None:
    count.rows += endings.run(owner_id)


# --- the ledger's bodies ---


def _entries(owner_id: UUID, count: Count) -> None:
    with tenancy.acting_as(owner_id):
        owner = Owner(owner_id)
        bounds = _bounds(owner)
    for kinds, before_ms in bounds:
        count.entries += _forget_kinds(owner_id, owner_id, kinds, before_ms)


def _bounds(owner: Owner) -> list[tuple[list[str], int]]:
    """Kinds of entries with the moment before which they are over. Those of an agreement count from its end, and what
    was written after it from when it was written."""
    found: dict[tuple[Term, bool], list[str]] = {}
    for one in bodies():
        found.setdefault((one.term, one.starts in planner.ELSEWHERE), []).append(one.kind)
    bounds = []
    for (term, at_end), kinds in sorted(found.items(), key=lambda each: each[1]):
        ended = owner.ended_at is not None and owner.due(owner.ended_at, term) <= clock.now()
        if ended or not at_end:
            bounds.append((kinds, terms.ms(owner.bound(term))))
    return bounds


def _forget_own_entries() -> int:
    """Entries that are no owner's matter (sign-ins, the installation's own), by the office's terms."""
    done = 0
    for one in bodies():
        if one.starts not in planner.ELSEWHERE:
            days = profiles.days(OFFICE, one.term)
            before_ms = terms.ms(terms.bound(clock.now(), days, terms.zone("UTC")))
            done += _forget_kinds(None, None, [one.kind], before_ms)
    return done


def _forget_kinds(party_id: UUID | None, owner_id: UUID | None, kinds: Sequence[str], before_ms: int) -> int:
    done = 0
    while True:
        with tenancy.acting_as(party_id):
            over = ledger.over(kinds, owner_id, before_ms, ENTRIES)
        if over:
            ledger_actions.forget(over, "term", system(party_id))
            done += len(over)
        if len(over) < ENTRIES:
            return done
