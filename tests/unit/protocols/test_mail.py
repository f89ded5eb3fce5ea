# SPDX-License-Identifier: EUPL-1.2
"""Cameras' mails, as their makers write them: what happened, when, where, with which pictures. None is ever lost."""

from __future__ import annotations

import json
from base64 import b64encode, encodebytes
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared_files import shared

from zegel.protocols import mail
from zegel.protocols.events import Phase, SignalClass
from zegel.protocols.mail import MailEvent, mime

STOCKHOLM, AMSTERDAM = ZoneInfo("Europe/Stockholm"), ZoneInfo("Europe/Amsterdam")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 4 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
HIKVISION = """This is an automatically generated e-mail from your IPC.

EVENT TYPE: Intrusion Detection
EVENT TIME: 2015-05-22,14:52:18
IPC NAME: ORTO
CHANNEL NAME: Orto
CHANNEL NUMBER: 1
IPC S/N: DS-2CD2032-I20150107CCCH497875383
"""
DAHUA = """Alarm Event: Motion Detection
Alarm Input Channel: 1
Alarm Start Time(D/M/Y H:M:S): 23/12/2021 10:27:46
Alarm Device Name: IPC06
Alarm Name:
IP Address: 192.168.2.164
"""


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, tz: tzinfo = UTC) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=tz).timestamp() * 1000)


NOW_MS = ms(2026, 11, 22, 12)


def read(raw: bytes, received_ms: int = NOW_MS, tz: tzinfo = STOCKHOLM) -> MailEvent:
    return mail.read(raw, received_ms=received_ms, tz=tz)


def plain(body: str, subject: str = "", charset: str = "utf-8") -> bytes:
    head = f"From: c@x\r\nSubject: {subject}\r\nContent-Type: text/plain; charset={charset}\r\n"
    return f"{head}Content-Transfer-Encoding: 8bit\r\n\r\n".encode() + body.encode(charset)


def hikvision(body: bytes, boundary: str = '"#BOUNDARY#"', charset: str = "gb2312", pictures: bytes = b"") -> bytes:
    return (
        b"Subject: ORTO: on Camera1: Intrusion Detection\r\nX-Mailer: HIKMailer\r\nMIME-Version: 1.0\r\n"
        + f"Content-type: multipart/alternative; boundary={boundary}\r\n\r\n".encode()
        + f"--#BOUNDARY#\r\nContent-Type: text/plain; charset={charset}\r\n".encode()
        + b"Content-Transfer-Encoding: 8bit\r\n\r\n"
        + body
        + b"\r\n"
        + pictures
        + b"--#BOUNDARY#--\r\n"
    )


def part(headers: str, body: bytes) -> bytes:
    return b"--#BOUNDARY#\r\n" + headers.encode() + b"\r\n\r\n" + body + b"\r\n"


# --- makers ---------------------------------------------------------------------------------------------------------


def test_hikvisions_mail_is_read_whole() -> None:
    told = read(hikvision(HIKVISION.replace("Orto", "Entré 门口").encode("gb18030")))
    assert (told.event.code, told.event.signal_class, told.event.phase) == ("intrusion", SignalClass.VIDEO, Phase.ALARM)
    assert told.event.occurred_ms == ms(2015, 5, 22, 14, 52, 18, STOCKHOLM)
    assert (told.device_name, told.channel, told.event.zone) == ("ORTO", "1", "1")
    assert told.event.told("channel_name") == "Entré 门口"
    assert not told.is_test


def test_a_generic_cameras_day_comes_before_its_month() -> None:
    body = """\tThis is an automatically generated e-mail from your IPC.

\t\tEVENT TYPE: Motion Detected
\t\tEVENT TIME: 27/12/2021 17:42:19
\t\tIPC NAME: IPC
\t\tCHANNEL NUMBER: 01
\t\tIPC IP: 192.168.2.111
"""
    told = read(plain(body))
    assert (told.event.code, told.channel) == ("motion", "01")
    assert told.event.occurred_ms == ms(2021, 12, 27, 17, 42, 19, STOCKHOLM)


def test_dahuas_base64_body_is_read_declared_or_not() -> None:
    declared = (
        b"Subject: IPC06\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encodebytes(DAHUA.encode())
    )
    hidden = b"Subject: IPC06\r\nContent-Type: text/plain\r\n\r\n" + b64encode(DAHUA.encode())
    for raw in (declared, hidden):
        told = read(raw, tz=AMSTERDAM)
        assert (told.event.code, told.device_name, told.channel) == ("motion", "IPC06", "1")
        assert told.event.occurred_ms == ms(2021, 12, 23, 10, 27, 46, AMSTERDAM)


@pytest.mark.parametrize(
    ("body", "code", "channel", "device"),
    [
        (
            "Alarm Event: Smart Motion Human\nAlarm Input Channel No.: 3\nChannel Name: Depo\nAlarm Device Name: XVR\n",
            "person",
            "3",
            "XVR",
        ),
        (
            "Alarm Camera Name:Garage, Alarm Event:Motion Detection, Alarm Input Channel No.:2, Alarm Device Name:NVR",
            "motion",
            "2",
            "NVR",
        ),
        (
            "EVENT TYPE:    Motion Detected\nDVR NAME:      Embedded Net DVR\nCAMERA NAME(NUM):   CAM 2 Garage(A2)\n",
            "motion",
            "CAM 2 Garage(A2)",
            "Embedded Net DVR",
        ),
        ("Alarm Type: Video Tampering Alarm\nChannel: 4\n", "tamper", "4", ""),
        ("EVENT TYPE: Line Crossing Detection\nCHANNEL NUMBER: 2", "intrusion", "2", ""),
        ("EVENT TYPE: HDD Full\nNVR NAME: N1", "storage", "", "N1"),
        ("Event: Network Disconnected", "network", "", ""),
        ("Alarm Event: Fire Detection Start\nAlarm Input Channel: 1", "fire", "1", ""),
        ("Ereignistyp: Bewegungserkennung\nKanal: 7\nGerätename: Hof", "motion", "7", "Hof"),
        ("Gebeurtenis: Inbraakdetectie\nKanaal: 2", "intrusion", "2", ""),
        ("Händelse: Rörelse upptäckt\nKanal: 3", "motion", "3", ""),
        ("报警类型：移动侦测\n通道号：5", "motion", "5", ""),
    ],
)
def test_other_makers_and_languages_are_read(body: str, code: str, channel: str, device: str) -> None:
    told = read(plain(body))
    assert (told.event.code, told.channel, told.device_name) == (code, channel, device)
    assert told.event.known


def test_markup_is_read_as_the_text_that_it_shows() -> None:
    rows = "".join(f"<tr><td>{line}</td></tr>" for line in DAHUA.splitlines())
    raw = f"Content-Type: text/html; charset=utf-8\r\n\r\n<html><style>Event: fire</style><table>{rows}</table></html>"
    told = read(raw.encode())
    assert (told.event.code, told.channel, told.device_name) == ("motion", "1", "IPC06")


def test_what_is_over_is_a_restore() -> None:
    told = read(plain("Alarm Event: Motion Detection Stop\nAlarm Input Channel: 1"))
    assert (told.event.phase, told.event.signal_class) == (Phase.RESTORE, SignalClass.RESTORE)
    assert read(plain("Alarm Event: Bus stop motion\n")).event.phase is Phase.ALARM


# --- times ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EVENT TIME: 2026-11-22 12:59:30", ms(2026, 11, 22, 12, 59, 30, STOCKHOLM)),
        ("EVENT TIME: 2026/11/22 12:59:30", ms(2026, 11, 22, 12, 59, 30, STOCKHOLM)),
        ("EVENT TIME: 22.11.2026 12:59", ms(2026, 11, 22, 12, 59, 0, STOCKHOLM)),
        ("Time: 11/22/2026 12:59:30 PM", ms(2026, 11, 22, 12, 59, 30, STOCKHOLM)),
        ("Alarm Start Time(M/D/Y H:M:S): 11/12/2026 10:00:00", ms(2026, 11, 12, 10, 0, 0, STOCKHOLM)),
        ("Alarm Start Time(D/M/Y H:M:S): 11/12/2026 10:00:00", ms(2026, 12, 11, 10, 0, 0, STOCKHOLM)),
        ("EVENT TIME: 2026-11-22T11:59:30Z", ms(2026, 11, 22, 11, 59, 30)),
        ("EVENT TIME: 2026-11-22T12:59:30+01:00", ms(2026, 11, 22, 11, 59, 30)),
        ("EVENT TIME: 2026-11-22T12:59:30.123-0500", ms(2026, 11, 22, 17, 59, 30)),
        ("EVENT TIME: 2026-02-30 12:00:00", None),
        ("EVENT TIME: yesterday", None),
    ],
)
def test_local_times_are_placed_by_the_sites_zone(line: str, expected: int | None) -> None:
    assert read(plain(f"EVENT TYPE: Motion\n{line}\n")).event.occurred_ms == expected


def test_a_date_that_could_be_either_is_the_one_nearest_to_its_arrival() -> None:
    raw = plain("EVENT TYPE: Motion\nTime: 03/04/2026 10:00:00\n")
    assert read(raw, ms(2026, 4, 3, 8)).event.occurred_ms == ms(2026, 4, 3, 10, 0, 0, STOCKHOLM)
    assert read(raw, ms(2026, 3, 4, 9)).event.occurred_ms == ms(2026, 3, 4, 10, 0, 0, STOCKHOLM)


def test_an_hour_that_happens_twice_is_the_one_nearest_to_its_arrival() -> None:
    raw = plain("EVENT TYPE: Motion\nEVENT TIME: 2026-10-25 02:30:00\n")
    assert read(raw, ms(2026, 10, 25, 0, 31)).event.occurred_ms == ms(2026, 10, 25, 0, 30)
    assert read(raw, ms(2026, 10, 25, 1, 31)).event.occurred_ms == ms(2026, 10, 25, 1, 30)


def test_without_a_time_in_it_the_mails_own_date_counts() -> None:
    raw = b"Date: Sun, 22 Nov 2026 12:00:05 +0100\r\nSubject: Motion\r\n\r\nhello\r\n"
    assert read(raw).event.occurred_ms == ms(2026, 11, 22, 11, 0, 5)
    assert read(raw.replace(b"+0100", b"-0000")).event.occurred_ms is None


# --- test mails -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Embedded Net DVR: Test message", "This is a test message from your DVR."),
        ("Mail Test", "Mail Test"),
        ("Test", ""),
        ("IPC", "If you receive this e-mail you have successfully set up and tested the e-mail alert from your IPC"),
        ("Testmeddelande", "Detta är ett testmeddelande"),
        ("Testnachricht von Kamera", ""),
        ("Testbericht", "Dit is een testbericht"),
        ("=?utf-8?B?5rWL6K+V6YKu5Lu2?=", ""),
        ("Correo de prueba", ""),
        ("Message de test", ""),
    ],
)
def test_a_makers_test_mail_is_recognised(subject: str, body: str) -> None:
    told = read(plain(body, subject))
    assert told.is_test
    assert (told.event.signal_class, told.event.phase) == (SignalClass.TEST, Phase.TEST)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Mail test", "EVENT TYPE: Motion Detected"),
        ("Test message", "Alarm Event: something we have never seen"),
        ("Test", "EVENT TYPE: Motion"),
        ("Intrusion Detection", "this is a test camera, this is a test"),
        ("latest message", ""),
        ("Camera Test: alarm", ""),
    ],
)
def test_an_alarm_is_never_taken_for_a_test(subject: str, body: str) -> None:
    told = read(plain(body, subject))
    assert not told.is_test
    assert told.event.signal_class is not SignalClass.TEST


def test_a_test_mail_may_have_a_picture_but_the_word_alone_may_not() -> None:
    picture = part("Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64", encodebytes(JPEG))
    with_phrase = hikvision(b"This is a test mail", pictures=picture).replace(
        b"ORTO: on Camera1: Intrusion Detection", b"Hello"
    )
    alone = hikvision(b"", pictures=picture).replace(b"ORTO: on Camera1: Intrusion Detection", b"Test")
    assert read(with_phrase).is_test
    assert not read(alone).is_test


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Type: image/jpeg; name=a.jpg\r\nContent-Disposition: attachment; filename=a.jpg",
        "Content-Type: image/jpeg; name=a.jpg\r\nContent-Disposition: inline",
        'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="a.jpg"',
        "Content-Type: application/octet-stream; name=a.jpg",
        'Content-Type: image/jpg; name="=?gb2312?B?YQ==?=.jpg"',
        "Content-Type: text/plain; name=a.jpg",
    ],
)
def test_a_picture_is_found_however_it_is_attached(headers: str) -> None:
    raw = hikvision(
        HIKVISION.encode(), pictures=part(f"{headers}\r\nContent-Transfer-Encoding: base64", encodebytes(JPEG))
    )
    told = read(raw)
    assert told.pictures == (("a.jpg", "image/jpeg", JPEG),)
    assert told.event.code == "intrusion"


def test_what_a_picture_is_says_its_content_and_never_its_name() -> None:
    pictures = part(
        "Content-Type: image/jpeg; name=../../etc/x.jpg\r\nContent-Transfer-Encoding: base64", encodebytes(PNG)
    )
    pictures += part(
        'Content-Type: image/jpeg; name="a\tb\x1b.jpg"\r\nContent-Transfer-Encoding: base64', encodebytes(b"<script>")
    )
    told = read(hikvision(HIKVISION.encode(), pictures=pictures))
    assert told.pictures == (("x.jpg.png", "image/png", PNG),)
    assert told.event.told("omitted") == "attachments"


@pytest.mark.parametrize("boundary", ["#BOUNDARY#", "", '"wrong"', "'#BOUNDARY#'"])
def test_a_boundary_that_is_written_wrong_is_found(boundary: str) -> None:
    picture = part("Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64", encodebytes(JPEG))
    told = read(hikvision(HIKVISION.encode(), boundary=boundary, pictures=picture))
    assert [name for name, _, _ in told.pictures] == ["a.jpg"]
    assert told.event.code == "intrusion"


def test_a_mail_without_its_last_boundary_is_read_as_far_as_it_goes() -> None:
    picture = part("Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64", encodebytes(JPEG))
    raw = hikvision(HIKVISION.encode(), pictures=picture)
    told = read(raw[: raw.rindex(b"--#BOUNDARY#--")])
    assert told.event.code == "intrusion"
    assert told.pictures[0][2] == JPEG


# --- none is lost, none does harm -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"hello",
        b"\xff\xfe\x00",
        b"Subject: =?x?B?!!?=\r\n\r\n\x00",
        b"Content-Type: multipart/mixed\r\n\r\n",
    ],
)
def test_a_mail_that_nobody_can_read_is_an_event_of_an_unknown_class(raw: bytes) -> None:
    told = read(raw)
    assert (told.event.signal_class, told.event.known, told.is_test) == (SignalClass.UNKNOWN, False, False)


def test_an_unknown_mail_with_a_picture_is_a_video_event() -> None:
    picture = part("Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64", encodebytes(JPEG))
    raw = hikvision(b"our network camera saw something", pictures=picture).replace(b"Intrusion Detection", b"x")
    told = read(raw)
    assert (told.event.signal_class, told.event.known) == (SignalClass.VIDEO, False)
    assert told.pictures[0][:2] == ("picture-1.jpg", "image/jpeg")


def test_beyond_the_limits_it_is_still_an_event() -> None:
    too_big = plain("EVENT TYPE: Motion\n") + b"x" * mime.MAX_MAIL
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(500))
    many = hikvision(HIKVISION.encode(), pictures=part("Content-Type: text/plain", b"x") * 100)
    pictures = hikvision(
        HIKVISION.encode(),
        pictures=part("Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64", encodebytes(JPEG)) * 30,
    )
    assert read(too_big).event.text == "A mail has at most 16 MB."
    assert read(deep).event.text == "The mail has too many parts."
    assert read(many).event.told("omitted") == "parts"
    assert len(read(pictures).pictures) == mime.MAX_PICTURES


def test_labels_lose_what_could_forge_a_line_of_a_log() -> None:
    told = read(plain("EVENT TYPE: Motion\x1b[2J\u202e\nDEVICE NAME: a\x00b\x85c\n", "x\x07"))
    texts = [told.device_name, told.event.text, *(value for _, value in told.event.extra)]
    assert all(text.isprintable() for text in texts)


def test_the_samples_beside_the_checkout_are_read() -> None:
    samples = json.loads(shared("alarm/smtp_samples.json").read_text("utf-8"))
    codes = [read(plain(sample["body"], sample["subject"])).event.code for sample in samples]
    assert codes == ["intrusion", "motion", "motion"]


pieces = st.sampled_from(
    [
        b"Subject: x\r\n",
        b'Content-Type: multipart/mixed; boundary="b"\r\n',
        b"Content-Type: text/html; charset=utf-7\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n",
        b"Content-Transfer-Encoding: uuencode\r\n",
        b"Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.jpg\r\n",
        b"\r\n",
        b"--b\r\n",
        b"--b--\r\n",
        b"EVENT TYPE: Motion\r\n",
        b"EVENT TIME: 99/99/9999 99:99:99\r\n",
        JPEG,
        b"Date: Mon, 99 Foo 99999\r\n",
        b"begin 666 x\r\n",
        b"=?gb2312?Q?=ff?=",
    ],
)


@settings(max_examples=250, deadline=None)
@given(st.lists(st.one_of(pieces, st.binary(max_size=40)), max_size=25).map(b"".join))
def test_whatever_is_sent_becomes_an_event(raw: bytes) -> None:
    told = read(raw)
    event = told.event
    texts = (
        told.device_name,
        told.channel,
        event.text,
        event.zone,
        event.name,
        *sum(event.extra, ()),
        *(name for name, _, _ in told.pictures),
    )
    assert all(text is None or text.isprintable() for text in texts)
    assert all("/" not in name and name for name, _, _ in told.pictures)
