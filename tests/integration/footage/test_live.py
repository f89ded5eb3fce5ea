# SPDX-License-Identifier: EUPL-1.2
"""Live views and pictures at the door: confirmed, logged, the customer's alone (C11, S8, S9, S10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.actors import SimUnit, World
from tests.clock import stopped_clock
from tests.integration.footage.test_door import logged

from zegel.link.messages import Control, ControlAction, StartLive, TakePicture
from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.errors import CannotOpen, SealError
from zegel.seal.segment import Track as SealTrack
from zegel.seal.segment import open_segment
from zegel.seal.suite import OpeningKey
from zegel.seal.tree import leaf
from zegel.server.footage import door, jobs, steering, taking
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import (
    BadRange,
    LeaseEnded,
    NothingToShow,
    NotLooking,
    PurposeNotConfirmed,
    UnitRefuses,
)
from zegel.server.footage.models import Epoch
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.footage.steering import Turn, Wish
from zegel.server.gate import Denied
from zegel.server.kernel import clock, ids, outbox, shred, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.realtime import pending
from zegel.server.sites.models import Camera

STRANGERS = ("operator", "supervisor", "technician", "planner", "household")


@pytest.fixture
def yard(world: World) -> Any:
    from types import SimpleNamespace

    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit, "yard")
    return SimpleNamespace(
        unit=unit, actor=actor, owner=world.actor(world.owner_of("yard")), camera=unit.camera, site="yard"
    )


def strangers(world: World) -> list[Any]:
    return [world.actor(person) for person in STRANGERS if person in world.keys.people]


def events(topic: str) -> list[outbox.Event]:
    with tenancy.acting_as(None):
        rows = OutboxEvent.objects.filter(topic=topic).order_by("id")
        return [outbox.Event(row.id, row.topic, row.owner_id, row.payload, row.at) for row in rows]


def live(yard: Any, **change: Any) -> ViewRequest:
    return ViewRequest(yard.camera, Track.LIVE, Purpose.OWN_USE, **({"confirmed": True} | change))


def picture(yard: Any, world: World, slots: int = 1) -> Any:
    """One that the unit took, stored."""
    epoch = yard.unit.epoch(track=SealTrack.PICTURE)
    world.accept(yard.actor, yard.unit, yard.unit.epoch_item(epoch), *yard.unit.record(epoch, 0, slots))
    return epoch


def test_nobody_looks_live_without_saying_what_for(yard: Any) -> None:
    with pytest.raises(PurposeNotConfirmed):
        door.open_view(yard.owner, live(yard, confirmed=False))
    assert not events("unit.live")


def test_a_look_is_logged_before_the_unit_is_asked_and_again_each_minute(world: World, yard: Any) -> None:
    view = door.open_view(yard.owner, live(yard))
    [asked] = events("unit.live")
    sent = pending.asked_of(asked)
    assert isinstance(sent, StartLive)
    assert sent.id == view.lease_id.bytes
    assert events("live.opened")
    again = door.renew(yard.owner, view.lease_id)
    assert again.index > view.index
    entries = logged(world, yard, Kind.VIEW)
    assert {entry.index for entry in entries} == {view.index, again.index}
    assert all(entry.said and entry.said.facts["confirmed"] is True for entry in entries)


def test_a_look_lasts_an_hour_at_most_and_a_minute_that_nobody_renews_is_its_last(yard: Any) -> None:
    with stopped_clock(clock.now()) as time:
        view = door.open_view(yard.owner, live(yard))
        for _ in range(70):
            time.advance(timedelta(seconds=59))
            try:
                door.renew(yard.owner, view.lease_id)
            except LeaseEnded:
                break
        else:
            pytest.fail("it went on")
        other = door.open_view(yard.owner, live(yard))
        time.advance(timedelta(seconds=61))
        with pytest.raises(LeaseEnded):
            door.live_now(yard.owner, other.lease_id)


@pytest.mark.parametrize("track", [Track.OVERVIEW, Track.PICTURE, Track.LIVE])
@pytest.mark.parametrize("purpose", [Purpose.OWN_USE, Purpose.ALARM_VERIFICATION, Purpose.MAINTENANCE])
def test_neither_centre_nor_provider_gets_at_the_owners_tracks(
    world: World, yard: Any, track: Track, purpose: Purpose
) -> None:
    epoch = picture(yard, world)
    for stranger in strangers(world):
        for ranges in ((), (SlotRange(epoch.id, 0, 1),)):
            request = ViewRequest(yard.camera, track, purpose, ranges=ranges, confirmed=True)
            with pytest.raises((Denied, BadRange, NothingToShow)):
                door.open_view(stranger, request)
        with pytest.raises((Denied, NothingToShow)):
            taking.ask_picture(stranger, yard.camera)
        with pytest.raises((Denied, NothingToShow)):
            taking.ask_fetch(stranger, yard.camera, 1, 1000)
        assert taking.pictures(stranger, yard.camera, None) == []


def test_every_key_of_provider_and_alarm_centre_together_opens_no_picture(world: World, yard: Any) -> None:
    """S10: with what the server holds and everybody's private keys but the owner's."""
    epoch = picture(yard, world)
    view = door.open_view(
        yard.owner, ViewRequest(yard.camera, Track.PICTURE, Purpose.OWN_USE, ranges=(SlotRange(epoch.id, 0, 1),))
    )
    [sealed] = door.fetch(yard.owner, view.lease_id, [view.segments[0].id])
    envelope = verify_epoch(view.epochs[0], yard.unit.signing.public_key)
    owner = world.owner_tenant("yard")
    others: list[OpeningKey] = [
        party.tenant for party in world.keys.parties.values() if party.tenant.public_key != owner.public_key
    ]
    mine = world.owner_of("yard")
    others += [keys.bundle.opening for person, keys in world.keys.people.items() if person != mine]
    assert len(others) >= 4
    for key in others:
        with pytest.raises(SealError):
            open_epoch(envelope, key)
    root = open_epoch(envelope, owner)
    assert open_segment(leaf(root, 0), sealed)
    alarm_epoch = yard.unit.epoch()
    with pytest.raises(CannotOpen):  # what an alarm releases is of another tree
        open_segment(leaf(alarm_epoch.root, 0), sealed)


def test_a_picture_is_written_down_asked_for_and_found_once_it_is_stored(world: World, yard: Any) -> None:
    asked = taking.ask_picture(yard.owner, yard.camera)
    [event] = events("unit.picture")
    sent = pending.asked_of(event)
    assert sent == TakePicture(asked.order_id.bytes, yard.camera.bytes)
    assert taking.picture_of(yard.owner, asked) is None
    epoch = yard.unit.epoch(track=SealTrack.PICTURE)
    taking.picture_answered(yard.actor, asked.order_id, yard.camera, True, "done", epoch.id)
    assert taking.picture_of(yard.owner, asked) is None, "not before it is here"
    world.accept(yard.actor, yard.unit, yard.unit.epoch_item(epoch), *yard.unit.record(epoch, 0, 1))
    taken = taking.picture_of(yard.owner, asked)
    assert taken is not None
    assert taken.epoch_id == epoch.id
    assert [one.epoch_id for one in taking.pictures(yard.owner, None, None)] == [epoch.id]
    assert [entry.index for entry in logged(world, yard, Kind.PICTURE_TAKEN)] == [asked.index]


def test_a_unit_that_takes_none_says_why(yard: Any) -> None:
    asked = taking.ask_picture(yard.owner, yard.camera)
    taking.picture_answered(yard.actor, asked.order_id, yard.camera, False, "no_picture", None)
    with pytest.raises(UnitRefuses) as refused:
        taking.picture_of(yard.owner, asked)
    assert refused.value.details == {"why": "no_picture"}
    assert outbox.find("picture.answered", "order_id", ids.new(), asked.since) is None


def test_the_owner_turns_a_camera_only_while_he_looks_at_it(world: World, yard: Any) -> None:
    with tenancy.acting_as(yard.owner.party_id):
        Camera.objects.filter(id=yard.camera).update(capabilities=["live", "ptz", "video"])
    left = Wish(Turn.MOVE, pan=-500)
    with pytest.raises(NotLooking):
        steering.control(yard.owner, None, yard.camera, left)
    view = door.open_view(yard.owner, live(yard))
    order, _ = steering.control(yard.owner, None, yard.camera, left)
    [event] = events("unit.control")
    assert pending.asked_of(event) == Control(order.bytes, None, yard.camera.bytes, ControlAction.MOVE, pan=-500)
    door.end_view(yard.owner, view.lease_id)
    with pytest.raises(NotLooking):
        steering.control(yard.owner, None, yard.camera, left)


# --- when it is over, its keys are gone ---


def test_when_the_last_look_ends_the_root_of_what_was_shown_opens_for_nobody_any_more(world: World, yard: Any) -> None:
    first, second = door.open_view(yard.owner, live(yard)), door.open_view(yard.owner, live(yard))
    epoch = yard.unit.epoch(track=SealTrack.LIVE)
    world.accept(yard.actor, yard.unit, yard.unit.epoch_item(epoch))
    kept = picture(yard, world)
    with tenancy.acting_as(yard.owner.party_id):
        row = Epoch.objects.get(id=epoch.id)
    door.end_view(yard.owner, first.lease_id)
    jobs.live_over(events("live.ended")[-1])
    assert door.live_epoch(yard.owner, second.lease_id, epoch.id) == epoch.envelope, "somebody still looks"
    door.end_view(yard.owner, second.lease_id)
    for _ in range(2):  # the unit says so, too
        jobs.live_over(events("live.ended")[-1])
    with tenancy.acting_as(yard.owner.party_id):
        assert [left.id for left in Epoch.objects.all()] == [kept.id]
    with pytest.raises(shred.Destroyed):
        shred.unwrap("epoch", row.shred, bytes(row.wrapped), row.id.bytes)
    [entry] = logged(world, yard, Kind.DELETION)
    assert entry.said is not None
    assert (entry.said.facts["epoch"], entry.said.facts["why"]) == (epoch.id.bytes, "live")


def test_what_begins_after_a_look_ended_is_not_forgotten_with_it(world: World, yard: Any) -> None:
    view = door.open_view(yard.owner, live(yard))
    door.end_view(yard.owner, view.lease_id)
    epoch = yard.unit.epoch(track=SealTrack.LIVE)
    world.accept(yard.actor, yard.unit, yard.unit.epoch_item(epoch))
    jobs.live_over(events("live.ended")[-1])
    with tenancy.acting_as(yard.owner.party_id):
        assert Epoch.objects.filter(id=epoch.id).exists()
