# SPDX-License-Identifier: EUPL-1.2
"""Turning cameras: what is obeyed, and when a camera stops and goes home. Pure; times are given.

Principles that keep it safe:
- For the alarm centre only while that very alarm's window is open here and its pictures are released, for the owner
  only while he looks live at that camera: nobody turns what he may not see. An alarm goes before the owner's wish.
- Only within the pan and tilt limits that the owner signed; where he signed none, the camera is not turned at all.
- A move ends by itself: without renewal, when the link is lost, when the window or the look ends for whatever reason. A
  camera that was turned then goes home, because it guards from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from zegel.link.messages import Control, ControlAction
from zegel.seal.policy import PanTilt
from zegel.unit.release import Window
from zegel.unit.site.messages import Turn

RENEW_S = 1.5
"""A move goes on so long after the last word about it; whoever holds the key down repeats it twice a second."""
PER_S, AT_ONCE = 5.0, 15.0
NOBODY = bytes(16)
OWNER = b"owner looks live"
"""In the place of an alarm's identifier."""


@dataclass(slots=True)
class _Turned:
    """A camera that was turned in an alarm's window, or by the owner."""

    alarm: bytes
    moving_until_s: float | None = None


@dataclass(slots=True)
class _Bucket:
    level: float
    at_s: float

    def take(self, now_s: float) -> bool:
        self.level = min(AT_ONCE, self.level + (now_s - self.at_s) * PER_S)
        self.at_s = now_s
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass(slots=True)
class ControlDesk:
    """One for the unit. `away`: what was turned before the unit was started anew, and goes home at once."""

    away: Iterable[bytes] = ()
    _turned: dict[bytes, _Turned] = field(default_factory=dict)
    _buckets: dict[bytes, _Bucket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turned = {camera: _Turned(NOBODY) for camera in self.away}

    @property
    def turned(self) -> list[bytes]:
        """Cameras that stand elsewhere than at home."""
        return sorted(self._turned)

    def judge(
        self, control: Control, window: Window | None, limits: PanTilt | None, now_s: float, live: bool = False
    ) -> Turn | str:
        """What the camera is told, or the code that says why not. `window`: the camera's, if one is open; `live`:
        whether the owner looks at it now."""
        if control.alarm_id is None and window is not None and window.releasing:
            return "busy"
        if not _may_turn(control.alarm_id or OWNER, window, live):
            return "no_window" if control.alarm_id is not None else "not_live"
        if limits is None:
            return "not_allowed"
        bucket = self._buckets.setdefault(control.camera, _Bucket(AT_ONCE, now_s))
        if control.action is not ControlAction.STOP and not bucket.take(now_s):
            return "rate"
        if control.action is ControlAction.PRESET and control.preset is None:
            return "unknown_preset"
        self._note(control, now_s)
        return Turn(
            control.id, control.camera, control.action, control.pan, control.tilt, control.zoom, control.preset,
            (limits.pan_min, limits.pan_max, limits.tilt_min, limits.tilt_max), RENEW_S,
        )  # fmt: skip

    def _note(self, control: Control, now_s: float) -> None:
        turned = self._turned.setdefault(control.camera, _Turned(NOBODY))
        turned.alarm = control.alarm_id or OWNER
        turned.moving_until_s = now_s + RENEW_S if control.action is ControlAction.MOVE else None

    def due(
        self, windows: Mapping[bytes, Window | None], now_s: float, live: Callable[[bytes], bool] = lambda _: False
    ) -> list[Turn]:
        """What must be told now without being asked: stop, and home for those whose window is over."""
        turns: list[Turn] = []
        for camera, turned in list(self._turned.items()):
            if not _may_turn(turned.alarm, windows.get(camera), live(camera)):
                del self._turned[camera]
                turns += [_stop(camera), Turn(NOBODY, camera, ControlAction.HOME)]
            elif turned.moving_until_s is not None and now_s >= turned.moving_until_s:
                turned.moving_until_s = None
                turns.append(_stop(camera))
        return turns

    def link_lost(self) -> list[Turn]:
        """Who turned it sees nothing any more."""
        moving = [camera for camera, turned in self._turned.items() if turned.moving_until_s is not None]
        for camera in moving:
            self._turned[camera].moving_until_s = None
        return [_stop(camera) for camera in moving]


def _may_turn(whose: bytes, window: Window | None, live: bool) -> bool:
    """Whether what an alarm, or the owner who looks live, may turn."""
    if whose == OWNER:
        return live and (window is None or not window.releasing)
    return window is not None and window.releasing and window.alarm == whose


def _stop(camera: bytes) -> Turn:
    return Turn(NOBODY, camera, ControlAction.STOP)
