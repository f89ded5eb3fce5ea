# SPDX-License-Identifier: EUPL-1.2
"""A mail taken apart: its subject, its text, its pictures, within limits.

Cameras write MIME badly: charsets that are a superset's, boundaries that are not declared, pictures as octet streams,
base64 without saying so. The standard library's parser is tolerant of most of it, but its work grows with depth times
lines, so what nests deeper than a camera's mail ever does is refused before it is parsed.
"""

from __future__ import annotations

import binascii
import html
import re
from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

import msgspec

from zegel.protocols.errors import BadMessage
from zegel.protocols.text import clean

MAX_MAIL = 16 * 1024 * 1024  # bytes
MAX_LINES = 400_000  # a mail of that size in base64 has 220,000
MAX_HEAD = 65_536  # bytes of the mail's own headers
MAX_FIELD = 4_096  # bytes of one Content-… header
MAX_NESTED = 6  # containers in one mail; a camera's has one to three
MAX_PARTS = 64
MAX_HEADERS = 1_000  # lines of the mail's own headers; relays add many
MAX_PICTURES = 16
MAX_PICTURE = 12 * 1024 * 1024  # bytes, opened
MAX_WORDS = 32_768  # characters of text that are read
MAX_NAME = 100

_NESTS = re.compile(rb"(?:multipart/|message/(?:rfc822|partial|external-body))", re.I)
_FIELD = re.compile(rb"^content-(?:type|disposition)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)
_BOUNDARY = re.compile(rb"^--([^\r\n]{1,70}?)[ \t]*\r?$", re.M)
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/tr|/li|/h\d)\b[^>]{0,200}>", re.I)
_HIDDEN = re.compile(r"<(/?)(?:script|style)\b", re.I)
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{24,}={0,2}\s*\Z")
_FILE_NAME = re.compile(r"[^\w.,()+ -]", re.UNICODE)
_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8"}
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF8", "image/gif", ".gif"),
    (b"BM", "image/bmp", ".bmp"),
)
Picture = tuple[str, str, bytes]


class Opened(msgspec.Struct, frozen=True):
    """`words` is the text, with its line ends; `pictures` are (file name, media type, bytes), the type by what the
    bytes are; `omitted` says what the limits left out; `sent_ms` is the mail's own Date."""

    subject: str
    words: str
    mailer: str
    sent_ms: int | None
    pictures: tuple[Picture, ...]
    omitted: tuple[str, ...] = ()


def opened(raw: bytes) -> Opened:
    """Takes a mail apart. Raises BadMessage for one that is beyond the limits, or no mail at all."""
    _refuse_hostile(raw)
    try:
        return _taken_apart(message_from_bytes(raw))
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # the standard library's parser lets these through for some malformed headers
        raise BadMessage(f"The mail can't be taken apart ({type(error).__name__}).") from None


def _refuse_hostile(raw: bytes) -> None:
    """What would cost the parser more than linear time, or this process more memory than a mail is worth."""
    if len(raw) > MAX_MAIL:
        raise BadMessage(f"A mail has at most {MAX_MAIL // 1024 // 1024} MB.")
    if raw.count(b"\n") + raw.count(b"\r") > 2 * MAX_LINES:
        raise BadMessage("The mail has too many lines.")
    if len(_NESTS.findall(raw)) > MAX_NESTED or raw.count(b"\n--") > 4 * MAX_PARTS:
        raise BadMessage("The mail has too many parts.")
    head = min((end for end in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if end >= 0), default=len(raw))
    if head > MAX_HEAD or raw.count(b"\n", 0, head) > MAX_HEADERS:
        raise BadMessage("The mail has too many headers.")
    if any(found.end() - found.start() > MAX_FIELD for found in _FIELD.finditer(raw)):
        raise BadMessage("The mail has a header that is too long.")


def _taken_apart(message: Message) -> Opened:
    words: list[str] = []
    pictures: list[Picture] = []
    omitted: list[str] = []
    for number, part in enumerate(_parts(message, MAX_NESTED)):
        if number >= MAX_PARTS:
            omitted.append("parts")
            break
        _take(part, words, pictures, omitted)
    return Opened(
        clean(_header(message, "Subject"), 200),
        "\n".join(words)[:MAX_WORDS],
        clean(_header(message, "X-Mailer"), 60),
        _sent_ms(message),
        tuple(pictures),
        tuple(dict.fromkeys(omitted)),
    )


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """Every leaf; containers whose boundary is missing are given the one that they use."""
    if not message.is_multipart() and message.get_content_maintype() == "multipart":
        message = _mended(message)
    if not message.is_multipart():
        yield message
        return
    if depth:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, depth - 1)


def _mended(message: Message) -> Message:
    body = _payload(message)
    found = _BOUNDARY.search(body)
    if found is None:
        message.set_type("text/plain")
        return message
    boundary = found.group(1).decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'.encode("latin-1")
    return message_from_bytes(head + body)


def _take(part: Message, words: list[str], pictures: list[Picture], omitted: list[str]) -> None:
    body = _payload(part)
    kind = _kind(body)
    if kind is not None:
        if len(pictures) >= MAX_PICTURES or len(body) > MAX_PICTURE:
            omitted.append("pictures")
            return
        pictures.append((_file_name(part, len(pictures) + 1, kind[1]), kind[0], body))
    elif part.get_content_maintype() == "text" and "attachment" not in _header(part, "Content-Disposition").lower():
        text = _text(body, part.get_content_charset() or "")
        words.append(_without_markup(text) if part.get_content_subtype() == "html" else _unhidden(text))
    elif body.strip():
        omitted.append("attachments")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _kind(body: bytes) -> tuple[str, str] | None:
    """What the bytes are, whatever the mail says they are: (media type, suffix)."""
    start = body[:16].lstrip(b"\r\n")
    for magic, media_type, suffix in _MAGIC:
        if start.startswith(magic) and (magic != b"BM" or (len(body) > 64 and body[6:10] == bytes(4))):
            return media_type, suffix
    if start.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return None


def _file_name(part: Message, number: int, suffix: str) -> str:
    told = part.get_filename() or ""
    name = _FILE_NAME.sub("_", clean(_unfolded(told).replace("\\", "/").rpartition("/")[2], MAX_NAME)).strip(". ")
    return name if name.lower().endswith((suffix, ".jpeg")) else f"{name or f'picture-{number}'}{suffix}"


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    return "" if value is None else _unfolded(str(value))


def _unfolded(value: str) -> str:
    """A header's text: encoded words opened, raw bytes read as what they can be."""
    pieces = []
    for piece, charset in decode_header(value[:2_000]):
        raw = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape")
        pieces.append(_text(raw, charset or ""))
    return "".join(pieces)


def _text(raw: bytes, charset: str) -> str:
    """What the declared charset says, its superset where cameras mean that, else UTF-8, Chinese or Western."""
    raw = raw[: 4 * MAX_WORDS]
    declared = charset.lower().strip("\"' ")
    for candidate in (_CHARSETS.get(declared, declared), "utf-8", "gb18030"):
        try:
            return raw.decode(candidate)
        except (LookupError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def _unhidden(text: str) -> str:
    """Text that is base64 without the mail saying so."""
    if ":" not in text and _BASE64.match(text):
        try:
            inner = b64decode("".join(text.split()), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return text
        return inner if ":" in inner else text
    return text


def _without_markup(text: str) -> str:
    return html.unescape(_TAGS.sub(" ", _BREAKS.sub("\n", _without_hidden(text[:MAX_WORDS]))))


def _without_hidden(text: str) -> str:
    """Without scripts and styles. One that never ends hides nothing. One pass, since a single pattern is quadratic."""
    first, *rest = _HIDDEN.split(text)
    shown, hidden = [first], ""
    for closes, piece in zip(rest[::2], rest[1::2], strict=True):
        if closes:
            hidden = ""
            shown.append(piece.partition(">")[2])
        else:
            hidden += piece
    return " ".join([*shown, hidden])


def _sent_ms(message: Message) -> int | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
        return None if moment.tzinfo is None else int(moment.timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
