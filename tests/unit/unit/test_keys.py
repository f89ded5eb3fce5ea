# SPDX-License-Identifier: EUPL-1.2
"""Keys in memory: only forward, only in armed slots, overwritten when they go. And the files that must be private."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.unit.unit.actors import NOON_MS, Owner, Rig
from zegel.seal.command import Action
from zegel.seal.errors import KeyForgotten
from zegel.seal.suite import SigningKey, Suite
from zegel.unit.config import Server, check_ca, make_cameras
from zegel.unit.epochs import Binding, EpochRun
from zegel.unit.errors import ConfigError, StateError
from zegel.unit.identity import Identity
from zegel.unit.memory import wipe
from zegel.unit.ring import Ring, RingSlot
from zegel.unit.state import N_BLOCK, Numbers, StateFile


def make_run() -> EpochRun:
    owner = Owner()
    binding = Binding(os.urandom(16), os.urandom(16), Suite.CLASSIC, owner.tenant.public_key, bytes(32), bytes(32))
    return EpochRun(binding, 1, 50.0, NOON_MS, SigningKey.generate())


def test_an_epoch_gives_each_key_once_and_none_of_the_past() -> None:
    run = make_run()
    assert run.leaf(5) != run.leaf(6)
    for slot in (0, 5, 6):
        with pytest.raises(KeyForgotten):
            run.leaf(slot)
    run.forget_all()
    with pytest.raises(KeyForgotten):
        run.leaf(4095)


def test_slots_are_seconds_of_the_monotonic_clock_since_the_epochs_start() -> None:
    run = make_run()
    assert [run.slot_at(s) for s in (49.999, 50.0, 50.999, 51.0)] == [-1, 0, 0, 1]


def ring_slot(second: int, *, key: bool = True, at_once: bool = True) -> RingSlot:
    return RingSlot(b"e" * 16, second, float(second), second * 1000, os.urandom(32), (b"s" * 10,), key, at_once)


def test_the_ring_forgets_by_age_and_overwrites_what_it_forgets() -> None:
    ring = Ring(10)
    slots = [ring_slot(second) for second in range(30)]
    for slot in slots:
        ring.push(slot)
    assert [slot.slot for slot in ring] == list(range(20, 30))
    assert all(slot.leaf == bytes(32) for slot in slots[:20])
    ring.trim(100.0)
    assert not len(ring)
    assert all(slot.leaf == bytes(32) for slot in slots)


@pytest.mark.parametrize(
    ("key_frames", "t0", "starts"),
    [
        ({0, 10, 20}, 14.5, 10),  # four seconds of lead
        ({0, 10, 20}, 15.0, 10),  # five
        ({0, 10, 20}, 16.0, 16),  # six would be too many: none
        ({14}, 14.2, 14),
        (set(), 14.2, 14),
        ({0, 10, 20}, -5.0, 0),
    ],
)
def test_the_lead_starts_at_the_last_random_access_point_at_most_five_seconds_before(
    key_frames: set[int], t0: float, starts: int
) -> None:
    ring = Ring(40)
    for second in range(25):
        ring.push(ring_slot(second, key=second in key_frames, at_once=second in key_frames))
    found = [slot.slot for slot in ring.since(t0)]
    assert found == list(range(starts, 25))


def test_disarming_overwrites_the_ring(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    rig.play(12)
    ring = rig.engine.desks[rig.camera].track.ring
    kept = list(ring)
    assert len(kept) >= 10
    rig.order(Action.DISARM, 1)
    rig.play(2)
    assert not len(ring)
    assert all(slot.leaf == bytes(32) for slot in kept)


def test_wiping_reaches_the_value_itself() -> None:
    secret = os.urandom(32)
    same = secret
    wipe(secret)
    assert same == bytes(32)


def test_an_identity_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "identity"
    made = Identity.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Identity.load(path).key == made.key
    path.chmod(0o640)
    with pytest.raises(StateError, match="may have been copied"):
        Identity.load(path)
    with pytest.raises(ConfigError, match="wipe it"):
        Identity.create(path)


def test_a_number_is_never_used_twice_whenever_the_power_goes(tmp_path: Path) -> None:
    StateFile.create(tmp_path / "state", b"u" * 16)
    used: set[int] = set()
    for _ in range(5):
        numbers = Numbers(StateFile.load(tmp_path / "state"))
        fresh = {numbers.take() for _ in range(N_BLOCK // 2 + 1)}
        assert not used & fresh
        used |= fresh


def test_a_half_written_state_leaves_the_old_one(tmp_path: Path) -> None:
    file = StateFile.create(tmp_path / "state", b"u" * 16)
    (tmp_path / ".state.new").write_bytes(b"half")
    assert StateFile.load(tmp_path / "state").state == file.state
    (tmp_path / "state").write_bytes(b"ZSTATE1\nrubbish")
    with pytest.raises(StateError, match="damaged"):
        StateFile.load(tmp_path / "state")


def test_what_the_installer_mistypes_is_said() -> None:
    assert Server.parse("https://alarm.example").uri == "wss://alarm.example:8443/unit-link"
    assert Server.parse("https://[::1]:9").uri == "wss://[::1]:9/unit-link"
    for wrong in ("http://x", "https://", "https://u@x", "https://x/path", "https://x:99999", "x:8443"):
        with pytest.raises(ConfigError, match=r"8443|port"):
            Server.parse(wrong)
    with pytest.raises(ConfigError, match="64 hex digits"):
        check_ca("sha256:12")
    with pytest.raises(ConfigError, match="same name"):
        make_cameras(["yard=/a.mp4", "yard=/b.mp4"])
    with pytest.raises(ConfigError, match=r"1 … 64"):
        make_cameras([])
