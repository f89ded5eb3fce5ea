# SPDX-License-Identifier: EUPL-1.2
"""Maps that come from outside: only pixels get in, and nothing is decoded that claims too much."""

from __future__ import annotations

import contextlib
import struct
import zlib

import cv2
import numpy as np
import pytest

from zegel.server.sites.errors import BadPlan
from zegel.server.sites.floorplan import LARGEST_UPLOAD, claimed_size, reencoded


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, rows: bytes | None = None, extra: bytes = b"") -> bytes:
    """A grey PNG that claims this size; `rows`: what it really holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = zlib.compress(rows if rows is not None else (b"\0" + b"\x90" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg(width: int = 320, height: int = 200, *, exif: bytes = b"") -> bytes:
    ok, data = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8))
    assert ok
    whole = bytes(data)
    if exif:
        part = b"Exif\0\0" + exif
        whole = whole[:2] + b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part + whole[2:]
    return whole


def refused(data: bytes) -> str:
    with pytest.raises(BadPlan) as caught:
        reencoded(data)
    return caught.value.why


def test_a_drawing_stays_a_drawing_and_a_photo_a_photo():
    drawing, photo = reencoded(png(400, 300)), reencoded(jpeg())
    assert (drawing.media_type, drawing.width, drawing.height) == ("image/png", 400, 300)
    assert (photo.media_type, photo.width, photo.height) == ("image/jpeg", 320, 200)
    assert claimed_size(drawing.data) == (400, 300)
    assert claimed_size(photo.data) == (320, 200)


def test_nothing_but_pixels_comes_through():
    secret = b"GPS 51.9225 4.47917 taken by Pieter"
    kept = reencoded(jpeg(exif=b"II*\0" + secret)).data
    assert secret not in kept
    assert b"Exif" not in kept
    text = chunk(b"tEXt", b"Author\0" + secret)
    assert secret not in reencoded(png(300, 300, extra=text)).data
    assert secret not in reencoded(png(300, 300) + secret).data


def test_a_photo_is_turned_as_its_camera_was_held():
    turned = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + b"\0\0\0\0"
    kept = reencoded(jpeg(320, 200, exif=turned))
    assert (kept.width, kept.height) == (200, 320)


def test_a_large_picture_is_made_smaller():
    kept = reencoded(png(4000, 1000))
    assert (kept.width, kept.height) == (2000, 500)


def test_what_a_picture_shows_through_is_white():
    holes = np.zeros((100, 100, 4), np.uint8)
    ok, data = cv2.imencode(".png", holes)
    assert ok
    shown = cv2.imdecode(np.frombuffer(reencoded(bytes(data)).data, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.min() == 255


@pytest.mark.parametrize(
    "data",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7\n", b"GIF89a" + bytes(100), b"<html><script>alert(1)</script>", b"RIFF\0\0\0\0WEBPVP8 ",
        b"BM" + bytes(99), b"", b"\0" * 500, b"\x89PNG\r\n\x1a\n", b"<?xml version='1.0'?><!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
    ],
    ids=["svg", "pdf", "gif", "html", "webp", "bmp", "nothing", "zeros", "only a signature", "xml"],
)  # fmt: skip
def test_what_is_no_png_or_jpeg_never_reaches_a_decoder(data: bytes):
    assert refused(data) == "type"


def test_a_bomb_is_refused_by_what_it_claims():
    assert refused(png(30_000, 30_000, rows=b"\0" * 100)) == "large"
    assert refused(png(2**31 - 1, 2**31 - 1, rows=b"")) == "large"
    assert refused(png(60_000, 70, rows=b"")) == "large"
    assert refused(png(100, 100) + bytes(LARGEST_UPLOAD)) == "large"


def test_a_bomb_that_claims_little_gives_no_more_than_it_claims():
    kept = reencoded(png(100, 100, rows=bytes(50_000_000)))
    assert (kept.width, kept.height) == (100, 100)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0" + b"\xff" * 400, b"\xff\xd8\xff\xd9", b"\xff\xd8\xff" + bytes(30),
        b"\xff\xd8\xff\xe1\x00\x00" * 90,
    ],
)  # fmt: skip
def test_a_jpeg_without_a_frame_is_broken(data: bytes):
    assert refused(data) == "broken"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_a_torn_file_is_refused_or_its_readable_part(share: float):
    whole = jpeg()
    with contextlib.suppress(BadPlan):
        assert reencoded(whole[: round(len(whole) * share)]).width == 320


def test_a_picture_of_a_few_pixels_is_no_map():
    assert refused(png(20, 400)) == "small"
    assert refused(png(0, 0, rows=b"")) == "small"
