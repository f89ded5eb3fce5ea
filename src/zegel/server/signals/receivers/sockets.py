# SPDX-License-Identifier: EUPL-1.2
"""The sockets that the supervisor opened: they outlive this process, so that a restart refuses nobody."""

from __future__ import annotations

import socket
from collections.abc import Mapping

_given: dict[str, socket.socket] = {}


def take(numbers: Mapping[str, int]) -> None:
    """Descriptors by name, as the supervisor opened them."""
    for name, number in numbers.items():
        opened = socket.socket(fileno=number)
        opened.setblocking(False)
        _given[name] = opened


def give(name: str, opened: socket.socket) -> None:
    """For tests and benches, which open their own."""
    opened.setblocking(False)
    _given[name] = opened


def given(name: str) -> socket.socket | None:
    """dc09, dc09_udp, dc09_tls, smtp; None when it is switched off. A second handle, so that closing it closes nothing
    for the next one who asks."""
    opened = _given.get(name)
    return None if opened is None else opened.dup()
