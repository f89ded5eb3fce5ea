# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import asyncio
import threading

import pytest

from zegel.server.kernel import services
from zegel.server.kernel.services import run_all, service


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setattr(services, "_services", {})
    monkeypatch.setattr(services, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(services, "GRACE_S", 0.2)


def run_for(seconds: float, *roles: str) -> None:
    async def body() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(run_all(roles, stop))
        await asyncio.sleep(seconds)
        stop.set()
        await asyncio.wait_for(running, 5)

    asyncio.run(body())


def test_only_the_services_of_the_process_s_roles_run():
    ran = []

    @service("worker", name="test.mine")
    async def mine(stop: asyncio.Event) -> None:
        ran.append("mine")
        await stop.wait()

    @service("gateway", name="test.other")
    async def other(stop: asyncio.Event) -> None:
        ran.append("other")

    run_for(0.05, "worker")
    assert ran == ["mine"]


def test_one_that_fails_or_returns_is_started_again():
    tries = {"fails": 0, "returns": 0}

    @service("worker", name="test.fails")
    async def fails(stop: asyncio.Event) -> None:
        tries["fails"] += 1
        raise RuntimeError

    @service("worker", name="test.returns")
    def returns(stop: threading.Event) -> None:
        tries["returns"] += 1

    run_for(0.2, "worker")
    assert tries["fails"] > 1
    assert tries["returns"] > 1


def test_a_thread_is_told_to_stop_and_waited_for():
    ended = []

    @service("worker", name="test.thread")
    def thread(stop: threading.Event) -> None:
        stop.wait()
        ended.append(True)

    run_for(0.05, "worker")
    assert ended == [True]


def test_one_that_does_not_stop_holds_up_the_end_only_for_a_moment():
    @service("worker", name="test.deaf")
    async def deaf(stop: asyncio.Event) -> None:
        await asyncio.sleep(60)

    @service("worker", name="test.deaf_thread")
    def deaf_thread(stop: threading.Event) -> None:
        threading.Event().wait(3)

    run_for(0.05, "worker")


def test_there_are_four_roles():
    with pytest.raises(ValueError, match="no role"):
        service("cook", name="test.cook")
