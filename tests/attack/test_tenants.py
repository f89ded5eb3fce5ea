# SPDX-License-Identifier: EUPL-1.2
"""Tenant A never sees a byte of tenant B: not through the API with B's identifiers, not through the rooms, not in the
database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from tests.actors import SimUnit, World
from tests.attack.test_door_routes import BODIES, body_of, filled, known_ids, routes, signed_in

from zegel.demo.world import WORLD
from zegel.server.kernel import clock, tenancy

NAMES = [b"Harbour yard North", b"Kade 12", b"Gate unit"]


def of_yard(case: Any) -> list[bytes]:
    """What identifies the yard's rows, as bytes and text; not what the attacker sends himself."""
    ids = [case.epoch.id, case.unit.signing.fingerprint]
    return [*NAMES, str(ids[0]).encode(), case.unit.alarms[0].hash.hex().encode()]


def test_another_customer_finds_nothing_at_any_address_even_with_all_the_right_identifiers(
    world: World, case: Any
) -> None:
    client, known = signed_in(world, "household"), known_ids(case, str(case.alarm_id))
    known["segment_id"] = f"{case.alarm_id}.12"
    found = []
    for route in routes():
        address = filled(route, known)
        answers = [client.get(address)]
        for body in BODIES:
            said = json.dumps(body).replace("{camera}", str(case.camera)).replace("{alarm}", str(case.alarm_id))
            answers.append(client.post(address, data=said.replace("{segment}", "x.1"), content_type="application/json"))
        for answer in answers:
            content = body_of(answer)
            found += [f"{route}: {mark!r}" for mark in of_yard(case) if mark in content]
    assert not found, found


def test_lists_and_the_queue_hold_only_ones_own(world: World, case: Any) -> None:
    household = signed_in(world, "household")
    for path, key in (("units", "units"), ("cameras", "cameras"), ("alarms?state=all", "alarms")):
        assert household.get(f"/api/v1/{path}").json()[key] == []
    assert household.get("/api/v1/who-looked").json() == []
    owner = signed_in(world, world.owner_of(case.site))
    assert len(owner.get("/api/v1/units").json()["units"]) == 1
    assert len(owner.get("/api/v1/alarms").json()["alarms"]) == 1


@pytest.mark.parametrize("person", ["household", "nordtech"])
def test_in_the_database_itself_another_party_reads_no_row(world: World, case: Any, person: str) -> None:
    """Straight SQL, as the application's own role, under that party: every table with an owner holds nothing of the
    yard."""
    yard = WORLD.party("dehaan").id
    with tenancy.acting_as(world.actor(person).party_id), connection.cursor() as cursor:
        for table in owned_tables():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE owner_id = %s", [yard])
            assert cursor.fetchone()[0] == 0, table


def owned_tables() -> list[str]:
    rooms = ("sites", "footage", "alarms")
    models = [model for room in rooms for model in apps.get_app_config(room).get_models()]
    return [
        model._meta.db_table
        for model in models
        if model._meta.db_table not in tenancy.UNSCOPED_TABLES and any(f.name == "owner_id" for f in model._meta.fields)
    ]


def test_the_tables_that_no_tenant_condition_guards_hold_identifiers_only(world: World, case: Any) -> None:
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sites_unitkey")
        rows = cursor.fetchall()
        assert rows
        cursor.execute("SELECT * FROM footage_deadline")
        rows += cursor.fetchall()
    assert not any(isinstance(value, str) and len(value) > 36 for row in rows for value in row)


def test_without_a_party_there_is_nothing_at_all(world: World, case: Any) -> None:
    with tenancy.acting_as(None), connection.cursor() as cursor:
        for table in owned_tables():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


def test_a_row_can_not_be_written_into_another_tenant(world: World, case: Any) -> None:
    from zegel.server.sites.models import Site

    household, yard = world.actor("household"), WORLD.party("dehaan").id
    with pytest.raises(DatabaseError), tenancy.acting_as(household.party_id):
        Site.objects.create(
            owner_id=yard, provider_id=yard, name="x", address="x", tz="UTC", profile="x", created_at=clock.now()
        )


def test_the_alarm_centre_stops_seeing_a_customer_the_moment_the_relation_ends(world: World, case: Any) -> None:
    from zegel.server.people.models import ServiceRelation

    operator = signed_in(world, "operator")
    assert len(operator.get("/api/v1/alarms").json()["alarms"]) == 1
    with tenancy.acting_as(WORLD.party("dehaan").id):
        ServiceRelation.objects.filter(party_id=WORLD.party("centrale").id).update(valid_to=clock.now())
    assert operator.get("/api/v1/alarms").json()["alarms"] == []
    assert operator.get(f"/api/v1/alarms/{case.alarm_id}").status_code == 404


def test_a_units_camera_can_not_take_the_place_of_another_tenants(world: World, case: Any) -> None:
    """A unit of the household claims the yard's camera as its own at pairing: refused, and nothing changes."""
    thief = SimUnit(clock.now_ms(), cameras=(case.camera,))
    with pytest.raises(AssertionError):
        assert world.pair(thief, "villa") is not None
    owner = signed_in(world, world.owner_of(case.site))
    assert [camera["id"] for camera in owner.get("/api/v1/cameras").json()["cameras"]] == [str(case.camera)]


def test_events_of_another_customer_are_not_heard(world: World, case: Any) -> None:
    from zegel.server.kernel import outbox
    from zegel.server.kernel.models import OutboxEvent
    from zegel.server.realtime import events

    with tenancy.acting_as(None):
        all_of_it = [outbox.Event(e.id, e.topic, e.owner_id, e.payload, e.at) for e in OutboxEvent.objects.all()]
    of_case = [
        event for event in all_of_it if event.topic in events.TOPICS and event.owner_id == WORLD.party("dehaan").id
    ]
    assert {"alarm.opened", "segments.stored", "release.stored"} <= {event.topic for event in of_case}
    assert not [event for event in of_case if events.may_hear(world.actor("household"), event)]
    heard = {event.topic for event in of_case if events.may_hear(world.actor("operator"), event)}
    assert "alarm.opened" in heard
    assert not heard & events.OWNERS_TOPICS
