# SPDX-License-Identifier: EUPL-1.2
"""What leaves the customer's hands is written down first, with why and for whom; who can see a camera now is told."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from tests.actors import World

from zegel.server.api import recordings
from zegel.server.exports import declared
from zegel.server.exports.declared import Declared, ExportPurpose, Form, Redaction
from zegel.server.exports.errors import BadExport, NotForPublication, NotRedacted, NotReviewed
from zegel.server.footage import door, queries
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied, Resource, ResourceKind
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger


def film(case: Any, **changes: Any) -> Declared:
    start = case.epoch.body.start_ms
    what = Declared(uuid4(), Form.FILM, 1, start, start + 10_000, ExportPurpose.POLICE, "Politie", bytes(32), 1000)
    return replace(what, **changes)


def camera(case: Any) -> Resource:
    return Resource(ResourceKind.CAMERA, case.camera, case.actor.party_id, {"unit": case.unit.id})


def test_an_export_stands_in_the_ledger_before_its_maker_has_the_answer(world: World, case: Any) -> None:
    what = film(case)
    index, promise = declared.declare(world.actor("owner"), camera(case), what)
    with tenancy.acting_as(case.actor.party_id):
        found = ledger.entries([Kind.EXPORT], case.actor.party_id, since_ms=0)
    assert promise
    assert found[0].index == index
    said = found[0].said
    assert said is not None
    assert said.actor_id == world.actor("owner").id
    assert {key: said.facts[key] for key in ("export", "purpose", "recipient", "what", "bytes")} == {
        "export": what.export_id.bytes, "purpose": "police", "recipient": "Politie", "what": "film", "bytes": 1000,
    }  # fmt: skip


def test_it_is_not_for_publication_and_says_who_gets_it_of_an_hour_at_most(world: World, case: Any) -> None:
    owner, of = world.actor("owner"), camera(case)
    with pytest.raises(NotForPublication):
        declared.declare(owner, of, film(case, purpose=ExportPurpose.PUBLICATION))
    for wrong in ({"recipient": "  "}, {"recipient": "x" * 121}, {"to_ms": 2**52}, {"statement": b"short"}):
        with pytest.raises(BadExport):
            declared.declare(owner, of, film(case, **wrong))


def test_only_a_redacted_film_goes_to_who_is_in_it_and_to_the_public_there_with_nobody_sharp(
    world: World, case: Any
) -> None:
    owner, of = world.actor("owner"), camera(case)
    subject, public = ExportPurpose.DATA_SUBJECT, ExportPurpose.PUBLICATION
    for form in (Form.FILM, Form.ORIGINALS):
        with pytest.raises(NotRedacted):
            declared.declare(owner, of, film(case, form=form, purpose=subject))
    made = film(case, form=Form.REDACTED, purpose=subject, redaction=Redaction(100, 100, 1))
    index, _ = declared.declare(owner, of, made)
    with tenancy.acting_as(case.actor.party_id):
        said = next(
            row.said for row in ledger.entries([Kind.EXPORT], case.actor.party_id, since_ms=0) if row.index == index
        )
    assert said is not None
    assert [said.facts[key] for key in ("what", "frames", "reviewed", "kept")] == ["redacted", 100, 100, 1]
    with pytest.raises(NotForPublication):
        declared.declare(owner, of, replace(made, purpose=public))
    declared.declare(owner, of, replace(made, export_id=uuid4(), purpose=public, redaction=Redaction(100, 100, 0)))


def test_no_film_leaves_of_which_a_frame_was_not_looked_at(world: World, case: Any) -> None:
    owner, of = world.actor("owner"), camera(case)
    for unseen in (Redaction(100, 99, 1), Redaction(0, 0, 0), Redaction(100, 101, 0)):
        with pytest.raises(NotReviewed):
            declared.declare(owner, of, film(case, form=Form.REDACTED, redaction=unseen))
    with pytest.raises(BadExport):
        declared.declare(owner, of, film(case, form=Form.REDACTED))
    with pytest.raises(BadExport):
        declared.declare(owner, of, film(case, redaction=Redaction(100, 100, 0)))


@pytest.mark.parametrize("person", ["operator", "technician", "household", "admin"])
def test_nobody_else_takes_the_customers_recordings_away(world: World, case: Any, person: str) -> None:
    with pytest.raises(Denied):
        declared.declare(world.actor(person), camera(case), film(case))


def test_moments_are_spread_over_the_time_and_can_be_shown_by_themselves(world: World, case: Any) -> None:
    start = case.epoch.body.start_ms
    with tenancy.acting_as(case.actor.party_id):
        found = queries.moments(case.camera, 1, start, start + 40_000, 8)
        none = queries.moments(case.camera, 1, start - 90_000, start, 8)
    assert found == [(case.epoch.id, slot) for slot in range(0, 40, 5)]
    assert none == []


def who_can_see(world: World, person: str = "owner") -> dict[str, Any]:
    request = SimpleNamespace(auth=world.actor(person))
    return recordings.who_can_see(request)  # type: ignore[arg-type]


def test_who_can_see_is_told_with_the_window_and_whoever_looks(world: World, case: Any) -> None:
    said = who_can_see(world)
    assert said["windows"][0]["cameras"] == [str(case.camera)]
    assert said["looking"] == []
    world.claim(case)
    request = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    view = door.open_view(world.actor("operator"), request)
    (looking,) = who_can_see(world)["looking"]
    assert (looking["who"], looking["own"], looking["me"]) == ("Operator 12", False, False)
    door.end_view(world.actor("operator"), view.lease_id)
    assert who_can_see(world)["looking"] == []
    nobody: dict[str, Any] = {"windows": [], "reopenings": [], "grants": [], "guards": [], "looking": []}
    assert who_can_see(world, "household") == nobody
    assert clock.now_ms() < said["windows"][0]["until_ms"]
