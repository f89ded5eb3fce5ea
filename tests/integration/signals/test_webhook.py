# SPDX-License-Identifier: EUPL-1.2
"""Another system says that something happened: over HTTP, with a key, once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from tests.clock import stopped_clock
from zegel.demo.world import WORLD
from zegel.server.alarms import interpreter
from zegel.server.alarms.models import Alarm
from zegel.server.kernel import clock, tenancy
from zegel.server.signals import queries

URL = "/api/v1/integrations/signals"
DAY_MS = 86_400_000


def made(world: World, **other: Any) -> dict[str, Any]:
    body = {
        "owner_id": str(WORLD.party("dehaan").id), "name": "Weather mast", "scopes": ["signals.write", "signals.read"],
        "site_ids": [str(WORLD.site("yard").id)], "until_ms": clock.now_ms() + 30 * DAY_MS, **other,
    }  # fmt: skip
    answer = signed_in(world, "technician").post(
        "/api/v1/integrations", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    return answer.json()


def say(key: str, idempotency: str = "first-one", **other: Any) -> Any:
    body = {"site_id": str(WORLD.site("yard").id), "class": "fire", "code": "smoke", "text": "Shed 3", **other}
    return Client().post(
        URL, json.dumps(body), content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency},
    )  # fmt: skip


def rows(world: World) -> list[Any]:
    return [row for row in queries.newest(world.actor("owner")) if row.source == "api"]


def test_a_signal_over_http_is_stored_and_becomes_an_alarm(world: World) -> None:
    key = made(world)["key"]
    answer = say(key)
    assert answer.status_code == 200
    assert answer.json()["again"] is False
    while interpreter.run_once():
        pass
    with tenancy.acting_as(WORLD.party("dehaan").id):
        alarm = Alarm.objects.get(source="api")
    assert alarm.signal_class == "fire"
    seen = Client().get(URL, headers={"Authorization": f"Bearer {key}"}).json()["signals"]
    assert [one["id"] for one in seen] == [answer.json()["signal_id"]]


def test_the_same_key_with_the_same_body_is_once_and_with_another_is_refused(world: World) -> None:
    key = made(world)["key"]
    first, again = say(key).json(), say(key).json()
    assert again == {"signal_id": first["signal_id"], "again": True}
    assert say(key, text="Shed 4").status_code == 409
    assert say(key, "second-one").json()["signal_id"] != first["signal_id"]
    assert len(rows(world)) == 2


@pytest.mark.parametrize("key", ["", "zgl_" + "a" * 32, "zgl_", "Basic x", "zgl_" + "é" * 10])
def test_a_wrong_key_says_nothing(world: World, key: str) -> None:
    made(world)
    answer = say(key)
    assert answer.status_code == 401
    assert rows(world) == []


def test_a_revoked_and_an_expired_key_are_nobodys(world: World) -> None:
    first, second = made(world), made(world)
    revoked = signed_in(world, "owner").post(f"/api/v1/integrations/{first['integration']['id']}/revoke")
    assert revoked.status_code == 200
    assert say(first["key"]).status_code == 401
    with stopped_clock(clock.now() + timedelta(days=31)):
        assert say(second["key"]).status_code == 401


def test_a_key_does_what_its_scopes_say_for_its_sites(world: World) -> None:
    reader = made(world, scopes=["signals.read"])["key"]
    assert say(reader).status_code == 403
    writer = made(world, scopes=["signals.write"])["key"]
    assert Client().get(URL, headers={"Authorization": f"Bearer {writer}"}).status_code == 403
    assert say(writer, site_id=str(WORLD.site("villa").id)).status_code == 403
    assert Client().get("/api/v1/alarms", headers={"Authorization": f"Bearer {writer}"}).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"class": "party"}, {"site_id": "x"}, {"code": ""}, {"code": "a\nb"}, {"more": 1}, {"text": "x" * 401},
        {"occurred_ms": -1}, {"phase": "later"},
    ],
)  # fmt: skip
def test_what_is_not_right_is_refused_and_changes_nothing(world: World, wrong: dict[str, Any]) -> None:
    key = made(world)["key"]
    assert say(key, **wrong).status_code == 422
    assert rows(world) == []


def test_an_idempotency_key_is_asked_for(world: World) -> None:
    key = made(world)["key"]
    body = {"site_id": str(WORLD.site("yard").id), "class": "fire", "code": "smoke"}
    answer = Client().post(
        URL, json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 422


def test_the_key_is_told_once_and_only_its_hash_is_kept(world: World, seeded: Any) -> None:
    import psycopg

    key = made(world)["key"]
    listed = signed_in(world, "technician").get("/api/v1/integrations").content.decode()
    assert key not in listed
    assert key[:8] in listed
    with psycopg.connect(seeded._url("zegel_admin", "zegel")) as admin:
        rows = admin.execute("SELECT row_to_json(i)::text FROM signals_integration i").fetchall()
    assert key[8:] not in str(rows)


@pytest.mark.parametrize("person", ["operator", "household", "planner", "foreman"])
def test_who_may_not_makes_no_key(world: World, person: str) -> None:
    body = {
        "owner_id": str(WORLD.party("dehaan").id), "name": "Mine", "scopes": ["signals.write"],
        "site_ids": [str(WORLD.site("yard").id)], "until_ms": clock.now_ms() + DAY_MS,
    }  # fmt: skip
    answer = signed_in(world, person).post("/api/v1/integrations", json.dumps(body), content_type="application/json")
    assert answer.status_code in {403, 404}


def test_the_api_describes_itself_in_openapi_3_1(world: World) -> None:
    told = Client().get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    operation = told["paths"]["/api/v1/integrations/signals"]["post"]
    assert operation["security"] == [{"Key": []}]
    assert told["components"]["securitySchemes"]["Key"]["scheme"] == "bearer"
    assert any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"])
