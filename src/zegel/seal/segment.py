# SPDX-License-Identifier: EUPL-1.2
"""A segment: one sealed piece of media, in the one slot in which its frames arrived.

67 bytes of big-endian header ‖ C2SP chunked encryption (Cobblestone-256: HKDF-SHA512, AES-256-GCM, chunks of 16 KiB)
with `K_seg = HKDF-Expand-SHA256(leaf, "zegel/seg/v1" ‖ header, 32)` and the header as context. No nonce is managed
by anybody: the header is unique (camera, epoch, sequence), a random salt guards against a mistake in that. The key
commits to the header twice, so a header with any bit changed opens nothing.
"""

from __future__ import annotations

import hmac
import io
import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from cryptography import cobblestone
from cryptography.exceptions import InvalidTag

from zegel.seal.errors import CannotOpen, FieldWrong, KeyRefused, TooLarge
from zegel.seal.suite import Suite
from zegel.seal.tree import NODE_SIZE, SLOTS

MAGIC = b"ZSEG"
VERSION = 1
HEADER_SIZE = 67
MAX_PLAINTEXT = 16 << 20
CODECS = (b"avc1", b"hvc1", b"mjpg", b"none")

_HEADER = struct.Struct(">4sBBH16s16sBHIQI4sI")
_CHUNK = 16 << 10
_TAG = 16
_PREFIX = 24 + 32  # chunked encryption's salt and commitment
_MAX_MS = 2**53 - 1
_ID_SIZE = 16


class Track(IntEnum):
    """One stream class of one camera. Each has its own trees, so no release of one reaches another."""

    SURVEILLANCE = 1
    OVERVIEW = 2
    PICTURE = 3
    LIVE = 4


class SegmentFlag(IntFlag):
    RANDOM_ACCESS = 1
    REENCODED = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What the server may read of a segment: which slot it belongs to and how long it is.

    `sequence` counts from 0 in its epoch; `wall_ms` is UTC of the first frame; `duration_ms` and `plaintext_size`
    are of the whole segment; `codec` is one of CODECS.
    """

    suite: Suite
    flags: SegmentFlag
    camera: bytes
    epoch: bytes
    track: Track
    slot: int
    sequence: int
    wall_ms: int
    duration_ms: int
    codec: bytes
    plaintext_size: int

    @property
    def random_access(self) -> bool:
        return SegmentFlag.RANDOM_ACCESS in self.flags

    def encode(self) -> bytes:
        """The 67 bytes. Raises FieldWrong, TooLarge."""
        self._check()
        return _HEADER.pack(
            MAGIC, VERSION, self.suite, self.flags, self.camera, self.epoch, self.track, self.slot,
            self.sequence, self.wall_ms, self.duration_ms, self.codec, self.plaintext_size,
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes | memoryview) -> Header:
        """The header of a segment, not authenticated until the segment opens. Raises FieldWrong, TooLarge."""
        if len(data) < HEADER_SIZE:
            raise FieldWrong(f"segment: {len(data)} bytes are shorter than its header of {HEADER_SIZE}")
        magic, version, suite, flags, camera, epoch, track, *rest = _HEADER.unpack_from(data)
        if magic != MAGIC or version != VERSION:
            raise FieldWrong("segment: this is not a segment of version 1")
        try:
            header = cls(Suite(suite), SegmentFlag(flags), camera, epoch, Track(track), *rest)
        except ValueError as error:
            raise FieldWrong(f"segment header: {error}") from None
        header._check()
        return header

    def _check(self) -> None:
        if not 0 <= self.flags <= 3:
            raise FieldWrong("segment.flags: only bits 0 and 1 exist")
        if len(self.camera) != _ID_SIZE or len(self.epoch) != _ID_SIZE:
            raise FieldWrong("segment.camera, segment.epoch: an identifier has 16 bytes")
        if not 0 <= self.slot < SLOTS:
            raise FieldWrong(f"segment.slot: {self.slot} lies outside 0 … {SLOTS - 1}")
        if not (0 <= self.sequence < 2**32 and 0 <= self.duration_ms < 2**32 and 0 <= self.wall_ms <= _MAX_MS):
            raise FieldWrong("segment.sequence, duration or wall time lies outside of its range")
        if self.codec not in CODECS:
            raise FieldWrong(f"segment.codec: {self.codec!r} is not one of {', '.join(c.decode() for c in CODECS)}")
        if not 0 <= self.plaintext_size <= MAX_PLAINTEXT:
            raise TooLarge(f"segment: {self.plaintext_size} bytes; at most {MAX_PLAINTEXT} are allowed")


def sealed_size(plaintext_size: int) -> int:
    """Bytes of a whole segment with that much plaintext. The last chunk is always short, so it may be empty."""
    chunks = plaintext_size // _CHUNK + 1
    return HEADER_SIZE + _PREFIX + plaintext_size + chunks * _TAG


def seal_segment(leaf: bytes, header: Header, plaintext: bytes) -> bytes:
    """The whole segment: header ‖ ciphertext. Raises FieldWrong, TooLarge, KeyRefused."""
    if header.plaintext_size != len(plaintext):
        raise FieldWrong(f"segment: the header says {header.plaintext_size} bytes, there are {len(plaintext)}")
    context = header.encode()
    encryptor = cobblestone.Cobblestone256Encryptor(_segment_key(leaf, context), context)
    whole = _buffer(context, sealed_size(len(plaintext)))
    with whole.getbuffer() as view:
        end = HEADER_SIZE + encryptor.update_into(plaintext, view[HEADER_SIZE:])
        view[end:] = encryptor.finalize()
    return whole.getvalue()


def open_segment(leaf: bytes, segment: bytes) -> tuple[Header, bytes]:
    """The authenticated header and plaintext of a segment. Raises FieldWrong, TooLarge, KeyRefused, CannotOpen.

    The caller compares camera, epoch, track and slot with what it asked for: the server chose which segment it sent.
    """
    header = Header.decode(segment)
    if len(segment) != sealed_size(header.plaintext_size):
        wanted = sealed_size(header.plaintext_size)
        raise FieldWrong(f"segment: {len(segment)} bytes came, its header promises {wanted}")
    context = bytes(segment[:HEADER_SIZE])
    decryptor = cobblestone.Cobblestone256Decryptor(_segment_key(leaf, context), context)
    whole = _buffer(b"", header.plaintext_size)
    try:
        with whole.getbuffer() as view:
            end = decryptor.update_into(memoryview(segment)[HEADER_SIZE:], view)
            view[end:] = decryptor.finalize()
    except (InvalidTag, ValueError):
        raise CannotOpen("the slot's key does not open this segment") from None
    return header, whole.getvalue()


def _buffer(start: bytes, size: int) -> io.BytesIO:
    """Room for `size` bytes that becomes a `bytes` without a copy.

    Joining the parts instead takes a second block of the segment's size; on Linux the two together make the allocator
    give pages back and fault them in again for every segment, which costs more than the encryption (bench/seal.py).
    """
    room = io.BytesIO()
    room.write(start)
    if size > len(start):
        room.seek(size - 1)
        room.write(b"\0")
    return room


def _segment_key(leaf: bytes, header: bytes) -> bytes:
    if len(leaf) != NODE_SIZE:
        raise KeyRefused(f"a leaf key has {NODE_SIZE} bytes, not {len(leaf)}")
    # HKDF-Expand (RFC 5869 §2.3) of one block is one HMAC.
    return hmac.digest(leaf, b"zegel/seg/v1" + header + b"\x01", "sha256")
