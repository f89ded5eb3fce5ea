# SPDX-License-Identifier: EUPL-1.2
"""A centre whose certificate ran out, an operator whose own did, one who is suspended, and one who would judge himself:
each is tried at the door and over HTTP, and sees nothing (C15, C16, D2, S5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.agreements import actions as agreements
from zegel.server.agreements.errors import BadSuspension, NotYoursToLift
from zegel.server.agreements.models import Certificate, Suspension
from zegel.server.agreements.schemes import Scheme
from zegel.server.alarms import actions as alarms
from zegel.server.footage import door
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import LeaseEnded
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger

CENTRE = WORLD.party("centrale").id


@pytest.fixture
def ready(case: Any) -> Any:
    """An alarm in hand whose images are open to its operator."""
    return case


def look(world: World, case: Any, person: str = "operator") -> Any:
    request = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    return door.open_view(world.actor(person), request)


def missing(try_it: Callable[[], Any]) -> tuple[str, ...]:
    with pytest.raises(Denied) as denied:
        try_it()
    assert denied.value.action, "the refusal says what to do"
    return denied.value.decision.missing


def withdraw(person: str | None, *schemes: str) -> None:
    person_id = WORLD.person(person).id if person else None
    with tenancy.acting_as(CENTRE):
        rows = list(Certificate.objects.filter(owner_id=CENTRE, person_id=person_id, scheme__in=schemes))
    assert rows
    for row in rows:
        agreements.withdraw_certificate(system(CENTRE), CENTRE, row.id)


def handed(world: World, case: Any) -> int:
    owner = world.actor(world.owner_of(case.site)).party_id
    with tenancy.acting_as(owner):
        return len(ledger.entries((Kind.RELEASE_HANDED, Kind.VIEW), owner, since_ms=0))


def test_a_centre_without_the_certificate_that_the_site_asks_for_gets_no_release(world: World, ready: Any) -> None:
    withdraw(None, "pac")  # VdS and EN 50518 remain, and are not what a Dutch site asks for
    assert missing(lambda: look(world, ready)) == ("arc_certified",)
    assert handed(world, ready) == 0


def test_an_operator_without_his_own_sees_nothing_and_his_colleague_does(world: World, ready: Any) -> None:
    withdraw("operator", "pac", "vds")
    assert missing(lambda: look(world, ready)) == ("operator_certified",)
    assert look(world, ready, "operator2").segments


def test_a_view_that_runs_stops_when_the_certificate_does(world: World, ready: Any) -> None:
    view = look(world, ready)
    operator, ids = world.actor("operator"), [view.segments[0].id]
    assert door.fetch(operator, view.lease_id, ids)
    withdraw(None, "pac")
    door._allowed_until.clear()  # the gate's answer lasts a second
    assert missing(lambda: door.fetch(operator, view.lease_id, ids)) == ("arc_certified",)
    assert missing(lambda: door.renew(operator, view.lease_id)) == ("arc_certified",)


def test_a_certificate_holds_from_its_first_instant_to_its_last(world: World, ready: Any) -> None:
    withdraw(None, "pac")
    now = clock.now()
    new = agreements.NewCertificate(
        None, Scheme.PAC, "PAC-2", "Kiwa", now + timedelta(seconds=10), now + timedelta(seconds=20)
    )
    agreements.record_certificate(system(CENTRE), CENTRE, new)
    with stopped_clock(now) as time:
        assert missing(lambda: look(world, ready)) == ("arc_certified",)
        time.advance(10)
        view = look(world, ready)
        assert view.segments
        time.advance(10)
        door._allowed_until.clear()
        with pytest.raises((Denied, LeaseEnded)):
            door.renew(world.actor("operator"), view.lease_id)


def test_one_centres_certificate_is_none_of_another(world: World, ready: Any) -> None:
    """The second centre has every certificate, and the first has none: neither looks."""
    withdraw(None, "pac", "vds", "en50518")
    assert "arc_certified" in missing(lambda: look(world, ready))
    assert "serves_as_arc" in missing(lambda: look(world, ready, "standby"))


def test_a_swedish_home_asks_the_centre_alone(world: World) -> None:
    case = world.burglary("villa")
    alarms.claim(world.actor("operator"), case.alarm_id)
    withdraw("operator", "pac", "vds")
    with stopped_clock(clock.now()) as time:
        time.advance(61)  # a home's hold before the look
        assert look(world, case) is not None
        withdraw(None, "en50518")
        assert missing(lambda: look(world, case)) == ("arc_certified",)


def test_who_is_suspended_neither_looks_nor_takes_nor_acts_but_gives_back(world: World, ready: Any) -> None:
    operator = world.actor("operator")
    agreements.suspend(world.actor("supervisor"), CENTRE, operator.id, "Looked for no reason.")
    assert missing(lambda: look(world, ready)) == ("not_suspended",)
    assert missing(lambda: alarms.note_step(operator, ready.alarm_id, "All is well.")) == ("not_suspended",)
    assert missing(lambda: alarms.close(operator, ready.alarm_id, "genuine")) == ("not_suspended",)
    alarms.release_claim(operator, ready.alarm_id)
    assert missing(lambda: alarms.claim(operator, ready.alarm_id)) == ("not_suspended",)
    alarms.claim(world.actor("operator2"), ready.alarm_id)


def test_nobody_suspends_himself_nor_lifts_his_own_nor_what_he_did(world: World) -> None:
    supervisor, other, operator = (world.actor(key) for key in ("supervisor", "supervisor2", "operator"))
    with pytest.raises(BadSuspension):
        agreements.suspend(supervisor, CENTRE, supervisor.id, "I deserve it.")
    held = agreements.suspend(supervisor, CENTRE, other.id, "Judged his own views.")
    for lifter in (supervisor, other):
        with pytest.raises(NotYoursToLift):
            agreements.lift_suspension(lifter, CENTRE, held.id, "It was nothing.")
    again = agreements.suspend(supervisor, CENTRE, other.id, "And again.")
    assert again.id == held.id, "one at a time"
    assert operator.id not in {supervisor.id, other.id}


def test_no_row_of_a_centre_is_read_or_written_by_another_party(world: World) -> None:
    agreements.suspend(world.actor("supervisor"), CENTRE, world.actor("operator").id, "Looked for no reason.")
    for key in ("maas", "dehaan", "waak", "lindqvist"):
        party = WORLD.party(key).id
        with tenancy.acting_as(party):
            assert not Certificate.objects.filter(owner_id=CENTRE).exists()
            assert not Suspension.objects.filter(owner_id=CENTRE).exists()
            assert Suspension.objects.filter(owner_id=CENTRE).update(lifted_at=clock.now()) == 0
    with pytest.raises(Exception, match="row-level security"), tenancy.acting_as(WORLD.party("maas").id):
        row = agreements.NewCertificate(None, Scheme.PAC, "PAC-X", "Nobody", clock.now(), clock.now() + timedelta(1))
        agreements.record_certificate(system(WORLD.party("maas").id), CENTRE, row)  # its own transaction: as CENTRE
        Suspension.objects.create(
            owner_id=CENTRE, provider_id=CENTRE, person_id=world.actor("operator2").id, suspended_at=clock.now(),
            reason="From outside.",
        )  # fmt: skip


@pytest.mark.parametrize("person", ["owner", "planner", "technician"])
def test_nobody_of_another_trade_reads_anything_of_the_centre(world: World, person: str) -> None:
    from zegel.server.api import centre, reviews

    calls: dict[str, Callable[..., Any]] = {
        "/centre/wall": centre.wall, "/centre/escalations": centre.escalations, "/centre/hand-overs": centre.hand_overs,
        "/centre/settings": centre.settings, "/centre/certificates": centre.certificates, "/reviews": reviews.reviews,
        "/reviews/trends": reviews.trends,
    }  # fmt: skip
    request = type("Request", (), {"auth": world.actor(person)})()
    for call in calls.values():
        with pytest.raises(Denied):
            call(request)
    for call in (centre.read_figures, centre.figures_file):
        with pytest.raises(Denied):
            call(request, 0, 1000)


def test_an_operator_has_no_figures_certificates_settings_or_reviews(world: World) -> None:
    from zegel.server.api import centre, reviews

    request = type("Request", (), {"auth": world.actor("operator")})()
    for call in (centre.settings, centre.certificates, reviews.reviews, reviews.trends):
        with pytest.raises(Denied):
            call(request)
    with pytest.raises(Denied):
        centre.read_figures(request, 0, 1000)


def test_a_figures_file_is_logged_before_it_is_handed_over(world: World) -> None:
    from zegel.server.api import centre

    request = type("Request", (), {"auth": world.actor("supervisor")})()
    answer = centre.figures_file(request, 0, 1000)
    with tenancy.acting_as(CENTRE):
        (entry,) = ledger.entries((Kind.EXPORT,), CENTRE, since_ms=0)
    assert str(entry.index) == answer["X-Zegel-Entry"]
    assert answer.content.startswith("\ufeff".encode())
