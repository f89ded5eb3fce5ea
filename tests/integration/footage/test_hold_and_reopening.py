# SPDX-License-Identifier: EUPL-1.2
"""The time in which nobody looks yet, how many look at once, and earlier alarms that are opened once more."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.footage.test_door import logged, of_alarm, slots

from zegel.demo.world import WORLD
from zegel.server.alarms import actions as alarms
from zegel.server.footage import actions, door, jobs, queries
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import (
    HoldBeforeLook,
    LeaseEnded,
    NotReopened,
    ReopenedAlready,
    TooManyViewers,
    UnknownReason,
    WindowClosed,
)
from zegel.server.footage.models import Lease, Release, Window
from zegel.server.footage.rules import Purpose, ReopenReason, SlotRange, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, shred, tenancy
from zegel.server.ledger import Kind


def hold(case: SimpleNamespace, seconds: int) -> None:
    """As the alarm's site has it: so long after the alarm nobody looks."""
    with tenancy.acting_as(case.actor.party_id):
        Window.objects.update(look_after=clock.now() + timedelta(seconds=seconds))


def limit_viewers(case: SimpleNamespace, most: int) -> None:
    with tenancy.acting_as(case.actor.party_id):
        Window.objects.update(max_viewers=most)


def recall(world: World, case: SimpleNamespace) -> None:
    alarms.recall(world.actor(world.owner_of(case.site)), case.alarm_id)


def again(case: SimpleNamespace, *ranges: SlotRange) -> ViewRequest:
    return ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_FOLLOWUP, case.alarm_id, ranges)


# --- hold before look ---


def test_nobody_looks_while_the_customer_can_still_recall_and_is_told_until_when(world: World, case: Any) -> None:
    with stopped_clock(clock.now()) as time:
        hold(case, 60)
        for person in ("operator", "operator2", "supervisor"):
            with pytest.raises(HoldBeforeLook) as held:
                door.open_view(world.actor(person), of_alarm(case))
            assert abs(held.value.until_ms - clock.now_ms() - 60_000) <= 1  # one rounds, one cuts off
        assert not logged(world, case, Kind.VIEW, Kind.RELEASE_HANDED)
        time.advance(60)
        assert slots(door.open_view(world.actor("operator"), of_alarm(case))) == list(range(10, 25))


def test_an_alarm_recalled_in_time_was_never_handed_to_anybody(world: World, case: Any) -> None:
    hold(case, 60)
    with pytest.raises(HoldBeforeLook):
        door.open_view(world.actor("operator"), of_alarm(case))
    recall(world, case)
    with pytest.raises(Denied) as denied:
        door.open_view(world.actor("operator"), of_alarm(case))
    assert "window_open" in denied.value.decision.missing
    assert not logged(world, case, Kind.VIEW, Kind.RELEASE_HANDED)
    with tenancy.acting_as(case.actor.party_id):
        assert not Lease.objects.exists()


def test_a_stranger_does_not_learn_that_an_alarm_is_held(world: World, case: Any) -> None:
    hold(case, 60)
    with pytest.raises(Denied):
        door.open_view(world.actor("technician"), of_alarm(case))


# --- a claim, and places ---


def test_the_pictures_of_a_waiting_alarm_are_nobodys_to_browse(world: World) -> None:
    case = world.burglary()
    with pytest.raises(Denied) as denied:
        door.open_view(world.actor("operator"), of_alarm(case))
    assert denied.value.decision.missing == ("alarm_claimed",)


def test_who_puts_the_alarm_back_sees_nothing_more_of_it(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    alarms.release_claim(operator, case.alarm_id)
    with pytest.raises(Denied):
        door.renew(operator, view.lease_id)


def test_as_many_look_as_the_site_allows_and_the_next_one_is_told_so(world: World, case: Any) -> None:
    limit_viewers(case, 2)
    first, second, third = (world.actor(name) for name in ("operator", "operator2", "supervisor"))
    view = door.open_view(first, of_alarm(case))
    door.open_view(second, of_alarm(case))
    with pytest.raises(TooManyViewers) as full:
        door.open_view(third, of_alarm(case))
    assert full.value.details == {"most": 2}
    assert len(logged(world, case, Kind.VIEW)) == 2
    door.open_view(first, of_alarm(case))  # who looks already keeps his one place
    door.end_view(first, view.lease_id)
    with pytest.raises(TooManyViewers):
        door.open_view(third, of_alarm(case))


def test_a_place_comes_free_when_a_view_ends_or_runs_out(world: World, case: Any) -> None:
    limit_viewers(case, 1)
    view = door.open_view(world.actor("operator"), of_alarm(case))
    with pytest.raises(TooManyViewers):
        door.open_view(world.actor("operator2"), of_alarm(case))
    door.end_view(world.actor("operator"), view.lease_id)
    with stopped_clock(clock.now()) as time:
        door.open_view(world.actor("operator2"), of_alarm(case))
        with pytest.raises(TooManyViewers):
            door.open_view(world.actor("operator"), of_alarm(case))
        time.advance(61)
        door.open_view(world.actor("operator"), of_alarm(case))
        with tenancy.acting_as(case.actor.party_id):
            viewers = queries.viewers([case.alarm_id])[case.alarm_id]
    assert [viewer.person_id for viewer in viewers] == [WORLD.person("operator").id]


# --- reopening ---


def test_a_recalled_alarm_that_turns_out_real_is_reopened_and_shows_what_was_released_then(
    world: World, case: Any
) -> None:
    operator = world.actor("operator")
    recall(world, case)
    reopening = actions.reopen_window(operator, case.alarm_id, ReopenReason.RECALLED_YET_REAL)
    assert reopening.after_recall
    view = door.open_view(operator, again(case))
    assert slots(view) == list(range(10, 25))
    assert door.fetch(operator, view.lease_id, [view.segments[0].id])
    [entry] = [row.said for row in logged(world, case, Kind.REOPENED)]
    assert entry is not None
    assert (entry.facts["reason"], entry.facts["minutes"]) == ("recalled_yet_real", 15)
    [seen] = [row.said for row in logged(world, case, Kind.VIEW)]
    assert seen is not None
    assert (seen.facts["purpose"], seen.facts["reason"]) == ("alarm_followup", "recalled_yet_real")


def test_a_reopened_alarm_is_never_wider_and_never_live(world: World, case: Any) -> None:
    operator = world.actor("operator")
    recall(world, case)
    late = case.unit.release(case.alarm_id, case.epoch, [(25, 30)], world.arc_tenant(case.site))
    world.accept(case.actor, case.unit, late, *case.unit.record(case.epoch, 40, 45))
    actions.reopen_window(operator, case.alarm_id, "recalled_yet_real")
    wide = again(case, SlotRange(case.epoch.id, 0, 45))
    view = door.open_view(operator, wide)
    assert slots(view) == list(range(10, 25))
    after = case.unit.release(case.alarm_id, case.epoch, [(30, 31)], world.arc_tenant(case.site))
    world.accept(case.actor, case.unit, after)
    renewed = door.renew(operator, view.lease_id)
    assert (slots(renewed), len(renewed.releases)) == ([], 0)
    for seq in (9, 25, 30, 44):
        with pytest.raises(LeaseEnded):
            door.fetch(operator, view.lease_id, [f"{case.epoch.id}.{seq}"])


def test_a_reopening_ends_by_itself_and_its_views_with_it(world: World, case: Any) -> None:
    operator = world.actor("operator")
    recall(world, case)
    with stopped_clock(clock.now()) as time:
        actions.reopen_window(operator, case.alarm_id, "recalled_yet_real", minutes=1)
        view = door.open_view(operator, again(case))
        time.advance(50)
        door.renew(operator, view.lease_id)
        time.advance(11)
        with pytest.raises(WindowClosed):
            door.fetch(operator, view.lease_id, [view.segments[0].id])
        with pytest.raises(Denied) as denied:
            door.open_view(operator, again(case))
        assert "reopening_open" in denied.value.decision.missing
        jobs.run_once()
        assert len(logged(world, case, Kind.REOPENING_ENDED)) == 1
        assert len(logged(world, case, Kind.VIEW_ENDED)) == 1
        actions.reopen_window(operator, case.alarm_id, "recalled_yet_real", minutes=1)
    assert len(logged(world, case, Kind.REOPENED)) == 2


def test_the_customer_ends_a_reopening_at_once(world: World, case: Any) -> None:
    operator = world.actor("operator")
    recall(world, case)
    actions.reopen_window(operator, case.alarm_id, "recalled_yet_real")
    view = door.open_view(operator, again(case))
    actions.end_reopening(world.actor(world.owner_of(case.site)), case.alarm_id)
    with pytest.raises(WindowClosed):
        door.fetch(operator, view.lease_id, [view.segments[0].id])


def test_only_the_closed_list_reopens_and_only_what_fits_how_the_alarm_ended(world: World, case: Any) -> None:
    operator = world.actor("operator")
    for reason, minutes in (("curiosity", 15), ("", 15), ("police_request", 0), ("police_request", 61)):
        with pytest.raises(UnknownReason):
            actions.reopen_window(operator, case.alarm_id, reason, minutes=minutes)
    with pytest.raises(Denied) as denied:
        actions.reopen_window(operator, case.alarm_id, "police_request")
    assert denied.value.decision.missing == ("window_ended",), "what is open is looked at as it is"
    alarms.close(operator, case.alarm_id, "test")
    with pytest.raises(NotReopened):
        actions.reopen_window(operator, case.alarm_id, "recalled_yet_real")
    assert not actions.reopen_window(operator, case.alarm_id, "customer_question").after_recall
    with pytest.raises(ReopenedAlready):
        actions.reopen_window(operator, case.alarm_id, "police_request")


def test_owners_technicians_and_strangers_reopen_nothing(world: World, case: Any) -> None:
    recall(world, case)
    for person in ("owner", "foreman", "technician", "planner", "admin", "household", "nordtech"):
        with pytest.raises(Denied):
            actions.reopen_window(world.actor(person), case.alarm_id, "recalled_yet_real")


def test_what_was_shredded_is_not_reopened(world: World, case: Any) -> None:
    recall(world, case)
    with tenancy.acting_as(case.actor.party_id):
        for row in Release.objects.filter(shred__isnull=False):
            assert row.shred is not None
            shred.destroy("release", row.shred)
    with pytest.raises(Denied) as denied:
        actions.reopen_window(world.actor("operator"), case.alarm_id, "recalled_yet_real")
    assert "release_exists" in denied.value.decision.missing


# --- the customer is told ---


def test_the_customer_and_the_supervisor_are_told_of_a_reopening_and_of_looks_after_a_recall(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.kernel import outbox
    from zegel.server.kernel.models import OutboxEvent

    sent: list[dict[str, str]] = []
    monkeypatch.setattr(jobs.tell, "defer", lambda **said: sent.append(said))
    recall(world, case)
    actions.reopen_window(world.actor("operator"), case.alarm_id, "recalled_yet_real")
    door.open_view(world.actor("operator"), again(case))
    with tenancy.acting_as(None):
        topics = list(OutboxEvent.objects.values_list("topic", flat=True))
    assert {"window.reopened", "view.after_recall"} <= set(topics)
    outbox.Deliverer().run_once()
    owner, centre = str(WORLD.party("dehaan").id), str(WORLD.party("centrale").id)
    assert [(one["to"], one["occasion"]) for one in sent] == [
        (owner, "reopened"), (owner, "after_recall"), (centre, "after_recall_arc"),
    ]  # fmt: skip


def test_the_letters_go_to_the_owners_people_and_to_the_supervisors(world: World, case: Any) -> None:
    from django.core import mail

    getattr(mail, "outbox", []).clear()
    owner, centre = str(WORLD.party("dehaan").id), str(WORLD.party("centrale").id)
    said = {"owner_id": owner, "camera_id": str(case.camera), "alarm_id": str(case.alarm_id)}
    jobs.tell(to=owner, occasion="reopened", **said)
    jobs.tell(to=centre, occasion="after_recall_arc", **said)
    receivers = [letter.to[0] for letter in mail.outbox]
    of_the_owner = {person.email for person in WORLD.people_of("dehaan")}
    supervisors = {person.email for person in WORLD.people_of("centrale") if person.role == "supervisor"}
    assert set(receivers) == of_the_owner | supervisors
    assert all("Harbour yard North" in letter.subject for letter in mail.outbox)


def test_who_looked_says_reopened_for_which_reason_by_whom_from_where_and_what_was_done(
    world: World, case: Any
) -> None:
    from tests.attack.test_door_routes import signed_in

    operator = world.actor("operator")
    door.open_view(operator, of_alarm(case))
    door.verify(operator, case.alarm_id, case.camera)
    recall(world, case)
    actions.reopen_window(operator, case.alarm_id, "recalled_yet_real", minutes=10)
    door.open_view(operator, again(case))
    rows = signed_in(world, world.owner_of(case.site)).get("/api/v1/who-looked?days=30").json()
    [reopened] = [row for row in rows if row["kind"] == "reopened"]
    assert (reopened["why"], reopened["minutes"], reopened["who"]["name"]) == ("recalled_yet_real", 10, "Operator 12")
    later, first = [row for row in rows if row["kind"] == "view"]
    assert (later["why"], later["reason"]) == ("alarm_followup", "recalled_yet_real")
    assert (first["address"], first["verified_ms"] is not None) == ("127.0.0.1", True)
    assert later["verified_ms"] is None
