# SPDX-License-Identifier: EUPL-1.2
"""The calendar of reviews (S6): held in time or broken; findings followed up; a tenant asks and is answered in time.
And findings of cameras and telemetry are read for security only (D5, D6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.actors import SimUnit, World
from tests.clock import stopped_clock
from zegel.demo.world import WORLD
from zegel.server.audits import actions, queries, rules
from zegel.server.audits.actions import Found, Planned
from zegel.server.audits.errors import BadAudit, UnknownAudit
from zegel.server.audits.models import AuditRequest
from zegel.server.audits.rules import AuditKind, Outcome, Weight
from zegel.server.gate import Action, Denied, Resource, ResourceKind, decide
from zegel.server.gate.decision import load_table
from zegel.server.gate.vocabulary import Purpose
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.people.roles import Role
from zegel.server.sites.models import Camera, Unit
from zegel.server.tasks import actions as tasks
from zegel.server.tasks import naming
from zegel.server.tasks import queries as task_queries

WAAK, DEHAAN = WORLD.party("waak").id, WORLD.party("dehaan").id
START = datetime(2026, 11, 23, 9, tzinfo=UTC)
PLANNED = Planned(AuditKind.EXTERNAL, "ISO 9001 audit", "Annex A", "Kiwa", START + timedelta(days=40), 12)


def overdue(world: World) -> list[str]:
    with tenancy.acting_as(WAAK):
        return [one.what for one in queries.overdue(WAAK)]


def of_audits(world: World) -> dict[str, str]:
    tasks.sweep(WAAK)
    rows = task_queries.tasks(world.actor("privacy"), task_queries.Which.OPEN)
    mine = [row for row in rows if row.kind.startswith("audit_")]
    told = naming.of(world.actor("privacy"), mine).told
    return {row.kind: told[row.id].words for row in mine}


def test_a_review_that_is_not_held_in_time_is_a_task_and_breaks_the_promise(world: World) -> None:
    with stopped_clock(START) as time:
        row = actions.plan(world.actor("privacy"), PLANNED)
        assert of_audits(world) == {}
        time.advance(15 * 86_400)
        assert of_audits(world) == {"audit_due": "The review “ISO 9001 audit” is due"}
        assert overdue(world) == []
        time.advance(26 * 86_400)
        assert overdue(world) == ["review"]
        actions.hold(world.actor("privacy"), row.id, clock.now(), "Passed, with one finding.")
        assert overdue(world) == []
        assert of_audits(world) == {}
        with tenancy.acting_as(WAAK):
            following, held = (one for one in queries.calendar(WAAK) if one.title == PLANNED.title)
        assert (following.held_at, held.id) == (None, row.id)
        assert following.due_at == rules.next_due(row.due_at, clock.now(), 12)


def test_a_finding_waits_until_somebody_says_what_was_done(world: World) -> None:
    with stopped_clock(START) as time:
        officer = world.actor("privacy")
        row = actions.plan(officer, PLANNED)
        found = actions.add_finding(
            officer, row.id, Found(Weight.MAJOR, "Laptops are not encrypted", WORLD.person("admin").id, clock.now())
        )
        time.advance(60)
        assert overdue(world) == ["finding"]
        assert of_audits(world)["audit_finding"] == "A finding of “ISO 9001 audit” waits"
        with pytest.raises(BadAudit):
            actions.follow_up(officer, found.id, " ")
        actions.follow_up(officer, found.id, "Every laptop is encrypted now.")
        assert overdue(world) == []
        actions.follow_up(officer, found.id, None)
        assert overdue(world) == ["finding"]


def test_a_tenant_asks_for_an_audit_and_has_an_answer_within_dated_law(world: World) -> None:
    with stopped_clock(START) as time:
        asked = actions.ask(world.actor("owner"), "We want to see where our recordings lie, and who may enter there.")
        assert asked.provider_id == WAAK
        assert asked.due_at == START + timedelta(days=14)
        assert of_audits(world) == {"audit_request": "A customer asks for an audit"}
        time.advance(14 * 86_400 + 1)
        assert overdue(world) == ["request"]
        with pytest.raises((Denied, UnknownAudit)):
            actions.answer(world.actor("owner"), asked.id, Outcome.AGREED, "We answer ourselves, thank you.")
        actions.answer(world.actor("privacy"), asked.id, Outcome.AGREED, "You are welcome on 4 December at ten.")
        assert overdue(world) == []
        with tenancy.acting_as(DEHAAN):
            assert queries.requests_of(DEHAAN)[0].answer.startswith("You are welcome")
        for party in ("lindqvist", "nordvakt"):
            with tenancy.acting_as(WORLD.party(party).id):
                assert not AuditRequest.objects.exists()


def test_who_may_not_keep_the_calendar_does_not(world: World) -> None:
    for person in ("planner", "technician", "owner", "operator"):
        with pytest.raises(Denied):
            actions.plan(world.actor(person), PLANNED)
    with pytest.raises(Denied):
        actions.ask(world.actor("foreman"), "We want to see where our recordings lie.")
    with pytest.raises(UnknownAudit):  # of another party
        mine = actions.plan(world.actor("supervisor"), PLANNED)
        actions.cancel(world.actor("privacy"), mine.id, "It is not ours.")


def test_telemetry_and_findings_open_for_security_and_maintenance_and_for_nothing_else(world: World) -> None:
    """D5, D6: every role is tried with every purpose there is and with some that there are not."""
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    with tenancy.acting_as(DEHAAN):
        row = Unit.objects.get(owner_id=DEHAAN)
        camera = Camera.objects.filter(unit=row).first()
    assert camera is not None
    wishes = [*(one.value for one in Purpose), "statistics", "marketing", "own_analytics", "training", None]
    parties = {"owner": DEHAAN, "member": DEHAAN, "operator": WORLD.party("centrale").id}
    opened: dict[str, set[tuple[str, str | None]]] = {"telemetry": set(), "camera": set()}
    for role in Role:
        party = parties.get(role.value, WAAK)
        for wish in wishes:
            actor = Actor(ActorKind.PERSON, WORLD.person("technician").id, party, role=role.value, purpose=wish)
            for kind, thing in (("telemetry", row.id), ("camera", camera.id)):
                for action in (Action.READ, Action.VIEW, Action.EXPORT, Action.LIST):
                    asked = Resource(ResourceKind(kind), thing, DEHAAN, of={"unit": row.id})
                    if decide(actor, action, asked).allowed:
                        opened[kind].add((role.value, wish))
    allowed = {None, "maintenance", "quality", "security"}
    assert {wish for role, wish in opened["telemetry"] if role not in ("owner", "member")} <= allowed - {None}
    assert {role for role, _wish in opened["telemetry"]} <= {"owner", "member", "technician"}
    assert not {wish for _role, wish in opened["camera"]} & {"statistics", "marketing", "own_analytics", "training"}


def test_no_rule_lets_anybody_read_telemetry_or_findings_for_a_purpose_beyond_security() -> None:
    """D5: findings lie sealed in the recording and open with it alone: whoever sees one sees it as that look, whose
    purposes are a closed list."""
    rows = load_table().rules
    of_telemetry = {wish for row in rows if row.resource is ResourceKind.TELEMETRY for wish in row.purposes}
    assert of_telemetry == {Purpose.MAINTENANCE, Purpose.QUALITY, Purpose.SECURITY}
    looks = {wish for row in rows if row.resource is ResourceKind.CAMERA for wish in row.purposes}
    assert looks <= {
        Purpose.OWN_USE, Purpose.ALARM_VERIFICATION, Purpose.ALARM_FOLLOWUP, Purpose.MAINTENANCE,
    }  # fmt: skip
    assert not [row for row in rows if row.resource is ResourceKind.TELEMETRY and Action.EXPORT in row.actions]
