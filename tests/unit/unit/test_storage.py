# SPDX-License-Identifier: EUPL-1.2
"""The unit's own storage: what lies there, for how long, and that a stolen card opens nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.unit.actors import DAY_MS, Rig, epochs_of, segments_of
from zegel.link.messages import FetchLocal, ManifestItem, TechnicalItem, TechnicalKind
from zegel.seal.allowances import Storage as StorageRules
from zegel.seal.allowances import StorageMode
from zegel.seal.epoch import open_epoch
from zegel.seal.manifest import verify_manifest
from zegel.seal.segment import Header, open_segment
from zegel.seal.tree import leaf
from zegel.unit.storage import FOLDER, HOUR_MS, Kept, Storage

CAMERA, EPOCH = bytes(range(16)), bytes(range(16, 32))


def card(tmp_path: Path, **more: int) -> Storage:
    place = tmp_path / "card"
    place.mkdir(exist_ok=True)
    return Storage(place, reserve=0, **more)


def kept(wall_ms: int, slot: int = 0, size: int = 100) -> Kept:
    return Kept(CAMERA, EPOCH, slot, wall_ms, (os.urandom(size), os.urandom(size)))


def keeping(tmp_path: Path, mode: StorageMode) -> Rig:
    rig = Rig(tmp_path)
    rig.engine.storage = card(tmp_path)
    rig.pair(storage=StorageRules(14, mode))
    return rig


def flush(rig: Rig) -> Storage:
    storage = rig.engine.storage
    assert storage is not None
    storage.flush(rig.wall_ms, rig.engine.storage_days)
    return storage


def here(rig: Rig) -> list[Kept]:
    return list(flush(rig).between(rig.camera, 0, rig.wall_ms + DAY_MS))


def test_what_is_put_there_is_found_by_its_time(tmp_path: Path) -> None:
    storage, made = card(tmp_path), [kept(HOUR_MS * 5 + at * 1000, at) for at in range(10)]
    for one in made:
        storage.put(one)
    storage.flush(HOUR_MS * 6, 14)
    assert list(storage.between(CAMERA, HOUR_MS * 5 + 3000, HOUR_MS * 5 + 6000)) == made[3:6]
    assert list(storage.between(bytes(16), 0, DAY_MS)) == []


def test_after_the_term_it_is_deleted_with_or_without_a_network(tmp_path: Path) -> None:
    storage = card(tmp_path)
    for day in range(20):
        storage.put(kept(day * DAY_MS + 1000))
    storage.flush(20 * DAY_MS, 14)
    days = [one.wall_ms // DAY_MS for one in storage.between(CAMERA, 0, 30 * DAY_MS)]
    assert days == list(range(6, 20))
    storage.flush(40 * DAY_MS, 14)
    assert [path for path in (storage.place / FOLDER).rglob("*") if path.is_file()] == []


def test_when_room_runs_out_the_oldest_goes_first(tmp_path: Path) -> None:
    storage = card(tmp_path, limit=50_000)
    for hour in range(20):
        storage.put(kept(hour * HOUR_MS, size=3000))
        storage.flush(20 * HOUR_MS, 14)
    hours = [one.wall_ms // HOUR_MS for one in storage.between(CAMERA, 0, DAY_MS)]
    assert storage.size <= 50_000
    assert hours == list(range(20 - len(hours), 20))


def test_a_card_that_is_pulled_is_told_of_and_used_again_when_it_is_back(tmp_path: Path) -> None:
    storage = card(tmp_path)
    storage.put(kept(1000))
    (tmp_path / "card").rename(tmp_path / "pulled")
    storage.flush(2000, 14)
    assert storage.fault
    assert not (tmp_path / "card").exists(), "nothing is written into the folder that it is mounted on"
    (tmp_path / "pulled").rename(tmp_path / "card")
    storage.flush(3000, 14)
    assert not storage.fault
    assert len(list(storage.between(CAMERA, 0, DAY_MS))) == 1


@pytest.mark.parametrize("cut", [1, 40, 150])
def test_a_power_cut_costs_the_last_record_and_no_other(tmp_path: Path, cut: int) -> None:
    storage = card(tmp_path)
    made = [kept(1000 + at, at) for at in range(3)]
    for one in made[:2]:
        storage.put(one)
    storage.flush(2000, 14)
    [path] = (storage.place / FOLDER).rglob("*.pack")
    path.write_bytes(path.read_bytes()[:-cut])
    storage.put(made[2])
    storage.flush(3000, 14)
    assert list(storage.between(CAMERA, 0, DAY_MS)) == [made[0], made[2]]


def test_a_copy_goes_up_as_well_and_only_means_only(tmp_path: Path) -> None:
    for mode in StorageMode:
        folder = tmp_path / mode.value
        folder.mkdir()
        rig = keeping(folder, mode)
        rig.play(5)
        assert len(here(rig)) >= 4
        assert bool(segments_of(rig)) is (mode is StorageMode.COPY)


def test_alarms_go_up_whatever_is_kept_here(tmp_path: Path) -> None:
    rig = keeping(tmp_path, StorageMode.ONLY)
    rig.play(12)
    rig.see()
    rig.play(15)
    sent = {(epoch, slot) for epoch, slot, _ in segments_of(rig)}
    assert len(sent) >= 10
    assert sent <= {(one.epoch, one.slot) for one in here(rig)}


def test_manifests_name_what_is_only_here_so_that_it_can_come_later(tmp_path: Path) -> None:
    rig = keeping(tmp_path, StorageMode.ONLY)
    rig.play(70)
    made = [verify_manifest(item.envelope, rig.identity.key.public_key) for item in rig.items(ManifestItem)]
    named = {(manifest.epoch, entry.slot, entry.sha256) for manifest in made for entry in manifest.entries}
    import hashlib

    covered = max(manifest.end_slot for manifest in made)
    for one in here(rig):
        if one.slot < covered:
            assert all((one.epoch, one.slot, hashlib.sha256(data).digest()) in named for data in one.segments)


def test_a_storage_that_fails_keeps_nothing_from_the_server(tmp_path: Path) -> None:
    rig = keeping(tmp_path, StorageMode.ONLY)
    (tmp_path / "card").rename(tmp_path / "pulled")
    rig.play(2)
    rig.engine.on_storage(flush(rig).fault, rig.now)
    rig.play(5)
    assert segments_of(rig)
    assert rig.technical().count("storage_lost") == 1
    kinds = [item.kind for item in rig.items(TechnicalItem) if item.code.startswith("storage")]
    assert kinds == [TechnicalKind.STORAGE_LOST], "a kind of its own: a full spool rings at the alarm centre"


def test_what_is_asked_for_comes_as_ordinary_items(tmp_path: Path) -> None:
    rig = keeping(tmp_path, StorageMode.ONLY)
    rig.play(8)
    assert segments_of(rig) == {}
    for one in here(rig):
        rig.engine.send_kept(one)
    found = segments_of(rig)
    roots = {epoch.epoch: open_epoch(epoch, rig.owner.tenant) for epoch in epochs_of(rig).values()}
    assert found
    assert all(open_segment(leaf(roots[at[0]], at[1]), data)[1] for at, data in found.items())


def test_fetching_is_refused_where_it_can_not_be(tmp_path: Path) -> None:
    rig = keeping(tmp_path, StorageMode.COPY)
    asked = FetchLocal(bytes(16), rig.camera, 1000, 2000)
    assert rig.engine.may_fetch(asked) is None
    assert rig.engine.may_fetch(FetchLocal(bytes(16), bytes(16), 1000, 2000)) == "unknown_camera"
    assert rig.engine.may_fetch(FetchLocal(bytes(16), rig.camera, 0, DAY_MS)) == "too_long"
    rig.engine.storage = None
    assert rig.engine.may_fetch(asked) == "no_storage"


def test_without_the_owners_word_nothing_is_kept_here(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.engine.storage = card(tmp_path)
    rig.pair()
    rig.play(4)
    assert here(rig) == []


def test_a_stolen_card_opens_nothing(tmp_path: Path) -> None:
    """Not a frame, not a root, not a leaf of any slot lies on it."""
    rig = keeping(tmp_path, StorageMode.COPY)
    rig.play(10)
    rig.see()
    rig.play(6)
    found = here(rig)
    on_card = b"".join(path.read_bytes() for path in (tmp_path / "card").rglob("*") if path.is_file())
    assert found
    assert on_card
    secrets = [frame for frame in rig.frames.values() if any(frame)]
    for epoch in epochs_of(rig).values():
        root = open_epoch(epoch, rig.owner.tenant)
        secrets += [root, *(leaf(root, slot) for slot in range(40))]
    assert not any(secret in on_card for secret in secrets)
    header = Header.decode(found[0].segments[0])
    assert replace(header).epoch in {epoch.epoch for epoch in epochs_of(rig).values()}
