# SPDX-License-Identifier: EUPL-1.2
"""A provider's nights, one after the other: what is recorded by day, held, deleted by hand and sent too late; and what
must be there and must be gone each morning, worked out by another way than the server's."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.clock import TestClock

from zegel.server.footage import pack_writer
from zegel.server.footage.models import Epoch, Pack, Segment
from zegel.server.kernel import clock, ids, shred, storage, tenancy
from zegel.server.lifecycle import runner, verifying
from zegel.server.lifecycle.models import Hold, Incident

SECONDS = 30


@dataclass
class Made:
    """An epoch as the test remembers it: 30 seconds from `start` on; `held`: until when which of them."""

    id: UUID
    shred: int
    camera: Camera
    start: datetime
    held: tuple[int, int] | None = None
    released: bool = False

    def gone_by(self, now: datetime) -> bool:
        """By the calendar of its place, counted on the fingers."""
        zone = ZoneInfo(self.camera.tz)
        age = now.astimezone(zone).date() - self.start.astimezone(zone).date()
        return age >= timedelta(days=self.camera.days) and (self.held is None or self.released)

    def cut_by(self, now: datetime) -> bool:
        zone = ZoneInfo(self.camera.tz)
        age = now.astimezone(zone).date() - self.start.astimezone(zone).date()
        return age >= timedelta(days=self.camera.days)


@dataclass
class Camera:
    """Of a site with that term, there."""

    owner: UUID
    provider: UUID
    site: UUID
    unit: UUID
    id: UUID
    tz: str
    days: int
    numbers: int = 0


@dataclass
class Nights:
    now: TestClock
    cameras: list[Camera]
    rnd: random.Random
    made: list[Made] = field(default_factory=list)
    incidents: dict[UUID, UUID] = field(default_factory=dict)

    def day(self) -> None:
        """Something is recorded at a few cameras, now and then a time of it is held, and now and then let go."""
        for camera in self.rnd.sample(self.cameras, max(1, len(self.cameras) // 5)):
            made = self._record(camera)
            if camera.days == 14 and self.rnd.random() < 0.15:
                self._hold(made)
        for made in self.made:
            if made.held is not None and not made.released and self.rnd.random() < 0.03:
                self._release(made)

    def night(self) -> runner.Count:
        """To the next midnight of Amsterdam, and the work after it."""
        zone = ZoneInfo("Europe/Amsterdam")
        tomorrow: date = clock.now().astimezone(zone).date() + timedelta(days=1)
        end = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
        self.now.advance(end - clock.now())
        return runner.run_images()

    def check(self) -> None:
        """Everything that must be there is, and nothing else."""
        moment = clock.now()
        for owner in {camera.owner for camera in self.cameras}:
            mine = [made for made in self.made if made.camera.owner == owner]
            with tenancy.acting_as(owner):
                there = set(Epoch.objects.filter(id__in=[made.id for made in mine]).values_list("id", flat=True))
                slots: dict[UUID, list[int]] = {}
                rows = Segment.objects.filter(epoch_id__in=there).order_by("slot").values_list("epoch_id", "slot")
                for epoch_id, slot in rows:
                    slots.setdefault(epoch_id, []).append(slot)
            for made in mine:
                assert (made.id not in there) is made.gone_by(moment), made
                if made.id in there:
                    cut = made.held if made.held is not None and made.cut_by(moment) else (0, SECONDS)
                    assert slots[made.id] == list(range(*cut)), made
                else:
                    assert shred.is_destroyed("epoch", made.shred)
                    assert not list(storage.store().list(pack_writer.folder_of(made.id)))
        self.made = [made for made in self.made if not made.gone_by(moment)]

    def check_all(self) -> None:
        """Also what is in no list of this test."""
        assert runner.run().failed == []
        assert verifying.verify() == 0

    def _record(self, camera: Camera) -> Made:
        camera.numbers += 1
        made = Made(ids.new(), 0, camera, clock.now() - timedelta(hours=self.rnd.uniform(0, 12), seconds=SECONDS))
        with tenancy.acting_as(camera.owner):
            made.shred = shred.next_number("epoch")
            of = {"owner_id": camera.owner, "provider_id": camera.provider}
            row = Epoch.objects.create(
                id=made.id, unit_id=camera.unit, camera_id=camera.id, track=1, number=camera.numbers, suite=1,
                start_ms=clock.ms(made.start), hash=made.id.bytes * 2, keyset_hash=b"", policy_hash=b"",
                shred=made.shred, wrapped=shred.wrap("epoch", made.shred, b"sealed", made.id.bytes),
                received_at=clock.now(), closed_at=clock.now(), **of,
            )  # fmt: skip
            pack = Pack.objects.create(epoch=row, **of)
            stored = pack_writer.put(made.id, [b"sealed %d" % slot for slot in range(SECONDS)])
            offsets = pack_writer.append(pack, stored)
            Segment.objects.bulk_create([
                Segment(epoch=row, seq=slot, slot=slot, random_access=True, offset=offset, size=size,
                        sha256=bytes(32), **of)
                for slot, (offset, size) in enumerate(zip(offsets, stored.sizes, strict=True))
            ])  # fmt: skip
        self.made.append(made)
        return made

    def _hold(self, made: Made) -> None:
        """As two people signed it (what they must be and do is tested with the action)."""
        first = self.rnd.randrange(0, SECONDS - 5)
        made.held = (first, first + self.rnd.randrange(1, 5))
        start_ms, camera = clock.ms(made.start), made.camera
        of = {"owner_id": camera.owner, "provider_id": camera.provider}
        with tenancy.acting_as(camera.owner):
            incident = Incident.objects.create(
                site_id=camera.site, title="A break-in", reason="A test of it.", opened_at=clock.now(),
                opened_by=ids.new(), **of,
            )  # fmt: skip
            hold = Hold.objects.create(
                incident=incident, camera_id=camera.id, track=1, from_ms=start_ms + made.held[0] * 1000,
                to_ms=start_ms + made.held[1] * 1000, asked_at=clock.now(), asked_by=ids.new(),
                asked_by_party=camera.owner, signed_at=clock.now(), signed_by=ids.new(),
                signed_by_party=camera.provider, **of,
            )  # fmt: skip
        self.incidents[made.id] = hold.id

    def _release(self, made: Made) -> None:
        made.released = True
        with tenancy.acting_as(made.camera.owner):
            Hold.objects.filter(id=self.incidents[made.id]).update(released_at=clock.now())


def cameras_of(units: Any) -> Iterator[Camera]:
    """(owner, provider, site, unit, camera, zone, days) of units that are paired."""
    for each in units:
        yield Camera(*each)
