# SPDX-License-Identifier: EUPL-1.2
"""One alarm of several cameras (a panel's zone that several look at); and which alarms open a window at all (S2)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.actors import SimUnit, World
from tests.attack.test_door_routes import signed_in
from tests.integration.alarms.hearing import Ears
from tests.integration.footage.test_door import logged, slots

from zegel.link.messages import EpochItem
from zegel.seal.alarm import Cause
from zegel.seal.policy import Hours, Interval, LocalAccount, LocalZone, Weekly
from zegel.seal.release import open_release, verify_release
from zegel.server.alarms import queries as alarm_queries
from zegel.server.footage import door, queries
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.models import Window
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.signals.actions import NewZone, set_zones
from zegel.server.sites import actions as sites

CLASSES = ("burglary", "person", "tamper")


def paired(world: World, cameras: int, **lies: Any) -> tuple[SimUnit, Any]:
    """A unit with so many cameras, under a policy that names two of them for a panel's zone 12."""
    unit = SimUnit(clock.now_ms(), cameras=tuple(uuid4() for _ in range(cameras)))
    actor = world.pair(unit)
    assert unit.policy is not None
    of_zone = tuple(sorted(camera.bytes for camera in unit.cameras[:2]))
    policy = replace(
        unit.policy, counter=2, alarm_classes=CLASSES, release_classes=CLASSES, issued_ms=clock.now_ms() - 10,
        local=(LocalAccount("1234AB", (LocalZone("12", "burglary", of_zone),)),),
    )  # fmt: skip
    unit.policy = replace(policy, **lies)
    sites.accept_policy(world.actor("owner"), unit.id, world.sign_policy(unit.policy, "owner"))
    return unit, actor


def break_in(world: World, unit: SimUnit, actor: Any, slots: int = 1, **lies: Any) -> SimpleNamespace:
    """The panel's alarm: the keys of both cameras of the zone, in one chain of parts."""
    unit.now_ms = clock.now_ms() - 20_000
    epochs = [unit.epoch(camera) for camera in unit.cameras]
    for epoch in epochs:
        world.accept(actor, unit, EpochItem(epoch.envelope), *unit.record(epoch, 0, slots))
    unit.now_ms = clock.now_ms()
    said = {"cause": Cause.INPUT, "class_name": "burglary", "zone": "12", "camera": unit.cameras[0]} | lies
    alarm_id, alarm = unit.alarm(**said)
    world.accept(actor, unit, alarm)
    return SimpleNamespace(
        unit=unit, actor=actor, alarm_id=alarm_id, epochs=epochs, epoch=epochs[0], site="yard", camera=unit.cameras[0]
    )


def look(case: SimpleNamespace, camera: UUID) -> ViewRequest:
    return ViewRequest(camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)


@pytest.fixture
def zone(world: World) -> SimpleNamespace:
    unit, actor = paired(world, 3)
    case = break_in(world, unit, actor, slots=14)
    arc = world.arc_tenant("yard")
    for camera, ranges in ((0, (5, 10)), (1, (6, 12)), (0, (10, 11))):
        world.accept(actor, unit, unit.release(case.alarm_id, case.epochs[camera], [ranges], arc))
    return world.claim(case)


def window_of(case: SimpleNamespace) -> Window | None:
    with tenancy.acting_as(case.actor.party_id):
        return queries.window_of(case.alarm_id)


def test_every_camera_of_the_zone_is_seen_through_its_one_alarm_and_no_other_camera_is(
    world: World, zone: SimpleNamespace
) -> None:
    operator = world.actor("operator")
    first = door.open_view(operator, look(zone, zone.unit.cameras[0]))
    second = door.open_view(operator, look(zone, zone.unit.cameras[1]))
    assert (slots(first), slots(second)) == ([*range(5, 11)], [*range(6, 12)])
    with pytest.raises(Exception, match="not part of that alarm"):
        door.open_view(operator, look(zone, zone.unit.cameras[2]))


def test_each_view_gets_the_whole_chain_and_the_log_says_whose_keys_were_handed_out(
    world: World, zone: SimpleNamespace
) -> None:
    view = door.open_view(world.actor("operator"), look(zone, zone.unit.cameras[1]))
    parts = [verify_release(envelope, zone.unit.signing.public_key) for envelope in view.releases]
    assert [part.part for part in parts] == [1, 2, 3]
    for before, after in pairwise(parts):
        after.check_follows(before)
    assert open_release(parts[1], world.arc_tenant("yard")).ranges == parts[1].ranges
    assert len(view.epochs) == 1, "of the camera that is looked at"
    handed = [row.said.facts for row in logged(world, zone, Kind.RELEASE_HANDED) if row.said]
    said = {(UUID(bytes=bytes(facts["camera"])), facts["parts"]) for facts in handed}  # type: ignore[arg-type]
    assert said == {(zone.unit.cameras[0], "1,3"), (zone.unit.cameras[1], "2")}


def test_looking_at_two_cameras_of_an_alarm_takes_one_place(world: World, zone: SimpleNamespace) -> None:
    with tenancy.acting_as(zone.actor.party_id):
        Window.objects.update(max_viewers=1)
    operator = world.actor("operator")
    for camera in zone.unit.cameras[:2]:
        door.open_view(operator, look(zone, camera))
    with tenancy.acting_as(zone.actor.party_id):
        assert len(queries.viewers([zone.alarm_id])[zone.alarm_id]) == 1


def test_the_screen_is_told_the_cameras_of_the_alarm_what_they_can_do_and_who_looks(
    world: World, zone: SimpleNamespace
) -> None:
    door.open_view(world.actor("operator"), look(zone, zone.unit.cameras[0]))
    said = signed_in(world, "supervisor").get(f"/api/v1/alarms/{zone.alarm_id}").json()
    assert [one["id"] for one in said["cameras"]] == [str(camera) for camera in zone.unit.cameras[:2]]
    assert said["cameras"][0]["capabilities"] == ["stills", "video", "live", "pre_alarm"]
    assert [one["name"] for one in said["viewers"]] == ["Operator 12"]
    assert (said["max_viewers"], said["reopened"], said["neighbours"]) == (3, None, [])


def test_a_camera_of_the_site_with_an_alarm_of_its_own_stands_beside(world: World, zone: SimpleNamespace) -> None:
    unit = zone.unit
    other, alarm = unit.alarm(camera=unit.cameras[2])
    world.accept(zone.actor, unit, alarm)
    arc = world.arc_tenant("yard")
    world.accept(zone.actor, unit, unit.release(other, zone.epochs[2], [(3, 8)], arc))
    said = signed_in(world, "operator").get(f"/api/v1/alarms/{zone.alarm_id}").json()
    assert [(one["camera"]["id"], one["alarm_id"]) for one in said["neighbours"]] == [
        (str(unit.cameras[2]), str(other))
    ]
    beside = ViewRequest(unit.cameras[2], Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, other)
    assert slots(door.open_view(world.actor("operator"), beside)) == [*range(3, 8)], "one incident, one claim"


def test_a_panels_alarm_names_the_cameras_at_its_zone_and_shows_nothing_of_them(world: World) -> None:
    unit, _ = paired(world, 3)
    ears = Ears.at(world)
    looking = tuple(unit.cameras[:2])
    set_zones(
        world.actor("technician"), ears.panel.id,
        [NewZone("1", "Gate", camera_ids=looking), NewZone("2", "Shed", camera_ids=(unit.cameras[2],))],
    )  # fmt: skip
    ears.hear("130", zone="001")
    alarm_id = ears.alarm().id
    said = signed_in(world, "operator").get(f"/api/v1/alarms/{alarm_id}").json()
    assert {one["id"] for one in said["zone_cameras"]} == {str(camera) for camera in looking}
    assert (said["cameras"], said["neighbours"], said["window"]) == ([], [], None)
    with pytest.raises(Denied):
        door.open_view(
            world.actor("operator"), ViewRequest(looking[0], Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, alarm_id)
        )


# --- which alarms open a window at all (S2) ---


EVERY_DAY = Hours("UTC", tuple(Weekly(day, Interval(0, 1440)) for day in range(7)), ())


@pytest.mark.parametrize("says", ["none:tamper", "released"])
@pytest.mark.parametrize("working", [True, False])
def test_a_camera_that_is_turned_round_releases_nothing_whatever_its_unit_says(
    world: World, says: str, working: bool
) -> None:
    """Under a policy in which tamper alarms and even releases: only the alarm reaches the centre."""
    unit, actor = paired(world, 1, **({"hours": EVERY_DAY} if working else {}))
    case = break_in(world, unit, actor, cause=Cause.TAMPER, class_name="tamper", images=says)
    assert window_of(case) is None
    late = unit.release(case.alarm_id, case.epoch, [(0, 5)], world.arc_tenant("yard"), keep=False)
    refusal = world.take(actor, unit, late).refused
    assert refusal is not None
    assert refusal[0] == "no_alarm"
    assert case.alarm_id in {alarm.id for alarm in alarm_queries.queue(world.actor("operator"))}


@pytest.mark.parametrize(
    ("why", "lies"),
    [
        ("in working hours", {"hours": EVERY_DAY}),
        ("of a class that alarms and does not release", {"release_classes": ("person",)}),
    ],
)
def test_a_panels_alarm_opens_no_window(world: World, why: str, lies: dict[str, Any]) -> None:
    unit, actor = paired(world, 2, **lies)
    assert window_of(break_in(world, unit, actor)) is None, why


def test_a_zone_lends_its_cameras_only_to_an_alarm_of_that_zone_and_camera(world: World) -> None:
    unit, actor = paired(world, 3)
    for zone_name, camera, cause in (("13", 0, Cause.INPUT), ("12", 2, Cause.INPUT), ("12", 0, Cause.MOTION)):
        case = break_in(world, unit, actor, zone=zone_name, camera=unit.cameras[camera], cause=cause)
        window = window_of(case)
        assert window is not None
        assert window.camera_ids == (unit.cameras[camera],)
