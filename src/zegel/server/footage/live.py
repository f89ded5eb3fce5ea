# SPDX-License-Identifier: EUPL-1.2
"""The owner's live view (C11, S8), as the server has a part in it: it asks the unit, relays, and ends.

What keeps it within bounds:
- A look is a lease of the door: logged before it begins, and again each minute while it lasts.
- The unit decides, by what its owner signed: the hours in which live is off, how long one look lasts. It stops by
  itself when nobody prolongs it; the server can only end it sooner.
- Nothing of it is stored. The unit hears of a look by its lease's number, and says when it ended it, and why.
- When nobody looks any more, the roots of what was looked at are forgotten too: whoever copied the pictures on their
  way opens nothing of them with what the server still has.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from zegel.server.footage import actions, expiring
from zegel.server.footage.models import Epoch, Lease
from zegel.server.footage.rules import Purpose, Track
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.sites.models import Camera

LONGEST = timedelta(hours=1)
"""One look lasts no longer, whatever the policy says; who looks on confirms anew what for."""
ASKED_FOR_MS = 120_000
"""The unit goes on so long without another word; a running look says it each minute."""
LIVES_MS = 5_000
"""A word that did not reach the unit by then is not sent any more: a running look is asked for again."""


def start(w: work.Work, camera: Camera, lease: Lease) -> None:
    """Within the running work: the camera's unit is asked to send, or to go on sending, for the owner's look."""
    ask(w, camera, lease.id, "owner", clock.now_ms() + ASKED_FOR_MS)


def ask(w: work.Work, camera: Camera, look_id: UUID, why: str, until_ms: int) -> None:
    """The same for any look. `why`: "owner" or "maintenance". The event `live.began` names its epoch, `live.ended` says
    that the unit stopped, or would not begin."""
    w.publish("unit.live", owner_id=camera.owner_id, unit_id=camera.unit_id, camera_id=camera.id, lease_id=look_id,
              turn="start", why=why, until_ms=until_ms)  # fmt: skip


def stop(w: work.Work, camera: Camera, look_id: UUID, why: str) -> None:
    """Nobody looks any more."""
    w.publish("unit.live", owner_id=camera.owner_id, unit_id=camera.unit_id, camera_id=camera.id, lease_id=look_id,
              turn="stop", why=why, until_ms=0)  # fmt: skip


@actions.when_lease_ends
def _ended(w: work.Work, lease: Lease) -> None:
    """However a look ends, its unit hears of it, and so does who relays."""
    if lease.track != int(Track.LIVE):
        return
    camera = Camera.objects.filter(id=lease.camera_id).first()
    if camera is not None and lease.purpose == Purpose.OWN_USE.value:
        stop(w, camera, lease.id, "owner")
    w.publish("live.ended", owner_id=lease.owner_id, lease_id=lease.id, camera_id=lease.camera_id, code="ended")


def began(actor: Actor, look_id: UUID, camera_id: UUID, epoch_id: UUID) -> None:
    """The unit's word: it sends for this look, under this epoch. `actor` is the unit."""
    with work.transaction(actor) as w:
        w.publish("live.began", owner_id=actor.party_id, lease_id=look_id, camera_id=camera_id, epoch_id=epoch_id)


def ended_by_unit(actor: Actor, look_id: UUID, camera_id: UUID, code: str) -> None:
    """The unit's word: it sends no more for this look, or would not begin. `actor` is the unit."""
    with work.transaction(actor) as w:
        w.publish("live.ended", owner_id=actor.party_id, lease_id=look_id, camera_id=camera_id, code=code[:40])
        lease = Lease.objects.select_for_update().filter(id=look_id, camera_id=camera_id, track=int(Track.LIVE)).first()
        if lease is not None and lease.ended_at is None:
            actions.end_lease(w, lease)


# --- when it is over ---

_others: list[Callable[[UUID], bool]] = []


def others_look(asked: Callable[[UUID], bool]) -> Callable[[UUID], bool]:
    """Registers who says whether a camera's live picture goes on for a reason of another room: no lease tells it."""
    _others.append(asked)
    return asked


def forget_roots(owner_id: UUID, camera_id: UUID, until: datetime) -> int:
    """The live epochs of a camera that were received until then, when nobody looks at it: written down, then their
    keys, grants and rows. Returns how many. While somebody looks nothing happens: the end of the last look does it.
    What comes later than its look's end goes with the next one, or at the term's midnight."""
    with work.transaction(system(owner_id)) as w:
        looks = Lease.objects.filter(camera_id=camera_id, track=int(Track.LIVE), ended_at__isnull=True)
        if looks.filter(expires_at__gt=clock.now()).exists() or any(asked(camera_id) for asked in _others):
            return 0
        rows = list(Epoch.objects.filter(camera_id=camera_id, track=int(Track.LIVE), received_at__lte=until))
        expiring.order(w, rows, "live")
    if rows:
        expiring.finish(owner_id, [row.id for row in rows])
    return len(rows)


def running(unit_id: UUID) -> list[Lease]:
    """The owner's looks at a unit's cameras, which go on when its link comes back."""
    cameras = list(Camera.objects.filter(unit_id=unit_id).values_list("id", flat=True))
    rows = Lease.objects.filter(track=int(Track.LIVE), purpose=Purpose.OWN_USE.value, camera_id__in=cameras)
    return list(rows.filter(ended_at__isnull=True, expires_at__gt=clock.now()).order_by("opened_at"))
