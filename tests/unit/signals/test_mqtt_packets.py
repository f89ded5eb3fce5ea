# SPDX-License-Identifier: EUPL-1.2
"""A hostile broker can't make us keep what it announces."""

from __future__ import annotations

import socket

import paho.mqtt.client as paho
import pytest

from zegel.server.signals.receivers import mqtt


def announced(size: int) -> bytes:
    """The begin of a PUBLISH with that many bytes to come."""
    digits = bytearray([0x30])
    while True:
        size, seven = divmod(size, 128)
        digits.append(seven | (0x80 if size else 0))
        if not size:
            return bytes(digits)


@pytest.mark.parametrize(("size", "refused"), [(268_435_455, True), (mqtt.LARGEST_PACKET + 1, True), (300_000, False)])
def test_a_packet_that_announces_too_much_ends_the_connection_before_it_is_read(size: int, refused: bool) -> None:
    ours, theirs = socket.socketpair()
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    mqtt.guard(client)
    with ours, theirs:
        ours.setblocking(False)
        client._sock = ours
        theirs.sendall(announced(size) + b"x" * 1000)
        answer = client._packet_read()
        kept = len(client._in_packet["packet"])
    assert (answer, kept) == ((paho.MQTT_ERR_CONN_LOST, 0) if refused else (paho.MQTT_ERR_AGAIN, 1000))
