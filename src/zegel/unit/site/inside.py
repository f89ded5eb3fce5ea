# SPDX-License-Identifier: EUPL-1.2
"""Where the site process begins: `python -m zegel.unit.site.inside DIRECTORY SOCKET`. It ends when the socket closes.

What it needs is imported when it is wanted, not before: a site with a panel loads no broker's client and no XML.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zegel.unit.config import Home
from zegel.unit.errors import UnitError
from zegel.unit.site import settings
from zegel.unit.site.hub import Hub
from zegel.unit.site.messages import (
    MAX_MESSAGE,
    Durable,
    FromSite,
    InputKind,
    ToSite,
    Turn,
    Turned,
    Wanted,
    decode_to_site,
    encode,
)

if TYPE_CHECKING:
    from zegel.unit.site.broker import House
    from zegel.unit.site.cameras import Cameras
    from zegel.unit.site.panels import Panels

MAX_DATA = 512 << 20
THREAD_STACK = 512 << 10
"""Each camera has threads of its own; with the usual stacks a hundred of them would not fit."""
OPEN_AGAIN_S = 15.0

log = logging.getLogger("zegel.unit.site")


class Inside:
    """Reads what the unit wants and keeps the parts at it."""

    def __init__(self, home: Home, unit: socket.socket) -> None:
        self._home, self._unit = home, unit
        self.hub = Hub(settings.load(home), self._say)
        self._panels: Panels | None = None
        self._house: House | None = None
        self._cameras: Cameras | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed, self._arranged = asyncio.Event(), asyncio.Event()

    def _say(self, message: FromSite) -> None:
        """A full pipe means that the unit is busy, or gone: what is lost here was confirmed to nobody."""
        try:
            self._unit.send(encode(message), socket.MSG_DONTWAIT)
        except OSError as error:
            log.warning("unit_not_told message=%s reason=%s", type(message).__name__, type(error).__name__)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        arranging = asyncio.ensure_future(self._arrange_always())
        try:
            while data := await loop.sock_recv(self._unit, MAX_MESSAGE):
                self._take(decode_to_site(data))
        except ConnectionResetError:  # the unit is gone, with something of ours unread
            pass
        finally:
            arranging.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(arranging, *self._tasks, return_exceptions=True)
            await self._close()

    def _take(self, message: ToSite) -> None:
        match message:
            case Wanted():
                self.hub.wanted = message
                self._changed.set()
            case Durable():
                self.hub.on_durable(message)
            case Turn():
                self._start(self._turn(message))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _turn(self, turn: Turn) -> None:
        await self._arranged.wait()
        if self._cameras is None:
            self._say(Turned(turn.id, False, "no_ptz"))
            return
        self._say(await self._cameras.turn(turn))

    # -- the parts

    async def _arrange_always(self) -> None:
        """As wanted; what can't be opened now is tried again."""
        while True:
            self._changed.clear()
            wait_s = None if await self._arrange() else OPEN_AGAIN_S
            if self.hub.wanted is not None:
                self._arranged.set()
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _arrange(self) -> bool:
        wanted = self.hub.wanted
        if wanted is None:
            return True
        done = await self._arrange_panels(wanted)
        if self.hub.settings.mqtt is not None and (wanted.frigate or wanted.homeassistant or self._house):
            await self._arrange_house(wanted)
        if self.hub.settings.onvif:
            self._arrange_cameras(wanted)
        return done

    async def _arrange_panels(self, wanted: Wanted) -> bool:
        place = self.hub.settings.dc09
        if place is None or (self._panels is None and not wanted.panels):
            return True
        if self._panels is None:
            from zegel.unit.site.panels import Panels

            self._panels = Panels(self.hub, place)
            self._start(self._panels.keep_watch())
        try:
            await self._panels.listen_for(frozenset(wanted.panels))
        except (OSError, UnitError) as error:
            self.hub.trouble(InputKind.LOST, "cannot_listen", detail=str(error)[:200])
            return False
        return True

    async def _arrange_house(self, wanted: Wanted) -> None:
        if self._house is None:
            from zegel.unit.site.broker import House

            assert self.hub.settings.mqtt is not None
            self._house = House(self._home, self.hub, self.hub.settings.mqtt)
            self._start(self._house.run())
        self._house.want(wanted)

    def _arrange_cameras(self, wanted: Wanted) -> None:
        if self._cameras is None:
            from zegel.unit.site.cameras import Cameras

            self._cameras = Cameras(self.hub, self.hub.settings.onvif)
        self._cameras.want(wanted)

    async def _close(self) -> None:
        if self._panels is not None:
            await self._panels.close()
        if self._cameras is not None:
            await self._cameras.close()


def main(directory: str, number: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the unit decides when this ends
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA, MAX_DATA))
    threading.stack_size(THREAD_STACK)
    logging.basicConfig(level="WARNING", format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    unit = socket.socket(fileno=int(number))
    unit.setblocking(False)
    asyncio.run(Inside(Home(Path(directory)), unit).run())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
