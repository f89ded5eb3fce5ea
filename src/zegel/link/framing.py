# SPDX-License-Identifier: EUPL-1.2
"""One message is one binary WebSocket frame: MessagePack of a tagged map, at most 8 MiB.

Decoding takes the reader's side: a server reads only what a unit may say, and the other way round. Every limit in
`zegel.link.messages` is checked here; nothing reaches a handler unchecked.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from zegel.link.errors import FrameMalformed, FrameTooLarge, FrameUnexpected, VersionUnsupported
from zegel.link.messages import (
    LINK_VERSION,
    MAX_FRAME,
    MAX_SEGMENTS_BYTES,
    Challenge,
    FromServer,
    FromUnit,
    LiveSegments,
    Message,
    SegmentsItem,
    Up,
    segments_size,
)

_M = TypeVar("_M", bound=Message)

_encoder = msgspec.msgpack.Encoder()
_from_unit: msgspec.msgpack.Decoder[FromUnit] = msgspec.msgpack.Decoder(FromUnit)
_from_server: msgspec.msgpack.Decoder[FromServer] = msgspec.msgpack.Decoder(FromServer)


def encode_from_unit(message: FromUnit) -> bytes:
    """A frame of the unit. Raises FrameMalformed, FrameTooLarge for what the server would refuse."""
    frame = _encoder.encode(message)
    decode_from_unit(frame)
    return frame


def encode_from_server(message: FromServer) -> bytes:
    """A frame of the server. Raises FrameMalformed, FrameTooLarge for what a unit would refuse."""
    frame = _encoder.encode(message)
    decode_from_server(frame)
    return frame


def decode_from_unit(frame: bytes) -> FromUnit:
    """At the server. Raises FrameTooLarge, FrameMalformed."""
    message = _decode(_from_unit, frame)
    if isinstance(message, Up) and isinstance(message.item, SegmentsItem):
        _check_segments(message.item.segments)
    if isinstance(message, LiveSegments):
        _check_segments(message.segments)
    return message


def decode_from_server(frame: bytes) -> FromServer:
    """At the unit. Raises FrameTooLarge, FrameMalformed, VersionUnsupported."""
    message = _decode(_from_server, frame)
    if isinstance(message, Challenge) and message.link_version != LINK_VERSION:
        raise VersionUnsupported(f"the server speaks version {message.link_version}, this unit {LINK_VERSION}")
    return message


def expect(message: Message, kind: type[_M]) -> _M:
    """The message, when it is of the kind that must come now. Raises FrameUnexpected."""
    if not isinstance(message, kind):
        raise FrameUnexpected(f"{kind.__name__} was expected, {type(message).__name__} came")
    return message


def _decode(decoder: msgspec.msgpack.Decoder[_M], frame: bytes) -> _M:
    if len(frame) > MAX_FRAME:
        raise FrameTooLarge(f"a frame of {len(frame)} bytes; at most {MAX_FRAME} are allowed")
    try:
        return decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FrameMalformed(f"the frame is no message of this link: {error}") from None


def _check_segments(segments: list[bytes]) -> None:
    size = segments_size(segments)
    if size > MAX_SEGMENTS_BYTES:
        raise FrameTooLarge(f"{size} bytes of segments; at most {MAX_SEGMENTS_BYTES} go into one message")
