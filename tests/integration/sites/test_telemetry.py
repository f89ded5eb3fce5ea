# SPDX-License-Identifier: EUPL-1.2
"""The condition of devices: what a unit may say of it, what is made of it, who reads it, and that it goes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.actors import SimUnit, World
from tests.attack.test_door_routes import signed_in
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.link.messages import CameraFigures, TelemetryItem, UnitFigures
from zegel.server.gate import Action, decide
from zegel.server.gate.decision import load_table
from zegel.server.gate.vocabulary import ResourceKind
from zegel.server.kernel import clock, tenancy
from zegel.server.sites import telemetry
from zegel.server.sites.models import TechnicalEvent, TelemetryHour, TelemetryMinute, Unit, UnitHealth

API = "/api/v1"
YARD = WORLD.site("yard").id
MINUTE = 60_000


@pytest.fixture
def unit(world: World) -> Any:
    unit = SimUnit(clock.now_ms())
    unit.actor = world.pair(unit)  # type: ignore[attr-defined]
    return unit


def minute(unit: SimUnit, ms: int, *, fps10: int = 150, state: str = "ok", **figures: Any) -> TelemetryItem:
    told = {"battery_mv": 12_600, "storage_free_mb": 80_000, "clock_offset_ms": 15, "uplink": "mobile", **figures}
    return TelemetryItem(ms, UnitFigures(**told), [CameraFigures(unit.camera.bytes, fps10, 1_800, 0, 1_000, state)])


def rows(world: World, model: Any) -> list[Any]:
    with tenancy.acting_as(world.actor("owner").party_id):
        return list(model.objects.order_by("at"))


def conditions(world: World) -> set[str]:
    with tenancy.acting_as(world.actor("owner").party_id):
        found = UnitHealth.objects.first()
        return set() if found is None else {key.partition(":")[0] for key in found.conditions}


def told(world: World) -> list[str]:
    return [row.kind for row in rows(world, TechnicalEvent)]


def get(client: Client, path: str) -> Any:
    answer = client.get(API + path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_minute_is_kept_once_whatever_is_sent(world: World, unit: Any) -> None:
    at = clock.now_ms() // MINUTE * MINUTE
    world.accept(unit.actor, unit, *(minute(unit, at + n * 1000, battery_mv=12_000 + n) for n in range(20)))
    kept = rows(world, TelemetryMinute)
    assert [row.figures["battery_mv"] for row in kept] == [12_000]
    stream = {"fps10": 150, "kbps": 1800, "gaps": 0, "keyframe_ms": 1000, "state": "ok"}
    assert kept[0].cameras == {unit.camera.hex: stream}


def test_what_a_unit_can_not_know_is_refused_or_left_out(world: World, unit: Any) -> None:
    now = clock.now_ms()
    assert world.take(unit.actor, unit, minute(unit, now + 3_600_000)).refused[0] == "not_yet_valid"
    world.accept(unit.actor, unit, minute(unit, now - 8 * 86_400_000))
    other = SimUnit(clock.now_ms())
    world.pair(other, "villa")
    assert world.take(unit.actor, unit, minute(other, now)).refused[0] == "wrong_binding"
    assert rows(world, TelemetryMinute) == []


def test_something_the_matter_is_told_once_and_its_end_too(world: World, unit: Any) -> None:
    at = clock.now_ms() - 10 * MINUTE
    world.accept(unit.actor, unit, minute(unit, at, battery_mv=11_400), minute(unit, at + MINUTE, battery_mv=11_300))
    assert (conditions(world), told(world)) == ({"battery_low"}, ["battery_low"])
    world.accept(unit.actor, unit, minute(unit, at + 2 * MINUTE, battery_mv=11_900))  # still on the edge
    assert told(world) == ["battery_low"]
    world.accept(unit.actor, unit, minute(unit, at + 3 * MINUTE), minute(unit, at + 4 * MINUTE, fps10=0, state="lost"))
    assert (conditions(world), told(world)) == ({"stream_down"}, ["battery_low", "battery_low_over", "stream_down"])


def test_a_late_minute_says_nothing_about_now(world: World, unit: Any) -> None:
    at = clock.now_ms() - 30 * MINUTE
    world.accept(unit.actor, unit, minute(unit, at + 20 * MINUTE), minute(unit, at, battery_mv=10_000))
    assert (len(rows(world, TelemetryMinute)), conditions(world)) == (2, set())


def test_a_site_s_own_limits_count_and_the_profile_s_where_it_has_none(world: World, unit: Any) -> None:
    technician = signed_in(world, "technician")
    body = json.dumps({"figures": {"battery_mv": 23_600, "storage_free_mb": None}})
    put = technician.put(f"{API}/sites/{YARD}/limits", body, content_type="application/json")
    assert put.status_code == 200, put.content
    shown = get(technician, f"/sites/{YARD}/limits")
    assert (shown["limits"]["battery_mv"], shown["profile"]["battery_mv"]) == (23_600, 11_800)
    world.accept(unit.actor, unit, minute(unit, clock.now_ms(), battery_mv=23_000, storage_free_mb=5))
    assert conditions(world) == {"battery_low"}
    for person, wrong in (("technician", {"battery_mv": 3}), ("technician", {"fingerprint": 1})):
        answer = signed_in(world, person).put(
            f"{API}/sites/{YARD}/limits", json.dumps({"figures": wrong}), content_type="application/json"
        )
        assert answer.status_code == 422
    stranger = signed_in(world, "nordtech").put(f"{API}/sites/{YARD}/limits", body, content_type="application/json")
    assert stranger.status_code in {403, 404}


def test_a_silent_unit_is_noticed_and_so_is_its_return(world: World, unit: Any) -> None:
    party = world.actor("owner").party_id
    assert party is not None
    telemetry.look_for_silent(party)
    assert conditions(world) == set()
    with stopped_clock(clock.now() + timedelta(minutes=20)):
        telemetry.look_for_silent(party)
        telemetry.look_for_silent(party)
        assert (conditions(world), told(world)) == ({"silent_unit"}, ["silent_unit"])
        with tenancy.acting_as(party):
            Unit.objects.update(last_seen_at=clock.now())
        telemetry.look_for_silent(party)
        assert (conditions(world), told(world)) == (set(), ["silent_unit", "silent_unit_over"])


def test_hours_are_made_of_minutes_also_of_late_ones_and_everything_goes_in_time(world: World, unit: Any) -> None:
    party = world.actor("owner").party_id
    assert party is not None
    hour = clock.now_ms() // 3_600_000 * 3_600_000 - 3_600_000
    world.accept(unit.actor, unit, *(minute(unit, hour + n * MINUTE, battery_mv=12_000 + 100 * n) for n in range(3)))
    assert telemetry.roll_up(party) == 1
    assert telemetry.roll_up(party) == 0
    made = rows(world, TelemetryHour)[0]
    assert made.figures["battery_mv"] == [12_000, 12_100, 12_200]
    assert made.cameras[unit.camera.hex]["kbps"] == [1800, 1800, 1800]
    world.accept(unit.actor, unit, minute(unit, hour + 30 * MINUTE, battery_mv=11_900))
    assert telemetry.roll_up(party) == 1
    assert rows(world, TelemetryHour)[0].figures["battery_mv"][0] == 11_900
    with stopped_clock(clock.now() + timedelta(days=7, hours=2)):
        assert telemetry.forget(party) == 4
        assert telemetry.roll_up(party) == 0
        assert len(rows(world, TelemetryHour)) == 1
    with stopped_clock(clock.now() + timedelta(days=91)):
        assert telemetry.forget(party) == 1


def test_the_owner_and_his_technician_read_it_and_nobody_else(world: World, unit: Any) -> None:
    now = clock.now_ms()
    world.accept(unit.actor, unit, minute(unit, now - 2 * MINUTE), minute(unit, now - MINUTE))
    path = f"/units/{unit.id}/telemetry?from_ms={now - 3_600_000}&to_ms={now}"
    for person in ("owner", "foreman", "technician"):
        found = get(signed_in(world, person), path)
        assert (found["step_s"], found["figures"]["battery_mv"]) == (60, [12_600, 12_600]), person
        assert found["cameras"][str(unit.camera)]["kbps"] == [1800, 1800]
        assert get(signed_in(world, person), f"/units/{unit.id}/condition")["figures"]["uplink"] == "mobile"
    for person in ("operator", "supervisor", "planner", "privacy", "nordtech", "household", "son"):
        for asked in (path, f"/units/{unit.id}/condition"):
            assert signed_in(world, person).get(API + asked).status_code in {403, 404}, person


@pytest.mark.parametrize("purpose", ["marketing", "alarm_verification", "own_use", "", "analytics"])
def test_a_technician_reads_it_for_nothing_but_maintenance_quality_and_security(
    world: World, unit: Any, purpose: str
) -> None:
    technician = signed_in(world, "technician")
    for good in ("maintenance", "quality", "security"):
        get(technician, f"/units/{unit.id}/condition?purpose={good}")
    assert technician.get(f"{API}/units/{unit.id}/condition?purpose={purpose}").status_code == 403


def test_no_line_of_the_gate_lets_telemetry_out_as_a_file() -> None:
    rules = [rule for rule in load_table().rules if rule.resource is ResourceKind.TELEMETRY]
    assert {action for rule in rules for action in rule.actions} == {Action.READ}
    assert {str(role) for rule in rules for role in rule.roles} == {"owner", "member", "technician"}


def test_an_export_of_telemetry_is_refused_to_everybody(world: World, unit: Any) -> None:
    with tenancy.acting_as(world.actor("owner").party_id):
        resource = telemetry.resource(Unit.objects.select_related("site").get())
    for person in ("owner", "technician", "admin", "planner", "supervisor"):
        assert not decide(world.actor(person, "maintenance"), Action.EXPORT, resource).allowed, person


def test_a_long_stretch_is_shown_by_the_hour(world: World, unit: Any) -> None:
    party = world.actor("owner").party_id
    assert party is not None
    hour = clock.now_ms() // 3_600_000 * 3_600_000 - 7_200_000
    world.accept(unit.actor, unit, minute(unit, hour), minute(unit, hour + MINUTE, battery_mv=12_000))
    telemetry.roll_up(party)
    span = f"from_ms={hour - 5 * 86_400_000}&to_ms={hour + 7_200_000}"
    found = get(signed_in(world, "owner"), f"/units/{unit.id}/telemetry?{span}")
    assert (found["step_s"], found["figures"]["battery_mv"]) == (3600, [[12_000, 12_300, 12_600]])
