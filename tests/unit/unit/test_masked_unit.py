# SPDX-License-Identifier: EUPL-1.2
"""A unit with masks and overview pictures: what it seals, releases and refuses; real pictures, opened again."""

from __future__ import annotations

import os
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.moving_pictures import SQUARE, Moving, is_black, is_bright_elsewhere
from tests.unit.unit.actors import Rig, arc_leaves, epochs_of, owner_leaf, segments_of
from zegel.link.messages import EpochItem, LiveWhy, ManifestItem, StartLive, TakePicture
from zegel.seal.allowances import Geometry, OverviewRules
from zegel.seal.command import Action
from zegel.seal.epoch import verify_epoch
from zegel.seal.hours import Interval, Weekly
from zegel.seal.manifest import verify_manifest
from zegel.seal.policy import CameraRules, Hours, PanTilt, Point, Polygon
from zegel.seal.segment import Header, SegmentFlag, Track, open_segment
from zegel.unit.engine import HOMECOMING_S
from zegel.unit.source.media import Packet, Stream
from zegel.unit.watch.burner import Burner
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import BLACK, OverviewPicture

MASK = Polygon(tuple(Point(round(x * 10_000), round(y * 10_000)) for x, y in SQUARE))
HANGS = Geometry(600, 900, 6000, 2500)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


class Lens:
    """The rig's camera with real pictures, masked as its process would."""

    def __init__(self, rig: Rig, width: int = 320, height: int = 240) -> None:
        self.rig, self.moving = rig, Moving(width, height)
        self.burner: Burner | None = None
        self.index = 0

    def play(self, seconds: float, masks: Masks) -> None:
        for _ in range(round(seconds * 12)):
            self.rig.step(1 / 12)
            for item in self.moving.packets(1, 0.0):
                self._take(item, masks)
            self.rig.engine.tick(self.rig.now)
        self.rig.engine.outbox.spool.flush()

    def _take(self, item: Stream | Packet, masks: Masks) -> None:
        if isinstance(item, Stream):
            self.source = item
            self.burner = None
            return
        if self.burner is None or self.burner.masks != masks:
            if not item.keyframe:
                return
            self.burner = Burner(masks, self.source)
        for made in self.burner.packet(item):
            if isinstance(made, Stream):
                self.index += 1
                stream = msgspec.structs.replace(made, stream_index=self.index)
                self.rig.engine.on_stream(self.rig.camera, stream, self.rig.now)
            else:
                packet = msgspec.structs.replace(
                    made, arrival_mono_s=self.rig.mono_s, arrival_wall_ms=self.rig.wall_ms, stream_index=self.index
                )
                self.rig.engine.on_packet(self.rig.camera, packet, self.rig.now)


def shown(plaintexts: list[bytes], tmp_path: Path) -> list[NDArray[np.uint8]]:
    """All pictures of opened segments, in order, decoded as a viewer would."""
    found = []
    path = tmp_path / f"{os.urandom(4).hex()}.mp4"
    path.write_bytes(b"".join(plaintexts))
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            found.append(frame.reformat(format="gray").to_ndarray())
    return found


def opened(rig: Rig, keys: str) -> list[tuple[Header, bytes]]:
    """What the owner, or the alarm centre, can open."""
    released, epochs = arc_leaves(rig), epochs_of(rig)
    found = []
    for (epoch, slot, _), data in sorted(segments_of(rig).items(), key=lambda item: item[0][2]):
        leaf = owner_leaf(rig, epochs[epoch], slot) if keys == "owner" else released.get((epoch, slot))
        if leaf is not None:
            found.append(open_segment(leaf, data))
    return found


def test_a_masked_camera_is_recorded_and_released_and_black_in_both(rig: Rig, tmp_path: Path) -> None:
    rig.pair(cameras=(CameraRules(rig.camera, privacy=(MASK,)),))
    lens = Lens(rig)
    lens.play(8, Masks((SQUARE,)))
    rig.see()
    lens.play(4, Masks((SQUARE,)))
    for keys, least in (("owner", 80), ("arc", 60)):
        segments = opened(rig, keys)
        assert all(SegmentFlag.REENCODED in header.flags for header, _ in segments)
        frames = shown([plaintext for _, plaintext in segments], tmp_path)
        assert len(frames) >= least
        assert all(is_black(SQUARE, frame) for frame in frames)
        assert all(is_bright_elsewhere(frame) for frame in frames)


def test_what_comes_without_the_masks_of_the_policy_is_never_sealed(rig: Rig) -> None:
    rig.pair(cameras=(CameraRules(rig.camera, privacy=(MASK,)),))
    rig.play(6)
    rig.see()
    rig.play(3)
    assert not segments_of(rig), "the rig's camera copies, and this policy has a mask"
    rig.new_policy(cameras=())
    rig.play(6)
    assert segments_of(rig)
    assert all(Header.decode(data).flags & SegmentFlag.REENCODED == 0 for data in segments_of(rig).values())


def test_a_mask_that_is_drawn_later_counts_at_once_also_for_what_is_on_its_way(rig: Rig) -> None:
    rig.pair()
    rig.play(6)
    before = len(segments_of(rig))
    rig.new_policy(cameras=(CameraRules(rig.camera, privacy=(MASK,)),))
    assert len(rig.engine.desks[rig.camera].track.ring) == 0
    rig.play(6)
    assert len(segments_of(rig)) <= before + 1
    other = Polygon((Point(0, 0), Point(900, 0), Point(900, 900)))
    lens = Lens(rig)
    lens.play(4, Masks((SQUARE,)))
    sealed = len(segments_of(rig))
    assert sealed > before
    rig.new_policy(cameras=(CameraRules(rig.camera, privacy=(other,)),))
    lens.play(4, Masks((SQUARE,)))
    assert len(segments_of(rig)) <= sealed + 1, "another mask than the one in force"


def test_a_turned_camera_with_masks_is_taken_only_black_until_it_is_home_again(rig: Rig) -> None:
    rig.pair(cameras=(CameraRules(rig.camera, privacy=(MASK,), pan_tilt=PanTilt(0, 10_000, 0, 10_000)),))
    lens, home, away = Lens(rig), Masks((SQUARE,)), Masks((SQUARE,), away=True)
    lens.play(3, home)
    assert not segments_of(rig), "after a start it may stand anywhere"
    rig.step(20)
    lens.play(4, home)
    first = len(segments_of(rig))
    assert first
    rig.engine.turned([rig.camera])
    lens.play(4, home)
    assert len(segments_of(rig)) <= first + 2, "nothing that came after it was told to turn"
    lens.play(4, away)
    black = len(segments_of(rig))
    assert black > first + 2
    rig.engine.turned([])
    lens.play(4, home)
    assert len(segments_of(rig)) <= black + 2, "it is on its way"
    rig.step(20)
    lens.play(4, home)
    assert len(segments_of(rig)) > black + 2


def test_the_pages_say_how_long_it_really_stays_black() -> None:
    said = (Path(__file__).parents[3] / "web/src/viewer/steer.ts").read_text("utf-8")
    assert f"HOMECOMING_S = {HOMECOMING_S:.0f};" in said


def test_a_turned_camera_stays_black_also_when_the_newest_policy_turns_it_no_more(rig: Rig) -> None:
    rig.pair(cameras=(CameraRules(rig.camera, privacy=(MASK,), pan_tilt=PanTilt(0, 10_000, 0, 10_000)),))
    rig.step(20)
    rig.engine.turned([rig.camera])
    rig.new_policy(cameras=(CameraRules(rig.camera, privacy=(MASK,)),))
    assert rig.engine.masks_of(rig.camera) == BLACK, "it still looks elsewhere"
    rig.engine.turned([])
    assert rig.engine.masks_of(rig.camera) == BLACK, "it is on its way"
    rig.step(20)
    rig.engine.tick(rig.now)
    assert rig.engine.masks_of(rig.camera) == Masks((SQUARE,)).name


def test_no_picture_and_no_look_begins_with_what_came_before_a_mask_was_drawn(rig: Rig) -> None:
    rig.pair()
    rig.play(6)
    assert rig.engine.desks[rig.camera].gop.key_frame is not None
    rig.new_policy(cameras=(CameraRules(rig.camera, privacy=(MASK,)),))
    before = len(segments_of(rig))
    rig.engine.take_picture(TakePicture(os.urandom(16), rig.camera), rig.now)
    look = StartLive(os.urandom(16), rig.camera, LiveWhy.OWNER, rig.wall_ms + 60_000)
    assert rig.engine.start_live(look, rig.now).ok
    rig.collect()
    assert len(segments_of(rig)) == before, "it waits for a picture that has the mask"
    assert rig.engine.live.out.take() is None


# --- overview ---


def picture(rig: Rig, masks: str = "") -> OverviewPicture:
    return OverviewPicture(b"\0\0\0\5\x65abcd", b"\1avcC", 320, 180, masks, rig.mono_s, rig.wall_ms)


def overview_epochs(rig: Rig) -> list[bytes]:
    pk = rig.identity.key.public_key
    epochs = [verify_epoch(item.envelope, pk) for item in rig.items(EpochItem)]
    return [epoch.epoch for epoch in epochs if epoch.track is Track.OVERVIEW]


def test_overview_pictures_go_on_in_working_hours_and_disarmed_and_are_the_owners_alone(rig: Rig) -> None:
    week = tuple(Weekly(day, Interval(0, 1440)) for day in range(7))
    rig.pair(hours=Hours("Europe/Amsterdam", week), overview=(OverviewRules(rig.camera, 60, HANGS),))
    for _ in range(3):
        rig.step(60)
        rig.engine.on_overview(rig.camera, picture(rig), rig.now)
    assert len(overview_epochs(rig)) == 3
    rig.new_policy(hours=Hours("Europe/Amsterdam"))
    rig.order(Action.DISARM, 1)
    rig.step(60)
    rig.engine.on_overview(rig.camera, picture(rig), rig.now)
    assert len(overview_epochs(rig)) == 4
    manifests = [verify_manifest(item.envelope, rig.identity.key.public_key) for item in rig.items(ManifestItem)]
    chain = [item for item in manifests if item.track is Track.OVERVIEW]
    assert [item.previous is None for item in chain] == [True, False, False, False]
    assert all(item.closed and len(item.entries) == 1 for item in chain)
    for (epoch, slot, _), data in segments_of(rig).items():
        header, plaintext = open_segment(owner_leaf(rig, epochs_of(rig)[epoch], slot), data)
        assert header.track is Track.OVERVIEW
        assert b"moov" in plaintext
    assert not arc_leaves(rig)


def test_an_overview_picture_that_nobody_asked_for_or_of_other_masks_is_not_sealed(rig: Rig) -> None:
    rig.pair()
    rig.engine.on_overview(rig.camera, picture(rig), rig.now)
    rig.new_policy(
        overview=(OverviewRules(rig.camera, 600, HANGS),), cameras=(CameraRules(rig.camera, privacy=(MASK,)),)
    )
    rig.engine.on_overview(rig.camera, picture(rig), rig.now)
    assert overview_epochs(rig) == []
    rig.engine.on_overview(rig.camera, picture(rig, Masks((SQUARE,)).name), rig.now)
    rig.step(100)
    rig.engine.on_overview(rig.camera, picture(rig, Masks((SQUARE,)).name), rig.now)
    assert len(overview_epochs(rig)) == 1, "a camera's process that says more than was asked is not listened to"


def test_the_chain_of_overview_pictures_goes_on_after_a_power_cut(rig: Rig) -> None:
    rig.pair(overview=(OverviewRules(rig.camera, 60, HANGS),))
    rig.engine.on_overview(rig.camera, picture(rig), rig.now)
    rig.restart()
    rig.step(60)
    rig.engine.on_overview(rig.camera, picture(rig), rig.now)
    manifests = [verify_manifest(item.envelope, rig.identity.key.public_key) for item in rig.items(ManifestItem)]
    chain = [item for item in manifests if item.track is Track.OVERVIEW]
    assert len(chain) == 2
    assert chain[1].previous == chain[0].hash
