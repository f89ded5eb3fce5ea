# SPDX-License-Identifier: EUPL-1.2
"""The sockets that the supervisor opened: they outlive this process, so that a restart refuses nobody."""

from __future__ import annotations

import socket

_given: dict[str, socket.socket] = {}


def take(words: str) -> None:
    """`name=descriptor,name=descriptor`, as the supervisor says it."""
    for word in filter(None, words.split(",")):
        name, _, number = word.partition("=")
        opened = socket.socket(fileno=int(number))
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
