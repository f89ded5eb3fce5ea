# SPDX-License-Identifier: EUPL-1.2
"""Who counts as this machine, and who takes a place before he has shown anything."""

from __future__ import annotations

import asyncio
import ssl
from types import SimpleNamespace
from typing import Any

import pytest

from zegel.server.signals.receivers import dc09, smtp
from zegel.server.signals.receivers.accounts import Accounts
from zegel.server.signals.receivers.sealed import Sealed


@pytest.mark.parametrize(("proxies", "near"), [("", True), ("127.0.0.1", False), ("10.0.0.0/24", False)])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
def test_this_machine_is_near_only_where_no_proxy_speaks_for_the_world(
    monkeypatch: pytest.MonkeyPatch, proxies: str, near: bool, peer: str
) -> None:
    monkeypatch.setenv("ZEGEL_PROXIES", proxies)
    connection: Any = SimpleNamespace(peer=peer)
    assert dc09._is_local(peer) is near
    assert smtp.Connection.is_near.fget(connection) is near  # type: ignore[attr-defined]
    assert not dc09._is_local("192.0.2.1")


def test_who_only_begins_a_handshake_takes_a_place_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dc09, "MOST_CONNECTIONS", 3)
    receiver = dc09.Receiver(Accounts(), SimpleNamespace(is_full=False))  # type: ignore[arg-type]

    async def all_of_it() -> tuple[int, bytes | None, int]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server = await asyncio.get_running_loop().create_server(
            lambda: Sealed(dc09.Stream(receiver, "dc09_tls"), context), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        held = len(receiver._streams)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            async with asyncio.timeout(1):
                turned_away = await reader.read(1)
        except ConnectionError:
            turned_away = b""
        except TimeoutError:
            turned_away = None
        for _, one in [*silent, (reader, writer)]:
            one.close()
        await asyncio.sleep(0.1)
        server.close()
        return held, turned_away, len(receiver._streams)

    assert asyncio.run(all_of_it()) == (3, b"", 0)
