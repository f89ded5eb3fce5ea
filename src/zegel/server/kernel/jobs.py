# SPDX-License-Identifier: EUPL-1.2
"""Background jobs and periodic ones: procrastinate in the same database, deferred in the same transaction as the data.

    @jobs.task(name="lifecycle.forget_due")
    def forget_due(owner_id: str) -> None: …

    @jobs.periodic("17 3 * * *", name="kernel.rotate_shred_key")
    def rotate(timestamp: int) -> None: …

A room puts its own into its `jobs.py`, which is found by itself. Arguments are identifiers, never personal data: they
lie in the jobs' table. A job acts for nobody until it says for whom (tenancy.acting_as, work.transaction).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zegel.server.kernel import erasures, outbox, services, shred

RETRY = RetryStrategy(max_attempts=10, exponential_wait=4)
CONCURRENCY = 4
GRACE_S = 5


def task(*, name: str, queue: str = "default") -> Callable[[Callable[..., Any]], Any]:
    """Registers a job; call `.defer(**ids)` on what it returns. Failures are tried again, up to ten times in about a
    week."""
    return app.task(name=name, queue=queue, retry=RETRY)


def periodic(cron: str, *, name: str) -> Callable[[Callable[..., Any]], Any]:
    """Registers a job that the worker defers by itself at the times of `cron` (UTC); takes `timestamp`."""

    def register(call: Callable[..., Any]) -> Any:
        return app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(call))

    return register


@services.service("worker", name="kernel.jobs")
async def work_jobs(stop: asyncio.Event) -> None:
    """The worker's loop; on `stop` running jobs get a few seconds."""
    working = asyncio.ensure_future(_work_jobs())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
    await asyncio.gather(working, return_exceptions=stop.is_set())


async def _work_jobs() -> None:
    """Until cancelled. The worker has a connector of its own: Django's can't listen for notices."""
    with app.replace_connector(app.connector.get_worker_connector()) as own:  # type: ignore[attr-defined]
        async with own.open_async():
            await own.run_worker_async(
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                listen_notify=True,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE_S,
            )


@periodic("41 2 * * *", name="kernel.rotate_shred_key")
def rotate_shred_key(timestamp: int) -> None:
    """Nightly: old copies of the shred store die with the store keys of more than seven days ago."""
    shred.store().rotate()


@periodic("23 * * * *", name="kernel.forget_old_events")
def forget_old_events(timestamp: int) -> None:
    outbox.forget_old()


@periodic("* * * * *", name="kernel.list_erasures")
def list_erasures(timestamp: int) -> None:
    """What a process that was killed right after its commit left unlisted."""
    erasures.drain()
