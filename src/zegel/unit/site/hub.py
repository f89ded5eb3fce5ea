# SPDX-License-Identifier: EUPL-1.2
"""The inside of the site process: what its parts share. Parts start and end as the signed policy asks.

Nothing is answered "received" before the unit has it on disk; when the unit can't say so in time, nothing is answered
and the sender sends again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable

import msgspec

from zegel.link.messages import MAX_SIGNAL, SignalSource, Told
from zegel.protocols.events import Event
from zegel.unit import clock
from zegel.unit.site.messages import Durable, FromSite, Heard, InputKind, Trouble, Wanted
from zegel.unit.site.settings import Site

DURABLE_WITHIN_S = 15.0
MAX_WAITING = 256
TOLD_AGAIN_S = 600.0
"""The same trouble is told once in so long."""

log = logging.getLogger("zegel.unit.site")


class TooMuch(Exception):
    """More is waiting for the disk than a site says: nothing is answered, the sender comes again."""


class Hub:
    """`say` writes to the unit. `wanted` is the newest word of it."""

    def __init__(self, settings: Site, say: Callable[[FromSite], None]) -> None:
        self.settings = settings
        self.say = say
        self.wanted: Wanted | None = None
        self._n = 0
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._told: dict[tuple[str, str], float] = {}

    async def hear(
        self, digest: bytes, source: SignalSource, transport: str, account: str, told: Told, *, peer: str = "",
        raw: bytes = b"", camera: bytes | None = None, sequence: int | None = None, encrypted: bool = False,
    ) -> None:  # fmt: skip
        """Returns once it is durable. Raises TimeoutError, TooMuch: then it must not be confirmed to its sender."""
        if len(self._waiting) >= MAX_WAITING:
            raise TooMuch
        self._n += 1
        n, done = self._n, asyncio.get_running_loop().create_future()
        self._waiting[n] = done
        try:
            self.say(
                Heard(
                    n, digest, max(0, clock.wall_ms()), source, transport, peer[:64], account[:64], told,
                    raw[:MAX_SIGNAL], camera, sequence, encrypted,
                )
            )  # fmt: skip
            async with asyncio.timeout(DURABLE_WITHIN_S):
                await done
        finally:
            self._waiting.pop(n, None)

    def on_durable(self, message: Durable) -> None:
        done = self._waiting.get(message.n)
        if done is not None and not done.done():
            done.set_result(None)

    def trouble(
        self, kind: InputKind, code: str, about: str = "", camera: bytes | None = None, **detail: str | int
    ) -> None:
        """Told once in ten minutes for the same thing (but its end at once). `about` only tells things apart."""
        key = (code, about)
        if kind is InputKind.LOST and clock.mono_s() - self._told.get(key, float("-inf")) < TOLD_AGAIN_S:
            return
        if len(self._told) > 1000:
            self._told.clear()
        self._told[key] = clock.mono_s()
        log.warning("%s code=%s", kind.value, code)
        self.say(Trouble(kind, code, camera, detail))


def told_of(event: Event) -> Told:
    """What the unit passes on of an event, cut to what the link carries."""
    return Told(
        event.protocol, event.code[:64], (event.qualifier or "")[:64], event.phase.value, event.signal_class.value,
        event.priority, event.name[:200], (event.zone or "")[:64], (event.area or "")[:64], (event.user or "")[:64],
        event.text[:500], event.occurred_ms if event.occurred_ms is None or event.occurred_ms >= 0 else None,
        event.known, event.duress,
    )  # fmt: skip


def digest_of(*parts: object) -> bytes:
    """The same for the same words."""
    return hashlib.sha256(msgspec.msgpack.encode([str(part) for part in parts])).digest()
