# SPDX-License-Identifier: EUPL-1.2
"""A supervisor lets operators in and out, and nobody else; operators let nobody."""

from __future__ import annotations

from typing import Any

from tests.actors import World
from tests.attack.test_door_routes import signed_in
from zegel.demo.world import WORLD
from zegel.server.kernel import tenancy
from zegel.server.people.models import Membership

CENTRE = WORLD.party("centrale").id


def ask(world: World, person: str, path: str, body: dict[str, Any] | None = None) -> Any:
    client = signed_in(world, person)
    return client.post(
        f"/api/v1{path}", body or {}, content_type="application/json", headers={"Origin": "http://localhost:8000"}
    )


def membership(person: str) -> Any:
    with tenancy.acting_as(CENTRE):
        return Membership.objects.get(person_id=WORLD.person(person).id, party_id=CENTRE).id


def new(role: str) -> dict[str, str]:
    return {"email": f"new-{role}@centrale.example", "name": "Operator 15", "role": role, "language": "nl"}


def test_a_supervisor_invites_operators_and_gives_no_other_role(world: World) -> None:
    invited = ask(world, "supervisor", "/invitations", new("operator"))
    assert invited.status_code == 200
    for role in ("supervisor", "admin", "planner", "auditor", "owner"):
        assert ask(world, "supervisor", "/invitations", new(role)).status_code == 400
    assert ask(world, "operator", "/invitations", new("operator")).status_code == 403
    assert ask(world, "supervisor", f"/invitations/{invited.json()['id']}/withdraw").status_code == 200


def test_who_is_let_out_has_no_queue_any_more_and_supervisors_stay(world: World) -> None:
    there = signed_in(world, "operator2")
    assert there.get("/api/v1/alarms").status_code == 200
    assert ask(world, "operator", f"/members/{membership('operator2')}/end").status_code == 403
    assert ask(world, "supervisor", f"/members/{membership('supervisor2')}/end").status_code == 400
    assert ask(world, "supervisor", f"/members/{membership('operator2')}/end").status_code == 200
    assert there.get("/api/v1/alarms").status_code in {401, 403}
