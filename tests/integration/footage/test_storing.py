# SPDX-License-Identifier: EUPL-1.2
"""Packs grow, are joined, survive a crash in the middle; and fsck finds what was damaged."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from tests.actors import World

from zegel.server.footage import actions as footage
from zegel.server.footage import door, pack_writer
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.models import Epoch, Pack, Part, Segment
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.kernel import invariants, storage, tenancy
from zegel.server.kernel.actor import system

PARTS = 4  # messages that `World.burglary` brings its recording in


def faults() -> dict[str, tuple[str, ...]]:
    found = {answer.name: answer.faults for answer in invariants.ask_all() if answer.name.startswith("footage.")}
    return {name: said for name, said in found.items() if said}


def whole(world: World, case: Any) -> None:
    """Every segment can be fetched through the door and is the one that was sealed."""
    owner = world.actor(world.owner_of(case.site))
    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, ranges=(SlotRange(case.epoch.id, 0, 4096),))
    view = door.open_view(owner, wish)
    for listed, sealed in zip(
        view.segments, door.fetch(owner, view.lease_id, [s.id for s in view.segments]), strict=True
    ):
        assert sealed == case.epoch.sealed[listed.seq]


def close(world: World, case: Any) -> None:
    world.accept(case.actor, case.unit, case.unit.manifest(case.epoch, 0, 40, closed=True))
    footage.compact_pack(system(case.actor.party_id), case.epoch.id)


def test_a_closed_epochs_parts_become_one_object_and_the_same_bytes_come_out(world: World, case: Any) -> None:
    whole(world, case)
    assert len(list(storage.store().list("packs"))) == PARTS
    close(world, case)
    assert len(list(storage.store().list("packs"))) == 1
    whole(world, case)
    assert faults() == {}


def test_a_crash_after_the_object_and_before_the_commit_leaves_nothing_wrong(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = case.unit.record(case.epoch, 40, 41)[0]
    create = Segment.objects.bulk_create

    def power_cut(*_: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Segment.objects, "bulk_create", power_cut)
    with pytest.raises(RuntimeError):
        world.take(case.actor, case.unit, item)
    monkeypatch.setattr(Segment.objects, "bulk_create", create)
    world.accept(case.actor, case.unit, item)
    whole(world, case)
    assert faults() == {}


def test_a_crash_while_parts_are_joined_loses_nothing(world: World, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.accept(case.actor, case.unit, case.unit.manifest(case.epoch, 0, 40, closed=True))
    monkeypatch.setattr(pack_writer, "_drop", lambda keys: None)  # dead before the old objects are dropped
    footage.compact_pack(system(case.actor.party_id), case.epoch.id)
    whole(world, case)
    assert set(faults()) == {"footage.every_object_belongs_to_a_pack"}


def test_resending_anything_is_harmless(world: World, case: Any) -> None:
    from zegel.link.messages import EpochItem

    items = case.unit.record(case.epoch, 40, 43)
    manifest = case.unit.manifest(case.epoch, 0, 43)
    for _ in range(3):
        world.accept(case.actor, case.unit, EpochItem(case.epoch.envelope), *items, manifest)
    close_again = case.unit.manifest(case.epoch, 43, 5, closed=True)
    world.accept(case.actor, case.unit, close_again, *items, close_again)
    with tenancy.acting_as(case.actor.party_id):
        assert Segment.objects.filter(epoch_id=case.epoch.id).count() == 43
        assert Epoch.objects.get(id=case.epoch.id).closed_at is not None


def test_a_closed_epoch_takes_nothing_new(world: World, case: Any) -> None:
    close(world, case)
    answer = world.take(case.actor, case.unit, case.unit.record(case.epoch, 45, 46)[0])
    assert answer.refused is not None


def test_a_manifest_that_names_another_segment_than_the_stored_one_is_refused(world: World, case: Any) -> None:
    case.epoch.sealed[3] = case.epoch.sealed[3][:-1] + bytes([case.epoch.sealed[3][-1] ^ 1])
    answer = world.take(case.actor, case.unit, case.unit.manifest(case.epoch, 0, 40))
    assert answer.refused is not None
    assert answer.refused[0] == "manifest_conflict"


def test_fsck_says_nothing_of_what_is_whole_and_names_what_is_not(world: World, case: Any) -> None:
    whole(world, case)
    assert faults() == {}
    with tenancy.acting_as(case.actor.party_id):
        part = Part.objects.filter(pack_id=case.epoch.id).order_by("number")[2]
    data = bytearray(storage.store().get(part.key))
    data[100] ^= 1
    storage.store().put(part.key, bytes(data))
    storage.store().put("packs/00/stray", b"x")
    found = faults()
    assert found["footage.packs_hold_what_the_index_says"] == (f"segment {case.epoch.id}.20 is not what was stored",)
    assert found["footage.every_object_belongs_to_a_pack"] == ("object packs/00/stray belongs to no pack",)


def test_fsck_misses_an_object_that_is_gone(world: World, case: Any) -> None:
    with tenancy.acting_as(case.actor.party_id):
        part = Part.objects.filter(pack_id=case.epoch.id).order_by("number")[0]
        assert hashlib.sha256(storage.store().get(part.key)).digest()
        assert Pack.objects.get(epoch_id=case.epoch.id).parts == PARTS
    storage.store().delete(part.key)
    assert "footage.packs_hold_what_the_index_says" in faults()


def test_an_owner_whose_share_of_the_store_is_full_is_told_so_and_still_raises_alarms(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage, "_full_until", {})
    monkeypatch.setattr(footage.settings, "OWNER_QUOTA_BYTES", 1000)
    answer = world.take(case.actor, case.unit, case.unit.record(case.epoch, 40, 41)[0])
    assert answer.refused is not None
    assert answer.refused[0] == "quota_full"
    world.accept(case.actor, case.unit, case.unit.alarm()[1])
    monkeypatch.setattr(footage, "_full_until", {})
    monkeypatch.setattr(footage.settings, "OWNER_QUOTA_BYTES", 1_000_000_000)
    world.accept(case.actor, case.unit, case.unit.record(case.epoch, 41, 42)[0])


def test_what_a_manifest_names_comes_however_late_and_nothing_else_does(world: World, case: Any) -> None:
    """A unit that was without a network, or keeps recordings itself, sends its lists first."""
    epoch = case.unit.epoch(track=Track.PICTURE)
    named, other = case.unit.segment(epoch, 0), case.unit.segment(epoch, 1)
    epoch.sealed.remove(other)
    world.accept(case.actor, case.unit, case.unit.epoch_item(epoch), case.unit.manifest(epoch, 0, 1, closed=True))
    refused = world.take(case.actor, case.unit, case.unit.segments_item(epoch, [other])).refused
    assert refused is not None
    assert refused[0] == "segment_refused"
    world.accept(case.actor, case.unit, case.unit.segments_item(epoch, [named]))
    with tenancy.acting_as(case.actor.party_id):
        assert Segment.objects.filter(epoch_id=epoch.id).count() == 1
