# SPDX-License-Identifier: EUPL-1.2
"""NAL units: from any form that a camera sends to the one form that is recorded.

RTSP gives start codes (ITU-T H.264 and H.265, annex B), files give lengths (ISO/IEC 14496-15). What leaves here has
4-byte lengths, and the parameter sets stand only in the avcC or hvcC record. Bad input raises BadStream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zegel.unit.source.media import MAX_EDGE

MAX_SETS = 64
START = b"\0\0\1"


class BadStream(ValueError):
    """The stream's bytes break their own standard."""


class Bits:
    """Reads the bits of an RBSP, most significant first (H.264 7.2)."""

    def __init__(self, nal: bytes, skip: int) -> None:
        self._data = nal[skip:512].replace(b"\0\0\3", b"\0\0")
        self._at = 0

    def u(self, count: int) -> int:
        end = self._at + count
        if end > len(self._data) * 8:
            raise BadStream("a parameter set ends too early")
        first, last = self._at // 8, (end + 7) // 8
        value = int.from_bytes(self._data[first:last], "big") >> (last * 8 - end)
        self._at = end
        return value & ((1 << count) - 1)

    def ue(self) -> int:
        zeros = 0
        while self.u(1) == 0:
            zeros += 1
            if zeros > 31:
                raise BadStream("a parameter set holds an endless number")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value % 2 else -(value // 2)


@dataclass(frozen=True)
class Shape:
    """What a sequence parameter set says about the picture."""

    width: int
    height: int
    chroma: int
    luma_bits: int
    chroma_bits: int

    def __post_init__(self) -> None:
        if not (16 <= self.width <= MAX_EDGE and 16 <= self.height <= MAX_EDGE):
            raise BadStream(f"a picture of {self.width}x{self.height} is outside 16 to {MAX_EDGE}")


def split_start_codes(data: bytes) -> Iterator[bytes]:
    at = data.find(START)
    while at >= 0:
        begin = at + 3
        at = data.find(START, begin)
        nal = data[begin:] if at < 0 else data[begin:at]
        nal = nal.rstrip(b"\0")
        if nal:
            yield nal


def split_lengths(data: bytes, size: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + size], "big")
        begin = at + size
        at = begin + length
        if at > len(data):
            raise BadStream("a NAL unit is longer than its packet")
        if length:
            yield data[begin:at]


def join_lengths(nals: Iterable[bytes]) -> bytes:
    return b"".join(part for nal in nals for part in (len(nal).to_bytes(4, "big"), nal))


# --- H.264 ------------------------------------------------------------------------------------------------------

_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


def h264_shape(sps: bytes) -> Shape:
    """Width, height and depth (H.264 7.3.2.1.1)."""
    bits = Bits(sps, 1)
    profile = bits.u(8)
    bits.u(16)
    bits.ue()
    chroma, luma_bits, chroma_bits, separate = 1, 8, 8, 0
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        separate = bits.u(1) if chroma == 3 else 0
        luma_bits, chroma_bits = 8 + bits.ue(), 8 + bits.ue()
        bits.u(1)
        if bits.u(1):
            _skip_scaling(bits, 8 if chroma != 3 else 12)
    bits.ue()
    _skip_order(bits)
    bits.ue()
    bits.u(1)
    width, height = (bits.ue() + 1) * 16, (bits.ue() + 1) * 16
    frames_only = bits.u(1)
    height *= 2 - frames_only
    if not frames_only:
        bits.u(1)
    bits.u(1)
    left, right, top, bottom = (bits.ue(), bits.ue(), bits.ue(), bits.ue()) if bits.u(1) else (0, 0, 0, 0)
    step_x = 2 if chroma in (1, 2) and not separate else 1
    step_y = (2 if chroma == 1 and not separate else 1) * (2 - frames_only)
    return Shape(width - (left + right) * step_x, height - (top + bottom) * step_y, chroma, luma_bits, chroma_bits)


def _skip_scaling(bits: Bits, lists: int) -> None:
    for index in range(lists):
        if not bits.u(1):
            continue
        last, coming = 8, 8
        for _ in range(16 if index < 6 else 64):
            if coming:
                coming = (last + bits.se()) % 256
            last = coming or last


def _skip_order(bits: Bits) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()


# --- H.265 ------------------------------------------------------------------------------------------------------


def h265_shape(sps: bytes) -> Shape:
    """Width, height and depth (H.265 7.3.2.2.1)."""
    bits = Bits(sps, 2)
    bits.u(4)
    layers = bits.u(3)
    bits.u(1)
    bits.u(88)
    bits.u(8)
    present = [(bits.u(1), bits.u(1)) for _ in range(layers)]
    if layers:
        bits.u(2 * (8 - layers))
    for profile, level in present:
        bits.u(88 * profile + 8 * level)
    bits.ue()
    chroma = bits.ue()
    separate = bits.u(1) if chroma == 3 else 0
    width, height = bits.ue(), bits.ue()
    if bits.u(1):
        step_x = 2 if chroma in (1, 2) and not separate else 1
        step_y = 2 if chroma == 1 and not separate else 1
        width -= (bits.ue() + bits.ue()) * step_x
        height -= (bits.ue() + bits.ue()) * step_y
    return Shape(width, height, chroma, 8 + bits.ue(), 8 + bits.ue())


# --- parameter sets ---------------------------------------------------------------------------------------------


@dataclass
class ParameterSets:
    """The parameter sets in force, by type and identifier; they change when the camera sends others."""

    h265: bool
    sets: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def kind(self, nal: bytes) -> int:
        """The NAL unit's type. Raises BadStream for one that no encoder makes (H.264 7.4.1, H.265 7.4.2.2)."""
        kind = (nal[0] >> 1) & 0x3F if self.h265 else nal[0] & 0x1F
        if nal[0] & 0x80 or kind >= (48 if self.h265 else 24) or (kind == 0 and not self.h265):
            raise BadStream("a NAL unit of no known type")
        return kind

    def is_set(self, kind: int) -> bool:
        return kind in ((32, 33, 34) if self.h265 else (7, 8))

    def is_noise(self, kind: int) -> bool:
        """Delimiters, ends and filler: a container does not carry them."""
        return kind in ((35, 36, 37, 38) if self.h265 else (9, 10, 11, 12))

    def learn(self, nal: bytes) -> bool:
        """Takes one parameter set; true when it differs from the one in force."""
        kind = self.kind(nal)
        if len(nal) < 4 or len(nal) > 0xFFFF:
            raise BadStream("a parameter set has an impossible length")
        key = (kind, self._number(kind, nal))
        if self.sets.get(key) == nal:
            return False
        if key not in self.sets and len(self.sets) >= MAX_SETS:
            raise BadStream(f"more than {MAX_SETS} parameter sets")
        self._check(kind, nal)
        self.sets[key] = nal
        return True

    def _number(self, kind: int, nal: bytes) -> int:
        if not self.h265:
            return Bits(nal, 4 if kind == 7 else 1).ue()
        if kind == 33:  # its number stands behind the profile; a camera has one
            return 0
        return nal[2] >> 4 if kind == 32 else Bits(nal, 2).ue()

    def _check(self, kind: int, nal: bytes) -> None:
        """A set that can't be right must not replace the one in force."""
        if kind == (33 if self.h265 else 7):
            _ = h265_shape(nal) if self.h265 else h264_shape(nal)
        elif kind == 8 and not self.h265:
            bits = Bits(nal, 1)
            number, of = bits.ue(), bits.ue()
            if number > 255 or (7, of) not in self.sets:
                raise BadStream("a picture parameter set of no sequence")

    def of_kind(self, kind: int) -> list[bytes]:
        return [nal for (of, _), nal in sorted(self.sets.items()) if of == kind]

    @property
    def complete(self) -> bool:
        return all(self.of_kind(kind) for kind in ((32, 33, 34) if self.h265 else (7, 8)))

    def shape(self) -> Shape:
        return h265_shape(self.of_kind(33)[0]) if self.h265 else h264_shape(self.of_kind(7)[0])

    def record(self) -> bytes:
        """The avcC (5.3.3.1) or hvcC (8.3.3.1) record of ISO/IEC 14496-15."""
        return self._hvcc() if self.h265 else self._avcc()

    def _avcc(self) -> bytes:
        sps, pps, shape = self.of_kind(7), self.of_kind(8), self.shape()
        head = bytes([1, *sps[0][1:4], 0xFF, 0xE0 | len(sps)])
        body = b"".join(len(nal).to_bytes(2, "big") + nal for nal in sps)
        body += bytes([len(pps)]) + b"".join(len(nal).to_bytes(2, "big") + nal for nal in pps)
        if sps[0][1] in (100, 110, 122, 144):
            body += bytes([0xFC | shape.chroma, 0xF8 | (shape.luma_bits - 8), 0xF8 | (shape.chroma_bits - 8), 0])
        return head + body

    def _hvcc(self) -> bytes:
        shape, sps = self.shape(), self.of_kind(33)[0]
        raw = sps[2:64].replace(b"\0\0\3", b"\0\0")
        layers, nested = (raw[0] >> 1 & 7) + 1, raw[0] & 1
        head = bytes([1]) + raw[1:13] + b"\xf0\x00\xfc"
        head += bytes([0xFC | shape.chroma, 0xF8 | (shape.luma_bits - 8), 0xF8 | (shape.chroma_bits - 8), 0, 0])
        head += bytes([layers << 3 | nested << 2 | 3, 3])
        for kind in (32, 33, 34):
            nals = self.of_kind(kind)
            head += bytes([0x80 | kind]) + len(nals).to_bytes(2, "big")
            head += b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)
        return head


def sets_of_extradata(extradata: bytes, h265: bool) -> Iterator[bytes]:
    """The parameter sets in what a demuxer hands out: an avcC or hvcC record, or start codes."""
    if extradata[:1] != b"\1":
        yield from split_start_codes(extradata)
        return
    at, arrays = (22, 1) if h265 else (5, 2)
    if h265:
        arrays, at = extradata[22] if len(extradata) > 22 else 0, 23
    for array in range(arrays):
        at += 1 if h265 else 0
        width = 2 if h265 else 1
        count = int.from_bytes(extradata[at : at + width], "big") & (0x1F if not h265 and array == 0 else 0xFFFF)
        at += width
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            nal = extradata[at + 2 : at + 2 + length]
            at += 2 + length
            if not length or len(nal) < length:
                raise BadStream("the stream's header ends too early")
            yield nal


def length_size(extradata: bytes, h265: bool) -> int:
    """How many bytes a length takes in this stream's packets; 0 = start codes."""
    if extradata[:1] != b"\1":
        return 0
    at = 21 if h265 else 4
    return (extradata[at] & 3) + 1 if len(extradata) > at else 4


class Normalizer:
    """Turns one stream's packets into the recorded form, and tells when its parameters change."""

    def __init__(self, h265: bool, extradata: bytes) -> None:
        self.sets = ParameterSets(h265)
        self._lengths = length_size(extradata, h265)
        for nal in sets_of_extradata(extradata, h265):
            if self.sets.is_set(self.sets.kind(nal)):
                self.sets.learn(nal)

    def packet(self, data: bytes) -> tuple[bytes, bool]:
        """The packet with 4-byte lengths, and whether a parameter set in it was new. Raises BadStream."""
        nals, changed = [], False
        for nal in split_lengths(data, self._lengths) if self._lengths else split_start_codes(data):
            kind = self.sets.kind(nal)
            if self.sets.is_set(kind):
                changed = self.sets.learn(nal) or changed
            elif not self.sets.is_noise(kind):
                nals.append(nal)
        return join_lengths(nals), changed
