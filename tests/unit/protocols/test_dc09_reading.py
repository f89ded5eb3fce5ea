# SPDX-License-Identifier: EUPL-1.2
"""What may be believed of a frame, what is made of its data, and how it is answered."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.protocols import dc09
from zegel.protocols.codes import Override, Table
from zegel.protocols.dc09.content import MAX_EVENTS, sia_items
from zegel.protocols.dc09.crc import crc16
from zegel.protocols.errors import (
    BadCrc,
    BadKey,
    BadLength,
    BadMessage,
    NotAFrame,
    PlainForEncrypted,
    ProtocolError,
    StaleTimestamp,
    WrongKey,
)
from zegel.protocols.events import Event, Phase, SignalClass

NOW_MS = 1_767_323_045_000
HEX = "00112233445566778899AABBCCDDEEFF"
KEYS = [dc09.Key.of(HEX, "hex"), dc09.Key.of(HEX + HEX[:16], "hex"), dc09.Key.of(HEX * 2, "hex")]
KEY = KEYS[0]
FORMS = [dc09.Form(*[bool(n >> bit & 1) for bit in range(4)]) for n in range(16)]


def read(raw: bytes, key: dc09.Key | None = None, now_ms: int = NOW_MS) -> dc09.Frame:
    return dc09.read(raw, key, now_ms=now_ms)


def told(data: str, token: str = "SIA-DCS") -> tuple[Event, ...]:
    frame = read(dc09.write(token, "1234", "#1234|", now_ms=NOW_MS))
    return dc09.events(type(frame)(**{**{f: getattr(frame, f) for f in frame.__struct_fields__}, "data": data}))


# --- keys -----------------------------------------------------------------------------------------------------------


def test_the_same_text_is_another_key_in_another_format() -> None:
    raw = dc09.write("NULL", "1234", "", now_ms=NOW_MS, key=dc09.Key.of(HEX, "ascii"))
    assert read(raw, dc09.Key.of(HEX, "ascii")).token == "NULL"
    with pytest.raises(WrongKey):
        read(raw, dc09.Key.of(HEX, "hex"))


@pytest.mark.parametrize(
    ("text", "fmt"),
    [
        (HEX[:-1], "hex"),
        (HEX + "0", "hex"),
        ("zz" * 16, "hex"),
        (HEX[:15], "ascii"),
        ("é" * 16, "ascii"),
        (HEX, "base64"),
        ("", "hex"),
        ("00 " * 16, "hex"),
    ],
)
def test_a_key_of_a_wrong_shape_is_refused(text: str, fmt: str) -> None:
    with pytest.raises(BadKey):
        dc09.Key.of(text, fmt)  # type: ignore[arg-type]


def test_a_key_never_shows() -> None:
    key = dc09.Key.of(HEX, "hex")
    assert HEX.lower() not in repr(key).lower()
    assert repr(key.raw) not in f"{key} {key!r}"


@pytest.mark.parametrize("key", KEYS)
def test_the_quick_cipher_is_cbc_with_a_zero_start(key: dc09.Key) -> None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    for blocks in range(1, 9):
        plain = os.urandom(16 * blocks)
        slow = Cipher(algorithms.AES(key.raw), modes.CBC(bytes(16))).encryptor()
        sealed = slow.update(plain) + slow.finalize()
        assert key.encrypted(plain) == sealed
        assert key.decrypted(sealed) == plain


# --- what may be believed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["SIA-DCS", "ADM-CID", "NULL", "XNM", "ACK"])
def test_a_readable_message_for_an_account_with_a_key_is_never_believed(token: str) -> None:
    with pytest.raises(PlainForEncrypted):
        read(dc09.write(token, "1234", "", now_ms=NOW_MS), KEY)


def test_the_account_inside_counts_when_there_is_none_outside() -> None:
    """Else a readable frame without an outer account would find no key, and so be believed."""
    head = dc09.header(b'\n90820051"SIA-DCS"4738R0001L0001[#00a969|Nri04/OP001NM]\r')
    assert head.account == "00A969"
    assert dc09.header(dc09.write("NULL", "abcd", "")).account == "ABCD"


def test_an_encrypted_frame_belongs_to_the_account_outside_whatever_it_says_inside() -> None:
    frame = read(dc09.write("SIA-DCS", "1234", "#9999|Nri1/BA1", now_ms=NOW_MS, key=KEY), KEY)
    assert (frame.account, frame.inner_account) == ("1234", "9999")
    sealed = dc09.write("SIA-DCS", "1234", "#9999|Nri1/BA1", now_ms=NOW_MS, key=KEY)
    assert dc09.header(sealed.replace(b"#1234", b"")).account == ""


def renamed(raw: bytes, token: bytes) -> bytes:
    """As somebody on the way rewrites it: what lies outside the encryption, and the checksum to it."""
    quote = raw.index(b'"')
    span = re.sub(rb'"(\*?)[A-Z-]+"', rb'"\1%b"' % token, raw[quote:-1], count=1)
    return b"\n%04X%04X%b\r" % (crc16(span), len(span), span)


@pytest.mark.parametrize("token", [b"NULL", b"XNM", b"OH"])
@pytest.mark.parametrize(("name", "data"), [("SIA-DCS", "#1234|Nri1/BA012"), ("ADM-CID", "#1234|1130 01 012")])
def test_an_alarm_under_the_name_of_a_poll_stays_an_alarm(token: bytes, name: str, data: str) -> None:
    frame = read(renamed(dc09.write(name, "1234", data, now_ms=NOW_MS, key=KEY), token), KEY)
    (event,) = dc09.events(frame)
    assert not frame.is_supervision
    assert (event.signal_class, event.zone, event.phase) == (SignalClass.BURGLARY, "012", Phase.ALARM)
    assert frame.faults == {"token"}


@pytest.mark.parametrize("data", ["", "#1234", "#1234|", "#0000|0000 00 000"])
@pytest.mark.parametrize("key", [None, KEY])
def test_a_poll_that_names_an_account_or_zeros_stays_a_poll(data: str, key: dc09.Key | None) -> None:
    frame = read(dc09.write("NULL", "1234", data, now_ms=NOW_MS, key=key), key)
    assert frame.is_supervision
    assert not frame.faults


def test_what_a_poll_says_and_nobody_can_read_is_for_a_person() -> None:
    frame = read(dc09.write("NULL", "1234", "#1234|?!", now_ms=NOW_MS, key=KEY), KEY)
    assert [event.signal_class for event in dc09.events(frame)] == [SignalClass.UNKNOWN]


@pytest.mark.parametrize(
    ("drift_s", "late"), [(-41, True), (-40, False), (0, False), (20, False), (21, True), (-86_400, True)]
)
def test_an_encrypted_message_out_of_its_time_is_answered_nak(drift_s: int, late: bool) -> None:
    frame = read(dc09.write("NULL", "1234", "", now_ms=NOW_MS + 1000 * drift_s, key=KEY), KEY)
    assert ("timestamp" in frame.faults) == late
    assert frame.drift_ms == 1000 * drift_s
    if late:
        with pytest.raises(StaleTimestamp):
            frame.check()
    else:
        frame.check()


def test_a_readable_message_out_of_its_time_is_kept_and_its_drift_told() -> None:
    frame = read(dc09.write("NULL", "1234", "", now_ms=NOW_MS - 3_600_000))
    assert (frame.drift_ms, frame.faults) == (-3_600_000, frozenset())
    frame.check()


@pytest.mark.parametrize(
    "stamp", [b"25:00:00,01-02-2026", b"00:00:00,13-02-2026", b"00:00:00,02-30-2026", b"00:60:00,01-01-2026"]
)
def test_a_time_that_is_none_is_a_fault_and_no_error(stamp: bytes) -> None:
    raw = dc09.write("NULL", "1234", "", now_ms=NOW_MS)
    frame = read(raw[:-20] + stamp + b"\r")
    assert frame.timestamp_ms is None
    assert "timestamp" in frame.faults


def test_a_damaged_frame_is_answered_nak_and_a_wrong_length_alone_is_not() -> None:
    raw = dc09.write("NULL", "1234", "", now_ms=NOW_MS)
    with pytest.raises(BadCrc):
        read(raw.replace(b"#1234", b"#1235")).check()
    odd = read(raw[:5] + b"0FFF" + raw[9:])
    odd.check()
    with pytest.raises(BadLength):
        odd.check_length()


@pytest.mark.parametrize("raw", [b"", b"\r", b"\n\r", b"GET / HTTP/1.1\r", b'\nABCD0000"NULL"\r', b"\xff" * 40])
def test_what_is_no_frame_is_named_as_such(raw: bytes) -> None:
    with pytest.raises(NotAFrame):
        dc09.header(raw)


@pytest.mark.parametrize("cipher", [b"", b"00", b"zz" * 16, b"0" * 33, b"0" * 48])
def test_a_ciphertext_that_is_none_is_no_frame(cipher: bytes) -> None:
    with pytest.raises(NotAFrame):
        read(b'\n00000000"*NULL"0001L0#1234[' + cipher + b"\r", KEY)


@pytest.mark.parametrize("pad", [b"a]b[c", b"x]y", b"[[[["])
def test_padding_that_breaks_the_rule_is_still_passed_over(pad: bytes) -> None:
    plain = pad + b"|#1234|Nri1/BA012]_03:04:05,01-02-2026"
    plain = b"p" * (-len(plain) % 16) + plain
    frame = read(b'\n00000000"*SIA-DCS"0001L0#1234[' + KEY.encrypted(plain).hex().encode() + b"\r", KEY)
    assert frame.data == "#1234|Nri1/BA012"


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=32, max_size=96).map(lambda raw: raw[: len(raw) // 16 * 16]))
def test_noise_under_a_key_is_no_message(noise: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(b'\n00000000"*SIA-DCS"0001L0#1234[' + noise.hex().encode() + b"\r", KEY).check()


# --- answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", [None, *KEYS])
def test_each_answer_is_in_its_senders_form(form: dc09.Form, key: dc09.Key | None) -> None:
    for seq in range(40):  # enough that digits with letters occur
        raw = dc09.write(
            "SIA-DCS", "ABCD", "#ABCD|Nri1/BA1", seq=seq, receiver="1F", line="2b", now_ms=NOW_MS, key=key, form=form
        )
        frame = read(raw, key)
        answer = dc09.ack(frame, key, NOW_MS)
        back = read(answer, key)
        assert not frame.faults | back.faults
        assert (frame.form.binary, frame.form.counts_cr) == (form.binary, form.counts_cr)
        assert (back.form.binary, back.form.counts_cr) == (form.binary, form.counts_cr)
        assert not (back.form.lower and not form.lower)
        assert not (back.form.lower_cipher and not form.lower_cipher)
        assert (back.token, back.seq, back.receiver, back.line, back.account) == (
            "ACK",
            f"{seq:04d}",
            "1F",
            "2b",
            "ABCD",
        )
        assert back.encrypted == (key is not None)
        assert back.timestamp_ms == (None if key is None else NOW_MS)


def test_a_plain_ack_is_the_one_of_the_standard() -> None:
    frame = read(dc09.write("SIA-DCS", "1234", "#1234|NBA1", seq=7, now_ms=NOW_MS))
    assert dc09.ack(frame, None, NOW_MS) == b'\n04210012"ACK"0007L0#1234[]\r'


def test_nak_tells_our_time_and_is_never_encrypted() -> None:
    assert dc09.nak(NOW_MS)[9:] == b'"NAK"0000R0L0A0[]_03:04:05,01-02-2026\r'
    binary = dc09.nak(NOW_MS, dc09.Form(binary=True))
    assert binary[7:] == b'"NAK"0000R0L0A0[]_03:04:05,01-02-2026\r'
    assert dc09.Framer().feed(binary) == [binary]


def test_duh_repeats_the_senders_fields_and_needs_no_key() -> None:
    sealed = dc09.write("SIA-DCS", "1234", "#1234|NBA1", seq=7, receiver="3", now_ms=NOW_MS, key=KEY)
    assert dc09.duh(dc09.header(sealed))[9:] == b'"DUH"0007R3L0#1234[]\r'


def test_no_answer_ever_holds_a_key() -> None:
    raw = dc09.write("SIA-DCS", "1234", "#1234|NBA1", xdata=[("K", HEX)], now_ms=NOW_MS, key=KEY)
    frame = read(raw, KEY)
    answers = [dc09.ack(frame, KEY, NOW_MS), dc09.nak(NOW_MS), dc09.duh(frame)]
    opened = KEY.decrypted(bytes.fromhex(answers[0].partition(b"[")[2][:-1].decode()))
    assert frame.xdata == (("K", ""),)
    for answer in (*answers, opened):
        assert HEX.encode() not in answer.upper()
        assert b"[K" not in answer
    assert HEX not in repr(dc09.events(frame))


def test_an_encrypted_message_is_never_acknowledged_without_its_key() -> None:
    frame = read(dc09.write("NULL", "1234", "", now_ms=NOW_MS, key=KEY), KEY)
    with pytest.raises(BadMessage):
        dc09.ack(frame, None, NOW_MS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": "12"},
        {"account": "12]4"},
        {"seq": 10_000},
        {"seq": -1},
        {"line": "1234567"},
        {"receiver": "X"},
        {"token": 'a"b'},
        {"data": "a]b"},
        {"data": "a\rb"},
        {"xdata": [("I", "a]")]},
        {"data": "x" * 5_000},
    ],
)
def test_a_message_that_would_not_be_one_is_not_written(wrong: dict[str, object]) -> None:
    fields = {"token": "SIA-DCS", "account": "1234", "data": "", **wrong}
    with pytest.raises(BadMessage):
        dc09.write(**fields)  # type: ignore[arg-type]


def test_an_encrypted_message_without_a_time_is_not_written() -> None:
    with pytest.raises(BadMessage):
        dc09.write("NULL", "1234", "", key=KEY)


# --- a round trip ---------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="[]|^\r\n"), max_size=20)
digits = st.text("0123456789ABCDEF", min_size=3, max_size=16)


@settings(max_examples=200, deadline=None)
@given(
    account=digits,
    seq=st.integers(0, 9_999),
    receiver=st.none() | st.text("0123456789ABCDEF", max_size=6),
    line=st.none() | st.text("0123456789ABCDEF", max_size=6),
    key=st.sampled_from([None, *KEYS]),
    form=st.sampled_from(FORMS),
    code=st.sampled_from(["BA", "FA", "HA", "OP", "ZZ"]),
    zone=st.integers(1, 999),
    text=texts,
    place=texts,
    second=st.integers(0, 4_000_000_000),
)
def test_what_is_written_is_read(
    account: str,
    seq: int,
    receiver: str | None,
    line: str | None,
    key: dc09.Key | None,
    form: dc09.Form,
    code: str,
    zone: int,
    text: str,
    place: str,
    second: int,
) -> None:
    data = f"#{account}|Nri3/{code}{zone:03d}^{text}^"
    now_ms = second * 1000
    raw = dc09.write(
        "SIA-DCS",
        account,
        data,
        seq=seq,
        receiver=receiver,
        line=line,
        xdata=[("L", place)],
        now_ms=now_ms,
        key=key,
        form=form,
    )
    frame = read(raw, key, now_ms)
    (event,) = dc09.events(frame)
    assert dc09.Framer().feed(raw) == [raw]
    assert frame.identity == (receiver, line, account, f"{seq:04d}", "SIA-DCS", data.encode().decode("latin-1"))
    assert (frame.faults, frame.timestamp_ms, frame.inner_account) == (frozenset(), now_ms, account)
    assert (event.code, event.area, event.zone or event.user) == (code, "3", f"{zone:03d}")
    assert (event.text, event.told("location"), event.occurred_ms) == (text, place, now_ms)


# --- SIA ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ("#1234|Nri1/BA01/FA02", [("BA", "01"), ("FA", "02")]),
        ("#1234|Nri1BA01|Nri2FA02", [("BA", "01"), ("FA", "02")]),
        ("#1234|NBA01|OOP02", [("BA", "01"), ("OP", "02")]),
        ("#1234|Nti10:23/id001/pi010/CL", [("CL", "")]),
        ("Nri1/BA01", [("BA", "01")]),
        ("|Nri1/BA01", [("BA", "01")]),
        ("BA01", [("BA", "01")]),
        ("NL1", [("NL", "1")]),
        ("#1234|NNL1", [("NL", "1")]),
        ("#1234|OP001", [("OP", "001")]),
        ("#123456A|NFA129", [("FA", "129")]),
        ("#1234|Nri1/BA0F", [("BA", "0F")]),
        ("#1234|Nri04/OP001NM", [("OP", "001")]),
        ("#1234|Nri04/OP001*'J. JANSEN'NM", [("OP", "001")]),
        ("#1234|Nri0KR1^TAST. 001 ^", [("KR", "1")]),
        ("#1234|Nda11-22-26/ti10:23/ri1/BA1", [("BA", "1")]),
        ("#1234|Nri1/BA01^a/FA02^", [("BA", "01")]),
        ("#1234|Nri1/NM1", [("NM", "1")]),
        ("|#1234|Nri1/BA1", [("BA", "1")]),
        ("5004|Nri1HA1", [("HA", "1")]),
        ("#1234|NBA1*Front door", [("BA", "1")]),
        ("#1234|NBA1^a^b^", [("BA", "1")]),
        ("", []),
        ("#1234|", []),
        ("#1234|hello", []),
    ],
)
def test_sia_data_is_read_as_panels_write_it(data: str, codes: list[tuple[str, str]]) -> None:
    assert [(item.code, item.address) for item in sia_items(data)] == codes


def test_modifiers_hold_until_another_replaces_them_and_end_with_their_block() -> None:
    first, second, third, fourth = told("#1234|Nri1/id7/BA01/ri2/FA02|NOP03|Ori4/BA05")
    assert [(e.area, e.user) for e in (first, second)] == [("1", "7"), ("2", "7")]
    assert (third.area, third.user, third.told("old")) == (None, "03", None)
    assert (fourth.area, fourth.told("old")) == ("4", "1")


def test_a_block_of_text_describes_the_event_before_it() -> None:
    (event,) = told("#1234|Nri1/BA01|AFront door|ABig one")
    assert event.text == "Front door Big one"


def test_texts_lose_what_could_forge_a_line_of_a_log() -> None:
    (event,) = told("#1234|Nri1/BA01^ok\r\n2026 FORGED\x1b[2J \x00\u202e^".encode().decode("latin-1"))
    assert event.text == "ok  2026 FORGED[2J"
    assert event.text.isprintable()


def test_texts_in_windows_1252_are_read() -> None:
    (event,) = told("#1234|Nri1/BA01^Tür 3 – Küche^".encode("cp1252").decode("latin-1"))
    assert event.text == "Tür 3 – Küche"


def test_an_unknown_code_is_an_event_that_is_raised() -> None:
    (event,) = told("#1234|Nri1/QX07")
    assert (event.known, event.signal_class, event.phase, event.code, event.zone) == (
        False,
        SignalClass.UNKNOWN,
        Phase.UNKNOWN,
        "QX",
        "07",
    )


@pytest.mark.parametrize(
    ("data", "token"), [("#1234|~~~", "SIA-DCS"), ("", "SIA-DCS"), ("#1234|xx", "ADM-CID"), ("#1234|1234", "ITI-I")]
)
def test_what_cannot_be_read_is_an_event_of_an_unknown_class(data: str, token: str) -> None:
    (event,) = told(data, token)
    assert (event.protocol, event.known, event.signal_class) == ("dc09", False, SignalClass.UNKNOWN)


def test_one_frame_tells_a_bounded_number_of_events() -> None:
    assert len(told("#1234|N" + "/".join(["BA01"] * 500))) == MAX_EVENTS


def test_a_reply_tells_nothing() -> None:
    assert told("", "ACK") == told("", "NAK") == told("", "DUH") == told("", "RSP") == ()


# --- Contact ID -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "#1234|1131 01 012",
        "1131 01 012",
        "#1234|113101012",
        "#1234|18 1131 01 012",
        "|1131 01 012",
        "#1234| 1131 1A 012",
        "#1234|E131 01 012",
        "#1234|1131 1 012",
        "#1234|1131 01 C012",
        "#1234|1131/01/012",
        "1234|1131 01 012",
    ],
)
def test_contact_id_is_read_as_panels_write_it(data: str) -> None:
    (event,) = told(data, "ADM-CID")
    assert (event.protocol, event.code, event.qualifier, event.zone) == ("cid", "131", "1", "012")


@pytest.mark.parametrize(
    "data",
    [
        "|1131 01 015|1110 01 016",
        "#1234|1131 01 015|1110 01 016|",
        "1234|1131 01 015 |1110 01 016",
        "113101015|111001016",
        "|113101015|111001016",
        "#1234|12:34:56 1131 01 015|1110 01 016",
    ],
)
def test_several_events_of_contact_id_in_one_frame_are_each_one(data: str) -> None:
    assert [(e.code, e.zone, e.area, e.text) for e in told(data, "ADM-CID")] == [
        ("131", "015", "01", ""), ("110", "016", "01", ""),
    ]  # fmt: skip


def test_a_text_of_contact_id_belongs_to_the_event_before_it() -> None:
    said = told("#1234|1131 01 015^Door | 1110 01 016^|1110 01 016|Kitchen", "ADM-CID")
    assert [(e.code, e.text) for e in said] == [("131", "Door | 1110 01 016"), ("110", "Kitchen")]
    assert len(told("|".join(["1131 01 015"] * 100), "ADM-CID")) == MAX_EVENTS


@pytest.mark.parametrize(
    "time", ["12:34:56 ", "12:34 ", "12:34:56|", "12:34:56", "11-22 12:34:56 ", "12:34:56,11-22-2026 "]
)
def test_a_time_before_the_event_hides_it_not(time: str) -> None:
    (event,) = told(f"#1234|{time}Nri1/BA12")
    assert (event.code, event.zone, event.area) == ("BA", "12", "1")
    assert (event.told("time") or "").startswith("12:34")


def test_contact_id_may_be_written_with_short_numbers_and_letters() -> None:
    restored, short = told("#1234|R131 1 7", "ADM-CID"), told("#1234|1131 1 7", "ADM-CID")
    assert (restored[0].qualifier, restored[0].area, restored[0].zone) == ("3", "1", "7")
    assert (short[0].code, short[0].area, short[0].zone) == ("131", "1", "7")


@pytest.mark.parametrize(
    "span",
    [
        b'"SIA-DCS" 0007 L0 #1234[#1234|NBA1]',
        b'"SIA-DCS"0007l0#1234[#1234|NBA1]',
        b'"* SIA-DCS"'.replace(b"* ", b"") + b"0007L0#12-34[#1234|NBA1]",
        b'"SIA-DCS"0007L0 1234[#1234|NBA1]',
    ],
)
def test_a_header_that_is_a_little_off_is_still_read(span: bytes) -> None:
    raw = b"\n%04X%04X%b\r" % (crc16(span), len(span), span)
    assert dc09.Framer().feed(raw) == [raw]
    frame = read(raw)
    assert (frame.seq, frame.line, dc09.events(frame)[0].code, frame.faults) == ("0007", "0", "BA", frozenset())


def test_contact_id_means_by_its_qualifier() -> None:
    phases = [told(f"#1234|{q}401 01 007", "ADM-CID")[0].phase for q in (1, 3, 6)]
    assert phases == [Phase.OPEN, Phase.CLOSE, Phase.OPEN]
    (duress,) = told("#1234|1121 01 007", "ADM-CID")
    assert (duress.duress, duress.user, duress.signal_class, duress.priority) == (
        True,
        "007",
        SignalClass.HOLDUP_DURESS,
        1,
    )


def test_a_qualifier_or_code_that_nobody_knows_is_raised() -> None:
    for data in ("#1234|1999 01 001", "#1234|5131 01 001", "#1234|1755 00 001"):
        (event,) = told(data, "ADM-CID")
        assert (event.known, event.signal_class) == (False, SignalClass.UNKNOWN)


def test_data_under_the_wrong_name_is_still_read() -> None:
    assert told("#1234|1131 01 012", "SIA-DCS")[0].code == "131"
    assert told("#1234|Nri1/BA012", "ADM-CID")[0].code == "BA"


def test_a_provider_reads_by_its_own_table() -> None:
    table = Table.cid().overridden(
        [Override("755", name="Pool gate", phase=Phase.ALARM, signal_class=SignalClass.BURGLARY, priority=2)]
    )
    frame = read(dc09.write("ADM-CID", "1234", "#1234|1755 01 001", now_ms=NOW_MS))
    assert dc09.events(frame, cid=table)[0].name == "Pool gate"
    assert not dc09.events(frame)[0].known


# --- anything -------------------------------------------------------------------------------------------------------

seeds = st.sampled_from(
    [
        b'\nA51C003A"SIA-DCS"0007L0#1234[#1234|Nri1/BA012]_03:04:05,01-02-2026\r',
        b'\n2317003B"ADM-CID"0007L0#1234[#1234|1131 01 012]_03:04:05,01-02-2026\r',
        b'\nF88B0079"SIA-DCS"0007L0#1234[#1234|Nri1/FA003][Iv\xc3\xa5n][H03:03:59,01-02-2026]_03:04:05,01-02-2026\r',
        b"\nSR0001L0001    006969XX    [ID00000000]\r",
        dc09.write("SIA-DCS", "1234", "#1234|NBA1^x^", now_ms=NOW_MS, key=KEY),
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(seeds))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(raw)))
        raw[at : at + draw(st.integers(0, 3))] = draw(
            st.binary(max_size=4) | st.sampled_from([b"[", b"]", b"|", b"^", b'"', b"#", b"_", b"\r", b"\n"])
        )
    return bytes(raw)


@settings(max_examples=500, deadline=None)
@given(st.one_of(mutated(), st.binary(max_size=200)), st.sampled_from([None, KEY]))
def test_whatever_comes_is_events_or_one_of_our_errors(raw: bytes, key: dc09.Key | None) -> None:
    for piece in (raw, *dc09.Framer().feed(raw)):
        try:
            frame = dc09.read(piece, key, now_ms=NOW_MS)
        except ProtocolError:
            continue
        events = dc09.events(frame)
        assert len(events) <= MAX_EVENTS
        for event in events:
            told = (event.code, event.zone, event.area, event.user, event.text, event.name, *sum(event.extra, ()))
            assert all(text is None or text.isprintable() for text in told)
        answer = dc09.ack(frame, key, NOW_MS)
        assert len(answer) < 300
        dc09.duh(frame)
