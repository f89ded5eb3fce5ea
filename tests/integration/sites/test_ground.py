# SPDX-License-Identifier: EUPL-1.2
"""Sites: their facts, the map and who sees it, units that move and go, and when the last one left."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from django.test import Client
from tests.actors import SimUnit, World
from tests.attack.test_door_routes import signed_in

from zegel.demo.world import WORLD
from zegel.seal.status import State
from zegel.server.kernel import clock, shred, tenancy
from zegel.server.realtime import intake
from zegel.server.sites import ground, queries
from zegel.server.sites.errors import UnitGuards
from zegel.server.sites.models import CameraPlace, FloorPlan, Unit, UnitLeft

API = "/api/v1"
YARD = WORLD.site("yard").id


def put(client: Client, path: str, **body: Any) -> Any:
    return client.put(API + path, json.dumps(body), content_type="application/json")


def picture(width: int = 600, height: int = 400) -> bytes:
    ok, data = cv2.imencode(".png", np.full((height, width), 200, np.uint8))
    assert ok
    return bytes(data)


def upload(client: Client, data: bytes, kind: str = "image/png") -> Any:
    return client.put(f"{API}/sites/{YARD}/map/picture", data, content_type=kind)


FACTS = {
    "name": "Harbour yard North", "address": "Kade 12, Rotterdam", "tz": "Europe/Amsterdam",
    "controller": "De Haan Bouw BV", "contact_email": "privacy@dehaan.example", "contact_phone": "+31 10 000 0103",
    "country": "nl", "languages": ["nl", "en"],
}  # fmt: skip


def as_owner(world: World) -> Any:
    return tenancy.acting_as(world.actor("owner").party_id)


# --- facts ---


def test_the_owner_and_his_planner_change_a_site_and_nobody_else_does(world: World) -> None:
    changed = put(signed_in(world, "owner"), f"/sites/{YARD}", **FACTS)
    assert changed.status_code == 200, changed.content
    assert changed.json()["country"] == "NL"
    assert put(signed_in(world, "planner"), f"/sites/{YARD}", **{**FACTS, "name": "Yard N"}).json()["name"] == "Yard N"
    for person in ("foreman", "technician", "operator", "nordplan", "household"):
        assert put(signed_in(world, person), f"/sites/{YARD}", **FACTS).status_code in {403, 404}, person


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tz", "Europe/Nowhere"), ("tz", "../../etc/passwd"), ("contact_email", "privacy"),
        ("contact_phone", "call me"),
        ("contact_email", "a@b.nl\nBcc: x@y.nl"), ("country", "N1"), ("languages", ["nl", "nl"]), ("languages", ["xx"]),
        ("name", "  "),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_with_its_field(world: World, field: str, value: Any) -> None:
    answer = put(signed_in(world, "owner"), f"/sites/{YARD}", **{**FACTS, field: value})
    assert answer.status_code == 422, answer.content
    assert field in answer.content.decode()


# --- the map ---


def test_a_map_goes_in_and_comes_out_as_pixels_and_cameras_stand_on_it(world: World, case: Any) -> None:
    owner = signed_in(world, "owner")
    kept = upload(owner, picture(600, 400), "image/svg+xml")  # what it says it is, is not asked
    assert kept.status_code == 200, kept.content
    shown = owner.get(f"{API}/sites/{YARD}/map/picture")
    assert (shown["Content-Type"], shown["Cache-Control"], shown["X-Content-Type-Options"]) == (
        "image/png", "no-store", "nosniff",
    )  # fmt: skip
    place = {"camera_id": str(case.camera), "x": 0.25, "y": 0.5, "bearing": 90, "angle": 70}
    assert put(owner, f"/sites/{YARD}/map/places", places=[place]).status_code == 200
    told = owner.get(f"{API}/sites/{YARD}/map").json()
    assert (told["map"]["width"], told["map"]["height"], told["places"]) == (600, 400, [place])


def test_as_many_maps_are_opened_at_once_as_there_is_memory_for(world: World) -> None:
    from zegel.server.api import sites

    owner = signed_in(world, "owner")
    with sites._opening, sites._opening:
        assert upload(owner, picture()).status_code == 429
    assert upload(owner, picture()).status_code == 200


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"", b"%PDF-1.4", picture(30, 30), bytes(9 << 20)])
def test_what_is_no_map_is_refused_and_leaves_nothing(world: World, data: bytes) -> None:
    answer = upload(signed_in(world, "owner"), data)
    assert answer.status_code in {413, 422}, answer.content
    with as_owner(world):
        assert not FloorPlan.objects.exists()


def test_the_map_of_a_site_is_the_centre_s_only_with_an_alarm_of_it_in_hand(world: World, case: Any) -> None:
    assert upload(signed_in(world, "owner"), picture()).status_code == 200
    operator, of_alarm = signed_in(world, "operator"), f"?alarm_id={case.alarm_id}"
    seen = f"{API}/sites/{YARD}/map/picture"
    assert operator.get(seen).status_code == 403
    assert operator.get(seen + of_alarm).status_code == 403  # nobody has claimed it
    world.claim(case)
    assert operator.get(seen).status_code == 403
    assert operator.get(seen + of_alarm).status_code == 200
    assert operator.get(f"{API}/sites/{WORLD.site('villa').id}/map{of_alarm}").status_code in {403, 404}
    assert upload(operator, picture()).status_code == 403


def test_the_map_is_seen_by_technician_and_member_and_by_no_stranger(world: World) -> None:
    assert upload(signed_in(world, "owner"), picture()).status_code == 200
    seen = f"{API}/sites/{YARD}/map/picture"
    for person, status in (
        ("foreman", {200}), ("technician", {200}), ("planner", {403}), ("nordtech", {403, 404}),
        ("household", {403, 404}),
    ):  # fmt: skip
        assert signed_in(world, person).get(seen).status_code in status, person
    assert Client().get(seen).status_code == 401


def test_a_map_that_was_taken_away_is_shredded(world: World, case: Any) -> None:
    owner = signed_in(world, "owner")
    upload(owner, picture())
    with as_owner(world):
        first = FloorPlan.objects.get()
        assert picture()[:8] not in bytes(first.wrapped)
    upload(owner, picture(700, 300))
    assert shred.is_destroyed("account", first.shred)
    with as_owner(world):
        second = FloorPlan.objects.get()
    assert owner.delete(f"{API}/sites/{YARD}/map/picture").status_code == 200
    assert shred.is_destroyed("account", second.shred)
    assert owner.get(f"{API}/sites/{YARD}/map/picture").status_code == 404


def test_no_camera_of_another_stands_on_a_map(world: World, case: Any) -> None:
    other = world.burglary("villa")
    place = {"x": 0.5, "y": 0.5, "bearing": 0, "angle": 60}
    for camera in (other.camera, case.unit.id):
        wanted = [{**place, "camera_id": str(camera)}]
        answer = put(signed_in(world, "owner"), f"/sites/{YARD}/map/places", places=wanted)
        assert answer.status_code == 422, answer.content
    with as_owner(world):
        assert not CameraPlace.objects.exists()


# --- units ---


def second_site(world: World) -> Any:
    from zegel.server.sites import actions

    party = world.actor("owner").party_id
    assert party is not None
    provider = WORLD.serving("dehaan", "provider").id
    return actions.add_site(
        world.actor("owner"), owner_id=party, provider_id=provider, name="South quay", address="",
        tz="Europe/Amsterdam", profile="site-nl",
    )  # fmt: skip


def test_a_unit_moves_only_while_it_does_not_guard_and_is_commissioned_anew(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor, south, owner = world.pair(unit), second_site(world), signed_in(world, "owner")
    intake.greet(unit.hello(), "127.0.0.1")
    world.accept(actor, unit, unit.status(State.ARMED))
    assert owner.post(f"{API}/units/{unit.id}/move", {"site_id": str(south.id)}, "application/json").status_code == 409
    unit.now_ms += 1000
    world.accept(actor, unit, unit.status(State.DISARMED))
    ticks = ["mounted", "aimed", "powered", "sign_seen", "tested"]
    done = put(owner, f"/units/{unit.id}/commissioning", ticks=ticks, done=True).json()
    assert done["commissioned_ms"] is not None
    moved = owner.post(f"{API}/units/{unit.id}/move", {"site_id": str(south.id)}, "application/json").json()
    assert (moved["site"]["id"], moved["commissioned_ms"]) == (str(south.id), None)
    with as_owner(world):
        assert [(row.site_id, row.why) for row in UnitLeft.objects.all()] == [(YARD, "moved")]
        assert queries.last_unit_left(YARD) is not None
        assert queries.last_unit_left(south.id) is None


def test_commissioning_wants_everything_ticked(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    technician = signed_in(world, "technician")
    early = put(technician, f"/units/{unit.id}/commissioning", ticks=["mounted"], done=True)
    assert early.status_code == 422
    assert put(technician, f"/units/{unit.id}/commissioning", ticks=["mounted"]).json()["commissioned_ms"] is None
    told = technician.get(f"{API}/units/{unit.id}").json()
    assert told["commissioning"]["ticks"] == ["mounted"]
    assert told["commissioning"]["known"]["sign"] is True


def test_the_last_unit_that_leaves_starts_the_term_and_is_never_heard_again(world: World) -> None:
    first, second = SimUnit(clock.now_ms()), SimUnit(clock.now_ms())
    actors = [world.pair(first), world.pair(second)]
    owner = signed_in(world, "owner")
    for unit, last in ((first, None), (second, "now")):
        before = clock.now()
        assert owner.post(f"{API}/units/{unit.id}/remove").status_code == 200
        assert owner.post(f"{API}/units/{unit.id}/remove").status_code == 200  # again is harmless
        with as_owner(world):
            left = queries.last_unit_left(YARD)
        assert (left is None) is (last is None)
        assert left is None or before <= left <= clock.now() + timedelta(seconds=1)
    assert intake.greet(first.hello(), "127.0.0.1").revoked
    assert intake.take(actors[1], second.hello(), second.status()).revoked
    assert owner.get(f"{API}/sites/{YARD}").json()["last_unit_left_ms"] is not None


def test_a_stolen_unit_has_left_too(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    assert signed_in(world, "owner").post(f"{API}/units/{unit.id}/revoke").status_code == 200
    with as_owner(world):
        assert queries.last_unit_left(YARD) is not None
        assert UnitLeft.objects.get().why == "revoked"


def test_no_stranger_moves_removes_or_commissions_a_unit(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    for person in ("operator", "nordtech", "household", "foreman"):
        client = signed_in(world, person)
        answers = [
            client.post(f"{API}/units/{unit.id}/remove"),
            client.post(f"{API}/units/{unit.id}/move", {"site_id": str(YARD)}, "application/json"),
            put(client, f"/units/{unit.id}/commissioning", ticks=[]),
            put(client, f"/units/{unit.id}", name="Mine", kind="mast"),
        ]
        assert {answer.status_code for answer in answers} <= {403, 404}, person
    with as_owner(world):
        assert Unit.objects.get().name == "Gate unit"


def test_a_unit_that_guards_is_not_taken_off_the_list(world: World, case: Any) -> None:
    intake.greet(case.unit.hello(), "127.0.0.1")
    world.accept(case.actor, case.unit, case.unit.status(State.ARMED))
    with pytest.raises(UnitGuards):
        ground.remove_unit(world.actor("technician"), case.unit.id)
