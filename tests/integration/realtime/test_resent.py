# SPDX-License-Identifier: EUPL-1.2
"""A unit whose link broke sends again on a new one, while the server still stores what came over the old one: whatever
it is, it is stored once and accepted twice. A refusal would be for good: the unit would throw its only copy away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.actors import World

from zegel.link.messages import AnyItem, EpochItem
from zegel.server.alarms.actions import raising as alarms
from zegel.server.footage import actions as footage
from zegel.server.footage import pack_writer
from zegel.server.kernel import invariants

LONG_ENOUGH_S = 0.7


def slowed(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> threading.Event:
    """The first call of that function takes long; the event says that it has begun."""
    real: Callable[..., Any] = getattr(module, name)
    inside = threading.Event()

    def slow(*args: Any, **kwargs: Any) -> Any:
        first = not inside.is_set()
        inside.set()
        if first:
            threading.Event().wait(LONG_ENOUGH_S)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, slow)
    return inside


def twice(world: World, case: Any, item: AnyItem, inside: threading.Event) -> list[Any]:
    """The item on the old link, and on the new one as soon as the old one is being stored."""
    answers: list[Any] = []

    def send() -> None:
        from django.db import connections

        try:
            answers.append(world.take(case.actor, case.unit, item))
        finally:
            connections.close_all()

    old, new = threading.Thread(target=send), threading.Thread(target=send)
    old.start()
    assert inside.wait(10)
    new.start()
    old.join()
    new.join()
    return [(answer.refused, answer.try_again) for answer in answers]


ACCEPTED = [(None, False), (None, False)]


def test_a_release_that_is_being_stored_may_come_again(world: World, case: Any, monkeypatch: Any) -> None:
    item = case.unit.release(case.alarm_id, case.epoch, [(25, 30)], world.arc_tenant(case.site))
    inside = slowed(monkeypatch, footage, "_check_release")
    assert twice(world, case, item, inside) == ACCEPTED


def test_an_alarm_that_is_being_stored_may_come_again(world: World, case: Any, monkeypatch: Any) -> None:
    _, item = case.unit.alarm()
    inside = slowed(monkeypatch, alarms, "_check_chain")
    assert twice(world, case, item, inside) == ACCEPTED


def test_an_epoch_that_is_being_stored_may_come_again(world: World, case: Any, monkeypatch: Any) -> None:
    item = EpochItem(case.unit.epoch().envelope)
    inside = slowed(monkeypatch, footage.shred, "next_number")
    assert twice(world, case, item, inside) == ACCEPTED


def test_a_manifest_that_is_being_stored_may_come_again(world: World, case: Any, monkeypatch: Any) -> None:
    item = case.unit.manifest(case.epoch, 0, 40)
    inside = slowed(monkeypatch, footage, "_check_manifest")
    assert twice(world, case, item, inside) == ACCEPTED


@pytest.mark.parametrize("while_it", ["append", "put"])
def test_segments_that_are_being_stored_may_come_again_and_leave_no_object_that_nobody_names(
    world: World, case: Any, monkeypatch: Any, while_it: str
) -> None:
    item = case.unit.record(case.epoch, 40, 41)[0]
    inside = slowed(monkeypatch, pack_writer, while_it)
    assert twice(world, case, item, inside) == ACCEPTED
    found = {answer.name: answer.faults for answer in invariants.ask_all() if answer.name.startswith("footage.")}
    assert {name: faults for name, faults in found.items() if faults} == {}
