# SPDX-License-Identifier: EUPL-1.2
"""What a unit passes on of the panels and inputs on its site, and what it found out about its cameras."""

from __future__ import annotations

import os
from typing import Any
from uuid import uuid4

import msgspec
from tests.actors import SimUnit, World

from zegel.link.messages import CameraFacts, FactsItem, SignalItem, SignalSource, Told
from zegel.protocols.codes import UNKNOWN_NAME
from zegel.server.kernel import clock, tenancy
from zegel.server.signals.actions import Meaning, override_code
from zegel.server.signals.models import Signal
from zegel.server.sites.models import Camera

OPENING = Told("sia", "OP", phase="open", signal_class="open_close", priority=7, user="7", known=True)


def signal(account: str = "1234AB", **changes: Any) -> SignalItem:
    item = SignalItem(
        os.urandom(16), clock.now_ms(), SignalSource.PANEL, "dc09_tcp", "192.168.1.9", account, OPENING, b"raw bytes",
        None, 17, True,
    )  # fmt: skip
    return msgspec.structs.replace(item, **changes)


def stored(actor: Any) -> list[Signal]:
    with tenancy.acting_as(actor.party_id):
        return list(Signal.objects.filter(source="unit").order_by("id"))


def test_what_a_panel_said_to_its_unit_is_stored_once_as_its_sites(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    item = signal()
    world.accept(actor, unit, item, item)
    [row] = stored(actor)
    assert (row.account, row.seq, row.code, row.phase, row.user, row.transport) == (
        "1234AB", "0017", "OP", "open", "7", "unit",
    )  # fmt: skip
    assert bytes(row.raw) == b"raw bytes"
    assert row.site_id is not None
    assert row.times == 2


def test_words_that_nobody_knows_here_are_stored_as_unknown(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    world.accept(actor, unit, signal(told=Told("sia", "ZZ", phase="nonsense", signal_class="nonsense")))
    [row] = stored(actor)
    assert (row.phase, row.signal_class, row.known) == ("unknown", "unknown", False)


def test_what_the_provider_says_of_a_code_holds_for_a_panel_behind_a_unit(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    planner = world.actor("planner")
    for meaning in (
        Meaning("sia", "QQ", "alarm", "holdup_duress", 1, "Cash drawer"),
        Meaning("cid", "131", "alarm", "technical", 6, "Shed", "1"),
        Meaning("sia", "HA", "info", "info", 9, "Test button"),
    ):
        override_code(planner, meaning)
    unknown, fence = Told("sia", "QQ", name=UNKNOWN_NAME), Told("cid", "131", "1", "alarm", "burglary", 2, known=True)
    restored = msgspec.structs.replace(fence, qualifier="3", phase="restore", signal_class="restore", priority=7)
    of_nobody = Told("sia", "HA", priority=1, name="Hold-up")
    for told in (unknown, fence, restored, of_nobody, OPENING):
        world.accept(actor, unit, signal(told=told))
    assert [(row.code, row.signal_class, row.priority, row.known) for row in stored(actor)] == [
        ("QQ", "holdup_duress", 1, True), ("131", "technical", 6, True), ("131", "restore", 7, True),
        ("HA", "unknown", 1, False), ("OP", "open_close", 7, True),
    ]  # fmt: skip


def test_a_strangers_camera_is_not_believed(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    world.accept(actor, unit, signal("", source=SignalSource.ONVIF, camera=uuid4().bytes))
    world.accept(actor, unit, signal("", source=SignalSource.ONVIF, camera=unit.cameras[0].bytes))
    told = [dict(row.extra).get("camera") for row in stored(actor)]
    assert told == [None, str(unit.cameras[0])]


def test_what_cameras_can_do_is_kept_and_only_of_the_units_own(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    camera = unit.cameras[0]
    world.accept(actor, unit, FactsItem([CameraFacts(camera.bytes, ["video", "ptz"], ["Gate", "Door"])]))
    with tenancy.acting_as(actor.party_id):
        row = Camera.objects.get(id=camera)
    assert (row.capabilities, row.presets) == (["ptz", "video"], ["Gate", "Door"])
    answer = world.take(actor, unit, FactsItem([CameraFacts(uuid4().bytes, ["ptz"])]))
    assert answer.refused is not None
    assert answer.refused[0] == "wrong_binding"
