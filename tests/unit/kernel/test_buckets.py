# SPDX-License-Identifier: EUPL-1.2
"""A flood from one place is slowed, another place is not; IPv6 counts by its first 64 bits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.clock import stopped_clock
from zegel.server import asgi
from zegel.server.kernel import health
from zegel.server.kernel.buckets import Buckets, Rate, source_of


def test_a_bucket_empties_and_fills_again_for_each_caller():
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as clock:
        buckets = Buckets(Rate(per_s=1, burst=2))
        assert [buckets.allows("a") for _ in range(3)] == [True, True, False]
        assert buckets.allows("b")
        clock.advance(timedelta(seconds=1))
        assert buckets.allows("a")
        assert not buckets.allows("a")


def test_what_is_given_back_was_not_taken():
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)):
        buckets = Buckets(Rate(per_s=1, burst=2))
        for _ in range(10):
            assert buckets.allows("a")
            buckets.give_back("a")
        assert [buckets.allows("a") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_who_can_have_it(address, source):
    assert source_of(address) == source


def test_a_flood_of_readiness_questions_asks_the_parts_once(monkeypatch):
    asked = []

    def report():
        asked.append(1)
        return True, {"database": "ok"}

    async def flood(readiness):
        return await asyncio.gather(*(readiness.ask() for _ in range(50)))

    monkeypatch.setattr(health, "report", report)
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as clock:
        readiness = asgi.Readiness()
        assert set(map(str, asyncio.run(flood(readiness)))) == {str((True, {"database": "ok"}))}
        asyncio.run(flood(readiness))
        assert len(asked) == 1
        clock.advance(timedelta(seconds=2))
        asyncio.run(flood(readiness))
        assert len(asked) == 2
