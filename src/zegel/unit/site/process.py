# SPDX-License-Identifier: EUPL-1.2
"""The unit's side of its site process: starts it when the policy wants it, checks what it says, starts it again.

A process that writes nonsense, says too much or hangs is ended; nothing else of the unit notices.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from zegel.unit import clock
from zegel.unit.site.messages import (
    MAX_MESSAGE,
    BadMessage,
    FromSite,
    Heard,
    ToSite,
    Wanted,
    decode_from_site,
    encode,
)

RESTART_S = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
STEADY_S = 60.0
STOP_S = 3.0
HEARD_PER_S, HEARD_AT_ONCE = 20.0, 400.0
"""More events than any site has; what is beyond waits, and is not confirmed meanwhile."""

log = logging.getLogger("zegel.unit.site")


class SiteProcess:
    """`take` is called with each message, in order. Nothing runs until the first `want`."""

    def __init__(self, directory: Path, take: Callable[[FromSite], None]) -> None:
        self._directory, self._take = directory, take
        self._wanted: Wanted | None = None
        self._wake = asyncio.Event()
        self._socket: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._level, self._level_s = HEARD_AT_ONCE, clock.mono_s()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._socket is not None

    def want(self, wanted: Wanted | None) -> None:
        """What is listened to from now on; None: nothing, the process ends."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._wake.set()
        if wanted is not None:
            self.send(wanted)

    def send(self, message: ToSite) -> bool:
        """False when it can't be told: it does not run, or does not read."""
        if self._socket is None:
            return False
        try:
            self._socket.send(encode(message), socket.MSG_DONTWAIT)
        except OSError as error:
            log.warning("site_not_told reason=%s", type(error).__name__)
            return False
        return True

    async def run(self) -> None:
        """Until cancelled."""
        tries = 0
        try:
            while True:
                await self._until_wanted()
                began_s = clock.mono_s()
                with contextlib.suppress(OSError, BadMessage):
                    await self._live()
                await self._end()
                if self._wanted is None:
                    continue
                tries = 0 if clock.mono_s() - began_s > STEADY_S else tries + 1
                wait_s = RESTART_S[min(tries, len(RESTART_S)) - 1] if tries else RESTART_S[0]
                log.warning("site_ended again_in_s=%.1f", wait_s)
                await asyncio.sleep(wait_s)
        finally:
            await self._end()

    async def _until_wanted(self) -> None:
        while self._wanted is None:
            self._wake.clear()
            await self._wake.wait()

    async def _live(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            self._socket = ours
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "zegel.unit.site.inside", str(self._directory), str(theirs.fileno()),
                pass_fds=(theirs.fileno(),), stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        if self._wanted is not None:
            self.send(self._wanted)
        listening = asyncio.ensure_future(self._listen(ours))
        unwanted = asyncio.ensure_future(self._until_unwanted())
        try:
            await asyncio.wait({listening, unwanted}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, unwanted):
                task.cancel()
            results = await asyncio.gather(listening, unwanted, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _until_unwanted(self) -> None:
        while self._wanted is not None:
            self._wake.clear()
            await self._wake.wait()

    async def _listen(self, ours: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(ours, MAX_MESSAGE + 1):
            message = decode_from_site(data)
            if isinstance(message, Heard):
                await asyncio.sleep(self._over_s())
            self._take(message)

    def _over_s(self) -> float:
        now_s = clock.mono_s()
        self._level = min(HEARD_AT_ONCE, self._level + (now_s - self._level_s) * HEARD_PER_S) - 1
        self._level_s = now_s
        return max(0.0, -self._level / HEARD_PER_S)

    async def _end(self) -> None:
        """It ends by itself when its socket closes; otherwise it is killed."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
