# SPDX-License-Identifier: EUPL-1.2
"""Cameras by ONVIF: what they can do, their events, and turning them. Their answers are read in threads.

What may be turned, when and how long, the unit has decided; here the limits are kept that only the camera's own place
can tell, and a move ends by itself even if nobody says so any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from zegel.link.messages import CameraFacts, ControlAction, SignalSource, Told
from zegel.unit import clock
from zegel.unit.onvif.device import Device, OnvifError, Subscription
from zegel.unit.onvif.events import ACCOUNT, Edges, News
from zegel.unit.site.hub import Hub, TooMuch
from zegel.unit.site.messages import FULL_REACH, Found, InputKind, Limits, Turn, Turned, Wanted
from zegel.unit.site.settings import Onvif

AGAIN_S = (2.0, 5.0, 10.0, 30.0, 60.0)
LOOK_S = 0.2
FULL_SCALE = 10_000
MARGIN = 300
"""A moving camera is stopped so much before a limit: it turns on while it is being asked where it is."""
MAX_WAITING_TURNS = 8
TRIES = 3

log = logging.getLogger("zegel.unit.site.cameras")
_T = TypeVar("_T")


class Cameras:
    def __init__(self, hub: Hub, configured: list[Onvif]) -> None:
        self._hub = hub
        self._configured = configured
        self._pool = ThreadPoolExecutor(2 * len(configured) + 2, thread_name_prefix="onvif")
        self._cameras: dict[bytes, _Camera] = {}

    def want(self, wanted: Wanted) -> None:
        for config in self._configured:
            camera = wanted.cameras.get(config.camera)
            if camera is not None and camera not in self._cameras:
                self._cameras[camera] = _Camera(self._hub, camera, config, self._pool)

    async def turn(self, turn: Turn) -> Turned:
        """What became of it: `done`, or why not."""
        camera = self._cameras.get(turn.camera)
        if camera is None:
            return Turned(turn.id, False, "no_ptz")
        code = await camera.turn(turn)
        return Turned(turn.id, code == "done", code)

    async def close(self) -> None:
        for camera in self._cameras.values():
            await camera.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


class _Camera:
    """One camera: a device for its events, and another for turning, so that neither waits for the other."""

    def __init__(self, hub: Hub, camera: bytes, config: Onvif, pool: ThreadPoolExecutor) -> None:
        self._hub, self._camera, self._pool = hub, camera, pool
        self._listening = Device(config.address, config.user, config.password)
        self._turning = Device(config.address, config.user, config.password)
        self._edges = Edges(config.camera)
        self._lost = False
        self._lock, self._waiting = asyncio.Lock(), 0
        self._moving_until_s: float | None = None
        self._limits: Limits = FULL_REACH
        self._speeds = (0, 0)
        self._watching: asyncio.Task[None] | None = None
        self._task = asyncio.ensure_future(self._live())

    async def _in_thread(self, call: Callable[..., _T], *args: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: call(*args))

    async def close(self) -> None:
        """A camera that still turns is stopped."""
        self._task.cancel()
        if self._watching is not None:
            self._watching.cancel()
        await asyncio.gather(self._task, *([self._watching] if self._watching else []), return_exceptions=True)
        if self._moving_until_s is not None:
            with contextlib.suppress(OnvifError):
                self._turning.stop()

    # -- what it can do, and its events

    async def _live(self) -> None:
        tries = 0
        while True:
            try:
                looked = await self._in_thread(self._listening.look)
                self._hub.say(
                    Found([CameraFacts(
                        self._camera, list(looked.capabilities), [preset.name for preset in looked.presets]
                    )])
                )  # fmt: skip
                tries = 0
                await self._events()
            except OnvifError as error:
                self._lose(error.code)
            await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
            tries += 1

    def _lose(self, code: str) -> None:
        if not self._lost:
            self._hub.trouble(InputKind.LOST, f"onvif_{code}", self._camera.hex(), self._camera)
        self._lost = True

    def _found_again(self) -> None:
        if self._lost:
            self._hub.trouble(InputKind.BACK, "onvif_back", self._camera.hex(), self._camera)
        self._lost = False

    async def _events(self) -> None:
        while not (self._hub.wanted and self._hub.wanted.onvif):
            self._found_again()
            await asyncio.sleep(2)
        subscription = await self._in_thread(self._listening.subscribe)
        self._found_again()
        try:
            while self._hub.wanted and self._hub.wanted.onvif:
                for notice in await self._in_thread(subscription.pull):
                    news = self._edges.read(notice, clock.mono_s())
                    if news is not None and self._counts(news):
                        await self._hear(news.told)
        finally:
            self._give_up(subscription)

    def _give_up(self, subscription: Subscription) -> None:
        def end() -> None:
            with contextlib.suppress(OnvifError):
                subscription.end()

        with contextlib.suppress(RuntimeError):  # the pool ends with the process
            self._pool.submit(end)

    def _counts(self, news: News) -> bool:
        """Mere movement counts only where the policy names it."""
        wanted = self._hub.wanted
        return not news.movement or (wanted is not None and news.told.zone in wanted.zones)

    async def _hear(self, told: Told) -> None:
        """A camera tells it once, so it is tried here until the unit has it."""
        digest = os.urandom(32)
        for _ in range(TRIES):
            try:
                await self._hub.hear(digest, SignalSource.ONVIF, "pullpoint", ACCOUNT, told, camera=self._camera)
            except (TimeoutError, TooMuch):
                continue
            return
        log.error("event_lost zone=%s", told.zone)

    # -- turning it

    async def turn(self, turn: Turn) -> str:
        if self._waiting >= MAX_WAITING_TURNS:
            return "busy"
        self._waiting += 1
        try:
            async with self._lock:
                return await self._turn(turn)
        except OnvifError as error:
            return error.code if error.code in ("no_ptz", "unknown_preset", "limit") else "unreachable"
        finally:
            self._waiting -= 1

    async def _turn(self, turn: Turn) -> str:
        match turn.action:
            case ControlAction.MOVE:
                await self._move(turn)
            case ControlAction.STOP:
                await self._stop()
            case ControlAction.PRESET:
                await self._in_thread(self._go_to, turn.preset or "", turn.limits)
            case ControlAction.HOME:
                self._moving_until_s = None
                await self._in_thread(self._turning.home)
        return "done"

    def _go_to(self, name: str, limits: Limits) -> None:
        preset = self._turning.preset(name)
        if limits != FULL_REACH and (preset.place is None or not _inside(preset.place, limits)):
            raise OnvifError("limit", "the preset lies outside of what the owner allows, or does not say where")
        self._turning.go_to(preset)

    async def _move(self, turn: Turn) -> None:
        pan, tilt = await self._in_thread(self._within, turn)
        if (turn.pan or turn.tilt) and not (pan or tilt or turn.zoom):
            raise OnvifError("limit", "the owner allows it to turn no further")
        self._moving_until_s = clock.mono_s() + turn.for_s
        self._limits, self._speeds = turn.limits, (pan, tilt)
        await self._in_thread(self._turning.move, pan, tilt, turn.zoom, turn.for_s)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.ensure_future(self._watch())

    def _within(self, turn: Turn) -> tuple[int, int]:
        """The speeds that lead no further than the limits. Where the camera does not say where it is: none."""
        if turn.limits == FULL_REACH or not (turn.pan or turn.tilt):
            return turn.pan, turn.tilt
        place = self._turning.place()
        if place is None:
            raise OnvifError("limit", "the camera does not say where it looks, and the owner set limits")
        return _held((turn.pan, turn.tilt), place, turn.limits)

    async def _watch(self) -> None:
        """While it moves: stop at the owner's limits, and when the time is over that the last word gave it."""
        while (until_s := self._moving_until_s) is not None:
            left_s = until_s - clock.mono_s()
            if left_s > 0:
                await asyncio.sleep(min(LOOK_S, left_s))
            over = self._moving_until_s is not None and clock.mono_s() >= self._moving_until_s
            try:
                if over or (self._limits != FULL_REACH and not await self._in_thread(self._may_go_on)):
                    async with self._lock:
                        await self._stop()
            except OnvifError as error:
                log.warning("not_stopped code=%s", error.code)
                if over:
                    return  # its own time-out stops it

    def _may_go_on(self) -> bool:
        place = self._turning.place()
        return place is not None and _held(self._speeds, place, self._limits) == self._speeds

    async def _stop(self) -> None:
        await self._in_thread(self._turning.stop)
        self._moving_until_s = None


def _scaled(value: float) -> float:
    """−1…1 as 0…10000."""
    return (value + 1) / 2 * FULL_SCALE


def _inside(place: tuple[float, float], limits: Limits) -> bool:
    low_x, high_x, low_y, high_y = limits
    return low_x <= _scaled(place[0]) <= high_x and low_y <= _scaled(place[1]) <= high_y


def _held(speeds: tuple[int, int], place: tuple[float, float], limits: Limits) -> tuple[int, int]:
    """The same speeds, but none towards a limit that is reached. The camera's own ends are its own matter."""
    low_x, high_x, low_y, high_y = limits
    return _one(speeds[0], place[0], low_x, high_x), _one(speeds[1], place[1], low_y, high_y)


def _one(speed: int, value: float, low: int, high: int) -> int:
    if speed < 0 and low > 0 and _scaled(value) <= low + MARGIN:
        return 0
    if speed > 0 and high < FULL_SCALE and _scaled(value) >= high - MARGIN:
        return 0
    return speed
