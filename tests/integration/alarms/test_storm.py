# SPDX-License-Identifier: EUPL-1.2
"""Journey 7: five hundred alarms in a minute, and what a queue of a thousand costs."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.actors import World
from tests.integration.alarms.hearing import Ears, cid, read_all
from tests.integration.signals import panels

from zegel.demo.world import WORLD
from zegel.server.alarms import interpreter, shapes
from zegel.server.alarms.models import Alarm, AlarmSignal
from zegel.server.alarms.reading import Picture
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.signals.models import Panel, Signal
from zegel.server.sites.models import Site

CENTRE = WORLD.party("centrale").id


def many(ears: list[Ears], said: list[tuple[int, str, str, str]]) -> None:
    """(which panel, code, qualifier, zone) each, stored as a receiver's batch stores them: in one statement."""
    rows = []
    for place, code, qualifier, zone in said:
        panel, event, now = ears[place].panel, cid(code, qualifier, zone), clock.now_ms()
        rows.append(Signal(
            signal_id=uuid4(), owner_id=panel.owner_id, provider_id=panel.provider_id, panel_id=panel.id,
            site_id=panel.site_id, source="panel", transport="dc09_tls", raw=b"test", account=panel.account,
            protocol="cid", code=code, qualifier=qualifier, phase=str(event.phase),
            signal_class=str(event.signal_class), priority=event.priority, name=event.name, zone=zone, known=True,
            received_ms=now, last_ms=now,
        ))  # fmt: skip
    for owner_id in {row.owner_id for row in rows}:
        with tenancy.acting_as(owner_id):
            Signal.objects.bulk_create([row for row in rows if row.owner_id == owner_id])


def town_of(world: World, count: int) -> list[Ears]:
    """So many sites of two owners, each with a panel."""
    line = panels.line(world)
    return [_house(world, line, n) for n in range(count)]


def _house(world: World, line: Any, number: int) -> Ears:
    like = WORLD.site(("yard", "villa")[number % 2])
    owner_id, provider_id = WORLD.party(like.owner).id, WORLD.party(like.provider).id
    with tenancy.acting_as(owner_id):
        site = Site.objects.create(
            owner_id=owner_id, provider_id=provider_id, name=f"House {number}", address="", tz=like.tz,
            profile=like.profile, created_at=clock.now(),
        )  # fmt: skip
    with work.transaction(system(owner_id)):
        panel = Panel.objects.create(
            owner_id=owner_id, provider_id=provider_id, site_id=site.id, line_id=line.id, name="Panel",
            account=f"{number:04X}", added_at=clock.now(),
        )  # fmt: skip
    return Ears(world, panel, like.key)


@pytest.fixture
def town(world: World) -> list[Ears]:
    return town_of(world, 40)


def test_a_storm_of_five_hundred_hold_up_and_fire_first_duplicates_folded_a_runaway_parked_nothing_lost(
    world: World, town: list[Ears]
) -> None:
    runaway = [(39, "130", "1", "7")] * 60
    burglaries = [(n % 39, "130", "1", str(n // 39 % 3)) for n in range(400)]
    faults = [(n % 40, "301", "1", "0") for n in range(30)]
    danger = [(3, "110", "1", "1"), (4, "120", "1", "1"), (5, "110", "1", "2"), (3, "110", "1", "9")]
    said = [*runaway, *burglaries, *faults, *danger, *[(6, "100", "1", "1")] * 6]
    many(town, said)
    assert len(said) == 500
    began = time.perf_counter()
    assert read_all() == 500
    took = time.perf_counter() - began
    rows = shapes.rows(CENTRE)
    with tenancy.acting_as(CENTRE):
        assert AlarmSignal.objects.count() == 500, "nothing lost"
        kept = Counter(AlarmSignal.objects.values_list("verdict", flat=True))
        folded = sum(Alarm.objects.values_list("folded", flat=True))
    assert [row["signal_class"] for row in rows[:4]] == ["fire", "fire", "holdup_duress", "medical"]
    assert kept["opened"] + kept["folded"] == 500
    assert kept["opened"] == len(rows) == 40 + 40 - 10 + 4, "one for each panel and matter"
    assert folded == kept["folded"]
    assert {row["confirmed"] for row in rows if row["signal_class"] == "burglary"} == {"sequential", ""}
    parked = [row for row in rows if row["parked_until_ms"] is not None]
    assert rows[-len(parked) :] == parked
    assert str(town[39].panel.id) in {row["panel_id"] for row in parked}
    assert not any(row["signal_class"] in {"fire", "holdup_duress", "medical"} for row in parked)
    assert took < 20, f"500 signals took {took:.1f} s"


def test_the_most_urgent_panel_is_read_first_and_each_panels_own_order_is_kept(
    town: list[Ears], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[UUID | None, str]] = []
    real = interpreter.reading.read

    def noting(heard: Any, site: Picture) -> Any:
        read.append((heard.panel_id, heard.code))
        return real(heard, site)

    monkeypatch.setattr(interpreter.reading, "read", noting)
    many(town, [(0, "301", "1", "1")] * 3 + [(1, "130", "1", "1"), (2, "301", "1", "1"), (2, "120", "1", "2")])
    read_all()
    assert read[0] == (town[2].panel.id, "301")
    assert read[1] == (town[2].panel.id, "120"), "its own earlier fault first, then the hold-up, before anybody else"


def queue_of(world: World, count: int) -> None:
    owner, site = WORLD.party("dehaan").id, WORLD.site("yard")
    now = clock.now_ms()
    with tenancy.acting_as(owner):
        Alarm.objects.bulk_create([
            Alarm(
                id=uuid4(), owner_id=owner, provider_id=WORLD.party("waak").id, site_id=site.id, state="queued",
                cause="input", alarm_class="burglary", signal_class="burglary", source="panel", zone=str(n), score=0,
                priority=5, images="none:signal", first_seen_ms=now - n, raised_ms=now - n, received_ms=now - n,
            )
            for n in range(count)
        ])  # fmt: skip


def test_a_queue_of_a_thousand_costs_as_many_queries_as_one_of_ten(world: World) -> None:
    queue_of(world, 10)
    with CaptureQueriesContext(connection) as few:
        assert len(shapes.rows(CENTRE)) == 10
    queue_of(world, 990)
    with CaptureQueriesContext(connection) as many_rows:
        assert len(shapes.rows(CENTRE)) == 1000
    assert len(many_rows) == len(few) <= 12


def test_signals_of_many_owners_share_a_transaction_and_one_that_may_not_be_written_spoils_no_other(
    world: World, town: list[Ears], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreter, "_centres", interpreter._Centres())
    taken: list[tuple[UUID, int]] = []
    real = interpreter.process

    def noting(party_id: UUID, group: Any, **more: Any) -> None:
        real(party_id, group, **more)
        taken.append((party_id, len(group)))

    monkeypatch.setattr(interpreter, "process", noting)
    many(town, [(n, "130", "1", "1") for n in range(40)])
    read_all()
    assert taken == [(CENTRE, 40)]
    monkeypatch.setattr(interpreter._Centres, "of", lambda self, owner_id: WORLD.party("waak").id)
    many(town, [(n, "137", "1", "2") for n in range(10)])
    read_all()
    assert {party for party, _ in taken[1:]} == {ears.owner_id for ears in town}, "a wrong centre writes nothing"
    with tenancy.acting_as(CENTRE):
        assert Alarm.objects.count() == 50
        assert {row.owner_id for row in Alarm.objects.all()} == {ears.owner_id for ears in town}
