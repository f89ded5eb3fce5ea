# SPDX-License-Identifier: EUPL-1.2
"""The door: what an operator and an owner get to see, until when, and what is written down about it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.actors import MARKER, World
from tests.clock import stopped_clock

from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.release import open_release, verify_release
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.server.alarms import actions as alarms
from zegel.server.footage import door, jobs
from zegel.server.footage.door import View, ViewRequest
from zegel.server.footage.errors import LeaseEnded, NothingToShow, ViewNotLogged, WindowClosed
from zegel.server.footage.models import Deadline, Lease
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger


def of_alarm(case: Any) -> ViewRequest:
    return ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)


def own(case: Any, first: int, last: int) -> ViewRequest:
    return ViewRequest(
        case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, ranges=(SlotRange(case.epoch.id, first, last),)
    )


def slots(view: View) -> list[int]:
    return [segment.slot for segment in view.segments]


def logged(world: World, case: Any, *kinds: Kind) -> list[ledger.Logged]:
    owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(owner.party_id, owner.id):
        return ledger.entries(kinds, owner.party_id, since_ms=0)


def test_the_operator_opens_exactly_the_released_seconds_with_the_keys_of_the_release(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    assert slots(view) == list(range(10, 25))
    release = verify_release(view.releases[0], case.unit.signing.public_key)
    keys = open_release(release, world.arc_tenant(case.site))
    for listed, sealed in zip(
        view.segments, door.fetch(operator, view.lease_id, [s.id for s in view.segments]), strict=True
    ):
        header, plaintext = open_segment(keys.leaf(listed.epoch.bytes, listed.slot), sealed)
        assert (header.slot, header.sequence) == (listed.slot, listed.seq)
        assert plaintext.startswith(MARKER)


def test_the_owner_opens_his_own_recording_with_the_epochs_root(world: World, case: Any) -> None:
    owner = world.actor(world.owner_of(case.site))
    view = door.open_view(owner, own(case, 0, 5))
    epoch = verify_epoch(view.epochs[0], case.unit.signing.public_key)
    root = open_epoch(epoch, world.owner_tenant(case.site))
    sealed = door.fetch(owner, view.lease_id, [view.segments[3].id])[0]
    assert open_segment(leaf(root, 3), sealed)[1].startswith(MARKER)
    assert view.releases == []


def test_a_view_is_in_the_ledger_before_it_is_given_and_says_who_why_and_what(world: World, case: Any) -> None:
    view = door.open_view(world.actor("operator"), of_alarm(case))
    entry = next(row for row in logged(world, case, Kind.VIEW) if row.index == view.index)
    assert entry.said is not None
    assert entry.said.facts["purpose"] == "alarm_verification"
    assert entry.said.facts["slots"] == 15
    assert entry.said.facts["from_ms"] == case.epoch.body.start_ms + 10_000
    handed = logged(world, case, Kind.RELEASE_HANDED)
    assert handed[0].said is not None
    assert handed[0].said.facts["parts"] == "1"


def test_a_view_that_can_not_be_logged_does_not_happen(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.ledger.errors import LedgerUnavailable

    def away(*_: object) -> None:
        raise LedgerUnavailable("The ledger is away.")

    monkeypatch.setattr(door.ledger, "append_many", away)
    operator = world.actor("operator")
    with pytest.raises(ViewNotLogged):
        door.open_view(operator, of_alarm(case))
    with tenancy.acting_as(operator.party_id):
        assert not Lease.objects.exists()


def test_a_lease_covers_sixty_slots_and_a_renewal_the_next_ones_under_an_entry_of_its_own(world: World) -> None:
    case = world.burglary()
    for item in case.unit.record(case.epoch, 40, 130, each=30):
        world.accept(case.actor, case.unit, item)
    owner = world.actor(world.owner_of(case.site))
    view = door.open_view(owner, own(case, 0, 130))
    assert (slots(view), view.more) == (list(range(60)), True)
    second = door.renew(owner, view.lease_id)
    assert (slots(second), second.more) == (list(range(60, 120)), True)
    assert second.index > view.index
    third = door.renew(owner, view.lease_id)
    assert (slots(third), third.more) == (list(range(120, 130)), False)


def test_a_segment_beyond_the_lease_is_not_served_even_to_its_owner(world: World, case: Any) -> None:
    owner = world.actor(world.owner_of(case.site))
    view = door.open_view(owner, own(case, 0, 5))
    with pytest.raises(LeaseEnded):
        door.fetch(owner, view.lease_id, [f"{case.epoch.id}.6"])


def test_the_operator_can_not_reach_a_second_before_or_after_the_release(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    for seq in (0, 9, 25, 39):
        with pytest.raises(LeaseEnded):
            door.fetch(operator, view.lease_id, [f"{case.epoch.id}.{seq}"])
    wider = ViewRequest(
        case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id, (SlotRange(case.epoch.id, 0, 40),)
    )
    assert slots(door.open_view(operator, wider)) == list(range(10, 25))


def test_new_seconds_of_a_running_alarm_come_with_the_renewal(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    assert door.renew(operator, view.lease_id).segments == ()
    world.accept(
        case.actor, case.unit, case.unit.release(case.alarm_id, case.epoch, [(25, 28)], world.arc_tenant(case.site))
    )
    renewed = door.renew(operator, view.lease_id)
    assert slots(renewed) == [25, 26, 27]
    assert len(renewed.releases) == 1


def test_keys_may_come_before_their_seconds(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    world.accept(
        case.actor, case.unit, case.unit.release(case.alarm_id, case.epoch, [(40, 42)], world.arc_tenant(case.site))
    )
    assert slots(door.renew(operator, view.lease_id)) == []
    world.accept(case.actor, case.unit, *case.unit.record(case.epoch, 40, 42))
    assert slots(door.renew(operator, view.lease_id)) == [40, 41]


def test_after_the_customers_recall_nothing_more_is_handed_out(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    alarms.recall(world.actor(world.owner_of(case.site)), case.alarm_id)
    with pytest.raises(WindowClosed):
        door.fetch(operator, view.lease_id, [view.segments[0].id])
    with pytest.raises(WindowClosed):
        door.renew(operator, view.lease_id)
    with pytest.raises(Denied) as denied:
        door.open_view(operator, of_alarm(case))
    assert "window_open" in denied.value.decision.missing


def test_after_closing_nothing_more_is_handed_out(world: World, case: Any) -> None:
    operator = world.actor("operator")
    alarms.claim(operator, case.alarm_id)
    view = door.open_view(operator, of_alarm(case))
    alarms.close(operator, case.alarm_id, "genuine")
    with pytest.raises(WindowClosed):
        door.fetch(operator, view.lease_id, [view.segments[0].id])


def test_a_window_past_its_time_is_closed_by_the_clock_and_then_by_the_worker(world: World, case: Any) -> None:
    operator = world.actor("operator")
    view = door.open_view(operator, of_alarm(case))
    with stopped_clock(clock.now()) as time:
        time.advance(121)
        with pytest.raises(WindowClosed):
            door.fetch(operator, view.lease_id, [view.segments[0].id])
        with pytest.raises(Denied):
            door.open_view(operator, of_alarm(case))
        while jobs.run_once():
            pass
    with tenancy.acting_as(operator.party_id):
        window = door.queries.window_of(case.alarm_id)
        assert window is not None
        assert (window.ended_at is not None, window.end_reason) == (True, "expired")
        assert not Deadline.objects.exists()


def test_a_lease_ends_after_a_minute_and_its_end_is_logged_with_its_seconds(world: World, case: Any) -> None:
    owner = world.actor(world.owner_of(case.site))
    with stopped_clock(clock.now()) as time:
        view = door.open_view(owner, own(case, 0, 5))
        time.advance(61)
        with pytest.raises(LeaseEnded):
            door.fetch(owner, view.lease_id, [view.segments[0].id])
        jobs.run_once()
    ended = logged(world, case, Kind.VIEW_ENDED)
    assert ended[0].said is not None
    assert ended[0].said.facts["seconds"] == 60


def test_ending_a_view_says_how_long_it_lasted_and_its_segments_are_gone(world: World, case: Any) -> None:
    owner = world.actor(world.owner_of(case.site))
    with stopped_clock(clock.now()) as time:
        view = door.open_view(owner, own(case, 0, 5))
        time.advance(7)
        door.end_view(owner, view.lease_id)
    ended = logged(world, case, Kind.VIEW_ENDED)
    assert ended[0].said is not None
    assert ended[0].said.facts["seconds"] == 7
    with pytest.raises(LeaseEnded):
        door.fetch(owner, view.lease_id, [view.segments[0].id])


def test_a_colleague_can_not_use_an_operators_lease(world: World, case: Any) -> None:
    view = door.open_view(world.actor("operator"), of_alarm(case))
    with pytest.raises(LeaseEnded):
        door.fetch(world.actor("operator2"), view.lease_id, [view.segments[0].id])


def test_the_provider_can_not_look_for_any_purpose(world: World, case: Any) -> None:
    for person in ("technician", "planner", "admin", "privacy"):
        for purpose in Purpose:
            wish = ViewRequest(case.camera, Track.SURVEILLANCE, purpose, case.alarm_id, from_ms=0, to_ms=1)
            with pytest.raises(Denied):
                door.open_view(world.actor(person), wish)


def test_an_operator_can_not_look_without_an_alarm_nor_for_the_owners_purpose(world: World, case: Any) -> None:
    operator = world.actor("operator")
    with pytest.raises(Denied):
        door.open_view(operator, own(case, 0, 5))
    with pytest.raises(Denied):
        door.open_view(operator, ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION))


def test_another_customer_finds_nothing(world: World, case: Any) -> None:
    with pytest.raises(NothingToShow):
        door.open_view(world.actor("household"), own(case, 0, 5))


def test_a_time_begins_at_the_last_picture_that_can_be_shown_alone(world: World, case: Any) -> None:
    owner, unit, epoch = world.actor(world.owner_of(case.site)), case.unit, case.epoch
    for slot in range(40, 44):
        sealed = unit.segment(epoch, slot, random_access=slot == 40)
        world.accept(case.actor, unit, unit.segments_item(epoch, [sealed]))
    start = epoch.body.start_ms
    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=start + 42_500, to_ms=start + 44_000)
    assert slots(door.open_view(owner, wish)) == [40, 41, 42, 43]


def test_what_ended_before_the_time_that_is_asked_for_is_not_shown_with_it(world: World, case: Any) -> None:
    """Two pictures, two seconds apart: who saves the second one does not save the first."""
    owner, unit, epoch = world.actor(world.owner_of(case.site)), case.unit, case.epoch
    sealed = unit.segment(epoch, 41, random_access=True)
    world.accept(case.actor, unit, unit.segments_item(epoch, [sealed]))
    after = epoch.body.start_ms + 43_000
    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=after, to_ms=after + 1_000)
    assert slots(door.open_view(owner, wish)) == [41], "while it grows it may reach that far"
    world.accept(case.actor, unit, unit.manifest(epoch, 0, 60, closed=True))
    assert slots(door.open_view(owner, wish)) == []


def test_renewing_ending_and_recalling_at_once_never_wait_for_each_other_in_a_circle(world: World, case: Any) -> None:
    """Once a deadlock: renew took the lease before the window, the recall the window before the lease."""
    import threading

    from django.db import connections

    operator, problems = world.actor("operator"), list[BaseException]()
    views = [door.open_view(operator, of_alarm(case)) for _ in range(4)]
    ready = threading.Barrier(9)

    def attempt(call: Any) -> None:
        try:
            ready.wait()
            call()
        except (WindowClosed, LeaseEnded, Denied):
            pass  # the recall was first: as it should be
        except BaseException as error:
            problems.append(error)
        finally:
            connections.close_all()

    calls = [lambda v=view: door.renew(operator, v.lease_id) for view in views]
    calls += [lambda v=view: door.end_view(operator, v.lease_id) for view in views]
    calls.append(lambda: alarms.recall(world.actor(world.owner_of(case.site)), case.alarm_id))
    threads = [threading.Thread(target=attempt, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert problems == []


def test_however_long_a_time_is_asked_for_no_more_is_read_than_a_lease_covers(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for item in case.unit.record(case.epoch, 40, 200, each=40):
        world.accept(case.actor, case.unit, item)
    owner, start = world.actor(world.owner_of(case.site)), case.epoch.body.start_ms
    asked_ms = []
    unseen = door.queries.unseen_slots

    def watched(ranges: Any, lease_id: Any, limit: int) -> Any:
        found = unseen(ranges, lease_id, limit)
        asked_ms.append(len(found))
        return found

    monkeypatch.setattr(door.queries, "unseen_slots", watched)
    wish = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=start, to_ms=start + door.MAX_SPAN_MS)
    with CaptureQueriesContext(connection) as said:
        view = door.open_view(owner, wish)
    assert (slots(view), view.more) == (list(range(60)), True)
    assert [query for query in said if "DISTINCT s.slot" in query["sql"] and "LIMIT 61" in query["sql"]]
    seen = slots(view)
    while view.more:
        view = door.renew(owner, view.lease_id)
        seen += slots(view)
    assert seen == list(range(200)), "each once, in order"
    assert max(asked_ms) <= 61
    late = case.unit.record(case.epoch, 200, 203)
    world.accept(case.actor, case.unit, *late)
    assert slots(door.renew(owner, view.lease_id)) == [200, 201, 202]


def test_the_timeline_is_counted_in_the_database_and_says_where_it_goes_on(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.footage import queries

    for first in (50, 60, 70):
        world.accept(case.actor, case.unit, *case.unit.record(case.epoch, first, first + 5))
    start = case.epoch.body.start_ms
    with tenancy.acting_as(case.actor.party_id):
        epochs = queries.epochs_between(case.camera, 1, start, start + 100_000)
        found, more = queries.recorded_ranges(epochs, start + 2_000, start + 62_000)
        assert [(part.from_slot, part.to_slot) for part in found] == [(2, 40), (50, 55), (60, 62)]
        assert more is None
        monkeypatch.setattr(queries, "RECORDED_AT_MOST", 1)
        monkeypatch.setattr(queries, "EPOCHS_AT_ONCE", 1)
        _, more = queries.recorded_ranges([*epochs, *epochs], start + 2_000, start + 62_000)
        assert more == start + 2_000


def test_a_window_and_its_view_that_end_at_once_write_one_last_entry(world: World, case: Any) -> None:
    import threading

    from zegel.server.footage import actions
    from zegel.server.footage.rules import WindowEnd
    from zegel.server.kernel.actor import system

    operator = world.actor("operator")
    for _ in range(3):
        view = door.open_view(operator, of_alarm(case))
    together = threading.Barrier(2)

    def run(call: Any, *args: Any) -> None:
        from django.db import connections

        together.wait()
        try:
            call(*args)
        finally:
            connections.close_all()

    ends = (
        threading.Thread(target=run, args=(door.end_view, operator, view.lease_id)),
        threading.Thread(
            target=run, args=(actions.end_window, system(case.actor.party_id), case.alarm_id, WindowEnd.RECALLED)
        ),
    )  # fmt: skip
    for thread in ends:
        thread.start()
    for thread in ends:
        thread.join()
    assert len(logged(world, case, Kind.VIEW_ENDED)) == 3


def test_a_view_carries_the_units_lists_of_quiet_minutes_too_as_one_chain(world: World, case: Any) -> None:
    case.unit.record(case.epoch, 200, 201)
    items = [case.unit.segments_item(case.epoch, [sealed]) for sealed in case.epoch.sealed[-1:]]
    lists = [case.unit.manifest(case.epoch, first, 40) for first in (0, 40, 80, 120, 160, 200)]
    world.accept(case.actor, case.unit, *items, *lists)
    owner = world.actor(world.owner_of(case.site))
    start = case.epoch.body.start_ms
    whole = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=start + 45_000, to_ms=start + 201_000)
    assert [bytes(each) for each in door.open_view(owner, whole).manifests] == [item.envelope for item in lists]


def test_an_alarm_centre_gets_no_list_of_before_what_was_released(world: World, case: Any) -> None:
    lists = [case.unit.manifest(case.epoch, first, 5) for first in (0, 5, 10, 15, 20)]
    world.accept(case.actor, case.unit, *lists)
    view = door.open_view(world.actor("operator"), of_alarm(case))
    assert [bytes(each) for each in view.manifests] == [item.envelope for item in lists[2:]]
