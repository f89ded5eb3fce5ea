# SPDX-License-Identifier: EUPL-1.2
"""Puts the DC-09 receiver together and takes it apart again, in the order that loses nothing."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any

from zegel.server.kernel import log
from zegel.server.signals.receivers import certificate, sockets
from zegel.server.signals.receivers.accounts import Accounts
from zegel.server.signals.receivers.dc09 import Datagrams, Receiver, Stream
from zegel.server.signals.receivers.sealed import Sealed
from zegel.server.signals.receivers.supervision import Supervision
from zegel.server.signals.receivers.writer import Writer

DRAIN_WITHIN_S = 6.0


async def run(stop: asyncio.Event, supervision: type[Supervision] = Supervision) -> None:
    """See service.py."""
    accounts, writer = Accounts(), Writer()
    receiver = Receiver(accounts, writer)
    drained = asyncio.Event()
    tasks = [
        _task(accounts.run(stop)),
        _task(writer.run(drained)),
        _task(receiver.tend(stop)),
        _task(supervision(writer).run(stop)),
    ]
    try:
        if await _first(accounts.ready.wait(), stop, tasks):
            gc.collect()
            gc.freeze()  # every panel stays: the collector needn't look at them again and again
            listening = await _listen(receiver)
            await _first(stop.wait(), stop, tasks)
            for closing in listening:
                closing.close()
            await receiver.rest()
        drained.set()
        await asyncio.wait(tasks, timeout=DRAIN_WITHIN_S)
        receiver.close()
        await asyncio.sleep(0)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.ensure_future(work)


async def _first(what: Coroutine[Any, Any, Any], stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> bool:
    """Waits for it. False when it was time to stop before. A part that ends by itself takes the rest along."""
    waiting, stopping = asyncio.ensure_future(what), asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait({waiting, stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    stopping.cancel()
    for task in tasks:
        if task in done and not stop.is_set():
            task.result()
            raise RuntimeError("a part of the receiver ended")
    return waiting in done


async def _listen(receiver: Receiver) -> list[Any]:
    loop = asyncio.get_running_loop()
    opened: list[Any] = []
    plain, datagrams, sealed = sockets.given("dc09"), sockets.given("dc09_udp"), sockets.given("dc09_tls")
    if plain is not None:
        opened.append(await loop.create_server(lambda: Stream(receiver, "dc09_tcp"), sock=plain, backlog=1024))
    if sealed is not None:
        context = certificate.context()
        opened.append(
            await loop.create_server(lambda: Sealed(Stream(receiver, "dc09_tls"), context), sock=sealed, backlog=1024)
        )
    if datagrams is not None:
        transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(receiver), sock=datagrams)
        opened.append(transport)
    log.info("receivers.listening", ways=len(opened))
    return opened
