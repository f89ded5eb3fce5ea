# SPDX-License-Identifier: EUPL-1.2
"""Keeps one connection to each broker, and hands on what it says. A message is acknowledged to the broker when it is
stored: until then the broker keeps it, also over a restart of ours (a session of its own, quality of service 1)."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import Any

import aiomqtt

from zegel.server.kernel import clock, log, services
from zegel.server.signals import brokers
from zegel.server.signals.brokers import Line
from zegel.server.signals.errors import BadBroker

LOOK_EVERY_S = 5.0
AGAIN_S = (1.0, 2.0, 5.0, 15.0, 60.0)
STEADY_S = 30.0
KEEPALIVE_S = 20
WAITING = 100
LARGEST_PAYLOAD = 256 * 1024
LARGEST_PACKET = LARGEST_PAYLOAD + 70_000  # with its topic, which has at most 65,535 bytes


@services.service("receivers", name="signals.mqtt")
async def listen(stop: asyncio.Event) -> None:
    """A task for each broker in use; looks every few seconds which there are."""
    tasks: dict[Line, asyncio.Task[None]] = {}
    try:
        while not stop.is_set():
            wanted = set(await services.in_thread(brokers.lines))
            for line in tasks.keys() - wanted:
                tasks.pop(line).cancel()
            for line in wanted - tasks.keys():
                tasks[line] = asyncio.ensure_future(_keep(line))
            await services.wait(stop, LOOK_EVERY_S)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _keep(line: Line) -> None:
    tries = 0
    while True:
        began = clock.monotonic()
        why = "ended"
        try:
            await _session(line)
        except BadBroker:
            why = "address_refused"
        except (aiomqtt.MqttError, OSError, ssl.SSLError) as error:
            why = "refused" if isinstance(error, aiomqtt.MqttCodeError) else "unreachable"
        except Exception as error:
            why = "failed"
            log.error("mqtt.failed", broker=line.broker_id, error=type(error).__name__, where=log.place_of(error))
        with suppress(Exception):
            await services.in_thread(brokers.lost, line, why)
        log.warning("mqtt.lost", broker=line.broker_id, why=why)
        tries = 0 if clock.monotonic() - began > STEADY_S else tries + 1
        await asyncio.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])


async def _session(line: Line) -> None:
    address = await services.in_thread(brokers.address_of, line.host, line.port, tls=line.tls)
    client = aiomqtt.Client(
        address, line.port, username=line.username or None, password=line.password,
        identifier=f"zegel-{line.broker_id.hex[:16]}", clean_session=False, keepalive=KEEPALIVE_S, timeout=10,
        tls_context=_tls(line), max_queued_incoming_messages=WAITING,
    )  # fmt: skip
    paho = client._client  # aiomqtt has no word for it: an acknowledgement that waits for the store
    paho.manual_ack_set(True)
    guard(paho)
    async with client:
        await services.in_thread(brokers.back, line)
        for topic in ("reviews", "available", "+/status/+"):
            await client.subscribe(f"{line.prefix}/{topic}", qos=1)
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            if len(payload) <= LARGEST_PAYLOAD:
                await services.in_thread(brokers.take, line, message.topic.value, payload)
            paho.ack(message.mid, message.qos)


class TooLarge(OSError):
    """A broker announces more than anybody here sends."""


def guard(client: Any) -> None:
    """Makes the client hang up on a packet that announces more than LARGEST_PACKET, before any of it is read. A packet
    may announce 256 MB, and the client would keep all of it in the process that hears the panels."""
    receive = client._sock_recv

    def within(size: int) -> bytes:
        if size > LARGEST_PACKET:
            raise TooLarge(f"a packet of {size} bytes")
        return bytes(receive(size))

    client._sock_recv = within


def _tls(line: Line) -> ssl.SSLContext | None:
    """The name that was written down must be in the certificate, though the address that was judged is used."""
    if not line.tls:
        return None
    return _Named(line.host)


class _Named(ssl.SSLContext):
    """A context that names the broker as it was written down, whatever address it is reached at."""

    def __new__(cls, host: str) -> _Named:
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, host: str) -> None:
        self._host = host
        self.load_default_certs()

    def wrap_socket(self, *args: object, **kwargs: object) -> ssl.SSLSocket:
        kwargs["server_hostname"] = self._host
        return super().wrap_socket(*args, **kwargs)  # type: ignore[arg-type]
