# SPDX-License-Identifier: EUPL-1.2
"""Live pictures between machines: TLS on both sides under the installation's own secret, and nothing without."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from zegel.server.kernel import tls
from zegel.server.realtime import relay

SECRET, ANOTHER = b"s" * 32, b"t" * 32


async def _shaken(server: ssl.SSLContext, client: ssl.SSLContext | None) -> bytes:
    """What the caller hears of a listener who says a word to whoever is let in."""

    async def said(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"word")
        writer.close()

    listening = await asyncio.start_server(said, "127.0.0.1", 0, ssl=server, ssl_handshake_timeout=2)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
        try:
            async with asyncio.timeout(3):
                return await reader.read(100)
        finally:
            writer.close()


def _heard(server: ssl.SSLContext, client: ssl.SSLContext | None) -> bytes:
    try:
        return asyncio.run(_shaken(server, client))
    except (OSError, TimeoutError):
        return b""


def test_two_processes_with_the_secret_understand_each_other() -> None:
    server = tls.among_ourselves(SECRET, "relay", listening=True)
    assert _heard(server, tls.among_ourselves(SECRET, "relay", listening=False)) == b"word"


def _without_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize(
    "caller",
    [
        lambda: None,
        _without_certificate,
        lambda: tls.among_ourselves(ANOTHER, "relay", listening=False),
        lambda: tls.among_ourselves(SECRET, "something else", listening=False),
    ],
    ids=["plain", "no certificate", "another installation", "another purpose"],
)
def test_a_stranger_hears_nothing(caller: Any) -> None:
    assert _heard(tls.among_ourselves(SECRET, "relay", listening=True), caller()) == b""


def test_a_listener_of_another_installation_is_refused() -> None:
    server = tls.among_ourselves(ANOTHER, "relay", listening=True)
    with pytest.raises(ssl.SSLCertVerificationError):
        asyncio.run(_shaken(server, tls.among_ourselves(SECRET, "relay", listening=False)))


def test_a_callers_certificate_is_no_listeners() -> None:
    played_back = tls.among_ourselves(SECRET, "relay", listening=False)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tls._in_memory(_a_callers_certificate()) as path:
        server.load_cert_chain(path)
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        asyncio.run(_shaken(server, played_back))


def _a_callers_certificate() -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zegel relay")]),
    )
    authority = tls._derived(SECRET, "relay")
    said = tls._certificate_among_ourselves(authority, name, key.public_key(), listening=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return said.public_bytes(pem) + private


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_gateway_and_a_viewers_process_meet_over_tcp_and_the_wire_shows_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"127.0.0.1:{_free_port()}"
    monkeypatch.setattr(settings, "SECRETS_PATH", tmp_path)
    monkeypatch.setattr(settings, "RELAY_LISTEN", place)
    monkeypatch.setattr(settings, "RELAY", (place,))
    monkeypatch.setattr(relay, "publisher", relay.Publisher())
    monkeypatch.setattr(relay, "hub", relay.Hub())

    async def told() -> bytes:
        stop = asyncio.Event()
        running = [asyncio.ensure_future(run(stop)) for run in (relay.listen, relay.follow)]
        async with asyncio.timeout(10):
            while not relay.hub._tellers:
                await asyncio.sleep(0.02)
            reader, writer = await asyncio.open_connection(*place.split(":"))
            writer.write(b"\x00\x00\x00\x20" + b"n" * 32)
            answer = await reader.read(100)
        writer.close()
        stop.set()
        await asyncio.gather(*running, return_exceptions=True)
        return answer

    heard = asyncio.run(told())
    assert len(heard) < 36, "the gateway said its nonce to somebody without TLS"
    assert heard[:1] in {b"", b"\x15"}  # an alert, or nothing
