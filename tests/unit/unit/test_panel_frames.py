# SPDX-License-Identifier: EUPL-1.2
"""The panels' door under whatever bytes come: no crash, no growth, nothing confirmed that was not stored."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.shared_files import shared
from zegel.protocols import dc09
from zegel.protocols.dc09.crc import crc16
from zegel.unit import clock
from zegel.unit.site.hub import Hub
from zegel.unit.site.messages import Durable, FromSite, Heard, Trouble
from zegel.unit.site.panels import PASSED, Panels
from zegel.unit.site.settings import Dc09, PanelKey, Site

KEY = bytes(range(16))
GOOD = dc09.write("SIA-DCS", "1234AB", "#1234AB|Nri1/BA12", now_ms=1)
SEALED = dc09.write("ADM-CID", "5678", "#5678|1130 01 015", now_ms=1, key=dc09.Key(KEY))


class Door:
    """A hub whose unit writes everything down at once, or never."""

    def __init__(self, *, stores: bool = True) -> None:
        self.said: list[FromSite] = []
        self._stores = stores
        panels = [PanelKey("1234AB"), PanelKey("5678", KEY)]
        self.hub = Hub(Site(panels=panels), self._hear)
        self.panels = Panels(self.hub, Dc09("127.0.0.1"))

    def _hear(self, message: FromSite) -> None:
        self.said.append(message)
        if isinstance(message, Heard) and self._stores:
            asyncio.get_running_loop().call_soon(self.hub.on_durable, Durable(message.n))

    def take(self, *frames: bytes) -> list[bytes]:
        async def all_of_them() -> list[bytes]:
            self.panels._accounts = frozenset({"1234AB", "5678"})
            self.panels._panels = {panel.account: panel for panel in self.hub.settings.panels}
            self.panels._keys = {"1234AB": None, "5678": dc09.Key(KEY)}
            return [await self.panels.take(frame, "dc09_tcp", "192.168.1.9") for frame in frames]

        return asyncio.run(all_of_them())

    @property
    def heard(self) -> list[Heard]:
        return [message for message in self.said if isinstance(message, Heard)]


def samples() -> list[bytes]:
    found: list[bytes] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and '"' in value and "[" in value:
            found.append(value.encode("latin-1", "replace"))

    walk(json.loads(shared("alarm/dc09_frames.json").read_text()))
    return found


def mutated(data: bytes, at: int, byte: int, cut: int) -> bytes:
    body = bytearray(data)
    if body:
        body[at % len(body)] = byte
    return bytes(body[: len(body) - cut % 4] or body)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600) | st.builds(
    mutated, st.sampled_from([GOOD, SEALED]), st.integers(0, 400), st.integers(0, 255), st.integers(0, 3)
))  # fmt: skip
@example(GOOD)
@example(b'\n0000000C"NULL"0000L0#[]\r')
def test_any_frame_is_answered_or_not_and_never_confirmed_without_being_stored(frame: bytes) -> None:
    door = Door(stores=True)
    [answer] = door.take(frame)
    if answer and dc09.header(answer).token == "ACK":
        supervision = dc09.header(frame).token in dc09.SUPERVISION
        assert supervision or door.heard
    for message in door.heard:
        believed = message.account in ("1234AB", "5678") and message.told.protocol != "server"
        assert believed or (message.told.phase, message.told.signal_class) == ("unknown", "unknown")
        assert message.told.text.isprintable() or not message.told.text


@pytest.mark.parametrize("token", [b"NULL", b"XNM", b"OH"])
def test_an_alarm_whose_name_was_rewritten_is_heard_all_the_same(token: bytes) -> None:
    """The name lies outside the encryption: anybody on the network may change it, and make the checksum fit."""
    now_ms = clock.wall_ms()
    sealed = dc09.write("ADM-CID", "5678", "#5678|1130 01 015", now_ms=now_ms, key=dc09.Key(KEY))
    span = sealed[9:-1].replace(b"ADM-CID", token)
    door = Door()
    [answer] = door.take(b"\n%04X%04X%b\r" % (crc16(span), len(span), span))
    assert [(message.told.code, message.told.zone) for message in door.heard] == [("130", "015")]
    assert b"ACK" in answer


def test_every_frame_of_the_field_is_answered_without_a_crash() -> None:
    door = Door()
    frames = samples()
    assert len(frames) > 5
    for frame in frames:
        for raw in [*dc09.Framer().feed(b"\n" + frame.strip(b"\r\n") + b"\r"), frame]:
            door.take(raw)


def test_what_the_unit_does_not_store_is_not_confirmed(monkeypatch: Any) -> None:
    from zegel.unit.site import hub

    monkeypatch.setattr(hub, "DURABLE_WITHIN_S", 0.02)
    door = Door(stores=False)
    assert door.take(GOOD) == [b""]
    assert len(door.heard) == 1


def test_a_stranger_can_not_fill_the_log_or_the_reports() -> None:
    door = Door()
    wrong = dc09.write("SIA-DCS", "9999", "#9999|Nri1/BA12", now_ms=1)
    door.take(*[wrong] * 200)
    assert len([message for message in door.said if isinstance(message, Trouble)]) == 1
    for number in range(3000):
        door.take(dc09.write("SIA-DCS", f"{number:04X}", "#1|Nri1/BA12", now_ms=1))
    assert len(door.hub._told) <= 1001
    assert len(door.heard) == PASSED, "so many go up, and no more"


def test_the_hold_up_of_a_mistyped_account_reaches_a_person() -> None:
    door = Door()
    answers = door.take(*[dc09.write("SIA-DCS", "1234AC", "#1234AC|Nri1/HA7", now_ms=None)] * 3)
    assert [dc09.header(answer).token for answer in answers] == ["ACK"] * 3
    [heard] = door.heard
    assert (heard.account, heard.told.code, heard.told.zone or heard.told.user) == ("1234AC", "HA", "7")
    assert (heard.told.phase, heard.told.signal_class, heard.told.priority) == ("unknown", "unknown", 1)


def test_what_is_not_on_disk_of_a_mistyped_account_is_not_confirmed_and_goes_up_when_it_comes_again(
    monkeypatch: Any,
) -> None:
    from zegel.unit.site import hub

    monkeypatch.setattr(hub, "DURABLE_WITHIN_S", 0.02)
    door = Door(stores=False)
    frame = dc09.write("SIA-DCS", "1234AC", "#1234AC|Nri1/HA7", now_ms=None)
    assert door.take(frame, frame) == [b"", b""]
    assert len(door.heard) == 2


def test_what_nobody_can_read_goes_up_with_its_bytes_once() -> None:
    door = Door()
    sealed = dc09.write("ADM-CID", "5678", "#5678|1120 01 015", now_ms=1, key=dc09.Key(KEY[::-1]))
    strange = dc09.write("ADM-CID", "9999", "#9999|1120 01 015", now_ms=1, key=dc09.Key(KEY))
    frames = [b"\nwhat is this #1234|\r", sealed, strange]
    answers = door.take(*frames, *frames)
    assert [dc09.header(answer).token for answer in answers] == ["NAK", "NAK", "DUH"] * 2
    assert [(m.told.code, m.account, m.raw) for m in door.heard] == [
        ("unreadable", "", frames[0]), ("wrong_key", "5678", sealed), ("unknown_account", "9999", strange),
    ]  # fmt: skip


def test_a_recorded_alarm_with_another_number_is_the_same_alarm() -> None:
    sealed = dc09.write("ADM-CID", "5678", "#5678|1130 01 015", now_ms=clock.wall_ms(), key=dc09.Key(KEY))
    span = sealed[9:-1].replace(b'"0001L0', b'"0077L5')
    door = Door()
    door.take(sealed, b"\n%04X%04X%b\r" % (crc16(span), len(span), span))
    first, again = door.heard
    assert first.digest == again.digest


async def _turned_away(port: int, hello: bytes, within_s: float) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(hello)
        async with asyncio.timeout(within_s):
            while await reader.read(1000):
                pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True
    finally:
        writer.close()


def test_who_says_nothing_of_a_panel_makes_room_and_one_source_has_four_places(monkeypatch: Any) -> None:
    from zegel.unit.site import panels

    monkeypatch.setattr(panels, "FIRST_FRAME_WITHIN_S", 0.3)

    async def all_of_it() -> list[bool]:
        door = Door()
        server = await asyncio.start_server(door.panels._talk, "127.0.0.1", 0)
        door.panels._accounts = frozenset({"1234AB"})
        door.panels._panels = {"1234AB": PanelKey("1234AB")}
        door.panels._keys = {"1234AB": None}
        port = server.sockets[0].getsockname()[1]
        stranger = dc09.write("NULL", "9999", "", now_ms=1)
        hellos = [b"", stranger, b"\n", dc09.write("NULL", "1234AB", "")]
        said = [asyncio.ensure_future(_turned_away(port, hello, 1.5)) for hello in hellos]
        await asyncio.sleep(0.1)
        fifth = await _turned_away(port, b"", 0.15)
        found = [fifth, *await asyncio.gather(*said)]
        server.close()
        return found

    assert asyncio.run(all_of_it()) == [True, True, True, True, False]


def test_an_answer_never_holds_a_key() -> None:
    door = Door()
    answers = door.take(SEALED, GOOD, dc09.write("ADM-CID", "5678", "#5678|1130 01 015", now_ms=1))
    assert all(KEY not in answer and KEY.hex().encode() not in answer.lower() for answer in answers)
    assert KEY.hex() not in repr(door.hub.settings)
