# SPDX-License-Identifier: EUPL-1.2
"""Codes: the right one signs, the wrong ones cost time, and nothing on disk tells which is which."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.unit.actors import Rig
from zegel.seal.command import Action
from zegel.seal.keyset import Signer
from zegel.unit.config import Home
from zegel.unit.errors import ConfigError
from zegel.unit.site import keypad
from zegel.unit.site.keypad import WrongCode

CODE, DURESS = "724815", "724816"
NOW = 1_780_000_000_000


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real cost is tried once, below."""
    monkeypatch.setattr(keypad, "MEMORY_KIB", 64)
    monkeypatch.setattr(keypad, "PASSES", 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "unit")


def wrong(home: Home, times: int, now_ms: int = NOW) -> int:
    """How long it is locked after so many wrong codes."""
    locked_ms = 0
    for _ in range(times):
        with pytest.raises(WrongCode) as error:
            keypad.try_code(home, "000000", now_ms)
        locked_ms = error.value.locked_ms
    return locked_ms


def test_the_right_code_signs_and_the_one_under_duress_signs_the_same_and_says_so(home: Home) -> None:
    made = keypad.make(home, CODE, DURESS)
    opened, forced = keypad.try_code(home, CODE, NOW), keypad.try_code(home, DURESS, NOW)
    assert (opened.duress, forced.duress) == (False, True)
    assert opened.key.public_key == forced.key.public_key == made.public_key
    assert opened.person == forced.person == made.person


def test_five_wrong_codes_lock_it_longer_each_time_and_the_right_one_waits_too(home: Home) -> None:
    keypad.make(home, CODE)
    assert wrong(home, 4) == 0
    assert wrong(home, 1) == 60_000
    with pytest.raises(WrongCode) as error:
        keypad.try_code(home, CODE, NOW + 59_999)
    assert error.value.locked_ms == 1
    assert wrong(home, 1, NOW + 60_000) == 120_000
    assert keypad.try_code(home, CODE, NOW + 200_000).duress is False
    assert wrong(home, 4, NOW + 200_000) == 0, "the right one clears the count"


def test_the_lock_is_on_disk_and_no_clock_locks_for_ever(home: Home) -> None:
    keypad.make(home, CODE)
    wrong(home, 5)
    assert keypad.try_code(home, CODE, NOW - 86_400_000), "a lock from a clock that stood wrong"


def test_the_file_tells_neither_a_code_nor_whether_there_is_one_for_duress(home: Home) -> None:
    keypad.make(home, CODE, DURESS)
    both = (home.directory / "keypad").read_bytes()
    keypad.make(home, CODE)
    one = (home.directory / "keypad").read_bytes()
    assert len(both) == len(one)
    assert CODE.encode() not in both + one
    assert (home.directory / "keypad").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("codes", [("", ""), ("12345", ""), ("111111", ""), (CODE, CODE), (CODE, "1"), ("x" * 33, "")])
def test_a_weak_or_doubled_code_is_refused(home: Home, codes: tuple[str, str]) -> None:
    with pytest.raises(ConfigError):
        keypad.make(home, *codes)
    assert not (home.directory / "keypad").exists()


def test_without_a_keypad_no_code_counts(home: Home) -> None:
    with pytest.raises(ConfigError):
        keypad.try_code(home, CODE, NOW)
    keypad.make(home, CODE)
    keypad.remove(home)
    with pytest.raises(ConfigError):
        keypad.try_code(home, CODE, NOW)


def test_a_code_costs_real_time_and_memory(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert (keypad.MEMORY_KIB, keypad.PASSES) == (65_536, 3)
    keypad.make(home, CODE)
    assert keypad.try_code(home, CODE, NOW)


def test_a_keypads_command_counts_only_when_the_owner_listed_it(tmp_path: Path) -> None:
    rig, home = Rig(tmp_path), Home(tmp_path / "home")
    made = keypad.make(home, CODE)
    rig.pair()
    assert rig.policy is not None
    opened = keypad.try_code(home, CODE, NOW)
    order = opened.order(rig.policy.unit, rig.policy.pairing, Action.DISARM, rig.wall_ms)
    rig.deliver("command", order)
    assert rig.engine.posture.value == "armed"
    commanders = tuple(sorted((*rig.policy.commanders, Signer(made.person, made.public_key)), key=lambda who: who.id))
    rig.new_policy(commanders=commanders)
    rig.deliver("command", order)
    assert rig.engine.posture.value == "disarmed"
    stranger = keypad.Opened(os.urandom(16), opened.key, False)
    rig.deliver("command", stranger.order(rig.policy.unit, rig.policy.pairing, Action.ARM, rig.wall_ms + 1))
    assert rig.engine.posture.value == "disarmed"
