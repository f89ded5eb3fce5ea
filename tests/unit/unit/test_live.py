# SPDX-License-Identifier: EUPL-1.2
"""The live track: it begins at once with a picture, opens for its owner alone, is never kept, and ends when it must."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.unit.actors import NOON_MS, Owner, Rig, arc_leaves, segments_of
from zegel.link.messages import (
    Control,
    ControlAction,
    Controlled,
    EpochItem,
    LiveSegments,
    LiveWhy,
    ManifestItem,
    StartLive,
    StopLive,
    TakePicture,
)
from zegel.seal.alarm import Cause
from zegel.seal.allowances import LiveRules
from zegel.seal.command import Action
from zegel.seal.epoch import Epoch, open_epoch, verify_epoch
from zegel.seal.errors import CannotOpen, SealError
from zegel.seal.hours import Hours, Interval, Weekly
from zegel.seal.manifest import verify_manifest
from zegel.seal.policy import PanTilt
from zegel.seal.segment import Header, Track, open_segment
from zegel.seal.suite import OpeningKey
from zegel.seal.tree import Cover, cover, leaf
from zegel.unit.control import ControlDesk
from zegel.unit.guard import Images
from zegel.unit.live import OUT_BYTES, Out, Outgoing
from zegel.unit.release import Case, Window
from zegel.unit.site.messages import Turn
from zegel.unit.state import Spent

OWNER, GUEST = LiveWhy.OWNER, LiveWhy.MAINTENANCE


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    made = Rig(tmp_path)
    made.pair()
    made.play(3)
    return made


def look(rig: Rig, why: LiveWhy = OWNER, seconds: float = 60, id: bytes | None = None) -> Controlled:
    asked = StartLive(id or os.urandom(16), rig.camera, why, rig.wall_ms + round(seconds * 1000))
    return rig.engine.start_live(asked, rig.now)


def sent(rig: Rig) -> list[bytes]:
    """What went up since this was asked last, and what the server had to hold before."""
    rig.collect()
    found: list[bytes] = []
    while (message := rig.engine.live.out.take()) is not None:
        assert isinstance(message, LiveSegments)
        found += message.segments
    return found


def live_epochs(rig: Rig) -> dict[bytes, Epoch]:
    pk = rig.identity.key.public_key
    epochs = [verify_epoch(item.envelope, pk) for item in rig.items(EpochItem)]
    return {epoch.epoch: epoch for epoch in epochs if epoch.track is Track.LIVE}


def opened(rig: Rig, segment: bytes, key: OpeningKey | None = None) -> bytes:
    header = Header.decode(segment)
    root = open_epoch(live_epochs(rig)[header.epoch], key or rig.owner.tenant)
    return open_segment(leaf(root, header.slot), segment)[1]


def test_a_look_begins_at_once_with_the_newest_key_frame_when_armed(rig: Rig) -> None:
    answer = look(rig)
    assert answer.ok
    assert answer.epoch in live_epochs(rig)
    first = sent(rig)
    assert Header.decode(first[0]).random_access  # no frame came since it was asked for
    assert opened(rig, first[0])[4:8] == b"ftyp"


def test_nothing_leaves_before_the_server_holds_the_epoch(rig: Rig) -> None:
    look(rig)
    rig.play(1)
    assert rig.engine.live.out.take() is None
    assert sent(rig)


def test_a_disarmed_unit_shows_live_from_the_next_key_frame_and_records_nothing(rig: Rig) -> None:
    rig.order(Action.DISARM, 1)
    rig.play(3)
    before = set(segments_of(rig))
    look(rig)
    assert sent(rig) == []  # there is no picture of the past in a disarmed unit
    rig.play(2)
    headers = [Header.decode(data) for data in sent(rig)]
    assert headers[0].random_access
    assert {header.track for header in headers} == {Track.LIVE}
    rig.play(3)
    assert set(segments_of(rig)) == before


def test_each_frame_goes_within_a_quarter_of_a_second_in_the_slot_in_which_it_came(rig: Rig) -> None:
    look(rig)
    sent(rig)
    rig.play(3)
    headers = [Header.decode(data) for data in sent(rig)]
    assert max(header.duration_ms for header in headers) <= 250
    epoch = live_epochs(rig)[headers[0].epoch]
    for header in headers:
        assert epoch.slot_ms(header.slot) <= header.wall_ms < epoch.slot_ms(header.slot + 1)
    assert [header.sequence for header in headers] == list(range(headers[0].sequence, headers[-1].sequence + 1))


def test_only_the_owner_opens_what_is_live(rig: Rig) -> None:
    look(rig)
    rig.play(2)
    segments = sent(rig)
    rig.see()
    rig.play(8)  # an alarm releases surveillance to the centre meanwhile
    segments += sent(rig)
    assert all(opened(rig, data) for data in segments)
    leaves = arc_leaves(rig)
    assert leaves
    for data in segments[-5:]:
        with pytest.raises(SealError):
            opened(rig, data, rig.owner.arc)
        for key in leaves.values():
            with pytest.raises(CannotOpen):
                open_segment(key, data)


def test_nothing_of_a_look_is_ever_on_disk(rig: Rig) -> None:
    look(rig)
    rig.play(3)
    segments = sent(rig)
    on_disk = b"".join(path.read_bytes() for path in rig.directory.rglob("*") if path.is_file())
    assert segments
    assert not any(data[67:99] in on_disk for data in segments)


def test_several_viewers_share_one_stream_and_it_ends_with_the_last(rig: Rig) -> None:
    one, two = look(rig), look(rig)
    assert one.epoch == two.epoch
    rig.engine.stop_live(StopLive(one.id, rig.camera, OWNER), rig.now)
    rig.play(1)
    assert sent(rig)
    rig.engine.stop_live(StopLive(two.id, rig.camera, OWNER), rig.now)
    rig.play(1)
    assert sent(rig) == []
    assert [(answer.id, answer.code) for answer in rig.engine.answers()] == [(one.id, "stopped"), (two.id, "stopped")]


def test_a_look_lasts_no_longer_than_the_policy_says_however_often_it_is_asked_for(rig: Rig) -> None:
    rig.new_policy(live=LiveRules(max_s=30))
    id = os.urandom(16)
    for _ in range(4):
        look(rig, id=id, seconds=3600)
        rig.play(10)
    assert [(answer.id, answer.code) for answer in rig.engine.answers()] == [(id, "over")]
    assert look(rig, id=id).code == "over"  # who wants to look on asks anew
    assert look(rig).ok


def test_a_look_nobody_prolongs_ends_by_itself(rig: Rig) -> None:
    look(rig, seconds=5)
    rig.play(6)
    sent(rig)
    rig.play(1)
    assert sent(rig) == []


def test_in_blocked_hours_the_owner_sees_nothing_live_and_a_running_look_ends(tmp_path: Path) -> None:
    rig = Rig(tmp_path)  # a Thursday, 22:26 in Amsterdam
    rig.pair(live=LiveRules((Weekly(3, Interval(22 * 60 + 30, 24 * 60)),)))
    answer = look(rig, seconds=600)
    assert answer.ok
    rig.play(150)
    sent(rig)
    rig.play(60)  # past half past ten
    assert [ended.code for ended in rig.engine.answers()] == ["blocked"]
    sent(rig)
    rig.play(1)
    assert sent(rig) == []
    assert look(rig).code == "blocked"
    assert look(rig, GUEST).ok  # what the owner signed for a technician is his own word too


def test_a_lost_link_ends_every_look(rig: Rig) -> None:
    look(rig)
    rig.engine.link_lost(rig.now)
    rig.play(1)
    assert sent(rig) == []


def test_a_unit_without_an_owner_shows_nothing(tmp_path: Path) -> None:
    assert look(Rig(tmp_path)).code == "not_paired"


def test_a_technicians_look_begins_an_epoch_and_its_end_begins_another(rig: Rig) -> None:
    mine = look(rig)
    rig.play(1)
    guest = look(rig, GUEST)
    assert guest.epoch != mine.epoch
    rig.play(3)
    during = [Header.decode(data).epoch for data in sent(rig)]
    assert during[-1] == guest.epoch
    rig.engine.stop_live(StopLive(guest.id, rig.camera, GUEST), rig.now)
    rig.play(3)
    after = [data for data in sent(rig) if Header.decode(data).epoch not in (mine.epoch, guest.epoch)]
    assert Header.decode(after[0]).random_access
    root = open_epoch(live_epochs(rig)[guest.epoch or b""], rig.owner.tenant)
    granted = Cover(0, 900, cover(root, 0, 900))
    with pytest.raises(CannotOpen):
        open_segment(granted.leaf(Header.decode(after[0]).slot), after[0])


def test_a_new_policy_begins_a_new_live_epoch(rig: Rig) -> None:
    before = look(rig)
    rig.new_policy()
    rig.play(2)
    assert {Header.decode(data).epoch for data in sent(rig)} != {before.epoch}
    assert all(opened(rig, data) for data in sent(rig))


def test_a_link_that_is_behind_costs_pictures_and_no_memory() -> None:
    out, camera, epoch = Outgoing(), os.urandom(16), os.urandom(16)
    for at in range(300):  # a picture that can stand alone each 25 frames, and nobody takes them
        out.put(Out(camera, epoch, bytes([at % 25]) * 20_000, at % 25 == 0))
    taken = []
    while (message := out.take()) is not None:
        taken += message.segments
    assert sum(map(len, taken)) <= OUT_BYTES
    assert out.lost + len(taken) == 300
    assert taken[0][0] == 0
    assert all(after[0] in (before[0] + 1, 0) for before, after in pairwise(taken))


def test_an_unknown_camera_and_too_many_viewers_are_refused(rig: Rig) -> None:
    asked = StartLive(os.urandom(16), os.urandom(16), OWNER, NOON_MS * 2)
    assert rig.engine.start_live(asked, rig.now).code == "unknown_camera"
    assert all(look(rig).ok for _ in range(16))
    assert look(rig).code == "too_many"


def test_frames_that_came_for_a_look_begin_no_recording_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    rig = Rig(tmp_path, Owner(), gop=40)
    rig.pair(hours=Hours("Europe/Amsterdam"))
    rig.order(Action.DISARM, 1)
    look(rig, seconds=600)
    rig.play(1)
    rig.order(Action.ARM, 2)
    rig.play(6)
    headers = [Header.decode(data) for _, data in sorted(segments_of(rig).items())]
    recorded = [header for header in headers if header.track is Track.SURVEILLANCE]
    assert recorded[0].random_access


# --- pictures that the owner takes ---


def take(rig: Rig) -> bytes:
    asked = TakePicture(os.urandom(16), rig.camera)
    rig.engine.take_picture(asked, rig.now)
    return asked.id


def pictures_of(rig: Rig) -> list[tuple[Epoch, bytes]]:
    pk = rig.identity.key.public_key
    epochs = [verify_epoch(item.envelope, pk) for item in rig.items(EpochItem)]
    found = {epoch.epoch: epoch for epoch in epochs if epoch.track is Track.PICTURE}
    return [(found[at[0]], data) for at, data in sorted(segments_of(rig).items()) if at[0] in found]


@pytest.mark.parametrize("armed", [True, False])
def test_a_picture_is_taken_armed_or_not_and_opens_for_the_owner_alone(rig: Rig, armed: bool) -> None:
    if not armed:
        rig.order(Action.DISARM, 1)
        rig.play(2)
    id = take(rig)
    assert rig.engine.wanted_now() == (frozenset() if armed else {rig.camera})
    rig.play(2)
    [(epoch, sealed)] = pictures_of(rig)
    [answer] = rig.engine.answers()
    assert (answer.id, answer.ok, answer.epoch, answer.slot) == (id, True, epoch.epoch, 0)
    assert abs(epoch.start_ms - rig.wall_ms) < 4000
    assert open_segment(leaf(open_epoch(epoch, rig.owner.tenant), 0), sealed)[1][4:8] == b"ftyp"
    with pytest.raises(SealError):
        open_epoch(epoch, rig.owner.arc)
    assert rig.engine.wanted_now() == frozenset()


def test_each_picture_has_a_tree_of_its_own_and_stands_in_the_tracks_manifests(rig: Rig) -> None:
    for _ in range(3):
        take(rig)
        rig.play(2)
    taken = pictures_of(rig)
    assert len({epoch.epoch for epoch, _ in taken}) == 3
    made = [verify_manifest(item.envelope, rig.identity.key.public_key) for item in rig.items(ManifestItem)]
    mine = [manifest for manifest in made if manifest.track is Track.PICTURE]
    assert {manifest.epoch for manifest in mine} == {epoch.epoch for epoch, _ in taken}
    for before, after in pairwise(mine):
        after.check_follows(before)


def test_a_release_opens_no_picture(rig: Rig) -> None:
    rig.see()
    take(rig)
    rig.play(8)
    leaves = arc_leaves(rig)
    [(_, sealed)] = pictures_of(rig)
    assert leaves
    for key in leaves.values():
        with pytest.raises(CannotOpen):
            open_segment(key, sealed)


def test_a_camera_that_sends_nothing_gives_no_picture(rig: Rig) -> None:
    rig.order(Action.DISARM, 1)
    rig.play(1)
    id = take(rig)
    for _ in range(12):
        rig.step(1)
        rig.engine.tick(rig.now)
    assert [(answer.id, answer.code) for answer in rig.engine.answers()] == [(id, "no_picture")]


def test_many_who_wait_get_one_picture_and_no_more_wait_than_may(rig: Rig) -> None:
    rig.order(Action.DISARM, 1)
    rig.play(1)
    ids = [take(rig) for _ in range(17)]
    rig.play(2)
    answers = rig.engine.answers()
    assert [answer.code for answer in answers if answer.id == ids[16]] == ["rate"]
    assert len({answer.epoch for answer in answers if answer.ok}) == 1
    assert len(pictures_of(rig)) == 1


# --- turning while one looks ---


def test_the_owner_turns_only_while_he_looks_and_an_alarm_goes_first() -> None:
    desk, camera = ControlDesk(), os.urandom(16)
    left = Control(os.urandom(16), None, camera, ControlAction.MOVE, pan=-500)
    limits = PanTilt(0, 10_000, 0, 10_000)
    assert desk.judge(left, None, limits, 1.0) == "not_live"
    assert desk.judge(left, None, None, 1.0, live=True) == "not_allowed"
    turn = desk.judge(left, None, limits, 1.0, live=True)
    assert isinstance(turn, Turn)
    assert desk.turned == [camera]
    assert desk.due({}, 1.5, lambda _: True) == []
    [stop] = desk.due({}, 3.0, lambda _: True)
    assert stop.action is ControlAction.STOP
    home = desk.due({}, 4.0, lambda _: False)
    assert [turn.action for turn in home] == [ControlAction.STOP, ControlAction.HOME]
    alarm = os.urandom(16)
    window = Window(
        alarm, camera, Cause.MOTION, Images.RELEASED, "motion:person", 0, 0, 5, 60, 60_000, Case(0, Spent(0, 0))
    )  # fmt: skip
    assert desk.judge(left, window, limits, 5.0, live=True) == "busy"
