# SPDX-License-Identifier: EUPL-1.2
"""Turning a camera while one looks: at an alarm (C12), or live at one's own (C11).

What keeps it within bounds:
- The same facts as a look, and a running look of one's own at that camera; in an alarm only who has it in hand.
- Each order is written down before it leaves. It lives two seconds: one that can't be delivered at once is forgotten,
  because a camera that turns later turns for nobody.
- The unit decides: only in the alarm's window, or while it sends the owner's live picture, within the limits that he
  signed. It stops by itself when no order follows, and with the window or the look.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from zegel.server.footage import door, queries
from zegel.server.footage.errors import BadRange, CannotDoThat, NotLooking, WindowClosed
from zegel.server.footage.rules import Purpose
from zegel.server.gate import Action
from zegel.server.kernel import ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import capabilities
from zegel.server.sites.models import Camera

FULL = 1000
LIVES_MS = 2000


class Turn(StrEnum):
    """What a camera can be told."""

    MOVE = "move"
    STOP = "stop"
    PRESET = "preset"
    HOME = "home"


@dataclass(frozen=True)
class Wish:
    """`pan`, `tilt`, `zoom`: speeds in thousandths of the camera's full speed, −1000 … 1000; `preset`: a name."""

    turn: Turn
    pan: int = 0
    tilt: int = 0
    zoom: int = 0
    preset: str | None = None

    def __post_init__(self) -> None:
        speeds = (self.pan, self.tilt, self.zoom)
        if any(not -FULL <= speed <= FULL for speed in speeds) or (any(speeds) != (self.turn is Turn.MOVE)):
            raise BadRange
        if (self.preset is not None) != (self.turn is Turn.PRESET):
            raise BadRange


def control(actor: Actor, alarm_id: UUID | None, camera_id: UUID, wish: Wish) -> tuple[UUID, int]:
    """On its way to the unit when this returns: the order's id, under which the answer comes as an event, and the
    ledger entry's number. Without an alarm: of the owner who looks live. Raises Denied, HoldBeforeLook, NotLooking,
    CannotDoThat, WindowClosed."""
    lease = door.looking(actor, alarm_id, camera_id)
    if lease.purpose != (Purpose.OWN_USE if alarm_id is None else Purpose.ALARM_VERIFICATION).value:
        raise NotLooking
    actor, order = replace(actor, purpose=lease.purpose), ids.new()
    with work.transaction(actor) as w:
        camera, window = door.for_action(actor, Action.CONTROL, alarm_id, camera_id)
        if alarm_id is not None and not queries.is_open(window):
            raise WindowClosed
        place = _place_of(camera, wish)
        facts: dict[str, Fact] = {
            "lease": lease.id, "alarm": alarm_id, "camera": camera_id, "order": order, "turn": wish.turn.value,
            "speeds": f"{wish.pan},{wish.tilt},{wish.zoom}", "preset": wish.preset, "address": actor.address[:64],
        }  # fmt: skip
        w.record(Entry(Kind.CONTROL, camera.owner_id, facts, camera_id))
        w.publish("unit.control", owner_id=camera.owner_id, unit_id=camera.unit_id, order_id=order, alarm_id=alarm_id,
                  camera_id=camera_id, turn=wish.turn.value, pan=wish.pan, tilt=wish.tilt, zoom=wish.zoom,
                  place=place)  # fmt: skip
    return order, w.receipts[0].index


def _place_of(camera: Camera, wish: Wish) -> int | None:
    """The number of the preset among the camera's; names don't travel in events. Raises CannotDoThat."""
    if capabilities.Capability.PTZ not in capabilities.of(camera):
        raise CannotDoThat
    if wish.preset is None:
        return None
    names = list(capabilities.presets(camera))
    if wish.preset not in names:
        raise CannotDoThat
    return names.index(wish.preset)


def answered(actor: Actor, order_id: UUID, alarm_id: UUID | None, camera_id: UUID, ok: bool, code: str) -> None:
    """What the unit made of it, to who looks."""
    with work.transaction(actor) as w:
        w.publish("camera.controlled", owner_id=actor.party_id, control_id=order_id, alarm_id=alarm_id,
                  camera_id=camera_id, ok=ok, code=code[:40])  # fmt: skip
