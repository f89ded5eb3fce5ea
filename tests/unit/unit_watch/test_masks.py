# SPDX-License-Identifier: EUPL-1.2
"""Privacy masks in pixels: black in every picture that leaves, whatever the camera sends; else no picture."""

from __future__ import annotations

import time
from threading import Event

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.moving_pictures import SLANTED, SQUARE, Corners, Moving, inside, is_black, is_bright_elsewhere, pictures
from zegel.unit import clock
from zegel.unit.source.media import Packet, Stream, Technical
from zegel.unit.watch.burner import Burner, BurnFailed
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import Watch
from zegel.unit.watch.veil import LATE_S, Veil

Item = Stream | Packet | Technical


def burnt(masks: Masks, items: list[Stream | Packet]) -> list[Stream | Packet]:
    made: list[Stream | Packet] = []
    burner: Burner | None = None
    for item in items:
        if isinstance(item, Stream):
            burner = Burner(masks, item)
        elif burner is not None:
            made += burner.packet(item)
    return made


@pytest.mark.parametrize("corners", [SQUARE, SLANTED])
@pytest.mark.parametrize(
    ("width", "height", "reordered", "pixels"),
    [
        (640, 360, False, "yuv420p"),
        (322, 242, True, "yuv420p"),
        (640, 360, False, "yuvj420p"),
        (320, 240, False, "yuv422p"),
    ],
)
def test_every_picture_is_black_inside_and_bright_outside(
    corners: Corners, width: int, height: int, reordered: bool, pixels: str
) -> None:
    items = list(Moving(width, height, reordered=reordered, pixels=pixels).packets(26))
    made = burnt(Masks((corners,)), items)
    shown = [picture for _, picture in pictures(made)]
    assert len(shown) >= 20
    assert all(is_black(corners, picture) for picture in shown)
    assert all(is_bright_elsewhere(picture) for picture in shown)
    packets = [item for item in made if isinstance(item, Packet)]
    assert [item.dts for item in packets] == sorted({item.dts for item in packets})
    assert [item.arrival_mono_s for item in packets] == sorted(item.arrival_mono_s for item in packets)
    assert packets[0].keyframe
    assert sum(item.keyframe for item in packets) >= 2, "a key frame each second"


def test_the_source_shows_what_the_mask_hides() -> None:
    shown = [picture for _, picture in pictures(Moving(640, 360).packets(5))]
    assert all(float(inside(SQUARE, picture).min()) > 90 for picture in shown), "else these tests prove nothing"


def test_another_size_is_drawn_anew_before_its_first_picture() -> None:
    made = burnt(Masks((SLANTED,)), [*Moving(640, 360).packets(15), *Moving(480, 480).packets(15)])
    shown = list(pictures(made))
    assert {picture.shape for _, picture in shown} == {(360, 640), (480, 480)}
    assert all((stream.height, stream.width) == picture.shape for stream, picture in shown)
    assert all(is_black(SLANTED, picture) for _, picture in shown)


def test_a_turned_cameras_picture_is_black_all_over() -> None:
    made = burnt(Masks((SQUARE,), away=True), list(Moving(320, 240).packets(10)))
    shown = [picture for _, picture in pictures(made)]
    assert shown
    assert all(int(picture.max()) < 40 for picture in shown)


def still(width: int = 320, height: int = 240) -> bytes:
    """A bright JPEG with an EXIF block that holds a thumbnail of what the mask hides, and a comment."""
    image = np.full((height, width, 3), 220, np.uint8)
    done, data = cv2.imencode(".jpg", image)
    assert done
    plain = bytes(data)
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + b"SECRET-THUMBNAIL" + plain
    app1 = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    comment = b"\xff\xfe" + (2 + 11).to_bytes(2, "big") + b"SECRET-NOTE"
    return plain[:2] + app1 + comment + plain[2:]


def test_a_still_is_made_anew_and_nothing_that_the_camera_wrote_beside_it_stays() -> None:
    data = still()
    stream = Stream("mjpg", b"", 320, 240, 1.0, 0)
    made = burnt(Masks((SQUARE,)), [stream, Packet(data, 0, 0, 90_000, True, 1.0, 1000, 0)])
    shown = [picture for _, picture in pictures(made)]
    assert len(shown) == 1
    assert is_black(SQUARE, shown[0])
    assert is_bright_elsewhere(shown[0])
    packet = made[-1]
    assert isinstance(packet, Packet)
    assert b"SECRET" in data
    assert b"SECRET" not in packet.data
    assert b"\xff\xe1" not in packet.data[:200]
    assert packet.data.count(b"\xff\xd8\xff") == 1, "no picture inside the picture"


def test_a_mask_is_larger_than_drawn_never_smaller() -> None:
    for width, height in ((1920, 1080), (641, 361), (64, 48)):
        drawn, colours = Masks((SLANTED,)).drawn(width, height)
        exact = np.zeros((height, width), np.uint8)
        cv2.fillPoly(exact, [np.array([[round(x * width), round(y * height)] for x, y in SLANTED], np.int32)], 255)
        grown = cv2.dilate(exact, np.ones((9, 9), np.uint8)) > 0
        assert not (grown & ~drawn).any(), "at least four pixels on each side"
        assert colours.shape == (-(-height // 2), -(-width // 2))
        assert all(colours[y // 2, x // 2] for y, x in np.argwhere(drawn)[::97])


# --- the veil: what passes -----------------------------------------------------------------------------------------


class Passed:
    """A veil fed as the reading thread would, with what it let through."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.stopping = Event()
        self.veil = Veil(self.items.append, self.stopping)

    def feed(self, items: object) -> None:
        for item in items:  # type: ignore[attr-defined]
            self.veil.feed(item)

    def settle(self, count: int, within_s: float = 5.0) -> list[Stream | Packet]:
        """Waits until at least so many items came, then a little longer."""
        until = time.monotonic() + within_s
        while len(self.items) < count and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.1)
        return [item for item in self.items if not isinstance(item, Technical)]


def now_packets(moving: Moving, count: int) -> list[Stream | Packet]:
    """Packets that arrive now."""
    return list(moving.packets(count, clock.mono_s() - 0.2))


WITHOUT, WITH = Masks(), Masks((SQUARE,))


@pytest.fixture
def passed() -> object:
    passed = Passed()
    yield passed
    passed.stopping.set()


def test_nothing_passes_before_the_unit_said_what_is_masked(passed: Passed) -> None:
    passed.feed(now_packets(Moving(320, 240), 12))
    assert passed.settle(1, 0.3) == []


def test_without_masks_the_cameras_own_packets_are_copied(passed: Passed) -> None:
    passed.veil.configure(WITHOUT, True)
    items = now_packets(Moving(320, 240), 12)
    passed.feed(items)
    got = passed.settle(12)
    assert [item.data for item in got if isinstance(item, Packet)] == [i.data for i in items if isinstance(i, Packet)]
    assert {item.masks for item in got if isinstance(item, Stream)} == {""}


def test_a_policy_that_changes_never_lets_a_picture_pass_with_other_masks_than_its_stream_says(passed: Passed) -> None:
    moving = Moving(320, 240)
    for masks in (WITHOUT, WITH, WITHOUT, Masks((SLANTED,)), Masks((SLANTED,), away=True), WITH):
        passed.veil.configure(masks, True)
        passed.feed(now_packets(moving, 14))
        passed.settle(len(passed.items) + 3, 1.0)
    got = passed.settle(0)
    names = {WITHOUT.name: None, WITH.name: SQUARE, Masks((SLANTED,)).name: SLANTED, "black": SQUARE}
    seen: set[str] = set()
    for stream, picture in pictures(got):
        corners = names[stream.masks]
        seen.add(stream.masks)
        assert corners is None or is_black(corners, picture), stream.masks
    assert seen == set(names)
    indices = [item.stream_index for item in got]
    assert indices == sorted(indices), "what belongs to an older stream does not come after a newer one"


def test_what_the_encoder_has_no_time_for_is_left_out_and_never_unmasked(
    passed: Passed, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Masks.burn

    def slowly(self: Masks, frame: object) -> object:
        time.sleep(0.15)
        return slow(self, frame)

    monkeypatch.setattr(Masks, "burn", slowly)
    passed.veil.configure(WITH, True)
    passed.feed(now_packets(Moving(320, 240), 40))
    got = passed.settle(3)
    time.sleep(LATE_S + 1.0)
    shown = [picture for _, picture in pictures(got)]
    assert shown
    assert passed.veil.left_out > 3
    assert all(is_black(SQUARE, picture) for picture in shown)


def test_an_encoder_that_fails_gives_no_picture_and_is_told_once(
    passed: Passed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Burner, packet: Packet, show: bool = True) -> list[Stream | Packet]:
        raise BurnFailed("no memory")

    monkeypatch.setattr(Burner, "packet", broken)
    passed.veil.configure(WITH, True)
    passed.feed(now_packets(Moving(320, 240), 40))
    assert passed.settle(1, 1.0) == []
    assert [item.code.value for item in passed.items if isinstance(item, Technical)] == ["mask_failed"]


def test_what_is_analysed_is_masked_too() -> None:
    masks = Masks.of(Watch(privacy=[SQUARE]))
    image: NDArray[np.uint8] = np.full((240, 320, 3), 200, np.uint8)
    assert int(inside(SQUARE, masks.burn_colours(image)[:, :, 0]).max()) == 0
