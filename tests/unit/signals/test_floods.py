# SPDX-License-Identifier: EUPL-1.2
"""Whoever sends bad frames without end fills no table, and nobody else's complaint is lost for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from zegel.protocols import dc09, names, raised
from zegel.server.signals.receivers import floods
from zegel.server.signals.receivers.accounts import Accounts
from zegel.server.signals.receivers.dc09 import Receiver, Talk

LINE = UUID(int=1)


class Said(Talk):
    """A sender that keeps what it is told."""

    def __init__(self, receiver: Receiver, peer: str) -> None:
        super().__init__(receiver, "dc09_tls", peer)
        self.answers: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.answers.append(data)


class Kept:
    """A writer that stores nothing and knows what it was to store."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def put(self, pending: Any) -> None:
        self.rows += pending.rows
        if isinstance(pending.answer, bytes):
            pending.sender.send(pending.answer)


def known_with_key() -> Accounts:
    accounts = Accounts()
    accounts._put({
        "id": uuid4(), "line": LINE, "provider": LINE, "account": "1234", "receiver_no": "", "line_no": "",
        "key_wrapped": b"x", "kinds": [], "drift_ms": 0, "encryption_required": True, "plain_until": None,
    })  # fmt: skip
    return accounts


def test_ten_thousand_bad_frames_are_answered_and_told_as_many() -> None:
    writer = Kept()
    receiver = Receiver(known_with_key(), writer)  # type: ignore[arg-type]
    hostile, other = Said(receiver, "192.0.2.1"), Said(receiver, "192.0.2.2")
    for number in range(5000):
        receiver.hear(dc09.write("SIA-DCS", "1234", f"#1234|Nri1/BA{number}"), hostile)
    assert len(hostile.answers) == 5000
    assert {dc09.header(answer).token for answer in hostile.answers} == {"NAK"}
    assert len(writer.rows) < floods.OF_SOURCE.burst + 60
    many = [row for row in writer.rows if raised.FLOOD_NAME in row]
    assert len(many) == 1
    before = len(writer.rows)
    receiver.hear(dc09.write("SIA-DCS", "1234", "#1234|Nri1/BA1"), other)
    assert len(writer.rows) == before + 1, "another source's is stored as ever"


def test_it_is_told_once_an_hour_for_each_line() -> None:
    counted = floods.Floods()
    assert counted.is_to_tell(LINE, 0)
    assert not any(counted.is_to_tell(LINE, 1000 * number) for number in range(3000))
    assert counted.is_to_tell(UUID(int=2), 1000)
    assert counted.is_to_tell(LINE, floods.TOLD_EVERY_MS)


def test_it_is_said_in_four_languages() -> None:
    said = {names.said(raised.FLOOD_NAME, language) for language in ("en", "nl", "sv", "de")}
    assert len(said) == 4
