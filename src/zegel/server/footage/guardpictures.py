# SPDX-License-Identifier: EUPL-1.2
"""Pictures of an alarm that a guard who was sent may be shown: whether, how many, until when, and their end.

What keeps it safe:
- Off until an owner of the site turns it on himself, in a dated record and an entry of the log. Nobody else can. When
  he turns it off, every picture that a guard still has ends at once.
- A picture is sealed in the operator's browser to the key that the guard's phone made for this one errand. Here lies
  ciphertext, and its sealed key under a shred key of its own.
- It ends with the errand, with the alarm's window (recalled, closed, over), with another phone or key, and after half
  an hour: then the shred key is destroyed, in the transaction that says so, and the ciphertext is dropped right after.
- It is handed out by the door, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from zegel.seal.sealedfile import GuardPicture as Sealed
from zegel.server import gate
from zegel.server.footage.models import Deadline, GuardPicture, GuardSight
from zegel.server.footage.rules import GuardPictureEnd
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, erasures, outbox, shred, storage, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site

PREFIX = "guard"
LASTS = timedelta(minutes=30)
MOST = 6
"""Pictures of one errand, those that ended among them: what a guard must see he sees in a few."""
LARGEST = Sealed.LARGEST + 64 * 1024


# --- the owner's word ---


def resource(site: Site) -> Resource:
    return Resource(ResourceKind.GUARD_SIGHT, site.id, site.owner_id, {"site": site.id})


def sight_of(site_id: UUID) -> GuardSight | None:
    """Within an acting party: the record by which a guard may be shown pictures of this site; None: he may not."""
    return GuardSight.objects.filter(site_id=site_id, ended_at=None).first()


def allowed_at(site_ids: Collection[UUID]) -> set[UUID]:
    """Within an acting party: the sites among these at which guards may be shown pictures."""
    return set(GuardSight.objects.filter(site_id__in=site_ids, ended_at=None).values_list("site_id", flat=True))


def allow(actor: Actor, site_id: UUID, on: bool) -> None:
    """The owner's decision. Saying it again is harmless. Raises Denied, UnknownSite."""
    with work.transaction(actor) as w:
        gate.require(actor, Action.CHANGE, resource(sites.get_site(site_id)))
        site = Site.objects.select_for_update().get(id=site_id)
        now, at = sight_of(site_id), clock.now()
        if (now is not None) is on:
            return
        if now is None:
            GuardSight.objects.create(
                owner_id=site.owner_id, provider_id=site.provider_id, site_id=site_id, person_id=actor.id, since=at
            )
        else:
            now.ended_at, now.ended_by = at, actor.id
            now.save(update_fields=["ended_at", "ended_by"])
            erasures.ended(now, site.owner_id, "ended_at")  # an older copy of the database does not bring it back
            end(w, _running().filter(site_id=site_id), GuardPictureEnd.REVOKED)
        w.record(Entry(Kind.GUARD_SIGHT, site.owner_id, {"site": site_id, "on": on}, site_id))
        w.publish("site.guard_sight", owner_id=site.owner_id, site_id=site_id)


# --- what there is ---


def _running() -> QuerySet[GuardPicture]:
    return GuardPicture.objects.filter(ended_at=None)


def of_errands(dispatch_ids: Collection[UUID]) -> dict[UUID, list[GuardPicture]]:
    """Within an acting party: every picture of these errands, ended ones too, the first one first; not what is in
    it."""
    found: dict[UUID, list[GuardPicture]] = {}
    for row in GuardPicture.objects.filter(dispatch_id__in=dispatch_ids).defer("wrapped").order_by("sent_at"):
        found.setdefault(row.dispatch_id, []).append(row)
    return found


def shown_now(dispatch_id: UUID, recipient: bytes) -> Sequence[GuardPicture]:
    """Within an acting party: what the phone with this key may open now, the newest first."""
    rows = _running().filter(dispatch_id=dispatch_id, expires_at__gt=clock.now()).defer("wrapped").order_by("-sent_at")
    return [row for row in rows if bytes(row.recipient) == recipient]


def running_of(owner_id: UUID) -> list[GuardPicture]:
    """Within an acting party: what any guard may open now of an owner's cameras."""
    return list(_running().filter(owner_id=owner_id, expires_at__gt=clock.now()).defer("wrapped").order_by("sent_at"))


def left(dispatch_id: UUID) -> int:
    """Within an acting party: how many more may be sent on this errand."""
    return max(0, MOST - GuardPicture.objects.filter(dispatch_id=dispatch_id).count())


# --- its end ---


def end(w: work.Work, rows: Iterable[GuardPicture], why: GuardPictureEnd) -> None:
    """Within the running work: the keys are destroyed, and nobody opens them any more. Their ciphertext is dropped once
    this has committed; a store that is slow or away holds no recall up."""
    for row in GuardPicture.objects.select_for_update().filter(id__in=[one.id for one in rows]).order_by("id"):
        if row.ended_at is not None:
            continue
        if row.shred is not None:
            shred.destroy("grant", row.shred)
        row.ended_at, row.end_reason = min(clock.now(), row.expires_at), why.value
        row.shred, row.wrapped = None, None
        row.save(update_fields=["ended_at", "end_reason", "shred", "wrapped"])
        Deadline.objects.filter(id=row.id).delete()
        facts: dict[str, Fact] = {
            "picture": row.id, "alarm": row.alarm_id, "camera": row.camera_id, "dispatch": row.dispatch_id,
            "why": why.value, "seen": row.seen,
        }  # fmt: skip
        w.record(Entry(Kind.GUARD_PICTURE_ENDED, row.owner_id, facts, row.camera_id))
        w.publish("guard_picture.ended", owner_id=row.owner_id, picture_id=row.id)


def end_of_alarm(w: work.Work, alarm_id: UUID, why: GuardPictureEnd) -> None:
    end(w, _running().filter(alarm_id=alarm_id), why)


def end_of_errand(w: work.Work, dispatch_id: UUID, why: GuardPictureEnd) -> None:
    end(w, _running().filter(dispatch_id=dispatch_id), why)


def end_overdue(owner_id: UUID, picture_id: UUID) -> None:
    """The worker: one past its time. (It was shown to nobody since: the door asks the clock.)"""
    with work.transaction(system(owner_id)) as w:
        row = _running().filter(id=picture_id).first()
        if row is None:
            Deadline.objects.filter(id=picture_id).delete()
        elif row.expires_at <= clock.now():
            end(w, [row], GuardPictureEnd.EXPIRED)


def forget(w: work.Work, rows: Sequence[GuardPicture]) -> None:
    """Within the running work of the server: whoever asked to be forgotten is in them, or their term is over."""
    end(w, rows, GuardPictureEnd.EXPIRED)
    storage.store().delete_many([row.key for row in rows if row.key])
    for owner_id in sorted({row.owner_id for row in rows}):
        mine = [row.id for row in rows if row.owner_id == owner_id]
        erasures.delete(GuardPicture.objects.filter(id__in=mine), owner_id)


@outbox.subscribe("guard_picture.ended", name="footage.drop_guard_picture")
def drop(event: outbox.Event) -> None:
    """The ciphertext of one that ended; nothing opens it any more. Again is harmless."""
    assert event.owner_id is not None
    with tenancy.acting_as(event.owner_id):
        row = GuardPicture.objects.filter(id=event.uuid("picture_id")).exclude(key="").first()
    if row is None or row.ended_at is None:
        return
    storage.store().delete_many([row.key])
    with tenancy.acting_as(event.owner_id):
        GuardPicture.objects.filter(id=row.id).update(key="")


def end_dead() -> int:
    """Within an acting party, after a restore: rows whose key was destroyed since the database's copy was made."""
    rows = GuardPicture.objects.filter(wrapped__isnull=False, shred__isnull=False).only("id", "shred")
    dead = [row.id for row in rows if shred.is_destroyed("grant", row.shred or 0)]
    return GuardPicture.objects.filter(id__in=dead).update(
        wrapped=None, shred=None, ended_at=clock.now(), end_reason=GuardPictureEnd.EXPIRED.value
    )
