# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from zegel.server.kernel import jobs, tenancy

DONE: list[str] = []


@jobs.task(name="test.remember")
def remember(what: str) -> None:
    with tenancy.acting_as(None):
        DONE.append(what)


def work_for(seconds: float) -> None:
    async def body() -> None:
        stop = asyncio.Event()
        working = asyncio.ensure_future(jobs.work_jobs(stop))
        for _ in range(int(seconds * 20)):
            await asyncio.sleep(0.05)
            if DONE:
                break
        stop.set()
        await asyncio.wait_for(working, 15)

    asyncio.run(body())


@pytest.fixture(autouse=True)
def _nothing_done():
    DONE.clear()


def test_a_job_runs_in_the_worker(db):
    what = str(uuid4())
    remember.defer(what=what)
    work_for(10)
    assert DONE.pop() == what


def test_a_job_of_a_transaction_that_fails_never_was(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        remember.defer(what="never")
        raise RuntimeError
    assert ProcrastinateJob.objects.count() == 0


def test_the_kernels_own_periodic_jobs_are_known():
    assert {task.task.name for task in app.periodic_registry.periodic_tasks.values()} >= {
        "kernel.rotate_shred_key",
        "kernel.forget_old_events",
    }
