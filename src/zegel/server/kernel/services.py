# SPDX-License-Identifier: EUPL-1.2
"""Long-running parts: a room registers one for a role, and the process with that role runs it for as long as it lives.

    @service("worker", name="ledger.sequencer")
    def run(stop: threading.Event) -> None: …          # a thread of its own

    @service("realtime", name="events.fan_out")
    async def run(stop: asyncio.Event) -> None: …      # on the process's event loop

One that fails is started again with back-off, and said so in the log; one that returns before `stop` too.
Only one process should do a thing at a time? Take an advisory lock in it (`kernel.locks`).
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import threading
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import close_old_connections, connections

from zegel.server.kernel import clock, log

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
GRACE_S = 8.0  # for a service to end by itself once told to stop

URGENT_THREADS = 6  # with the default pool's they stay below the database pool's size

_urgent = ThreadPoolExecutor(URGENT_THREADS, thread_name_prefix="zegel-urgent")

T = TypeVar("T")
Run = Callable[[Any], None] | Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Service:
    role: str
    name: str
    run: Run


_services: dict[str, Service] = {}


def service(role: str, *, name: str) -> Callable[[Run], Run]:
    """Registers a function for `role`: web, realtime, gateway, receivers or worker."""
    if role not in {"web", "realtime", "gateway", "receivers", "worker"}:
        raise ValueError(f"there is no role {role!r}")

    def register(run: Run) -> Run:
        _services[name] = Service(role, name, run)
        return run

    return register


def of_roles(roles: Collection[str]) -> list[Service]:
    return [service for service in _services.values() if service.role in roles]


async def run_all(roles: Collection[str], stop: asyncio.Event) -> None:
    """Runs every service of `roles` until `stop`, then waits for them to end."""
    await asyncio.gather(*(_keep(service, stop) for service in of_roles(roles)))


async def _keep(service: Service, stop: asyncio.Event) -> None:
    pause = FIRST_PAUSE_S
    while not stop.is_set():
        since = clock.monotonic()
        try:
            await _run_once(service, stop)
            reason = "returned"
        except Exception as error:
            reason = type(error).__name__
            log.error("service.failed", service=service.name, error=reason, where=log.place_of(error))
        if stop.is_set():
            return
        pause = FIRST_PAUSE_S if clock.monotonic() - since > STEADY_AFTER_S else min(pause * 2, LONGEST_PAUSE_S)
        log.warning("service.restarts", service=service.name, reason=reason, pause_s=pause)
        await wait(stop, pause)


async def _run_once(service: Service, stop: asyncio.Event) -> None:
    if not inspect.iscoroutinefunction(service.run):
        await _in_thread(service, stop)
        return
    running = asyncio.ensure_future(service.run(stop))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not running.done():
        await asyncio.wait({running}, timeout=GRACE_S)
        running.cancel()
    await asyncio.gather(running, return_exceptions=stop.is_set())


async def _in_thread(service: Service, stop: asyncio.Event) -> None:
    """A thread of its own, not one of a pool: it lives as long as the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    done.add_done_callback(lambda future: future.exception())  # seen, also when nobody waits for it any more
    halt = threading.Event()

    def finish(error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(None)

    def body() -> None:
        error: BaseException | None = None
        try:
            service.run(halt)
        except BaseException as raised:
            error = raised
        finally:
            connections.close_all()
        with suppress(RuntimeError):  # the loop is closed: the process ends, nobody waits any more
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=body, name=service.name, daemon=True).start()
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    waiting: set[asyncio.Future[Any]] = {done, stopping}
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    halt.set()
    stopping.cancel()
    if stop.is_set():
        await asyncio.wait({done}, timeout=GRACE_S)  # its thread is a daemon: the process may end without it
        return
    await done


async def wait(stop: asyncio.Event, seconds: float) -> bool:
    """Sleeps, but not past `stop`; True when it is time to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()


async def in_thread(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """For async code that needs the database: a synchronous function in a pooled thread that keeps no broken
    connection."""
    return await asyncio.to_thread(_tidily, call, args, kwargs)


async def in_urgent_thread(call: Callable[..., T], *args: Any) -> T:
    """As in_thread, in threads where only what is urgent runs: an alarm waits behind no recording. Give it nothing that
    waits for a store of objects."""
    run = functools.partial(contextvars.copy_context().run, _tidily, call, args, {})
    return await asyncio.get_running_loop().run_in_executor(_urgent, run)


def _tidily(call: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    close_old_connections()
    try:
        return call(*args, **kwargs)
    finally:
        close_old_connections()
