# SPDX-License-Identifier: EUPL-1.2
"""The map of a site: a floor plan or a photo of the ground, and where its cameras stand on it.

What keeps it safe:
- Only PNG and JPEG, told by their first bytes and not by their name. How many pixels a file claims is read before
  anything decodes it; then it is opened in a process of its own (reencode.py) and only the pixels are kept.
- At rest it is encrypted under a shred key: taking it away destroys the key, also for every back-up.
- Who sees it is the gate's: the owner's people, a technician of his provider, the alarm centre only while it has an
  alarm of this site in hand. It shows no camera's picture and opens none.
"""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.server import gate
from zegel.server.gate import Resource
from zegel.server.gate.vocabulary import Action, ResourceKind
from zegel.server.kernel import clock, ids, shred, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.sites import queries
from zegel.server.sites.errors import BadPlace, BadPlan, NoPlan
from zegel.server.sites.models import Camera, CameraPlace, FloorPlan, Site, UnitState

LARGEST_UPLOAD = 8 << 20
MOST_PIXELS = 50_000_000
LONGEST_EDGE = 20_000
SMALLEST_EDGE = 64
OPENS_WITHIN_S = 30
PURPOSE = "account"  # whose shred keys guard it: rows of people and places
_PNG = b"\x89PNG\r\n\x1a\n"
_TYPES = {b"P": "image/png", b"J": "image/jpeg"}
_HEAD = struct.Struct(">cII")
# JPEG: start of frame markers, which hold height and width (ISO/IEC 10918-1 B.2.2); not DHT, JPG and DAC
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Picture:
    """A map as it is handed out: made here, whatever was sent."""

    media_type: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True)
class Place:
    """Where a camera stands: x and y in 0…1 of the map; `bearing` where it looks (degrees, 0 is up, clockwise);
    `angle`: how wide it sees."""

    camera_id: UUID
    x: float
    y: float
    bearing: int
    angle: int

    def checked(self) -> Place:
        """Raises BadPlace."""
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1 and 0 <= self.bearing < 360 and 5 <= self.angle <= 360):
            raise BadPlace
        return self


# --- in ---


def claimed_size(data: bytes) -> tuple[int, int]:
    """(width, height) that a PNG or JPEG claims, without decoding it. Raises BadPlan."""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) > 33:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg_size(data)
    raise BadPlan("type")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if marker == 0x01 or 0xD0 <= marker <= 0xD9:
            break
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    raise BadPlan("broken")


def reencoded(data: bytes) -> Picture:
    """Pixels of what was sent, as a new file. Raises BadPlan."""
    if len(data) > LARGEST_UPLOAD:
        raise BadPlan("large")
    width, height = claimed_size(data)
    if min(width, height) < SMALLEST_EDGE:
        raise BadPlan("small")
    if max(width, height) > LONGEST_EDGE or width * height > MOST_PIXELS:
        raise BadPlan("large")
    try:
        done = subprocess.run(  # our own module: nothing of the caller's is in the command
            [sys.executable, "-I", "-m", "zegel.server.sites.reencode"], input=data, capture_output=True,
            timeout=OPENS_WITHIN_S, check=False, env={},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BadPlan("broken") from None
    if done.returncode != 0 or len(done.stdout) <= _HEAD.size:
        raise BadPlan("broken")
    kind, new_width, new_height = _HEAD.unpack_from(done.stdout)
    return Picture(_TYPES[kind], new_width, new_height, done.stdout[_HEAD.size :])


def upload(actor: Actor, site_id: UUID, data: bytes) -> FloorPlan:
    """The site's map from now on; the one before is destroyed. Raises Denied, UnknownSite, BadPlan."""
    with tenancy.acting_as(actor.party_id, actor.id):
        gate.require(actor, Action.CHANGE, resource(queries.get_site(site_id)))
    picture = reencoded(data)  # outside the transaction: it takes a while
    with work.transaction(actor) as w:
        site = queries.get_site(site_id)
        gate.require(actor, Action.CHANGE, resource(site))
        _destroy(site)
        plan_id, number = ids.new(), shred.next_number(PURPOSE)
        row = FloorPlan.objects.create(
            id=plan_id, owner_id=site.owner_id, provider_id=site.provider_id, site=site,
            media_type=picture.media_type, width=picture.width, height=picture.height, size=len(picture.data),
            shred=number, wrapped=shred.wrap(PURPOSE, number, picture.data, plan_id.bytes), uploaded_by=actor.id,
            uploaded_at=clock.now(),
        )  # fmt: skip
        w.record(Entry(Kind.SITE, site.owner_id, {"what": "floor_plan", "bytes": row.size}, site.id))
        w.publish("site.changed", owner_id=site.owner_id, site_id=site.id)
        return row


def take_away(actor: Actor, site_id: UUID) -> None:
    """The map and every camera's place on it. Again is harmless. Raises Denied, UnknownSite."""
    with work.transaction(actor) as w:
        site = queries.get_site(site_id)
        gate.require(actor, Action.CHANGE, resource(site))
        if not _destroy(site):
            return
        CameraPlace.objects.filter(site=site).delete()
        w.record(Entry(Kind.SITE, site.owner_id, {"what": "floor_plan_gone"}, site.id))
        w.publish("site.changed", owner_id=site.owner_id, site_id=site.id)


def _destroy(site: Site) -> bool:
    old = FloorPlan.objects.select_for_update().filter(site=site).first()
    if old is None:
        return False
    shred.destroy(PURPOSE, old.shred)
    old.delete()
    return True


def put_places(actor: Actor, site_id: UUID, places: Sequence[Place]) -> None:
    """All places of a site's cameras, anew. Raises Denied, UnknownSite, BadPlace."""
    with work.transaction(actor) as w:
        site = queries.get_site(site_id)
        gate.require(actor, Action.CHANGE, resource(site))
        here = set(Camera.objects.filter(unit__site=site, unit__state=UnitState.PAIRED).values_list("id", flat=True))
        wanted = {place.camera_id: place.checked() for place in places}
        if len(wanted) != len(places) or not wanted.keys() <= here:
            raise BadPlace
        CameraPlace.objects.filter(site=site).delete()
        CameraPlace.objects.bulk_create(
            CameraPlace(
                camera_id=place.camera_id, owner_id=site.owner_id, provider_id=site.provider_id, site=site, x=place.x,
                y=place.y, bearing=place.bearing, angle=place.angle,
            )
            for place in wanted.values()
        )  # fmt: skip
        w.publish("site.changed", owner_id=site.owner_id, site_id=site.id)


# --- out ---


def resource(site: Site, alarm_id: UUID | None = None) -> Resource:
    """For the gate. `alarm_id`: an alarm of this very site, which whoever asks has looked up."""
    of = {"site": site.id} if alarm_id is None else {"site": site.id, "alarm": alarm_id}
    return Resource(ResourceKind.FLOOR_PLAN, site.id, site.owner_id, of=of)


def picture_of(actor: Actor, site: Site, alarm_id: UUID | None = None) -> Picture:
    """Raises Denied, NoPlan."""
    gate.require(actor, Action.READ, resource(site, alarm_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        row = FloorPlan.objects.filter(site=site).first()
    if row is None:
        raise NoPlan
    data = shred.unwrap(PURPOSE, row.shred, bytes(row.wrapped), row.id.bytes)
    return Picture(row.media_type, row.width, row.height, data)


def plan_of(actor: Actor, site: Site, alarm_id: UUID | None = None) -> tuple[FloorPlan | None, Sequence[CameraPlace]]:
    """What there is, not what is on it. Raises Denied."""
    gate.require(actor, Action.READ, resource(site, alarm_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        found = FloorPlan.objects.filter(site=site).defer("wrapped").first()
        return found, list(CameraPlace.objects.filter(site=site).order_by("camera_id"))
