# SPDX-License-Identifier: EUPL-1.2
"""Exact range (seal.md, test 2): under random key-frame intervals, epoch rolls, restarts, arming edges and clock steps
the ARC's keys open the released segments and nothing else, and nothing unarmed was ever sealed."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.unit.actors import NOON_MS, Rig, arc_leaves, epochs_of, releases_of, segments_of
from zegel.link.messages import AlarmItem, ManifestItem
from zegel.seal.alarm import verify_alarm
from zegel.seal.command import Action
from zegel.seal.epoch import open_epoch
from zegel.seal.errors import CannotOpen
from zegel.seal.manifest import verify_manifest
from zegel.seal.policy import Hours, Interval, LiveEnd, RecordingMode, Weekly, Window
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.unit import epochs, track

LEAD_S = 5


def opened_by_arc(rig: Rig) -> set[tuple[bytes, int, int]]:
    """Try every key that the ARC can derive on every segment that the server has."""
    leaves, opened = arc_leaves(rig), set()
    for at, data in segments_of(rig).items():
        if at[:2] in leaves:
            open_segment(leaves[at[:2]], data)
            opened.add(at)
            continue
        for other in list(leaves.values())[:3]:
            with pytest.raises(CannotOpen):
                open_segment(other, data)
    return opened


def slot_start_ms(rig: Rig, epoch: bytes, slot: int) -> int:
    return epochs_of(rig)[epoch].slot_ms(slot)


def owner_opens_all(rig: Rig) -> dict[tuple[bytes, int, int], bytes]:
    """Everything that the server has, opened by the tenant's key."""
    roots = {epoch.epoch: open_epoch(epoch, rig.owner.tenant) for epoch in epochs_of(rig).values()}
    found = segments_of(rig).items()
    return {at: open_segment(leaf(roots[at[0]], at[1]), data)[1] for at, data in found}


def check_manifests(rig: Rig) -> None:
    made = [verify_manifest(item.envelope, rig.identity.key.public_key) for item in rig.items(ManifestItem)]
    for before, after in pairwise(made):
        after.check_follows(before)
    vouched = {(m.epoch, entry.slot, entry.sequence) for m in made for entry in m.entries}
    ended = {(m.epoch, slot) for m in made for slot in range(m.first_slot, m.end_slot)}
    assert {at for at in segments_of(rig) if at[:2] in ended} == vouched


def test_an_alarm_releases_its_window_and_not_a_second_more(tmp_path: Path) -> None:
    rig = Rig(tmp_path, gop=12, fps=12.5)
    rig.pair()
    rig.play(30.04)
    seen_s = rig.mono_s
    rig.see()
    rig.play(20)
    starts = sorted({slot_start_ms(rig, e, s) for e, s, _ in opened_by_arc(rig)})
    t0 = NOON_MS + round((seen_s - 1000) * 1000) - 10_000
    floor = t0 - t0 % 1000 + NOON_MS % 1000
    assert floor - 2000 <= starts[0] <= floor
    assert starts[-1] < t0 + 15_000
    assert starts == list(range(starts[0], starts[-1] + 1, 1000))
    parts = releases_of(rig)
    assert [part.part for part in parts] == list(range(1, len(parts) + 1))
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(owner_opens_all(rig)) > len(starts)


def test_activity_prolongs_the_window_up_to_the_policys_most(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(window=Window(0, 4, LiveEnd.CLOSED, 12))
    rig.play(10)
    began = rig.mono_s
    for _ in range(20):
        rig.see()
        rig.play(1)
    rig.play(10)
    last = max(slot_start_ms(rig, e, s) for e, s, _ in opened_by_arc(rig))
    assert last <= NOON_MS + (began - 1000 + 12) * 1000
    assert last >= NOON_MS + (began - 1000 + 10) * 1000
    assert len(rig.items(AlarmItem)) == 1


def test_the_ring_never_reaches_back_over_working_hours(tmp_path: Path) -> None:
    """Surveillance starts at the edge; an alarm two seconds later has two seconds of pre-alarm, not ten."""
    rig = Rig(tmp_path)
    edge_ms = (NOON_MS // 60_000 + 1) * 60_000
    rig.pair(hours=Hours("UTC", (Weekly(3, Interval(0, edge_ms // 60_000 % 1440)),)))
    rig.play((edge_ms - rig.wall_ms) / 1000 + 2.5)
    rig.see()
    rig.play(8)
    opened = opened_by_arc(rig)
    assert opened
    assert min(slot_start_ms(rig, e, s) for e, s, _ in segments_of(rig)) >= edge_ms
    assert min(slot_start_ms(rig, e, s) for e, s, _ in opened) < edge_ms + 1000


def test_disarming_ends_the_window_at_once_and_arming_starts_an_empty_ring(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(window=Window(10, 30, LiveEnd.CLOSED, 60))
    rig.play(20)
    rig.see()
    rig.play(3)
    rig.order(Action.DISARM, 1)
    disarmed_ms = rig.wall_ms
    rig.play(10)
    rig.order(Action.ARM, 2)
    armed_ms = rig.wall_ms
    rig.play(65)
    starts = sorted(slot_start_ms(rig, e, s) for e, s, _ in segments_of(rig))
    assert not [ms for ms in starts if disarmed_ms - 1000 < ms < armed_ms]
    assert max(slot_start_ms(rig, e, s) for e, s, _ in opened_by_arc(rig)) < disarmed_ms


def test_a_recall_ends_the_window_and_drops_parts_that_wait(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    rig.play(20)
    rig.see()
    rig.play(2)
    alarm = verify_alarm(rig.items(AlarmItem)[0].envelope, rig.identity.key.public_key)
    before = len(releases_of(rig))
    rig.engine.tick(rig.now)
    rig.play(1)  # made, not sent
    rig.engine.end_window(alarm.alarm, "recall", rig.now)
    rig.play(20)
    assert len(releases_of(rig)) == before


def test_a_restart_releases_nothing_of_before_and_continues_no_window(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    rig.play(20)
    rig.see()
    rig.play(2)
    opened = opened_by_arc(rig)
    rig.restart()
    rig.play(2)
    assert opened_by_arc(rig) == opened
    restarted_ms = rig.wall_ms - 2000
    rig.see()
    rig.play(10)
    fresh = opened_by_arc(rig) - opened
    assert fresh
    assert min(slot_start_ms(rig, e, s) for e, s, _ in fresh) >= restarted_ms
    check_manifests(rig)


def test_in_activity_mode_only_what_moves_is_recorded(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(mode=RecordingMode.ACTIVITY)
    rig.play(60)
    assert not segments_of(rig)
    rig.engine.on_motion(rig.camera, True, rig.mono_s, rig.now)
    rig.play(3)
    rig.engine.on_motion(rig.camera, False, rig.mono_s, rig.now)
    rig.play(120)
    slots = {(e, s) for e, s, _ in segments_of(rig)}
    assert 18 <= len(slots) <= 20  # 10 before, 3 during, 5 after, and the random-access lead
    check_manifests(rig)


def test_a_clock_set_back_into_the_night_opens_no_working_hour(tmp_path: Path) -> None:
    """It is noon and nobody may look; somebody sets the clock to midnight. Alarms then go without pictures."""
    rig = Rig(tmp_path)
    rig.pair(hours=Hours("UTC", (Weekly(3, Interval(0, 1440)),)))
    rig.play(5)
    rig.wall_ms += 4 * 3_600_000  # past midnight, where no hours are
    rig.play(15)
    rig.see()
    rig.play(5)
    alarms = [verify_alarm(item.envelope, rig.identity.key.public_key) for item in rig.items(AlarmItem)]
    assert [alarm.images for alarm in alarms] == ["none:clock"]
    assert not releases_of(rig)
    assert "clock_disagrees" in rig.technical()


class Story:
    """Random events; what may be released is worked out beside the engine, from the outside."""

    def __init__(self, directory: Path, gop: int, fps: float, pre_s: int, post_s: int) -> None:
        self.rig = Rig(directory, gop=gop, fps=fps)
        self.rig.pair(window=Window(pre_s, post_s, LiveEnd.CLOSED, 40), mode=RecordingMode.CONTINUOUS)
        self.pre_s, self.post_s = pre_s, post_s
        self.allowed: list[tuple[float, float]] = []
        self.unarmed: list[tuple[float, float]] = []
        self.counter = 0

    def see(self) -> None:
        """t0 is floored and t1 ceiled to slots, and the random-access lead comes before."""
        self.allowed.append((self.rig.mono_s - self.pre_s - LEAD_S - 1, self.rig.mono_s + self.post_s + 1))
        self.rig.see()

    def disarm(self, seconds: float) -> None:
        began = self.rig.mono_s
        self.counter += 1
        self.rig.order(Action.DISARM, self.counter)
        self.rig.play(seconds)
        self.counter += 1
        self.rig.order(Action.ARM, self.counter)
        self.unarmed.append((began, self.rig.mono_s))

    def restart(self) -> None:
        began = self.rig.mono_s
        self.rig.restart()
        self.unarmed.append((began, self.rig.mono_s))

    def new_policy(self) -> None:
        self.rig.new_policy(window=Window(self.pre_s, self.post_s, LiveEnd.CLOSED, 40))


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_the_arc_opens_what_was_released_and_nothing_else(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(epochs, "SLOTS", 64)  # epochs end every minute
        patch.setattr(track, "SLOTS", 64)
        fps = data.draw(st.sampled_from([4.0, 5.0, 12.5]))
        gop = data.draw(st.integers(1, 30))
        story = Story(Path(folder), gop, fps, data.draw(st.integers(0, 20)), data.draw(st.integers(1, 10)))
        for event in data.draw(st.lists(st.sampled_from("ppppssdrjc"), min_size=4, max_size=14)):
            seconds = data.draw(st.floats(0.3, 25))
            {
                "p": lambda: story.rig.play(seconds),  # noqa: B023
                "s": story.see,
                "d": lambda: story.disarm(seconds),  # noqa: B023
                "r": story.restart,
                "j": lambda: setattr(story.rig, "wall_ms", story.rig.wall_ms + round(seconds * 100)),  # noqa: B023
                "c": story.new_policy,
            }[event]()
        story.rig.play(30)
        judge(story)


def judge(story: Story) -> None:
    rig = story.rig
    plain, opened = owner_opens_all(rig), opened_by_arc(rig)
    released = {(r.epoch, slot) for part in releases_of(rig) for r in part.ranges for slot in range(r.start, r.end)}
    assert {at[:2] for at in opened} == released
    arrived = {int.from_bytes(data[:8], "big"): mono_s for mono_s, data in rig.frames.items()}
    for at, plaintext in plain.items():
        first_s, last_s = stretch(plaintext, arrived)
        assert last_s - first_s <= 1.0 + 1e-6
        assert not any(low < last_s and first_s < high for low, high in story.unarmed)
        assert at not in opened or any(low <= first_s < high for low, high in story.allowed)
    check_manifests(rig)


def stretch(plaintext: bytes, arrived: dict[int, float]) -> tuple[float, float]:
    """When a segment's frames arrived, on the monotonic clock, read back from the frames inside of it."""
    start = plaintext.index(b"mdat")
    media = plaintext[start + 4 : start - 4 + int.from_bytes(plaintext[start - 4 : start], "big")]
    times = [arrived[int.from_bytes(media[at : at + 8], "big")] for at in range(0, len(media), 32)]
    return min(times), max(times)
