# SPDX-License-Identifier: EUPL-1.2
"""The event stream's door costs a stranger more than us."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.kernel.buckets import Buckets, Rate
from zegel.server.realtime import events


def knock(address: str, last_id: str = "0") -> int:
    """The status that a made-up cookie gets."""
    sent = []
    scope = {
        "type": "http", "method": "GET", "path": "/events", "query_string": f"last_id={last_id}".encode(),
        "headers": [(b"cookie", b"zegel=madeup")], "client": (address, 1),
    }  # fmt: skip

    async def send(message):
        sent.append(message)

    asyncio.run(events.application(scope, None, send))
    return sent[0]["status"]


def test_bogus_cookies_from_one_place_cost_only_so_many_look_ups(monkeypatch):
    asked = []
    monkeypatch.setattr(events, "_strangers", Buckets(Rate(0.001, 5)))
    monkeypatch.setattr(events, "actor_from_session", lambda session, address: asked.append(session))
    assert [knock("2001:db8::1") for _ in range(8)] == [401] * 5 + [429] * 3
    assert len(asked) == 5
    assert knock("2001:db8::99") == 429
    assert knock("192.0.2.1") == 401


def test_who_is_signed_in_is_never_slowed(monkeypatch):
    somebody = Actor(ActorKind.PERSON, uuid4(), uuid4(), role="operator", address="192.0.2.1")
    monkeypatch.setattr(events, "_strangers", Buckets(Rate(0.001, 5)))
    monkeypatch.setattr(events, "actor_from_session", lambda session, address: somebody)
    assert {knock("192.0.2.1", "nonsense") for _ in range(20)} == {400}
