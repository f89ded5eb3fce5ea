# SPDX-License-Identifier: EUPL-1.2
"""What the owner asks his unit to send: a picture (S9), or what lies on its own storage (D8).

- The unit takes, seals and decides; the server carries the wish and writes it down first.
- A picture is sealed to the customer alone (S10): it lies on a track of its own, under a tree of its own, that no
  release reaches.
- What comes is stored like everything else, and leaves through the door like everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from zegel.server import gate
from zegel.server.footage.errors import BadRange, NothingToShow, UnitRefuses
from zegel.server.footage.models import Epoch, Segment
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import ids, outbox, shred, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera

MAX_FETCH_MS = 3_600_000
PICTURES_AT_MOST = 200


@dataclass(frozen=True)
class Asked:
    """A wish on its way. `since`: the event before it, to find the answer after."""

    order_id: UUID
    camera_id: UUID
    index: int
    since: int


@dataclass(frozen=True)
class Taken:
    """A stored picture: its epoch is its number, `at_ms` the unit's signed time."""

    epoch_id: UUID
    camera_id: UUID
    at_ms: int
    size: int


def ask_picture(actor: Actor, camera_id: UUID) -> Asked:
    """One picture now. Raises Denied, NothingToShow."""
    facts: dict[str, Fact] = {}
    return _ask(actor, camera_id, Action.PICTURE, "unit.picture", facts)


def ask_fetch(actor: Actor, camera_id: UUID, from_ms: int, to_ms: int) -> Asked:
    """What the unit keeps itself of [from_ms, to_ms), at most an hour. Raises Denied, NothingToShow, BadRange."""
    if not 0 < to_ms - from_ms <= MAX_FETCH_MS:
        raise BadRange
    return _ask(actor, camera_id, Action.FETCH, "unit.fetch", {"from_ms": from_ms, "to_ms": to_ms})


def _ask(actor: Actor, camera_id: UUID, action: Action, topic: str, more: dict[str, Fact]) -> Asked:
    actor, order = replace(actor, purpose=Purpose.OWN_USE.value), ids.new()
    with work.transaction(actor) as w:
        camera = sites.find_camera(camera_id)
        if camera is None:
            raise NothingToShow
        gate.require(actor, action, _resource(camera))
        since = outbox.newest()
        kind = Kind.PICTURE_TAKEN if action is Action.PICTURE else Kind.FETCHED
        facts: dict[str, Fact] = {"camera": camera_id, "order": order, "address": actor.address[:64], **more}
        w.record(Entry(kind, camera.owner_id, facts, camera_id))
        w.publish(topic, owner_id=camera.owner_id, unit_id=camera.unit_id, camera_id=camera_id, order_id=order,
                  **{key: value for key, value in more.items() if isinstance(value, int)})  # fmt: skip
    return Asked(order, camera_id, w.receipts[0].index, since)


def _resource(camera: Camera) -> Resource:
    of = {"unit": camera.unit_id, "site": camera.unit.site_id}
    return Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of)


# --- what the unit answers ---


def picture_answered(
    actor: Actor, order_id: UUID, camera_id: UUID, ok: bool, code: str, epoch_id: UUID | None
) -> None:  # fmt: skip
    """`actor` is the unit. The picture itself comes as an item of its own."""
    with work.transaction(actor) as w:
        w.publish("picture.answered", owner_id=actor.party_id, order_id=order_id, camera_id=camera_id, ok=ok,
                  code=code[:40], epoch_id=epoch_id)  # fmt: skip


def fetch_answered(actor: Actor, order_id: UUID, camera_id: UUID, ok: bool, code: str, count: int) -> None:
    """`actor` is the unit. What it found follows as ordinary items."""
    with work.transaction(actor) as w:
        w.publish("fetch.answered", owner_id=actor.party_id, order_id=order_id, camera_id=camera_id, ok=ok,
                  code=code[:40], count=count)  # fmt: skip


def picture_of(actor: Actor, asked: Asked) -> Taken | None:
    """The picture once it is stored; None while it is on its way. Raises UnitRefuses."""
    answer = outbox.find("picture.answered", "order_id", asked.order_id, asked.since)
    if answer is None:
        return None
    if not answer["ok"]:
        raise UnitRefuses(answer["code"])
    with tenancy.acting_as(actor.party_id, actor.id):
        found = _stored([UUID(answer["epoch_id"])])
    return found[0] if found else None


def fetched(actor: Actor, asked: Asked) -> int | None:
    """How many seconds the unit sends; None while it has not answered. Raises UnitRefuses."""
    answer = outbox.find("fetch.answered", "order_id", asked.order_id, asked.since)
    if answer is None:
        return None
    if not answer["ok"]:
        raise UnitRefuses(answer["code"])
    return int(answer["count"])


# --- the gallery ---


def pictures(actor: Actor, camera_id: UUID | None, before_ms: int | None) -> list[Taken]:
    """The customer's pictures, newest first: that they are there, not what they show."""
    if actor.party_id is None:
        return []
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Epoch.objects.filter(track=int(Track.PICTURE), owner_id=actor.party_id)
        if camera_id is not None:
            rows = rows.filter(camera_id=camera_id)
        if before_ms is not None:
            rows = rows.filter(start_ms__lt=before_ms)
        newest = rows.order_by("-start_ms").values_list("id", flat=True)[:PICTURES_AT_MOST]
        return _stored(list(newest))


def _stored(epoch_ids: list[UUID]) -> list[Taken]:
    """Those whose picture is here and can still be opened."""
    sizes = dict(Segment.objects.filter(epoch_id__in=epoch_ids).values_list("epoch_id", "size"))
    rows = {row.id: row for row in Epoch.objects.filter(id__in=list(sizes))}
    return [
        Taken(epoch_id, rows[epoch_id].camera_id, rows[epoch_id].start_ms, sizes[epoch_id])
        for epoch_id in epoch_ids
        if epoch_id in rows and not shred.is_destroyed("epoch", rows[epoch_id].shred)
    ]
