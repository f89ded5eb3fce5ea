# SPDX-License-Identifier: EUPL-1.2
"""Overview pictures on the server: the owner's alone, for the whole project, and gone 28 days after its last unit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from tests.actors import MARKER, SimUnit, World
from tests.clock import stopped_clock

from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.errors import SealError
from zegel.seal.segment import Track as SealTrack
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.server.footage import door, forgetting
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import NothingToShow
from zegel.server.footage.models import Epoch, Part, Segment
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, shred, storage, tenancy
from zegel.server.kernel.shred import ShredError, ShredStore
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import jobs, overview, runner
from zegel.server.sites import ground


@pytest.fixture
def project(world: World) -> Any:
    """A unit on the yard that made three overview pictures."""
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    epochs = []
    for number in range(3):
        epoch = unit.epoch(track=SealTrack.OVERVIEW, start_ms=unit.now_ms + number * 600_000)
        segment = unit.segments_item(epoch, [unit.segment(epoch, 0)])
        world.accept(actor, unit, unit.epoch_item(epoch), segment, unit.manifest(epoch, 0, 1, closed=True))
        epochs.append(epoch)
    return SimpleNamespace(unit=unit, actor=actor, epochs=epochs, owner=world.actor(world.owner_of("yard")))


def wish(project: Any, purpose: Purpose = Purpose.OWN_USE) -> ViewRequest:
    ranges = tuple(SlotRange(epoch.id, 0, 1) for epoch in project.epochs)
    return ViewRequest(project.unit.camera, Track.OVERVIEW, purpose, ranges=ranges)


def deliver() -> None:
    while outbox.Deliverer().run_once():
        pass


def left_over(project: Any) -> int:
    with tenancy.acting_as(project.actor.party_id):
        assert Segment.objects.filter(epoch_id__in=[e.id for e in project.epochs]).count() == Part.objects.filter(
            pack_id__in=[e.id for e in project.epochs]
        ).count()
        return Epoch.objects.filter(id__in=[e.id for e in project.epochs]).exclude(wrapped=b"").count()


def test_the_owner_opens_his_overview_pictures_and_each_look_is_an_entry(world: World, project: Any) -> None:
    view = door.open_view(project.owner, wish(project))
    assert len(view.segments) == 3
    sealed = door.fetch(project.owner, view.lease_id, [row.id for row in view.segments])
    epochs = [verify_epoch(envelope, project.unit.signing.public_key) for envelope in view.epochs]
    roots = {epoch.epoch: open_epoch(epoch, world.owner_tenant("yard")) for epoch in epochs}
    for row, data in zip(view.segments, sealed, strict=True):
        assert open_segment(leaf(roots[row.epoch.bytes], row.slot), data)[1].startswith(MARKER)


def test_neither_the_alarm_centre_nor_the_provider_gets_or_opens_them(world: World, project: Any) -> None:
    for person in ("operator", "supervisor", "technician", "planner", "admin", "privacy"):
        for purpose in (Purpose.ALARM_VERIFICATION, Purpose.ALARM_FOLLOWUP, Purpose.OWN_USE, Purpose.MAINTENANCE):
            with pytest.raises((Denied, NothingToShow)):
                door.open_view(world.actor(person), wish(project, purpose))
    with tenancy.acting_as(project.actor.party_id):
        rows = list(Epoch.objects.filter(track=Track.OVERVIEW))
    for row in rows:  # what the provider's server holds, with every key of the alarm centre
        epoch = verify_epoch(shred.unwrap("epoch", row.shred, bytes(row.wrapped), row.id.bytes),
                             project.unit.signing.public_key)  # fmt: skip
        with pytest.raises(SealError):
            open_epoch(epoch, world.arc_tenant("yard"))


def test_they_stay_for_the_whole_project_and_go_28_days_after_the_last_unit(world: World, project: Any) -> None:
    with stopped_clock(clock.now()) as now:
        now.advance(timedelta(days=300))
        jobs.forget_images(0)
        deliver()
        assert left_over(project) == 3
        ground.remove_unit(world.actor("technician"), project.unit.id)
        now.advance(timedelta(days=26, hours=23))
        jobs.forget_images(0)
        deliver()
        assert left_over(project) == 3
        with tenancy.acting_as(project.actor.party_id):
            told = overview.told(project.unit.camera)
        assert told.count == 3
        assert told.ends_ms is not None
        at = clock.moment(told.ends_ms).astimezone(ZoneInfo("Europe/Amsterdam"))
        assert (at.hour, at.minute, at.second) == (0, 0, 0), "a midnight of the place"
        assert 0 < told.ends_ms - clock.now_ms() <= 25 * 3_600_000, "28 days at the most, on the day's last second"
        now.advance(clock.moment(told.ends_ms) - clock.now())
        jobs.forget_images(0)
        deliver()
        assert left_over(project) == 0
        assert runner.run_owner(project.actor.party_id, rows=False).epochs == 0
    with tenancy.acting_as(project.owner.party_id, project.owner.id):
        said = ledger.entries([Kind.DELETION], project.owner.party_id, since_ms=0)[0].said
    assert said is not None
    assert (said.facts["track"], said.facts["why"]) == (2, "term"), "one entry for each"


def test_what_a_unit_made_where_it_stood_before_goes_with_that_place(world: World, project: Any) -> None:
    technician = world.actor("technician")
    with stopped_clock(clock.now()) as now:
        other = SimUnit(clock.now_ms())
        world.pair(other, name="Second unit")
        now.advance(timedelta(days=1))
        ground.remove_unit(technician, project.unit.id)
        now.advance(timedelta(days=100))
        jobs.forget_images(0)
        deliver()
        assert left_over(project) == 3, "another unit still stands there"
        ground.remove_unit(technician, other.id)
        now.advance(timedelta(days=28))
        jobs.forget_images(0)
        deliver()
        assert left_over(project) == 0


# --- also from the back-ups (journey 15) ---


def stores(kept: Path, folder: Path) -> Iterator[ShredStore]:
    """Today's shred store, and the old one under every store key that still exists."""
    yield shred.store()
    mixed = folder / "mixed"
    shutil.copytree(kept, mixed, ignore=shutil.ignore_patterns("keys", "destroyed.log"))
    shutil.copytree(Path(settings.SHRED_PATH) / "keys", mixed / "keys")
    try:
        yield ShredStore(mixed)
    except ShredError:
        return


def test_journey_15_a_back_up_from_before_opens_none_of_them_eight_days_later(
    world: World, project: Any, tmp_path: Path
) -> None:
    first = project.epochs[0]
    with tenancy.acting_as(project.actor.party_id):
        row = Epoch.objects.get(id=first.id)
        part = Part.objects.get(pack_id=first.id)
    ciphertext = storage.store().get_range(part.key, 0, part.size)

    def opens(store: ShredStore) -> bool:
        try:
            envelope = store.unwrap("epoch", row.shred, bytes(row.wrapped), row.id.bytes)
        except ShredError:
            return False
        root = open_epoch(verify_epoch(envelope, project.unit.signing.public_key), world.owner_tenant("yard"))
        return open_segment(leaf(root, 0), ciphertext)[1].startswith(MARKER)

    assert opens(shred.store()), "else the attempt is blind"
    with stopped_clock(clock.now()) as now:
        ground.remove_unit(world.actor("technician"), project.unit.id)
        now.advance(timedelta(days=28))
        shutil.copytree(settings.SHRED_PATH, tmp_path / "kept")
        jobs.forget_images(0)
        deliver()
        for _day in range(8):
            now.advance(timedelta(days=1))
            shred.store().rotate()
        found = [opens(store) for store in stores(tmp_path / "kept", tmp_path)]
    assert found
    assert not any(found)
    assert forgetting.forget_again() == 0


def test_a_picture_whose_signed_list_came_first_is_taken_and_no_other(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    epoch = unit.epoch(track=SealTrack.OVERVIEW)
    item = unit.segments_item(epoch, [unit.segment(epoch, 0)])
    world.accept(actor, unit, unit.epoch_item(epoch), unit.manifest(epoch, 0, 1, closed=True))
    other = world.take(actor, unit, unit.segments_item(epoch, [unit.segment(epoch, 0)]))
    assert other.refused is not None, "a second picture that the list does not name"
    world.accept(actor, unit, item)
    world.accept(actor, unit, item)
    with tenancy.acting_as(actor.party_id):
        assert Segment.objects.filter(epoch_id=epoch.id).count() == 1
