# SPDX-License-Identifier: EUPL-1.2
"""Frames as panels really send them: a collection beside the checkout, and those of public fault reports."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.shared_files import shared

from zegel.protocols import dc09
from zegel.protocols.codes import Table
from zegel.protocols.dc09.crc import crc16
from zegel.protocols.errors import NotAFrame, ProtocolError, WrongKey
from zegel.protocols.events import Phase, SignalClass

FRAMES: list[dict[str, Any]] = json.loads(shared("alarm/dc09_frames.json").read_text("utf-8"))
NAMES = [f"{number}-{frame.get('token', 'serial')}" for number, frame in enumerate(FRAMES)]
NOW_MS = 1_767_323_045_000  # 2026-01-02 03:04:05, the time of the encoded ones


def key_of(frame: dict[str, Any]) -> dc09.Key | None:
    return dc09.Key.of(frame["key"], frame["key_format"]) if frame.get("key") else None


def dc09_frames() -> list[Any]:
    return [pytest.param(frame, id=name) for name, frame in zip(NAMES, FRAMES, strict=True) if "token" in frame]


@pytest.mark.parametrize("frame", FRAMES, ids=NAMES)
def test_the_framer_finds_it_whole_and_byte_by_byte(frame: dict[str, Any]) -> None:
    wire = bytes.fromhex(frame["wire_hex"])
    slow = dc09.Framer()
    assert dc09.Framer().feed(wire) == [wire]
    assert [out for byte in wire for out in slow.feed(bytes([byte]))] == [wire]


@pytest.mark.parametrize("frame", dc09_frames())
def test_its_header_is_read_and_its_checksum_judged(frame: dict[str, Any]) -> None:
    head = dc09.header(bytes.fromhex(frame["wire_hex"]))
    content = frame.get("content") or ""
    inner = content[1:].partition("|")[0] if content.startswith("#") else ""
    assert head.token == frame["token"]
    assert head.encrypted == frame["encrypted"]
    assert head.seq == frame["seq"]
    assert head.receiver == (frame["receiver"] and frame["receiver"][1:])
    assert head.line == frame["line"][1:]
    assert head.account == (frame["account"] or inner)
    assert ("crc" in head.faults) == (not frame["crc_ok"])
    assert ("length" in head.faults) == (not frame["len_ok"])


@pytest.mark.parametrize("frame", [frame for frame in FRAMES if frame.get("key")])
def test_what_its_key_opens_is_what_was_sealed(frame: dict[str, Any]) -> None:
    raw = bytes.fromhex(frame["wire_hex"])
    told = frame["plaintext_after_pad"].encode("latin-1", "replace")
    opened = dc09.read(raw, key_of(frame), now_ms=NOW_MS)
    assert opened.data.encode("latin-1") == told.partition(b"]")[0]
    with pytest.raises(WrongKey):
        dc09.read(raw, dc09.Key(b"another key, no!"), now_ms=NOW_MS)
    with pytest.raises(WrongKey):
        dc09.read(raw, None, now_ms=NOW_MS)


@pytest.mark.parametrize("frame", FRAMES, ids=NAMES)
def test_it_becomes_events_and_its_answer_is_well_formed(frame: dict[str, Any]) -> None:
    raw = bytes.fromhex(frame["wire_hex"])
    key = key_of(frame)
    if frame.get("encrypted") and key is None:
        with pytest.raises(WrongKey):
            dc09.read(raw, key, now_ms=NOW_MS)
        return
    opened = dc09.read(raw, key, now_ms=NOW_MS)
    told = dc09.events(opened)
    assert told
    assert all(event.known for event in told)
    answer = dc09.ack(opened, key, NOW_MS)
    if opened.token == "OH":
        assert answer == b'"ACK"'
        return
    assert dc09.Framer().feed(answer) == [answer]
    back = dc09.read(answer, key, now_ms=NOW_MS)
    assert (back.token, back.encrypted, back.seq) == ("ACK", opened.encrypted, opened.seq)
    assert (back.receiver, back.line) == (opened.receiver, opened.line)
    assert not back.faults


EXPECTED = {  # number in the collection -> code, qualifier, phase, zone, area, user
    0: ("CL", None, Phase.CLOSE, None, "1", None),
    1: ("KR", None, Phase.RESTORE, "1", None, None),
    2: ("110", "1", Phase.ALARM, "129", None, None),
    3: ("401", "3", Phase.CLOSE, None, "01", "057"),
    4: ("JC", None, Phase.RESTORE, None, "2", "12"),
    6: ("PA", None, Phase.ALARM, "501", "1", None),
    10: ("OP", None, Phase.OPEN, None, "04", "001"),
    11: ("NULL", None, Phase.TEST, None, None, None),
    12: ("NULL", None, Phase.TEST, None, None, None),
    13: ("WA", None, Phase.ALARM, None, "1", None),
    14: ("RP", None, Phase.TEST, None, "4", "1"),
    15: ("XC", None, Phase.RESTORE, "12", "1", None),
    16: ("OH", None, Phase.TEST, None, None, None),
    17: ("BA", None, Phase.ALARM, "012", "1", None),
    19: ("BC", None, Phase.CANCEL, None, "1", "007"),
    21: ("131", "1", Phase.ALARM, "012", "01", None),
    23: ("401", "3", Phase.CLOSE, None, "01", "007"),
    27: ("FA", None, Phase.ALARM, "003", "1", None),
    31: ("XNM", None, Phase.TEST, None, None, None),
}


@pytest.mark.parametrize("number", EXPECTED)
def test_it_means_what_a_person_reads_in_it(number: int) -> None:
    frame = FRAMES[number]
    (event,) = dc09.events(dc09.read(bytes.fromhex(frame["wire_hex"]), key_of(frame), now_ms=NOW_MS))
    told = (event.code, event.qualifier, event.phase, event.zone, event.area, event.user)
    assert told == EXPECTED[number]


def test_texts_places_and_times_around_the_data_are_told() -> None:
    (fire,) = dc09.events(dc09.read(bytes.fromhex(FRAMES[27]["wire_hex"]), None, now_ms=NOW_MS))
    (burglary,) = dc09.events(dc09.read(bytes.fromhex(FRAMES[25]["wire_hex"]), None, now_ms=NOW_MS))
    (closing,) = dc09.events(dc09.read(bytes.fromhex(FRAMES[0]["wire_hex"]), None, now_ms=NOW_MS))
    assert fire.text == "2:a våningen väst"
    assert fire.told("location") == "Korridor"
    assert fire.occurred_ms == NOW_MS - 6_000
    assert burglary.told("verification_url") == "https://cam.example/e/34AC4DE3446"
    assert (burglary.told("longitude"), burglary.told("latitude")) == ("015E00.000", "59N20.000")
    assert closing.text == "VX FRONTE"


# --- frames of public fault reports, as their senders wrote them ----------------------------------------------------

REPORTED = {
    # an Eldes panel counts the CR, in checksum and length
    b'\nF19A002B"ADM-CID"0056L9999#9999[#9999|1900 00 001]\r': ("900", "001", "9999", True),
    b'\n58DE002B"ADM-CID"0061L9999#9999[#9999|1602 00 001]\r': ("602", "001", "9999", True),
    b'\nAA1A0030"ADM-CID"0227R4F39L4F39#4F39[#4F39|3401 01 057]\r': ("401", None, "4F39", True),
    # no number after L, no account, no separator: small panels
    b'\n9F0D001A"SIA-DCS"0001L[#9999|NBA2]\r': ("BA", "2", "9999", False),
    b'\n78FC003B"SIA-DCS"0001L#22334455[#22334455|NCQ1]_14:33:53,02-09-2020\r': ("CQ", None, "22334455", False),
    b'\nBB86002C"NULL"0001L#7303658550[]_15:39:38,06-07-2019\r': ("NULL", None, "7303658550", False),
    # no L at all
    b'\nD2860025"NULL"0001#1997[]_17:07:08,05-23-2024\r': ("NULL", None, "1997", False),
    # an account that is a word
    b'\n7A28002F"ADM-CID"6616R0L0#foc7688[#foc7688|1351 01 000]\r': ("351", None, "FOC7688", False),
    # Satel: a modifier that others don't send, another account inside
    b'\nD8910037"SIA-DCS"0097L0#ABCD[#0000|Npi0/AT]_11:26:04,03-01-2026\r': ("AT", None, "ABCD", False),
    # Dahua: the room and the user after it
    b'\nBC160045"SIA-DCS"0178L0#5555[#5555|Npi1/NL1][RLivingRoom]_16:39:25,08-25-2026\r': ("NL", None, "5555", False),
    b'\nDABA003F"ADM-CID"0062L0#B12345[#B12345|1602 00 000]_17:23:51,09-18-2023\r': ("602", None, "B12345", False),
    # no time
    b'\nD3440015"NULL"0000L0#008312[]\r': ("NULL", None, "008312", False),
}


@pytest.mark.parametrize("wire", REPORTED)
def test_a_reported_frame_is_read_and_answered_in_its_own_form(wire: bytes) -> None:
    code, zone, account, counts_cr = REPORTED[wire]
    assert dc09.Framer().feed(wire + b"\x00") == [wire]
    frame = dc09.read(wire, None, now_ms=NOW_MS)
    (event,) = dc09.events(frame)
    answer = dc09.ack(frame, None, NOW_MS)
    assert (event.code, event.zone, frame.account, frame.form.counts_cr) == (code, zone, account, counts_cr)
    assert not frame.faults
    assert dc09.header(answer).form == frame.form
    span = answer[9:] if counts_cr else answer[9:-1]
    assert answer[1:5] == b"%04X" % crc16(span)
    assert answer[5:9] == b"%04X" % len(span)


def test_a_panel_that_sends_the_rest_of_its_buffer_is_still_read() -> None:
    wire = b'\nCA910045"ADM-CID"0011R1L1#12345678[#12345678|1130 00 007]345678[] 2345678[] \r'
    (frame,) = dc09.Framer().feed(wire)
    read = dc09.read(frame, None, now_ms=NOW_MS)
    (event,) = dc09.events(read)
    assert (event.code, event.zone, event.signal_class) == ("130", "007", SignalClass.BURGLARY)
    assert read.faults == {"crc", "length", "content"}


def test_a_line_of_another_protocol_is_handed_on_and_named_as_such() -> None:
    line = b"HID=16:00:00:00:02:09#UID=1234#TMPV=1.00\r"
    assert dc09.Framer().feed(line) == [line]
    with pytest.raises(NotAFrame):
        dc09.header(line)


# --- the tables, against the collection's ---------------------------------------------------------------------------


def test_every_code_of_the_collection_is_known() -> None:
    for name, table in (("contact_id_codes", Table.cid()), ("sia_dc03_codes", Table.sia())):
        lines = shared(f"alarm/{name}.csv").read_text("utf-8").splitlines()[1:]
        codes = {line.partition(",")[0] for line in lines}
        qualifier = "1" if table.kind == "cid" else ""
        assert {code for code in codes if (code, qualifier) not in table} == set()


def test_no_frame_of_the_collection_raises_anything_but_our_errors() -> None:
    for frame in FRAMES:
        raw = bytes.fromhex(frame["wire_hex"])
        for cut in range(len(raw)):
            for part in (raw[:cut], raw[cut:], raw[:cut] + b"\xff" + raw[cut + 1 :]):
                try:
                    dc09.events(dc09.read(part, key_of(frame), now_ms=NOW_MS))
                except ProtocolError:
                    continue
