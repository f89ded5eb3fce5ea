# SPDX-License-Identifier: EUPL-1.2
"""Who falls silent is noticed, who comes back too, and many at once are one event."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.actors import World
from tests.clock import TestClock, stopped_clock
from tests.integration.signals import panels
from zegel.server.kernel import clock, tenancy
from zegel.server.signals import actions, intake, queries
from zegel.server.signals.actions import PathPlan
from zegel.server.signals.models import Panel, Path, PathKind, Source

POLLS = (PathPlan(PathKind.DC09_TLS, 90, 30),)


@pytest.fixture
def time() -> Iterator[TestClock]:
    with stopped_clock(clock.now()) as time:
        yield time


def sweep(gather_s: float = 0.0, listening_for_s: float = 3600) -> None:
    """One look, by somebody who has been listening for that long."""
    from zegel.server.signals.receivers import database
    from zegel.server.signals.receivers.supervision import Supervision
    from zegel.server.signals.receivers.writer import Writer

    async def once() -> None:
        writer = Writer()
        writer.well_since = clock.now() - timedelta(seconds=listening_for_s)
        connection = await database.connect()
        try:
            await Supervision(writer, gather_s=gather_s).sweep(connection)
        finally:
            await connection.close()

    asyncio.run(once())


def told(world: World, who: str = "operator") -> list[tuple[str, Any, str]]:
    return [(row.code, row.panel_id, row.text) for row in reversed(queries.newest(world.actor(who)))]


def polled(*some: Panel) -> None:
    for panel in some:
        with tenancy.acting_as(panel.owner_id):
            Path.objects.filter(panel=panel).update(last_at=clock.now())


def test_a_panel_that_stops_polling_is_told_once_and_its_return_too(world: World, time: TestClock) -> None:
    panel = panels.panel(world, panels.line(world), paths=POLLS)
    time.advance(119)
    sweep()
    assert told(world) == []
    time.advance(2)
    sweep()
    sweep()
    assert told(world) == [("path_lost", panel.id, "dc09_tls")]
    with tenancy.acting_as(panel.owner_id):
        assert [path.kind for path in queries.missing_paths(panel.id)] == ["dc09_tls"]
    time.advance(500)
    polled(panel)
    sweep()
    sweep()
    assert told(world)[1:] == [("path_back", panel.id, "dc09_tls")]
    (lost, _) = queries.unprocessed()
    assert (lost.source, lost.signal_class, lost.owner_id) == ("server", "technical", panel.owner_id)


def test_any_message_restarts_the_wait(world: World, time: TestClock) -> None:
    panel = panels.panel(world, panels.line(world), paths=POLLS)
    time.advance(115)
    event = intake.unreadable("dc09")
    intake.accept(
        intake.NewSignal(Source.PANEL, "dc09_tls", panel.owner_id, panel.provider_id, event, panel_id=panel.id)
    )
    time.advance(115)
    sweep()
    assert [code for code, _, _ in told(world)] == ["unreadable"]


def test_our_own_outage_is_nobody_elses(world: World, time: TestClock) -> None:
    panels.panel(world, panels.line(world), paths=POLLS)
    time.advance(10_000)
    sweep(listening_for_s=100)
    assert told(world) == []
    time.advance(60)
    sweep(listening_for_s=160)
    assert [code for code, _, _ in told(world)] == ["path_lost"]


def test_a_retired_panel_is_not_waited_for(world: World, time: TestClock) -> None:
    panel = panels.panel(world, panels.line(world), paths=POLLS)
    actions.retire(world.actor("technician"), panel.id)
    time.advance(10_000)
    sweep()
    assert told(world) == []


def test_many_of_a_line_at_once_are_one_event_for_the_alarm_centre(world: World, time: TestClock) -> None:
    """And their return is one; whoever stays away is told by himself then."""
    line = panels.line(world)
    many = [panels.panel(world, line, f"AA{number:02d}", paths=POLLS) for number in range(12)]
    time.advance(130)
    sweep(gather_s=10)
    assert told(world) == [("paths_lost", None, "12")]
    assert told(world, "owner") == []
    late = panels.panel(world, line, "BB01", paths=POLLS)
    time.advance(130)
    sweep(gather_s=10)
    assert len(told(world)) == 1, "who goes while the outage lasts is counted in it"
    time.advance(10)
    polled(*many[1:], late)
    sweep(gather_s=10)
    assert told(world)[1:] == [("paths_back", None, ""), ("path_lost", many[0].id, "dc09_tls")]
    polled(many[0])
    time.advance(1)
    polled(many[0])
    sweep(gather_s=10)
    assert told(world)[3:] == [("path_back", many[0].id, "dc09_tls")]


def test_a_few_wait_a_moment_for_others_to_go_with_them(world: World, time: TestClock) -> None:
    panels.panel(world, panels.line(world), paths=POLLS)
    time.advance(130)
    sweep(gather_s=10)
    assert told(world) == []
