# SPDX-License-Identifier: EUPL-1.2
"""The spool: nothing durable is lost, nothing is invented, and the right things go first."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from zegel.unit.spool import Kind, Lane, Record, Spool

CAMERA, EPOCH = b"c" * 16, b"e" * 16


def epoch(n: int, of: bytes = EPOCH) -> Record:
    return Record(Lane.CORE, Kind.EPOCH, n, b"epoch %d" % n, epoch=of)


def core(n: int, kind: Kind) -> Record:
    return Record(Lane.CORE, kind, n, b"core %d" % n)


def media(n: int, lane: Lane = Lane.MEDIA, of: bytes = EPOCH, size: int = 200) -> Record:
    return Record(lane, Kind.SEGMENTS, n, b"%08d" % n + os.urandom(size), CAMERA, of, n % 4096, 1000 * n)


def fill(spool: Spool, *records: Record) -> None:
    for record in records:
        spool.put(record)
    spool.flush()


def drain(spool: Spool) -> list[int]:
    order = []
    while (found := spool.next()) is not None:
        order.append(found[0])
        spool.done(found[0])
    return order


def reopened(spool: Spool, path: Path) -> Spool:
    spool.close()
    return Spool(path, reserve=0)


def test_what_was_flushed_survives_a_restart_and_what_was_not_does_not(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, epoch(1), media(2), media(3))
    spool.put(media(4))
    again = reopened(spool, tmp_path)
    assert drain(again) == [1, 2, 3]


def test_alarms_and_releases_overtake_the_backlog_and_epochs_come_before_their_segments(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, epoch(1), media(2), media(3), core(4, Kind.MANIFEST), media(5, Lane.ALARM))
    fill(spool, core(6, Kind.ALARM), core(7, Kind.RELEASE), epoch(8, b"f" * 16), media(9, of=b"f" * 16))
    assert drain(spool) == [1, 8, 6, 7, 4, 5, 2, 3, 9]


def test_segments_wait_until_their_epoch_is_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, epoch(1), media(2))
    assert spool.next() is not None
    assert spool.next() is None
    spool.done(1)
    found = spool.next()
    assert found is not None
    assert found[0] == 2


def test_a_release_waits_for_the_epochs_that_it_speaks_of_and_an_alarm_does_not(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, epoch(1), core(2, Kind.ALARM), core(3, Kind.RELEASE))
    assert [found[0] for found in (spool.next(), spool.next()) if found] == [1, 2]
    assert spool.next() is None
    spool.done(1)
    assert drain(spool) == [3]


def test_a_new_connection_sends_again_what_was_not_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, core(1, Kind.ALARM), media(2))
    assert [spool.next(), spool.next(), spool.next()][2] is None
    spool.done(1)
    spool.forget_sent()
    assert drain(spool) == [2]


def test_held_releases_wait_and_so_do_those_that_come_meanwhile(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, core(1, Kind.RELEASE))
    spool.hold(Kind.RELEASE)
    fill(spool, core(2, Kind.RELEASE), core(3, Kind.ALARM))
    assert drain(spool) == [3]
    spool.let_go()
    assert drain(spool) == [1, 2]


def test_what_is_withdrawn_is_gone_from_the_disk_the_queue_and_the_batch_on_its_way(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, core(1, Kind.RELEASE), core(2, Kind.ALARM))
    spool.put(core(3, Kind.RELEASE))
    batch = spool.take()
    spool.put(core(4, Kind.RELEASE))
    assert sorted(record.n for record in spool.withdraw(Kind.RELEASE, lambda record: True)) == [1, 3, 4]
    spool.commit(spool.write(batch))
    spool.flush()
    assert drain(spool) == [2]


def test_a_batch_that_failed_does_not_bring_back_what_was_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, reserve=0)
    spool.put(core(1, Kind.RELEASE))
    batch = spool.take()
    spool.withdraw(Kind.RELEASE, lambda record: True)
    with monkeypatch.context() as patch:
        patch.setattr("zegel.unit.spool.write_all", _no_space)
        spool.commit(spool.write(batch))
    spool.flush()
    assert drain(spool) == []


def test_a_power_cut_at_any_byte_loses_nothing_durable_and_invents_nothing(tmp_path: Path) -> None:
    """Cut the file that was being written at every single byte: the records before the cut are all there, whole."""
    origin = tmp_path / "origin"
    spool = Spool(origin, reserve=0)
    records = [core(n, Kind.ALARM) for n in range(1, 5)]
    fill(spool, *records)
    spool.close()
    (path,) = origin.glob("core-*.log")
    data, ends = path.read_bytes(), [8]
    for record in records:
        ends.append(ends[-1] + len(record.encode()))
    assert ends[-1] == len(data)
    for cut in range(len(data) + 1):
        folder = tmp_path / "cut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / path.name).write_bytes(data[:cut])
        again = Spool(folder, reserve=0)
        whole = sum(end <= cut for end in ends[1:])
        assert [(r.n, r.payload) for r in again.of_kind(Kind.ALARM)] == [(r.n, r.payload) for r in records[:whole]]
        fill(again, core(9, Kind.ALARM))
        assert drain(reopened(again, folder)) == [*range(1, whole + 1), 9]


def test_a_flipped_bit_is_never_sent(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0, file_bytes=dict.fromkeys(Lane, 1))
    fill(spool, media(1))
    fill(spool, media(2))
    fill(spool, media(3))
    first = min(tmp_path.glob("media-*.log"))
    damaged = bytearray(first.read_bytes())
    damaged[-1] ^= 1
    first.write_bytes(damaged)
    again = reopened(spool, tmp_path)
    assert drain(again) == [2, 3]
    assert again.damaged == 1


def test_a_full_disk_drops_the_oldest_surveillance_and_says_which(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=40_000, reserve=0, file_bytes=dict.fromkeys(Lane, 4000))
    fill(spool, epoch(1), core(2, Kind.ALARM), core(3, Kind.RELEASE), media(4, Lane.ALARM))
    for n in range(10, 100):
        fill(spool, media(n, size=1000))
    assert spool.size <= 40_000
    left = drain(spool)
    assert left[:4] == [1, 2, 3, 4]
    assert left[4:] == list(range(left[4], 100))
    lost = [gap for gap in spool.gaps if gap.camera == CAMERA]
    assert lost[0].from_ms == 10_000
    assert sum(gap.records for gap in lost) == left[4] - 10


def test_alarms_releases_and_epochs_are_never_dropped(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=2_000, reserve=0, file_bytes=dict.fromkeys(Lane, 500))
    for n in range(1, 60, 3):
        fill(spool, core(n, Kind.ALARM), core(n + 1, Kind.RELEASE), epoch(n + 2))
    assert sorted(drain(spool)) == list(range(1, 61))
    assert not spool.gaps


def test_a_year_of_manifests_and_reports_stays_below_its_share_and_alarms_stay(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=40_000, reserve=0, file_bytes=dict.fromkeys(Lane, 1000))
    for n in range(1, 1000):
        kind = Kind.ALARM if n % 50 == 0 else (Kind.TECHNICAL if n % 2 else Kind.MANIFEST)
        fill(spool, core(n, kind))
    alarms = list(range(50, 1000, 50))
    assert spool.size < 40_000 // 4 + 2_500
    again = reopened(spool, tmp_path)
    left = drain(again)
    assert left[: len(alarms)] == alarms
    assert 998 in left, "the newest manifest is the last to go"
    assert 1 not in left
    assert sum(gap.records for gap in spool.gaps) == 999 - len(left)
    assert {gap.camera for gap in spool.gaps} == {None}


def test_a_core_file_is_rewritten_without_what_is_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=8_000, reserve=0, file_bytes=dict.fromkeys(Lane, 1500))
    for n in range(1, 400):
        fill(spool, core(n, Kind.NOTE if n % 20 else Kind.ALARM))
        if n % 20:
            spool.done(n)
    assert spool.size < 4_500
    assert drain(reopened(spool, tmp_path)) == list(range(20, 400, 20))


def test_when_even_alarms_fill_the_room_pictures_become_gaps_and_alarms_go_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=3_000, reserve=0, file_bytes=dict.fromkeys(Lane, 500))
    for n in range(1, 60):
        fill(spool, core(n, Kind.ALARM))
    fill(spool, core(60, Kind.ALARM), media(61), media(62, Lane.ALARM))
    assert drain(spool) == list(range(1, 61))
    assert [(gap.camera, gap.records) for gap in spool.gaps] == [(CAMERA, 2)]


def test_files_go_when_all_is_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=0, file_bytes=dict.fromkeys(Lane, 100))
    for n in range(1, 20):
        fill(spool, media(n))
    drain(spool)
    fill(spool, media(20))
    assert len(list(tmp_path.glob("*.log"))) == 1
    assert drain(reopened(spool, tmp_path)) == [20]


def test_a_failed_write_keeps_what_must_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, reserve=0)
    fill(spool, core(1, Kind.ALARM))
    with monkeypatch.context() as patch:
        patch.setattr("zegel.unit.spool.write_all", _no_space)
        fill(spool, core(2, Kind.ALARM), media(3))
    fill(spool)
    assert drain(reopened(spool, tmp_path)) == [1, 2]
    assert [gap.records for gap in spool.gaps] == [1]


def _no_space(descriptor: int, data: bytes) -> None:
    os.write(descriptor, data[: len(data) // 2])
    raise OSError(28, "No space left on device")
