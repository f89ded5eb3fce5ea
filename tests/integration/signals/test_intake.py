# SPDX-License-Identifier: EUPL-1.2
"""The durable path for everything but panels' own protocols, and the interpreter's side of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django.conf
import psycopg
import pytest

from tests.actors import World
from zegel.demo.world import WORLD
from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server.kernel import clock, ids, tenancy
from zegel.server.signals import actions, intake, queries
from zegel.server.signals.models import Signal, Source

BURGLARY = Event("api", "BA", None, Phase.ALARM, SignalClass.BURGLARY, 3, "Burglary", zone="12")
FIRE = Event("api", "FA", None, Phase.ALARM, SignalClass.FIRE, 1, "Fire")


def new(event: Event = BURGLARY, owner: str = "dehaan", **more: Any) -> intake.NewSignal:
    known = {"source": Source.API, "transport": "api", "raw": b"as it came", **more}
    return intake.NewSignal(
        owner_id=WORLD.party(owner).id, provider_id=WORLD.serving(owner, "provider").id, event=event, **known
    )


def test_what_was_accepted_is_there_with_its_bytes_and_somebody_is_woken(world: World, postgres: Any) -> None:
    with psycopg.connect(postgres.urls().app, autocommit=True) as listening:
        listening.execute(f"LISTEN {intake.CHANNEL}")
        accepted = intake.accept(new(site_id=WORLD.site("yard").id))
        assert next(listening.notifies(timeout=2)).channel == intake.CHANNEL
    (row,) = queries.newest(world.actor("operator"))
    assert (row.signal_id, bytes(row.raw), row.code, row.zone) == (accepted.signal_id, b"as it came", "BA", "12")
    assert row.processed_at is None


def test_the_same_thing_again_is_counted_and_after_its_time_it_is_another(world: World) -> None:
    first = intake.accept(new(dedupe=("review-1",)))
    again = intake.accept(new(dedupe=("review-1",)))
    other = intake.accept(new(dedupe=("review-2",)))
    later = intake.accept(new(dedupe=("review-1",), received_ms=clock.now_ms() + 11 * 60_000))
    assert (again.signal_id, again.duplicate) == (first.signal_id, True)
    assert not other.duplicate
    assert not later.duplicate
    rows = {row.signal_id: row.times for row in queries.newest(world.actor("operator"))}
    assert rows == {first.signal_id: 2, other.signal_id: 1, later.signal_id: 1}


def test_two_customers_may_use_the_same_words_for_different_things(world: World) -> None:
    assert not intake.accept(new(dedupe=("1",))).duplicate
    assert not intake.accept(new(owner="lindqvist", dedupe=("1",))).duplicate


def test_the_interpreter_gets_them_in_order_for_each_panel_and_the_urgent_panels_first(world: World) -> None:
    slow, urgent = ids.new(), ids.new()
    given = [
        intake.accept(new(panel_id=panel, event=event)).signal_id
        for panel, event in ((slow, BURGLARY), (urgent, BURGLARY), (slow, BURGLARY), (urgent, FIRE))
    ]
    waiting = queries.unprocessed(10)
    assert [row.signal_id for row in waiting] == [given[1], given[3], given[0], given[2]]
    assert waiting[0].owner_id == WORLD.party("dehaan").id


def test_a_lost_secret_and_a_stuck_signal_are_found_by_the_check(world: World) -> None:
    from tests.clock import stopped_clock
    from zegel.server.signals import invariants, keys

    assert list(invariants.panels_keys_open()) == []
    keys._cipher_of.cache_clear()
    secret = Path(django.conf.settings.SECRETS_PATH) / "panel-keys"
    before = secret.read_text()
    try:
        secret.write_text("00" * 32)
        assert len(list(invariants.panels_keys_open())) == 2, "the two seeded panels"
    finally:
        secret.write_text(before)
        keys._cipher_of.cache_clear()
    intake.accept(new())
    assert list(invariants.nothing_waits_for_long()) == []
    with stopped_clock(clock.now()) as time:
        time.advance(400)
        assert len(list(invariants.nothing_waits_for_long())) == 1


def test_what_was_processed_is_not_given_again(world: World) -> None:
    intake.accept(new())
    intake.accept(new(event=FIRE))
    first, second = queries.unprocessed()
    alarm = ids.new()
    with tenancy.acting_as(first.owner_id):
        actions.processed([first.id], alarm)
    assert [row.id for row in queries.unprocessed()] == [second.id]
    with tenancy.acting_as(first.owner_id):
        assert [row.id for row in queries.signals_of(alarm)] == [first.id]


def test_another_customer_sees_nothing_of_it_and_can_not_say_that_it_was_processed(world: World) -> None:
    intake.accept(new())
    assert queries.newest(world.actor("household")) == []
    (row,) = queries.unprocessed()
    with tenancy.acting_as(WORLD.party("lindqvist").id):
        actions.processed([row.id], None)
    assert [r.id for r in queries.unprocessed()] == [row.id]


def test_nobody_writes_a_signal_for_another_customer(world: World) -> None:
    from django.db import ProgrammingError

    accepted = intake.accept(new())
    with tenancy.acting_as(WORLD.party("lindqvist").id), pytest.raises(ProgrammingError):
        signal = Signal(**intake._fields(new(), None, 1))
        signal.save(force_insert=True)
    assert accepted.signal_id


def test_more_bytes_than_a_signal_needs_are_cut_and_said_so(world: World) -> None:
    intake.accept(new(raw=bytes(intake.LARGEST_RAW + 1)))
    (row,) = queries.newest(world.actor("operator"))
    assert (len(row.raw), row.fault) == (intake.LARGEST_RAW, "too_long")
