# SPDX-License-Identifier: EUPL-1.2
"""A camera's or recorder's mail as an event. Never fails: a mail that nobody can read still says that a camera of ours
wrote to us.

Who it was is known by the address that was written to, never by anything in the mail; the names in it are only labels.
"""

from __future__ import annotations

from datetime import tzinfo

import msgspec

from zegel.protocols.errors import BadMessage
from zegel.protocols.events import LEAST_URGENT, UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.protocols.mail import wording
from zegel.protocols.mail.mime import MAX_MAIL, Opened, Picture, opened
from zegel.protocols.mail.times import time_ms
from zegel.protocols.text import clean

__all__ = ["MAX_MAIL", "MailEvent", "read"]

TEST_NAME = "Test mail"
CAMERA_NAME = "Camera mail"
UNREADABLE_NAME = "Unreadable mail"


class MailEvent(msgspec.Struct, frozen=True):
    """`pictures` are (file name, media type, bytes); the media type is what the bytes are. `is_test`: a mail that was
    sent to try the way, and tells of no event."""

    event: Event
    device_name: str
    channel: str
    is_test: bool
    pictures: tuple[Picture, ...]


def read(message: bytes, *, received_ms: int, tz: tzinfo) -> MailEvent:
    """`tz` is the site's: cameras write local time. Never raises for what is in the mail."""
    try:
        mail = opened(message)
    except BadMessage as problem:
        return _unreadable(str(problem))
    told = wording.fields(mail.words)
    device, channel = _value(told, "device"), _channel(told)
    named = _value(told, "event")
    kind = _kind(mail, told)
    if kind is None and not named and _says_test(mail):
        return MailEvent(_test(mail), device, channel, True, mail.pictures)
    event = _event(mail, told, kind, named, channel, _occurred_ms(mail, told, tz, received_ms))
    return MailEvent(event, device, channel, False, mail.pictures)


def _value(told: dict[str, tuple[str, str]], name: str) -> str:
    return told.get(name, ("", ""))[1]


def _channel(told: dict[str, tuple[str, str]]) -> str:
    return _value(told, "channel") or _value(told, "channel_name")


def _kind(mail: Opened, told: dict[str, tuple[str, str]]) -> wording.Kind | None:
    """By the field that names the event; without one by the subject, then by all of the text."""
    named = _value(told, "event")
    if named:
        return wording.kind(named)
    return wording.kind_in_passing(mail.subject) or wording.kind_in_passing(mail.words)


def _says_test(mail: Opened) -> bool:
    return wording.says_test(mail.subject, mail.words, bool(mail.pictures))


def _test(mail: Opened) -> Event:
    return Event(
        "mail",
        "test",
        None,
        Phase.TEST,
        SignalClass.TEST,
        LEAST_URGENT,
        TEST_NAME,
        text=mail.subject,
        occurred_ms=mail.sent_ms,
    )


def _occurred_ms(mail: Opened, told: dict[str, tuple[str, str]], tz: tzinfo, received_ms: int) -> int | None:
    label, value = told.get("time", ("", ""))
    occurred = time_ms(value, label, tz, received_ms) if value else None
    return mail.sent_ms if occurred is None else occurred


def _event(
    mail: Opened,
    told: dict[str, tuple[str, str]],
    kind: wording.Kind | None,
    named: str,
    channel: str,
    occurred_ms: int | None,
) -> Event:
    extra = tuple((name, value) for name, (_, value) in told.items() if name not in ("event", "time", "channel"))
    if mail.omitted:
        extra += (("omitted", ", ".join(mail.omitted)),)
    text = named or mail.subject
    zone = channel or None
    if kind is None:
        seen = SignalClass.VIDEO if mail.pictures else SignalClass.UNKNOWN
        return Event(
            "mail", "", None, Phase.UNKNOWN, seen, UNKNOWN_PRIORITY, CAMERA_NAME, zone, None, None, text, occurred_ms,
            known=False, extra=extra,
        )  # fmt: skip
    if wording.is_end(named):
        return Event(
            "mail", kind.code, None, Phase.RESTORE, SignalClass.RESTORE, 7, kind.name, zone, None, None, text,
            occurred_ms, extra=extra,
        )  # fmt: skip
    return Event(
        "mail", kind.code, None, kind.phase, kind.signal_class, kind.priority, kind.name, zone, None, None, text,
        occurred_ms, extra=extra,
    )  # fmt: skip


def _unreadable(why: str) -> MailEvent:
    event = Event(
        "mail",
        "",
        None,
        Phase.UNKNOWN,
        SignalClass.UNKNOWN,
        UNKNOWN_PRIORITY,
        UNREADABLE_NAME,
        text=clean(why),
        known=False,
    )
    return MailEvent(event, "", "", False, ())
