# SPDX-License-Identifier: EUPL-1.2
"""Frames written: answers in the sender's form, and messages for the dialler and the tests.

ACK repeats the sender's fields; encrypted when the message was. NAK (with our time, so that the sender can set its
clock) and DUH are never encrypted (SIA DC-09, 5.5.3). No answer has extended data, so none can hold a key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zegel.protocols.dc09.crc import after, crc16
from zegel.protocols.dc09.crypto import BLOCK, Key, padding
from zegel.protocols.dc09.frames import Form, Frame, Header
from zegel.protocols.dc09.times import written
from zegel.protocols.errors import BadMessage

MAX_SPAN = 0xFFF  # bytes between checksum and CR that the length field can tell
HEX_FORM = Form()
SERIAL_ACK = b'"ACK"'  # what a serial heartbeat over IP is answered with

_TOKEN = re.compile(r"[A-Z0-9-]{1,16}\Z")
_SEQ = re.compile(r"[0-9]{4}\Z")
_PREFIX = re.compile(r"[0-9A-Fa-f]{0,6}\Z")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{3,16}\Z")
_ACK_PADDING = 27  # bytes: at least 16 (5.4.4.3), which make the first block differ each time; 48 with what is told


def ack(frame: Frame, key: Key | None, now_ms: int) -> bytes:
    """We have it, and it will not be lost. Raises BadMessage for an encrypted frame without its key."""
    if frame.token == "OH":
        return SERIAL_ACK
    if not frame.encrypted:
        return _framed(f'"ACK"{frame.fields}[]'.encode("latin-1"), frame.form)
    if key is None:
        raise BadMessage("An encrypted message can only be acknowledged with its key.")
    sealed = key.encrypted(padding(_ACK_PADDING) + b"]_" + written(now_ms)).hex()
    body = f'"*ACK"{frame.fields}[{sealed if frame.form.lower_cipher else sealed.upper()}'
    return _framed(body.encode("latin-1"), frame.form)


def nak(now_ms: int, form: Form = HEX_FORM) -> bytes:
    """Not understood, or not in time: send it again. Tells our time."""
    return _framed(b'"NAK"0000R0L0A0[]_' + written(now_ms), form)


def duh(frame: Frame | Header) -> bytes:
    """Understood as a message, but nothing can be made of it: don't send it again."""
    return _framed(f'"DUH"{frame.fields}[]'.encode("latin-1"), frame.form)


def write(
    token: str,
    account: str,
    data: str,
    *,
    seq: int = 1,
    receiver: str | None = None,
    line: str | None = "0",
    xdata: Sequence[tuple[str, str]] = (),
    now_ms: int | None = None,
    key: Key | None = None,
    form: Form = HEX_FORM,
) -> bytes:
    """A message as a panel sends it. `data` is what stands between the brackets (`#1234|Nri1/BA012`, or "" for NULL).

    `now_ms` None leaves the time out. Encrypted with a key, then with a time. Raises BadMessage.
    """
    _refuse_wrong(token, seq, receiver, line, account)
    if any("]" in value or "[" in value for _, value in xdata) or _breaks(data):
        raise BadMessage("Data and texts can't contain brackets or line ends.")
    tail = "]" + "".join(f"[{name}{value}]" for name, value in xdata)
    stamp = b"" if now_ms is None else b"_" + written(now_ms)
    fields = f"{seq:04d}{'' if receiver is None else 'R' + receiver}{'' if line is None else 'L' + line}#{account}["
    if key is None:
        return _framed(f'"{token}"{fields}{data}{tail}'.encode() + stamp, form)
    if not stamp:
        raise BadMessage("An encrypted message needs a time.")
    plain = f"{'|' if data else ''}{data}{tail}".encode() + stamp
    sealed = key.encrypted(padding(BLOCK + -len(plain) % BLOCK) + plain).hex()
    return _framed(f'"*{token}"{fields}{sealed if form.lower_cipher else sealed.upper()}'.encode(), form)


def _refuse_wrong(token: str, seq: int, receiver: str | None, line: str | None, account: str) -> None:
    if not _TOKEN.match(token):
        raise BadMessage("A message's name is capitals, digits and hyphens.")
    if not 0 <= seq <= 9999:
        raise BadMessage("A sequence number is 0…9999.")
    if not _PREFIX.match(receiver or "") or not _PREFIX.match(line or ""):
        raise BadMessage("Receiver and line are at most six hexadecimal digits.")
    if not _ACCOUNT.match(account):
        raise BadMessage("An account is 3 to 16 hexadecimal digits.")


def _breaks(data: str) -> bool:
    return any(character in data for character in "[]\r\n")


def _framed(span: bytes, form: Form) -> bytes:
    if len(span) > MAX_SPAN:
        raise BadMessage(f"A message has at most {MAX_SPAN} bytes.")
    register = crc16(span)
    length = len(span)
    if form.counts_cr:
        register = after(register, 0x0D)
        length += 1
    if form.binary:
        checksum = register.to_bytes(2, "big")
        digits = f"{length:04X}"
    else:
        checksum = b""
        digits = f"{register:04X}{length:04X}"
    if form.lower:
        digits = digits.lower()
    return b"\n%b%b%b\r" % (checksum, digits.encode(), span)
