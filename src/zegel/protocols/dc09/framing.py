# SPDX-License-Identifier: EUPL-1.2
"""Frames out of a stream: `Framer`.

    LF crc 0LLL "…" CR        crc: 4 hexadecimal digits, or 2 raw bytes, which may themselves be LF or CR

What arrives may be cut anywhere, come several frames at once, or byte by byte, with noise between. The same bytes give
the same frames however they are cut, because every decision is made at a CR, from the bytes before it alone:

1. A head is an LF, a checksum in either form, four hexadecimal digits and a quote. Only a CR after it ends it.
2. The CR ends the frame when the length field says so (with or without the CR itself counted), or else the checksum, or
   else when what stands before it looks whole: lengths and checksums of panels in the field are wrong often enough.
3. Without a head, a printable line of some length is handed on too: what nobody can read must still reach a person.
4. Everything else is noise: counted, not kept.

Never more than one frame of the largest size is kept, and the work on a byte is bounded, whatever it is.
"""

from __future__ import annotations

import re

from zegel.protocols.dc09.crc import after, crc16

MAX_FRAME = 8_192  # bytes; DC-09's length field allows 4,095, some senders use its fourth digit
MIN_LINE = 12  # bytes of a printable line that is worth handing on
MAX_ENDS = 8  # CRs after a head that may fail to end its frame before it is given up
MAX_HEADS = 3  # heads that are tried for one CR: the newest, since older ones have lost their end

HEAD = re.compile(rb'\n(?:[0-9A-Fa-f]{4}|[\x00-\xff]{2})([0-9A-Fa-f]{4})"')
_BEGIN = re.compile(rb'"\*?[^"\r\n]{1,24}"[^\[\r\n]{0,48}\[')
_FINISH = re.compile(rb"(?:\][^\[\]]{0,40}|[0-9A-Fa-f]{32})\Z")
_LINE = re.compile(rb"\n*([^\x00-\x08\x0a-\x1f]{%d,})\Z" % MIN_LINE)


class Framer:
    """One connection's bytes in, its frames out. `dropped` counts the bytes that belonged to none."""

    __slots__ = ("_buffer", "_limit", "_seen", "dropped")

    def __init__(self, max_frame: int = MAX_FRAME) -> None:
        self._limit = max_frame
        self._buffer = b""
        self._seen = 0  # every CR before this has been looked at
        self.dropped = 0

    def __len__(self) -> int:
        """Bytes that wait for more."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that these bytes complete, each from its LF to its CR. A line that is no frame comes as it is."""
        buffer = self._buffer + data if self._buffer else bytes(data)
        frames: list[bytes] = []
        position, seen = 0, self._seen
        while (end := buffer.find(b"\r", seen)) >= 0:
            seen = end + 1
            start, following = self._decided(buffer, max(position, seen - self._limit), end)
            if start >= 0:
                frames.append(buffer[start:seen])
                self.dropped += start - position
            else:
                self.dropped += following - position
            position = following
        self._keep(buffer, position)
        return frames

    def flush(self) -> list[bytes]:
        """When the sender falls silent or leaves: what waits, if a person could read something in it."""
        rest, self._buffer, self._seen = self._buffer, b"", 0
        head = HEAD.search(rest)
        if head or _LINE.match(rest.strip(b"\r\n\x00")):
            self.dropped += head.start() if head else 0
            return [rest[head.start() :] if head else rest]
        self.dropped += len(rest)
        return []

    def _decided(self, buffer: bytes, position: int, end: int) -> tuple[int, int]:
        """Where the frame begins that the CR at `end` ends (−1: none), and where the next one may begin."""
        head = HEAD.match(buffer, position, end)
        if head and end - head.end() + 1 - int(head.group(1), 16) in (0, -1):
            return position, end + 1  # nearly always: one clean frame, nothing before it
        heads = [(m.start(), m.end() - 1, int(m.group(1), 16)) for m in HEAD.finditer(buffer, position, end)]
        for start, quote, length in heads[-MAX_HEADS:]:
            if end - quote - length in (0, -1) or _checks(buffer, start, quote, end):
                return start, end + 1
        for start, quote, _ in reversed(heads[-MAX_HEADS:]):
            if _BEGIN.match(buffer, quote, end) and _FINISH.search(buffer, max(quote, end - 41), end):
                return start, end + 1
        if heads:
            given_up = buffer.count(b"\r", heads[0][1], end + 1) >= MAX_ENDS
            return -1, end + 1 if given_up else position
        return self._without_head(buffer, position, end)

    def _without_head(self, buffer: bytes, position: int, end: int) -> tuple[int, int]:
        start = max(buffer.rfind(b"\n", position, end), position)
        if _LINE.match(buffer, start, end):
            return start, end + 1
        # this CR may be one of the two bytes of a raw checksum, right after its LF (the other one may be an LF too)
        line_feed = buffer.find(b"\n", max(position, end - 2), end)
        return -1, end + 1 if line_feed < 0 else line_feed

    def _keep(self, buffer: bytes, position: int) -> None:
        """What waits, cut to what the rules still look at. Every CR in it has been looked at."""
        surplus = len(buffer) - position - (self._limit - 1)
        if surplus > 0:
            self.dropped += surplus
            position += surplus
        self._buffer = buffer[position:]
        self._seen = len(self._buffer)


def _checks(buffer: bytes, start: int, quote: int, end: int) -> bool:
    """Whether the checksum fits the span from its quote to the CR, the CR counted or not."""
    told = buffer[start + 1 : quote - 4]
    wanted = int(told, 16) if len(told) == 4 else int.from_bytes(told, "big")
    register = crc16(buffer[quote:end])
    return wanted in (register, after(register, 0x0D))
