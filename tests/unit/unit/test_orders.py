# SPDX-License-Identifier: EUPL-1.2
"""What the unit makes of orders: parts, delegates, what it returns to, timed codes, and its data."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.unit.unit.actors import DAY_MS, Rig, arc_leaves
from tests.unit.unit.test_inputs import BURGLARY, Site
from zegel.link.framing import decode_from_unit
from zegel.link.messages import AlarmItem, LiveWhy, SegmentsItem, StartLive, TechnicalItem, Up
from zegel.seal.alarm import Alarm, verify_alarm
from zegel.seal.allowances import Budget, Delegate, OverBudget, Part
from zegel.seal.command import Action, Command, sign_command
from zegel.seal.policy import Interval, Weekly, sign_policy
from zegel.seal.status import State, Status, verify_status
from zegel.seal.suite import SigningKey
from zegel.unit.budget import BLOCK, MEGABYTE
from zegel.unit.config import Home
from zegel.unit.errors import ConfigError
from zegel.unit.site import keypad
from zegel.unit.site.keypad import WrongCode
from zegel.unit.state import ArmOrder, StateFile

HOUR_MS = 3_600_000


def status_of(rig: Rig) -> Status:
    return verify_status(rig.engine.status(), rig.identity.key.public_key)


def alarms_of(rig: Rig) -> list[Alarm]:
    return [verify_alarm(item.envelope, rig.identity.key.public_key) for item in rig.items(AlarmItem)]


def part(rig: Rig, name: str, counter: int, until_ms: int | None = None) -> None:
    assert rig.policy is not None
    made = Command(
        rig.policy.unit, rig.policy.pairing, counter, rig.owner.id, Action.PART, rig.wall_ms, until_ms, name
    )  # fmt: skip
    rig.deliver("command", sign_command(made, rig.owner.key))


# --- parts ----------------------------------------------------------------------------------------------------------


def test_of_a_part_that_is_armed_the_cameras_guard_and_the_others_are_off(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.open(parts=(Part("Front", (site.camera,)), Part("Panel", (), ("1234AB",))))
    part(site, "Front", 1)
    assert site.engine.guards(site.camera)
    assert not site.engine.guards(site.back)
    told = status_of(site)
    assert (told.state, told.part, told.commanded_by) == (State.ARMED, "Front", site.owner.id)
    site.play(12)
    site.see()
    site.play(2)
    assert [alarm.images for alarm in alarms_of(site)] == ["released"]
    assert len(site.engine.desks[site.back].track.ring) == 0, "nothing is sealed of what is off"


def test_a_panel_outside_of_the_armed_part_alarms_nobody_but_fire_always_does(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.open(parts=(Part("Front", (site.camera,)),))
    part(site, "Front", 1)
    site.hear(BURGLARY)
    assert alarms_of(site) == []
    site.hear(msgspec.structs.replace(BURGLARY, code="FA", zone="9", signal_class="fire"))
    assert [alarm.class_name for alarm in alarms_of(site)] == ["fire"]


def test_a_panel_of_the_armed_part_alarms_and_shows_only_what_the_part_guards(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.open(parts=(Part("Panel", (), ("1234AB",)), Part("Panel and front", (site.camera,), ("1234AB",))))
    part(site, "Panel and front", 1)
    site.play(12)
    site.hear(BURGLARY)
    site.play(2)
    [alarm] = alarms_of(site)
    assert alarm.images == "released"
    seen = {window.camera for window in site.engine.file.state.windows}
    assert seen == {site.camera}
    assert arc_leaves(site)
    site.step(120)
    site.engine.tick(site.now)
    part(site, "Panel", 2)
    site.hear(msgspec.structs.replace(BURGLARY, code="BV"))
    assert alarms_of(site)[-1].images == "none:not_armed"


def test_a_window_ends_when_its_camera_is_no_longer_in_what_is_armed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.open(parts=(Part("Back", (site.back,)),))
    site.play(12)
    site.see()
    site.play(1)
    assert site.engine.desks[site.camera].window is not None
    part(site, "Back", 1)
    assert site.engine.desks[site.camera].window is None


def test_a_new_policy_ends_an_armed_part(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.open(parts=(Part("Front", (site.camera,)),))
    part(site, "Front", 1)
    site.new_policy(parts=())
    assert status_of(site).part is None
    assert site.engine.guards(site.back)


# --- what an order ends in --------------------------------------------------------------------------------------------


def test_what_ends_by_itself_ends_in_what_the_owner_left_also_after_a_power_cut(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(armed=False)
    rig.order(Action.ARM, 1)
    rig.order(Action.DISARM, 2, rig.wall_ms + HOUR_MS)
    rig.order(Action.DISARM, 3, rig.wall_ms + HOUR_MS // 2)
    assert status_of(rig).guards_from_ms == rig.wall_ms + HOUR_MS // 2
    rig.restart()
    rig.step(HOUR_MS / 2000)
    rig.engine._observe(rig.now)
    assert status_of(rig).state is State.ARMED, "the policy says off, the owner said on"


def test_an_order_of_release_0_1_0_on_disk_still_counts(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    rig.order(Action.DISARM, 1)
    state = msgspec.to_builtins(rig.engine.file.state)
    state["order"] = {"armed": False, "issued_ms": rig.wall_ms, "policy_counter": 1, "until_ms": None}
    state.pop("data")
    rig.engine.file.state = msgspec.convert(state, type=type(rig.engine.file.state))
    rig.engine.file.save()
    read = StateFile.load(tmp_path / "state").state
    assert read.order == ArmOrder(False, rig.wall_ms, 1)
    rig.restart()
    assert status_of(rig).state is State.DISARMED
    assert status_of(rig).commanded_by is None


def test_a_policy_that_0_1_0_pinned_still_loads_with_the_same_hash(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    assert rig.policy is not None
    before = rig.engine.trust.policy_hash
    assert rig.engine.file.state.policy == sign_policy(rig.policy, rig.owner.key)
    rig.restart()
    assert rig.engine.trust.policy_hash == before
    assert rig.engine.posture.value == "armed"


# --- delegates and codes ---------------------------------------------------------------------------------------------


def delegate(rig: Rig, key: SigningKey, person: bytes, **changes: object) -> Delegate:
    made = Delegate(person, key.public_key, "Cleaner", (Action.DISARM,), rig.wall_ms, rig.wall_ms + DAY_MS, 7200)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_unit_itself_refuses_what_a_delegate_may_not_and_says_so(tmp_path: Path) -> None:
    rig, key, person = Rig(tmp_path), SigningKey.generate(), os.urandom(16)
    rig.pair(delegates=(delegate(rig, key, person),))
    assert rig.policy is not None

    def ask(until_ms: int | None, counter: int) -> State:
        assert rig.policy is not None
        unit, pairing = rig.policy.unit, rig.policy.pairing
        made = Command(unit, pairing, counter, person, Action.DISARM, rig.wall_ms, until_ms)
        rig.deliver("command", sign_command(made, key))
        return status_of(rig).state

    assert ask(None, 1) is State.ARMED
    assert ask(rig.wall_ms + 7200_001, 2) is State.ARMED
    assert rig.technical() == ["not_allowed", "not_allowed"]
    assert ask(rig.wall_ms + 7200_000, 3) is State.DISARMED
    assert status_of(rig).commanded_by == person
    rig.step(7200)
    rig.engine.tick(rig.now)
    assert status_of(rig).state is State.ARMED
    rig.step(DAY_MS / 1000)
    rig.engine.tick(rig.now)
    assert ask(rig.wall_ms + 1000, 4) is State.ARMED
    rig.new_policy(delegates=())
    assert ask(rig.wall_ms + 1000, 5) is State.ARMED
    assert rig.technical() == ["not_allowed", "not_allowed", "expired", "unknown_signer"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(keypad, "MEMORY_KIB", 64)
    monkeypatch.setattr(keypad, "PASSES", 1)
    return Home(tmp_path / "home")


def test_each_code_has_its_own_key_and_only_listed_times(tmp_path: Path, home: Home) -> None:
    household, cleaner = keypad.make(home, "724815"), keypad.make(home, "908172", "908173", "Cleaner")
    assert [made.name for made in keypad.listed(home)] == ["", "Cleaner"]
    assert household.public_key != cleaner.public_key
    rig = Rig(tmp_path)
    opened = keypad.try_code(home, "908172", rig.wall_ms)
    assert (opened.person, opened.duress) == (cleaner.person, False)
    forced = keypad.try_code(home, "908173", rig.wall_ms)
    assert (forced.person, forced.key.public_key, forced.duress) == (cleaner.person, cleaner.public_key, True)
    evening = (Weekly(3, Interval(22 * 60, 23 * 60)),)  # the rig's clock stands on a Thursday, 22:26 in Amsterdam
    listed = delegate(rig, opened.key, cleaner.person, weekly=evening)
    rig.pair(delegates=(listed,))
    assert rig.policy is not None
    unit, pairing = rig.policy.unit, rig.policy.pairing
    rig.deliver("command", opened.order(unit, pairing, Action.DISARM, rig.wall_ms, rig.wall_ms + 7200_000))
    assert status_of(rig).state is State.DISARMED
    rig.step(7200)
    rig.engine.tick(rig.now)
    assert status_of(rig).state is State.ARMED
    rig.deliver("command", opened.order(unit, pairing, Action.DISARM, rig.wall_ms, rig.wall_ms + 1000))
    assert status_of(rig).state is State.ARMED, "it is past eleven: his code does nothing"


def test_a_code_of_somebody_else_is_refused_and_one_goes_without_the_others(home: Home) -> None:
    keypad.make(home, "724815", "724816")
    with pytest.raises(ConfigError):
        keypad.make(home, "724816", "", "Child")
    with pytest.raises(ConfigError):
        keypad.make(home, "112233", "724815", "Child")
    keypad.make(home, "112233", "", "Child")
    changed = keypad.make(home, "334455", "", "Child")
    with pytest.raises(WrongCode):
        keypad.try_code(home, "112233", 0)
    assert keypad.try_code(home, "334455", 0).person == changed.person
    keypad.remove(home, "Child")
    assert [made.name for made in keypad.listed(home)] == [""]
    with pytest.raises(WrongCode):
        keypad.try_code(home, "334455", 0)
    with pytest.raises(ConfigError):
        keypad.remove(home, "Child")
    assert keypad.try_code(home, "724815", 0)


def test_the_one_code_of_release_0_1_0_still_opens(home: Home) -> None:
    made = keypad.make(home, "724815")
    new = keypad._load(home.keypad)
    old = keypad._First(made.person, made.public_key, new.salt, new.people[0].sealed, 2, 0)
    home.keypad.write_bytes(msgspec.msgpack.encode(old))
    assert keypad.try_code(home, "724815", 0).person == made.person
    keypad.make(home, "908172", "", "Cleaner")
    assert keypad.try_code(home, "724815", 0).person == made.person


# --- mobile data ------------------------------------------------------------------------------------------------------


def budget(rig: Rig, over: OverBudget) -> None:
    rig.pair(budget=Budget(2, over))
    rig.engine.tick(rig.now)


def kinds_next(rig: Rig) -> list[bool]:
    """Of each frame that may still go: whether it is a picture."""
    rig.engine.outbox.spool.flush()
    over, found = rig.engine.over_budget, []
    spool = rig.engine.outbox.spool
    while (n := spool.next(urgent_only=over is OverBudget.STOP, alarms_only=over is OverBudget.ALARMS)) is not None:
        up = decode_from_unit(n[1])
        assert isinstance(up, Up)
        found.append(isinstance(up.item, SegmentsItem))
        rig.received[n[0]] = up
        rig.engine.on_ack(n[0], rig.now)
    return found


@pytest.mark.parametrize(("over", "pictures"), [(OverBudget.ALARMS, True), (OverBudget.STOP, False)])
def test_once_the_months_data_is_used_only_alarms_go_with_pictures_or_without(
    tmp_path: Path, over: OverBudget, pictures: bool
) -> None:
    rig = Rig(tmp_path)
    budget(rig, over)
    rig.play(3)
    assert True in kinds_next(rig), "there is data left, so all goes"
    rig.engine.spend(2 * MEGABYTE)
    rig.play(3)
    assert rig.engine.over_budget is over
    assert True not in kinds_next(rig), "recordings wait"
    told = [up.item.code for up in rig.received.values() if isinstance(up.item, TechnicalItem)]
    assert told == ["data_budget_used"]
    rig.see()
    rig.play(2)
    going = kinds_next(rig)
    assert False in going, "the alarm itself always goes"
    assert (True in going) is pictures
    asked = StartLive(os.urandom(16), rig.camera, LiveWhy.OWNER, rig.wall_ms + 60_000)
    assert rig.engine.start_live(asked, rig.now).code == "data_budget"


def test_what_was_sent_is_counted_over_a_power_cut_and_anew_each_month(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    budget(rig, OverBudget.ALARMS)
    rig.engine.spend(MEGABYTE)
    counted = rig.engine.data.used
    rig.restart()
    assert counted <= rig.engine.data.used <= counted + BLOCK
    rig.engine.spend(MEGABYTE)
    rig.engine.tick(rig.now)
    assert rig.engine.over_budget is OverBudget.ALARMS
    rig.wall_ms -= 40 * DAY_MS
    assert rig.engine.over_budget is OverBudget.ALARMS, "a clock that is set back gives no data"
    rig.wall_ms += 40 * DAY_MS
    rig.step(31 * DAY_MS / 1000)
    rig.engine.tick(rig.now)
    assert rig.engine.over_budget is None
    assert rig.engine.data.used == 0
    assert rig.technical()[-1] == "data_budget_again"


def test_without_a_budget_nothing_is_held_back(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair()
    rig.engine.spend(10**9)
    rig.play(2)
    assert rig.engine.over_budget is None
    assert True in kinds_next(rig)
