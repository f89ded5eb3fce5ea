# SPDX-License-Identifier: EUPL-1.2
"""Old copies (docs/seal.md, "Forgetting"): eight days after a deletion, back-up, write-ahead log, replica, old shred
store and the customer's own private key together open nothing.

The intruder here has everything there is but the one thing that was destroyed. The same intruder, the same code, opens
the recording before the deletion, and with the store key that is kept for seven days: so the attempt is not blind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from tests.actors import MARKER, World
from tests.clock import stopped_clock

from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.server.footage import forgetting
from zegel.server.footage.models import Epoch, Part, Release, Segment
from zegel.server.gate.errors import Denied
from zegel.server.kernel import clock, outbox, shred, storage, tenancy
from zegel.server.kernel.shred import ShredError, ShredStore


@dataclass
class Copies:
    """What an intruder kept: the row as a back-up or replica has it, the ciphertext, the shred store of that day."""

    row: Epoch
    ciphertext: bytes
    release: Release
    shred_folder: Path


@pytest.fixture
def recorded(world: World, case: Any) -> Any:
    """The burglary of yesterday: its alarm is closed and its epoch is whole."""
    from zegel.server.alarms import actions as alarms

    operator = world.actor("operator")
    alarms.claim(operator, case.alarm_id)
    world.accept(case.actor, case.unit, case.unit.manifest(case.epoch, 0, 40, closed=True))
    return case


def close(world: World, case: Any) -> None:
    from zegel.server.alarms import actions as alarms

    alarms.close(world.actor("operator"), case.alarm_id, "test")


def keep_copies(case: Any, folder: Path) -> Copies:
    with tenancy.acting_as(case.actor.party_id):
        row = Epoch.objects.get(id=case.epoch.id)
        release = Release.objects.get(alarm_id=case.alarm_id)
        segment = Segment.objects.get(epoch_id=row.id, slot=12)
        part = Part.objects.filter(pack_id=row.id, offset__lte=segment.offset).order_by("-offset")[0]
    ciphertext = storage.store().get_range(part.key, segment.offset - part.offset, segment.size)
    shutil.copytree(settings.SHRED_PATH, folder)
    return Copies(row, ciphertext, release, folder)


def opens(world: World, case: Any, copies: Copies, store: ShredStore) -> bool:
    """With the copies, the customer's private key, and that shred store."""
    try:
        envelope = store.unwrap("epoch", copies.row.shred, bytes(copies.row.wrapped), case.epoch.id.bytes)
    except ShredError:
        return False
    epoch = verify_epoch(envelope, case.unit.signing.public_key)
    root = open_epoch(epoch, world.owner_tenant(case.site))
    return open_segment(leaf(root, 12), copies.ciphertext)[1].startswith(MARKER)


def stores(copies: Copies, folder: Path) -> Iterator[ShredStore]:
    """Today's; and the old state under every store key that still exists, with or without the list of destructions."""
    yield shred.store()
    for name, keeps_list in (("a", True), ("b", False)):
        mixed = folder / name
        shutil.copytree(copies.shred_folder, mixed, ignore=shutil.ignore_patterns("keys", "destroyed.log"))
        shutil.copytree(Path(settings.SHRED_PATH) / "keys", mixed / "keys")
        if keeps_list:
            shutil.copy(Path(settings.SHRED_PATH) / "destroyed.log", mixed)
        try:
            yield ShredStore(mixed)
        except ShredError:
            continue


def secrets_of(number: int) -> list[bytes]:
    """Every secret from the stored node down to that leaf."""
    tree = shred.store()._tree("epoch")
    node = tree.covering(number)
    assert node is not None
    path = [node.secret]
    for depth in range(node.depth, shred.DEPTH):
        path.append(shred.child(path[-1], number >> (shred.DEPTH - 1 - depth) & 1))
    assert path[-1] == shred.key("epoch", number)
    return path


def deliver() -> None:
    while outbox.Deliverer().run_once():
        pass


def forget(world: World, case: Any) -> None:
    forgetting.forget(world.actor(world.owner_of(case.site)), case.camera, [case.epoch.id])
    deliver()




def test_eight_days_after_deletion_old_copies_and_every_key_left_open_nothing(
    world: World, recorded: Any, tmp_path: Path
) -> None:
    close(world, recorded)
    copies = keep_copies(recorded, tmp_path / "kept")
    assert opens(world, recorded, copies, shred.store()), "the intruder is blind: he can't even open what is there"
    with stopped_clock(clock.now()) as now:
        shred.store().rotate()
        forget(world, recorded)
        for _day in range(8):
            now.advance(timedelta(days=1))
            shred.store().rotate()
        found = [opens(world, recorded, copies, store) for store in stores(copies, tmp_path / "mixed")]
    assert found
    assert not any(found)


def test_the_same_intruder_with_the_store_key_that_is_kept_for_seven_days_still_opens_it(
    world: World, recorded: Any, tmp_path: Path
) -> None:
    """The limit, as documented: why the store key must be kept apart, and why it is destroyed."""
    close(world, recorded)
    copies = keep_copies(recorded, tmp_path / "kept")
    with stopped_clock(clock.now()) as now:
        forget(world, recorded)
        for _day in range(6):
            now.advance(timedelta(days=1))
            shred.store().rotate()
        found = [opens(world, recorded, copies, store) for store in stores(copies, tmp_path / "mixed")]
    assert found.count(True) == 1, "only the old state without the list of destructions"


def test_nothing_of_the_destroyed_key_lies_anywhere_not_in_the_heap_nor_in_the_write_ahead_log(
    world: World, recorded: Any, seeded: Any, tmp_path: Path
) -> None:
    close(world, recorded)
    with tenancy.acting_as(recorded.actor.party_id):
        number = Epoch.objects.get(id=recorded.epoch.id).shred
    secrets, ciphertext = secrets_of(number), recorded.epoch.sealed[12]
    with stopped_clock(clock.now()) as now:
        forget(world, recorded)
        for _day in range(8):
            now.advance(timedelta(days=1))
            shred.store().rotate()
    with psycopg.connect(seeded._url("zegel_admin", "zegel"), autocommit=True) as admin:
        admin.execute("CHECKPOINT")
    files = [path for path in Path(settings.DATA).rglob("*") if path.is_file() and "world-" not in str(path)]
    walls = [path for path in files if "pg_wal" in path.parts]
    assert walls, "the write-ahead log was not even looked at"
    for path in files:
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # the database took away a file of its own meanwhile
            continue
        assert ciphertext[200:260] not in data, path.name
        for secret in secrets:
            assert secret not in data, path.name
            assert secret.hex().encode() not in data, path.name


def test_the_released_keys_die_with_the_recording(world: World, recorded: Any, tmp_path: Path) -> None:
    close(world, recorded)
    copies = keep_copies(recorded, tmp_path / "kept")
    assert copies.release.shred is not None
    shred.unwrap("release", copies.release.shred, bytes(copies.release.wrapped or b""), bytes(copies.release.hash))
    forget(world, recorded)
    with pytest.raises(shred.Destroyed):
        shred.unwrap("release", copies.release.shred, bytes(copies.release.wrapped or b""), bytes(copies.release.hash))


def test_what_an_open_alarm_shows_is_not_forgotten_under_the_operators_eyes(world: World, recorded: Any) -> None:
    with pytest.raises(Denied, match="open alarm"):
        forget(world, recorded)
    with tenancy.acting_as(recorded.actor.party_id):
        assert not shred.is_destroyed("epoch", Epoch.objects.get(id=recorded.epoch.id).shred)


@pytest.mark.parametrize("person", ["foreman", "household", "operator", "technician", "admin"])
def test_nobody_but_the_owner_forgets(world: World, recorded: Any, person: str) -> None:
    from zegel.server.footage.errors import NothingToShow

    close(world, recorded)
    with pytest.raises((Denied, NothingToShow)):
        forgetting.forget(world.actor(person), recorded.camera, [recorded.epoch.id])


def test_killed_between_the_keys_and_the_rows_the_worker_does_it_again(
    world: World, recorded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(world, recorded)
    real = storage.store().delete_prefix
    monkeypatch.setattr(type(storage.store()), "delete_prefix", _killed)
    forgetting.forget(world.actor(world.owner_of(recorded.site)), recorded.camera, [recorded.epoch.id])
    deliver()
    with tenancy.acting_as(recorded.actor.party_id):
        row = Epoch.objects.get(id=recorded.epoch.id)
        assert shred.is_destroyed("epoch", row.shred)
        assert Segment.objects.filter(epoch=row).exists()
    monkeypatch.setattr(type(storage.store()), "delete_prefix", lambda _self, prefix: real(prefix))
    with stopped_clock(clock.now() + timedelta(minutes=10)):
        deliver()
    with tenancy.acting_as(recorded.actor.party_id):
        assert not Segment.objects.filter(epoch=row).exists()
        assert not Part.objects.filter(pack_id=row.id).exists()
    assert list(storage.store().list(f"packs/{row.id.hex[:2]}/{row.id.hex}")) == []


def _killed(_self: Any, _prefix: str) -> int:
    raise OSError("killed")


def test_an_epoch_of_another_camera_is_not_forgotten_with_it(world: World, recorded: Any) -> None:
    from zegel.server.footage.errors import NothingToShow

    close(world, recorded)
    with pytest.raises(NothingToShow):
        forgetting.forget(world.actor("owner"), recorded.camera, [recorded.epoch.id, UUID(int=7)])
