# SPDX-License-Identifier: EUPL-1.2
"""A frame read: first its header, which needs no key and tells whose key to take, then the rest.

    LF crc 0LLL "id"seq[Rrcvr]Lpref#acct[data][xdata…][_HH:MM:SS,MM-DD-YYYY] CR     (SIA DC-09, 5.5)

Read as tolerantly as panels write: what is merely odd is noted in `faults`, and only what can't be read, or may not be
believed, raises. Never believed: a readable message for an account that has a key, whatever kind it is.
"""

from __future__ import annotations

import re
from itertools import product

import msgspec

from zegel.protocols.dc09.crc import after, crc16
from zegel.protocols.dc09.crypto import BLOCK, Key
from zegel.protocols.dc09.times import EARLIEST_S, LATEST_S, time_ms
from zegel.protocols.errors import BadCrc, BadLength, NotAFrame, PlainForEncrypted, StaleTimestamp, WrongKey

SUPERVISION = frozenset({"NULL", "XNM", "OH"})  # messages that only say that the path is alive
REPLIES = frozenset({"ACK", "NAK", "DUH", "RSP"})
NO_FAULTS: frozenset[str] = frozenset()
_SECRET_XDATA = "K"  # the field that would carry a key: its value is never kept

_HEADER = re.compile(
    r"\n*(?:([0-9A-Fa-f]{4})|([\x00-\xff]{2}))([0-9A-Fa-f]{4})"
    r'"(\*?)([^"\x00-\x1f]{1,24})"([0-9A-Fa-f]{0,4})'
    r"(?:R([0-9A-Fa-f]{0,6}))?(?:L([0-9A-Fa-f]{0,6}))?(?:#([0-9A-Za-z]{0,24}))?\[",
)
_HEADER_ODD = re.compile(
    r"\s*(?:([0-9A-Fa-f]{4})|([\x00-\xff]{2}))([0-9A-Fa-f]{4})"
    r'"(\*?) *([^"\x00-\x1f]{1,24})" *([0-9A-Fa-f]{0,8})'
    r" *(?:[Rr]([0-9A-Fa-f]{0,8}))? *(?:[Ll]([0-9A-Fa-f]{0,8}))? *(?:#? *([0-9A-Za-z]{0,24}))?[^\[\x00-\x1f]{0,16}\[",
)
_SERIAL = re.compile(r"\n*SR?([0-9A-Fa-f]{0,6})L([0-9A-Fa-f]{0,6}) +([0-9A-Za-z]{3,16}?)X* +\[(?:ID)?([0-9A-Za-z]*)\]")
_INNER = re.compile(r"#([0-9A-Za-z]{1,24})(?:\||\])")
_STAMP = r"(?:_?(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}))?[\s\x00]*\Z"
_CONTENT = re.compile(r"([^\]]*)\]((?:\[[^\[\]]*\]){0,32})" + _STAMP)
_CONTENT_TEXT = re.compile(r"([^\]^]*\^.*?)\]((?:\[[^\[\]]*\]){0,32})" + _STAMP, re.S)  # ^a text [with] brackets^
_XDATA = re.compile(r"\[([^\[\]])([^\[\]]*)\]")
_LOWER = re.compile("[a-f]")
_SAYS_NOTHING = re.compile(r"\|*(?:#[0-9A-Fa-f]{0,16})?\|*[0\s\x00]*\Z")  # nothing, an account, zeros for an event


class Form(msgspec.Struct, frozen=True):
    """How the sender writes frames; it is answered in the same way."""

    binary: bool = False  # checksum as two raw bytes (DC-09-2007) instead of four digits
    counts_cr: bool = False  # the CR is part of checksum and length
    lower: bool = False  # checksum and length in lower case
    lower_cipher: bool = False  # the ciphertext's digits in lower case: not always as the checksum's


_FORMS = {flags: Form(*flags) for flags in product((False, True), repeat=4)}


class Header(msgspec.Struct, frozen=True):
    """What can be read without a key. `receiver`, `line`: the digits after R and L, "" when empty, None when absent.

    `account` (in capitals) is the header's own; in a readable message without one, the account inside. `fields` are
    the characters that a reply repeats. `faults`: "crc", "length".
    """

    raw: bytes
    text: str  # the whole frame, one character per byte
    token: str  # in capitals, without the asterisk
    encrypted: bool
    seq: str
    receiver: str | None
    line: str | None
    account: str
    fields: str
    form: Form
    faults: frozenset[str]
    begin: int  # where the data begins, after the bracket
    end: int  # where the CR is


class Frame(msgspec.Struct, frozen=True):
    """A message. `data` and the values of `xdata` hold one character per byte, as sent: `content` makes text of them.

    `account` is the one whose key opened it. `inner_account` (None when the data names none) may differ, and proves
    nothing. `timestamp_ms` is the message's own time, `drift_ms` how far it is ahead of ours. `faults`: "crc",
    "length", "timestamp", "content", "token" (called supervision, and tells something).
    """

    raw: bytes
    token: str
    encrypted: bool
    seq: str
    receiver: str | None
    line: str | None
    account: str
    inner_account: str | None
    data: str
    xdata: tuple[tuple[str, str], ...]
    timestamp_ms: int | None
    drift_ms: int | None
    fields: str
    form: Form
    faults: frozenset[str]

    @property
    def is_supervision(self) -> bool:
        """Says nothing but that the path is alive. The token alone doesn't tell: it lies outside the encryption, and
        who rewrites it would make an alarm vanish."""
        return self.token in SUPERVISION and "token" not in self.faults

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What a repetition of the same message has in common with it: its bytes, time and padding may differ."""
        return (self.receiver, self.line, self.account, self.seq, self.token, self.data)

    def check(self) -> None:
        """Raises BadCrc or StaleTimestamp: then the answer is NAK, and the sender tries again."""
        if "crc" in self.faults:
            raise BadCrc("The checksum doesn't fit.")
        if self.encrypted and "timestamp" in self.faults:
            raise StaleTimestamp("The time of this encrypted message is missing or too far from ours.")

    def check_length(self) -> None:
        """Raises BadLength when the length field is wrong, which no answer depends on."""
        if "length" in self.faults:
            raise BadLength("The length field doesn't fit the frame.")


def header(raw: bytes) -> Header:
    """Reads the outside of a frame. Raises NotAFrame."""
    text = raw.decode("latin-1")
    found = _HEADER.match(text) or _HEADER_ODD.match(text)
    if found is None:
        return _serial(raw, text)
    told, two, length, star, token, seq, receiver, line, account = found.groups()
    quote, begin = found.start(4) - 1, found.end()
    end = len(raw) - 1 if raw.endswith(b"\r") else len(raw)
    wanted = int(told, 16) if two is None else (ord(two[0]) << 8) | ord(two[1])
    register = crc16(raw[quote:end])
    counts_cr = wanted != register and wanted == after(register, 0x0D)
    faults = NO_FAULTS
    if wanted != register and not counts_cr:
        faults = frozenset({"crc"})
    if int(length, 16) != end - quote + counts_cr:
        faults |= {"length"}
    if not account:
        account = "" if star else _account_inside(text, begin)
    return Header(
        raw,
        text,
        token.upper(),
        star == "*",
        seq,
        receiver,
        line,
        account.upper(),
        text[found.end(5) + 1 : begin - 1],
        _FORMS[
            two is not None,
            counts_cr,
            bool(_LOWER.search(length if told is None else told + length)),
            bool(star and _LOWER.search(text, begin, begin + 64)),
        ],
        faults,
        begin,
        end,
    )


def read(raw: bytes | Header, key: Key | None, *, now_ms: int) -> Frame:
    """The whole message. `key` is the account's, None when it has none; the header may be given when it was read.

    Raises NotAFrame, WrongKey (also when there is no key for what is encrypted), PlainForEncrypted. What is only odd
    stands in `faults`.
    """
    head = raw if isinstance(raw, Header) else header(raw)
    if key is not None and not head.encrypted:
        raise PlainForEncrypted("A readable message for an account that has a key.")
    content = _opened(head, key) if head.encrypted else head.text[head.begin : head.end]
    found = _CONTENT.match(content) or _CONTENT_TEXT.match(content)
    if found is None and head.encrypted:
        found = _CONTENT.match(content, max(content.find("|#"), 0))  # padding that holds a bracket
    faults = head.faults
    if found is not None:
        data, blocks, stamp = found.groups()
    elif head.encrypted:
        raise WrongKey("What comes out is no message: another key, or another format of the key.")
    else:  # what follows the data is the rest of some buffer
        data, blocks, stamp, faults = content.partition("]")[0], "", None, faults | {"content"}
    if head.encrypted:
        data = _without_padding(data, stamp)
    timestamp_ms = None if stamp is None else time_ms(stamp)
    drift_ms = None if timestamp_ms is None else timestamp_ms - now_ms
    if _untimely(head.encrypted, stamp, drift_ms):
        faults |= {"timestamp"}
    if head.token in SUPERVISION and not _SAYS_NOTHING.match(data):
        faults |= {"token"}
    inner = _INNER.match(data + "]") if data.startswith("#") else None
    return Frame(
        head.raw,
        head.token,
        head.encrypted,
        head.seq,
        head.receiver,
        head.line,
        head.account,
        None if inner is None else inner.group(1),
        data,
        _blocks(blocks) if blocks else (),
        timestamp_ms,
        drift_ms,
        head.fields,
        head.form,
        faults,
    )


def _serial(raw: bytes, text: str) -> Header:
    """Honeywell's heartbeat, a receiver's serial line carried over IP: `SR0001L0001    006969XX    [ID00000000]`."""
    found = _SERIAL.match(text)
    if found is None:
        raise NotAFrame("No DC-09 frame: no checksum, length and quoted name where they belong.")
    receiver, line, account, number = found.groups()
    end = found.end()
    return Header(raw, text, "OH", False, number, receiver, line, account.upper(), "", Form(), NO_FAULTS, end - 1, end)


def _account_inside(text: str, begin: int) -> str:
    found = _INNER.match(text, begin)
    return found.group(1) if found else ""


def _opened(head: Header, key: Key | None) -> str:
    if key is None:
        raise WrongKey("The message is encrypted, and there is no key for its account.")
    try:
        ciphertext = bytes.fromhex(head.text[head.begin : head.end].partition("]")[0].rstrip("\x00 "))
    except ValueError:
        raise NotAFrame("The ciphertext is not in hexadecimal digits.") from None
    if not ciphertext or len(ciphertext) % BLOCK:
        raise NotAFrame("The ciphertext is not whole blocks of 16 bytes.")
    return key.decrypted(ciphertext).decode("latin-1")


def _without_padding(data: str, stamp: str | None) -> str:
    """The data after the padding, which the first bar ends; a message without data (NULL) has no bar."""
    _, bar, rest = data.partition("|")
    if bar and not rest.startswith(("#", "N", "O")) and "|#" in rest:
        rest = rest[rest.rindex("|#") + 1 :]  # padding that held a bar itself
    if stamp is None and not rest.isprintable():
        raise WrongKey("What comes out is no message: another key, or another format of the key.")
    return rest


def _untimely(encrypted: bool, stamp: str | None, drift_ms: int | None) -> bool:
    if drift_ms is None:
        return encrypted or stamp is not None
    return encrypted and not EARLIEST_S * 1000 <= drift_ms <= LATEST_S * 1000


def _blocks(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "" if name == _SECRET_XDATA else value) for name, value in _XDATA.findall(text))
