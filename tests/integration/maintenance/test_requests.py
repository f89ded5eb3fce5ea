# SPDX-License-Identifier: EUPL-1.2
"""Journey 13 as the server has it: malfunction, request, consent, a look, its end; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.actors import SimUnit, World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.seal.grant import Grant, open_grant, sign_grant, verify_grant
from zegel.seal.ranges import Range, keys_from_roots
from zegel.seal.segment import Track as SealTrack
from zegel.server.footage import door, grants, live
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import GrantRefused, LeaseEnded, NothingToShow
from zegel.server.footage.models import Epoch
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.maintenance import actions, jobs, queries, stock
from zegel.server.maintenance.actions import Report
from zegel.server.maintenance.errors import AskedAlready, BadWords, NotNow, NotThatGrant, UnknownRequest
from zegel.server.maintenance.models import Malfunction
from zegel.server.maintenance.rules import (
    End,
    Fault,
    FoundBy,
    ItemKind,
    ItemState,
    MalfunctionState,
    Outcome,
    RequestState,
    Way,
)


@pytest.fixture
def snow(world: World) -> SimpleNamespace:
    """A paired unit with two cameras; the owner says that the first one shows snow."""
    unit = SimUnit(clock.now_ms(), cameras=(uuid4(), uuid4()))
    actor = world.pair(unit)
    owner = world.actor("owner")
    malfunction = actions.report(owner, unit.id, unit.camera, Fault.BAD_PICTURE, "it shows snow")
    return SimpleNamespace(unit=unit, actor=actor, camera=unit.camera, owner=owner, malfunction=malfunction)


def asked(world: World, snow: Any, minutes: int = 15, camera: UUID | None = None) -> Any:
    technician = world.actor("technician")
    return actions.ask(technician, snow.malfunction.id, camera or snow.camera, "is the lens dirty?", minutes)


def picture(world: World, snow: Any) -> Any:
    """The unit does as it is asked: a live epoch under fresh keys."""
    snow.unit.now_ms = clock.now_ms()
    live = snow.unit.epoch(snow.camera, track=SealTrack.LIVE)
    world.accept(snow.actor, snow.unit, snow.unit.epoch_item(live))
    return live


def sealed(world: World, snow: Any, live: Any, seconds: int, /, **lies: Any) -> bytes:
    provider, keys = world.keys.parties["waak"].tenant, world.keys.people["owner"]
    now = clock.now_ms()
    body = Grant(
        snow.unit.suite, uuid4().bytes, WORLD.party("dehaan").id.bytes, keys.person_id, WORLD.party("waak").id.bytes,
        provider.fingerprint, snow.camera.bytes, SealTrack.LIVE, (Range(live.body.epoch, 0, seconds),), "maintenance",
        now, now + seconds * 1000,
    )  # fmt: skip
    body = replace(body, **lies)
    roots = {part.epoch: live.root for part in body.ranges}
    return sign_grant(body, keys_from_roots(body.ranges, roots), provider.public_key, keys.bundle.signing)


def allowed(world: World, snow: Any, minutes: int = 15) -> tuple[Any, Any]:
    request = asked(world, snow, minutes)
    actions.allow(snow.owner, request.id, minutes)
    live = picture(world, snow)
    return actions.give(snow.owner, request.id, sealed(world, snow, live, min(900, minutes * 60))), live


def look(snow: Any, camera: UUID | None = None, track: Track = Track.LIVE) -> ViewRequest:
    return ViewRequest(camera or snow.camera, track, Purpose.MAINTENANCE)


def said(world: World) -> list[str]:
    """What the ledger tells of maintenance, the oldest first."""
    owner = world.actor("owner")
    with tenancy.acting_as(owner.party_id, owner.id):
        rows = ledger.entries((Kind.MAINTENANCE,), owner.party_id, since_ms=0)
    return [str(row.said.facts["what"]) for row in reversed(rows) if row.said]


def events(topic: str) -> list[dict[str, Any]]:
    with tenancy.acting_as(None):
        return [row.payload for row in OutboxEvent.objects.filter(topic=topic).order_by("id")]


# --- the whole journey ---


def test_a_camera_shows_snow_and_the_technician_sees_it_while_the_owner_lets_him(world: World, snow: Any) -> None:
    technician = world.actor("technician")
    request = asked(world, snow)
    with pytest.raises(Denied):
        door.open_view(technician, look(snow))
    actions.allow(snow.owner, request.id, 15)
    assert events("unit.live")[-1]["why"] == "maintenance"
    assert actions.begun(snow.owner, request.id)[1] is None
    with pytest.raises(Denied):
        door.open_view(technician, look(snow))  # consent alone opens nothing
    live = picture(world, snow)
    assert actions.begun(snow.owner, request.id)[1] == live.envelope
    actions.give(snow.owner, request.id, sealed(world, snow, live, 900))
    view = door.open_view(technician, look(snow))
    grant = verify_grant(view.grants[0], snow.unit.keyset, now_ms=clock.now_ms())
    assert open_grant(grant, world.keys.parties["waak"].tenant).ranges == (Range(live.body.epoch, 0, 900),)
    actions.end(technician, request.id, works=True)
    with pytest.raises((LeaseEnded, Denied)):
        door.renew(technician, view.lease_id)
    with pytest.raises(Denied):
        door.open_view(technician, look(snow))
    actions.write_report(technician, snow.malfunction.id, Report(Outcome.REPAIRED, "lens wiped", uuid4(), 20))
    assert said(world) == ["reported", "asked", "allowed", "ended", "worked", "closed"]
    assert events("unit.live")[-1]["turn"] == "stop"
    row = queries.malfunctions(snow.owner)[0]
    assert (row.state, row.outcome) == (MalfunctionState.CLOSED.value, Outcome.REPAIRED.value)


def test_the_look_ends_by_itself_with_the_time_that_was_consented_to(world: World, snow: Any) -> None:
    technician = world.actor("technician")
    with stopped_clock(clock.now()) as time:
        request, _live = allowed(world, snow, 5)
        view = door.open_view(technician, look(snow))
        time.advance(5 * 60 + 1)
        with pytest.raises((LeaseEnded, Denied)):
            door.renew(technician, view.lease_id)
        assert actions.expire(snow.owner.party_id) == 1
        ended = queries.requests_of(snow.owner, [snow.malfunction.id])[snow.malfunction.id][0]
    assert (ended.id, ended.end, ended.state) == (request.id, End.TIME.value, RequestState.ENDED.value)


def test_an_hour_is_granted_a_quarter_at_a_time_and_each_quarter_by_the_owners_client(world: World, snow: Any) -> None:
    technician = world.actor("technician")
    with stopped_clock(clock.now()) as time:
        request, first = allowed(world, snow, 60)
        assert actions.go_on(snow.owner, request.id).epoch_id == first.id  # nothing begins while a part runs
        time.advance(901)
        with pytest.raises(Denied):
            door.open_view(technician, look(snow))
        actions.go_on(snow.owner, request.id)
        with pytest.raises(NotThatGrant):  # the picture of before can't be granted once more
            actions.give(snow.owner, request.id, sealed(world, snow, first, 900))
        second = picture(world, snow)
        actions.give(snow.owner, request.id, sealed(world, snow, second, 900))
        view = door.open_view(technician, look(snow))
        assert view.epochs == [second.envelope]


def test_to_aim_he_gets_one_still_at_a_time_each_by_keys_of_seconds(world: World, snow: Any) -> None:
    technician = world.actor("technician")
    with stopped_clock(clock.now()) as time:
        request = actions.ask(technician, snow.malfunction.id, snow.camera, "to aim it", 15, Way.STILL)
        with pytest.raises(NotNow):
            actions.want_still(technician, request.id)  # nothing before the owner said yes
        begun = len(events("unit.live"))
        actions.allow(snow.owner, request.id, 15)
        assert actions.go_on(snow.owner, request.id).live_id is None
        assert len(events("unit.live")) == begun, "nothing begins before he asks for a still"
        actions.want_still(technician, request.id)
        with pytest.raises(NotNow):
            actions.want_still(technician, request.id)  # one at a time
        actions.go_on(snow.owner, request.id)
        live = picture(world, snow)
        with pytest.raises(NotThatGrant):
            actions.give(snow.owner, request.id, sealed(world, snow, live, 21))
        actions.give(snow.owner, request.id, sealed(world, snow, live, 20))
        view = door.open_view(technician, look(snow))
        assert view.epochs == [live.envelope]
        time.advance(21)
        with pytest.raises((LeaseEnded, Denied)):
            door.renew(technician, view.lease_id)
        assert actions.go_on(snow.owner, request.id).epoch_id == live.id, "no next one by itself"
        actions.want_still(technician, request.id)
        actions.go_on(snow.owner, request.id)
        with pytest.raises(NotThatGrant):
            actions.give(snow.owner, request.id, sealed(world, snow, live, 20))
    assert said(world) == ["reported", "asked", "allowed", "still", "still"]


def test_nobody_but_who_asked_for_stills_asks_for_one(world: World, snow: Any) -> None:
    technician = world.actor("technician")
    request = actions.ask(technician, snow.malfunction.id, snow.camera, "to aim it", 15, Way.STILL)
    actions.allow(snow.owner, request.id, 15)
    colleague = replace(technician, id=WORLD.person("planner").id)
    for person in (colleague, world.actor("owner"), world.actor("operator"), world.actor("planner")):
        with pytest.raises((Denied, NotNow, UnknownRequest)):
            actions.want_still(person, request.id)
    assert actions.want_still(technician, request.id).still_at is not None


def test_the_owner_stops_it_at_once(world: World, snow: Any) -> None:
    request, _live = allowed(world, snow)
    technician = world.actor("technician")
    view = door.open_view(technician, look(snow))
    actions.stop(snow.owner, request.id)
    with pytest.raises(LeaseEnded):
        door.renew(technician, view.lease_id)
    with pytest.raises(NotNow):
        actions.end(technician, request.id, works=True)


def test_the_owner_refuses_with_a_word(world: World, snow: Any) -> None:
    request = asked(world, snow)
    refused = actions.refuse(snow.owner, request.id, "come by after six")
    assert (refused.state, refused.refusal) == (RequestState.REFUSED.value, "come by after six")
    with pytest.raises(NotNow):
        actions.allow(snow.owner, request.id, 15)
    asked(world, snow)  # he may ask again


# --- what a technician does not get ---


def test_he_gets_no_other_camera_no_other_track_and_no_colleague_gets_anything(world: World, snow: Any) -> None:
    allowed(world, snow)
    technician = world.actor("technician")
    with pytest.raises(Denied):
        door.open_view(technician, look(snow, snow.unit.cameras[1]))
    for track in (Track.SURVEILLANCE, Track.OVERVIEW, Track.PICTURE):
        with pytest.raises(NothingToShow):
            door.open_view(technician, look(snow, track=track))
    colleague = replace(technician, id=WORLD.person("planner").id)
    with pytest.raises(Denied) as denied:
        door.open_view(colleague, look(snow))
    assert "asked_himself" in denied.value.decision.missing


def test_nobody_but_the_owner_consents_and_nobody_but_a_technician_of_his_provider_asks(
    world: World, snow: Any
) -> None:
    for person in ("planner", "admin", "owner", "foreman", "operator", "nordtech"):
        with pytest.raises((Denied, NotNow, Exception)) as refused:
            actions.ask(world.actor(person), snow.malfunction.id, snow.camera, "let me see", 15)
        assert type(refused.value).__name__ in {"Denied", "UnknownMalfunction"}
    request = asked(world, snow)
    for person in ("technician", "foreman", "operator", "planner"):
        with pytest.raises(Denied):
            actions.allow(world.actor(person), request.id, 15)
    with pytest.raises((Denied, UnknownRequest)):
        actions.allow(world.actor("household"), request.id, 15)


def test_a_server_that_prolongs_gains_no_key(world: World, snow: Any) -> None:
    """It may change its own rows; what was sealed reaches the seconds that the owner's client chose."""
    request, live = allowed(world, snow, 1)
    with tenancy.acting_as(snow.owner.party_id):
        type(request).objects.update(until_at=clock.now() + timedelta(hours=9))
    view = door.open_view(world.actor("technician"), look(snow))
    keys = open_grant(
        verify_grant(view.grants[0], snow.unit.keyset, now_ms=clock.now_ms()), world.keys.parties["waak"].tenant
    )
    keys.leaf(live.body.epoch, 59)
    with pytest.raises(ValueError, match="outside"):
        keys.leaf(live.body.epoch, 60)


def test_a_grant_that_gives_more_than_was_consented_to_is_refused(world: World, snow: Any) -> None:
    old = picture(world, snow)  # the owner's own look of before
    request = asked(world, snow)
    actions.allow(snow.owner, request.id, 5)
    with pytest.raises(NotThatGrant):
        actions.give(snow.owner, request.id, sealed(world, snow, old, 300))
    live = picture(world, snow)
    surveillance = snow.unit.epoch()
    world.accept(snow.actor, snow.unit, snow.unit.epoch_item(surveillance))
    with pytest.raises(NotThatGrant):
        actions.give(snow.owner, request.id, sealed(world, snow, live, 400))  # longer than five minutes
    with pytest.raises(GrantRefused):
        actions.give(snow.owner, request.id, sealed(world, snow, surveillance, 300))
    with pytest.raises(GrantRefused):
        actions.give(snow.owner, request.id, sealed(world, snow, live, 300, camera=snow.unit.cameras[1].bytes))
    with pytest.raises(GrantRefused):
        grants.store_grant(snow.owner, sealed(world, snow, live, 300, track=SealTrack.SURVEILLANCE))
    with pytest.raises(Denied):
        door.open_view(world.actor("technician"), look(snow))


def test_without_statement_or_agreement_he_may_not_even_ask(world: World, snow: Any) -> None:
    from zegel.server.agreements.models import Confidentiality

    with tenancy.acting_as(WORLD.party("waak").id):
        Confidentiality.objects.update(expires_at=clock.now() - timedelta(days=1))
    with pytest.raises(Denied) as denied:
        asked(world, snow)
    assert denied.value.decision.missing == ("confidentiality_signed", "statement_not_lapsed")


# --- malfunctions ---


def test_an_alarm_centre_has_nothing_to_do_with_malfunctions(world: World, snow: Any) -> None:
    assert queries.malfunctions(snow.owner)
    assert queries.malfunctions(world.actor("technician"))
    assert queries.malfunctions(world.actor("operator")) == []


def test_the_same_fault_is_one_malfunction_and_one_request_runs_for_a_camera(world: World, snow: Any) -> None:
    again = actions.report(world.actor("foreman"), snow.unit.id, snow.camera, Fault.BAD_PICTURE, "still snow")
    assert again.id == snow.malfunction.id
    asked(world, snow)
    with pytest.raises(AskedAlready):
        asked(world, snow)
    with pytest.raises(BadWords):
        actions.ask(world.actor("technician"), snow.malfunction.id, snow.unit.cameras[1], "", 15)
    with pytest.raises(BadWords):
        actions.report(snow.owner, snow.unit.id, None, Fault.OTHER)


def test_what_a_unit_reports_becomes_a_malfunction_and_goes_with_its_cause(world: World, snow: Any) -> None:
    party, unit = snow.owner.party_id, snow.unit
    event = outbox.Event(
        1, "telemetry.raised", party, {"unit_id": str(unit.id), "condition": "battery_low"}, clock.now()
    )
    jobs.raised(event)
    found = next(row for row in queries.malfunctions(snow.owner) if row.fault == Fault.POWER.value)
    assert (found.found_by, found.camera_id) == (FoundBy.UNIT.value, None)
    jobs.raised(replace(event, payload={"unit_id": str(unit.id), "condition": "data_month"}))  # no malfunction
    jobs.cleared(event)
    with tenancy.acting_as(party):
        assert Malfunction.objects.get(id=found.id).outcome == Outcome.BY_ITSELF.value
        assert Malfunction.objects.filter(state=MalfunctionState.OPEN.value).count() == 1


def test_a_request_that_nobody_answers_lapses(world: World, snow: Any) -> None:
    with stopped_clock(clock.now()) as time:
        request = asked(world, snow)
        time.advance(72 * 3600 + 1)
        with pytest.raises(NotNow):
            actions.allow(snow.owner, request.id, 15)
        actions.expire(snow.owner.party_id)
        ended = queries.requests_of(snow.owner, [snow.malfunction.id])[snow.malfunction.id][0]
        assert ended.end == End.LAPSED.value


def test_a_report_sent_twice_is_one_report(world: World, snow: Any) -> None:
    technician, ref = world.actor("technician"), uuid4()
    report = Report(Outcome.NOT_REPAIRED, "new camera ordered", ref, 30, [{"name": "camera", "count": 1}])
    first = actions.write_report(technician, snow.malfunction.id, report)
    assert actions.write_report(technician, snow.malfunction.id, report).id == first.id
    assert queries.malfunctions(snow.owner)[0].state == MalfunctionState.OPEN.value  # not repaired yet
    actions.write_report(technician, snow.malfunction.id, replace(report, outcome=Outcome.REPLACED, ref=uuid4()))
    with pytest.raises(NotNow):
        actions.write_report(technician, snow.malfunction.id, replace(report, ref=uuid4()))


def test_the_parts_of_a_report_come_off_the_stock_once_and_never_below_nothing(world: World, snow: Any) -> None:
    technician, planner = world.actor("technician"), world.actor("planner")
    plugs = stock.add(planner, stock.Said(ItemKind.PART, "RJ45 plug", count=3))
    turret = stock.add(planner, stock.Said(ItemKind.CAMERA, "Turret camera", serial="TC4-1"))
    used = [{"name": "rj45 plug", "count": 2}, {"name": "Turret camera", "count": 1}, {"name": "tape", "count": 1}]
    report = Report(Outcome.NOT_REPAIRED, "new plug and camera", uuid4(), 30, used)
    for _again in range(2):
        written = actions.write_report(technician, snow.malfunction.id, report)
    assert [part["taken"] for part in written.parts] == [2, 1, 0]
    actions.write_report(technician, snow.malfunction.id, replace(report, ref=uuid4(), parts=used[:1]))
    left = {item.id: item for item in queries.items(planner)}
    assert (left[plugs.id].count, left[plugs.id].state) == (0, ItemState.STOCK.value)
    assert (left[turret.id].state, left[turret.id].site_id) == (ItemState.AT_SITE.value, snow.malfunction.site_id)


def test_the_owner_withdraws_his_report_and_what_runs_because_of_it_ends(world: World, snow: Any) -> None:
    allowed(world, snow)
    actions.withdraw(snow.owner, snow.malfunction.id)
    with pytest.raises(Denied):
        door.open_view(world.actor("technician"), look(snow))


def test_an_owners_look_that_ends_takes_no_keys_from_the_technicians_and_his_own_end_does(
    world: World, snow: Any
) -> None:
    request, epoch = allowed(world, snow)
    own = door.open_view(snow.owner, ViewRequest(snow.camera, Track.LIVE, Purpose.OWN_USE, confirmed=True))
    door.end_view(snow.owner, own.lease_id)
    assert live.forget_roots(snow.owner.party_id, snow.camera, clock.now()) == 0
    assert door.open_view(world.actor("technician"), look(snow))
    actions.end(world.actor("technician"), request.id, works=True)
    assert live.forget_roots(snow.owner.party_id, snow.camera, clock.now()) == 1
    with tenancy.acting_as(snow.owner.party_id):
        assert not Epoch.objects.filter(id=epoch.id).exists()
