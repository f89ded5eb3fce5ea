# SPDX-License-Identifier: EUPL-1.2
"""What a lying server, a taken-over site process and a stranger on the house's network can make of a unit: nothing.

Over real sockets and processes: tests/integration/unit/test_panels.py, test_onvif.py, test_house.py.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.unit.actors import releases_of
from tests.unit.unit.test_central import House
from tests.unit.unit.test_inputs import BURGLARY, Site

from zegel.link.messages import AlarmItem, Control, ControlAction, SignalItem, SignalSource, Told
from zegel.seal.alarm import Cause
from zegel.seal.command import Action, Command, sign_command
from zegel.seal.note import Algorithm, NoteSigner
from zegel.seal.policy import PanTilt
from zegel.seal.suite import SigningKey
from zegel.unit.control import RENEW_S, ControlDesk
from zegel.unit.guard import Images
from zegel.unit.release import Window
from zegel.unit.site.messages import BadMessage, decode_from_site

CAMERA, ALARM = os.urandom(16), os.urandom(16)
LIMITS = PanTilt(0, 10_000, 0, 10_000)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path).open()


def window(images: Images = Images.RELEASED, alarm: bytes = ALARM) -> Window:
    return Window(alarm, CAMERA, Cause.INPUT, images, "input:burglary", 0.0, 0.0, 5, 60, 2**40)


def control(action: ControlAction = ControlAction.MOVE, alarm: bytes = ALARM, **how: object) -> Control:
    return Control(os.urandom(16), alarm, CAMERA, action, pan=500, preset="Gate", **how)  # type: ignore[arg-type]


# --- a lying server turns cameras ---


@pytest.mark.parametrize("action", ControlAction)
def test_a_server_turns_no_camera_without_that_alarms_open_window(action: ControlAction) -> None:
    ended = window()
    ended.end("recalled")
    for shown in (None, window(alarm=os.urandom(16)), window(Images.CLASS), ended):
        assert ControlDesk().judge(control(action), shown, LIMITS, 0.0) == "no_window"


def test_a_server_turns_no_camera_for_which_the_owner_signed_no_limits() -> None:
    assert ControlDesk().judge(control(), window(), None, 0.0) == "not_allowed"


def test_a_server_that_asks_without_end_is_slowed_and_its_stops_are_not() -> None:
    desk = ControlDesk()
    said = [desk.judge(control(), window(), LIMITS, at / 100) for at in range(1000)]
    assert sum(turn != "rate" for turn in said) <= 15 + 10 * 5 + 1
    assert desk.judge(control(ControlAction.STOP), window(), LIMITS, 10.0) != "rate"


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(ControlAction), st.floats(0, 3)), max_size=20))
def test_whatever_was_asked_a_camera_stands_still_in_time_and_goes_home(
    asked: list[tuple[ControlAction, float]],
) -> None:
    desk, now, moving = ControlDesk(), 0.0, False
    for action, wait in asked:
        turn = desk.judge(control(action), window(), LIMITS, now)
        if not isinstance(turn, str):
            moving = action is ControlAction.MOVE
        now += wait
        told = [turn.action for turn in desk.due({CAMERA: window()}, now)]
        if wait >= RENEW_S and moving:
            assert told == [ControlAction.STOP]
            moving = False
    told = [turn.action for turn in desk.due({CAMERA: None}, now)]
    assert told == ([ControlAction.STOP, ControlAction.HOME] if asked else [])
    assert desk.due({CAMERA: None}, now + 100) == []


# --- a lying server invents alarms ---


@pytest.mark.parametrize("key", ["the server's own", "the log's", "the alarm centre's"])
def test_a_server_alone_makes_no_central_alarm(tmp_path: Path, key: str) -> None:
    """It has the log's key, and whatever else it made itself; a word of a panel or an owner it has not."""
    house = House(tmp_path).open()
    keys = {"the log's": house.owner.log, "the alarm centre's": house.owner.arc_key}
    house.say(key=keys.get(key, SigningKey.generate()))
    house.play(40)
    assert house.technical()[-1] == "central_unknown_panel"
    assert not house.items(AlarmItem)
    assert not releases_of(house)


def test_a_server_with_a_stolen_panel_needs_the_witnesses_too(tmp_path: Path) -> None:
    """What it shows this unit alone, in a tree that its own log signed, nobody cosigned."""
    house = House(tmp_path).open()
    own = tuple(
        NoteSigner(witness.name, SigningKey.generate(), Algorithm.COSIGNATURE) for witness in house.owner.witnesses
    )
    for seen in ((), own, house.owner.witnesses[:1]):
        house.say(witnesses=seen)
        house.play(10)
    assert house.technical().count("central_unproven") == 3
    assert not releases_of(house)


# --- a site process that was taken over ---


@given(st.binary(max_size=400))
def test_a_taken_over_site_process_writes_messages_or_is_ended(data: bytes) -> None:
    try:
        decode_from_site(data)
    except BadMessage:
        return


def test_it_can_not_disarm_without_somebodys_signature(site: Site) -> None:
    assert site.policy is not None
    thief = SigningKey.generate()
    for person in (site.owner.id, os.urandom(16)):
        forged = Command(
            site.policy.unit, site.policy.pairing, site.wall_ms, person, Action.DISARM, site.wall_ms, None
        )
        site.deliver("command", sign_command(forged, thief))
    assert site.engine.posture.value == "armed"


def test_it_can_raise_alarms_as_a_panel_can_and_the_caps_end_what_they_show(tmp_path: Path) -> None:
    from zegel.seal.policy import Caps

    site = Site(tmp_path).open(caps=Caps(2, 60))
    site.play(12)
    for _ in range(20):
        site.hear()
        site.play(7)
    assert len({release.alarm for release in releases_of(site)}) <= 2
    assert sum(item.seconds for item in site.engine.file.state.spent) <= 60


def test_it_can_not_name_cameras_zones_or_accounts_that_the_owner_did_not(site: Site) -> None:
    site.play(3)
    stranger = replace_zone(BURGLARY, "yard")
    item = SignalItem(
        os.urandom(16), site.wall_ms, SignalSource.ONVIF, "pullpoint", "", "onvif", stranger, camera=site.camera
    )
    site.engine.on_signal(item, os.urandom(32), site.now)
    for account in ("", "1234ab", "1234AB ", "onvif"):
        site.hear(account=account)
    assert not site.alarms()


def replace_zone(told: Told, zone: str) -> Told:
    import msgspec

    return msgspec.structs.replace(told, zone=zone)


def test_a_policy_without_local_listens_to_nobody(site: Site) -> None:
    site.new_policy(local=None)
    site.play(2)
    site.hear()
    assert not site.alarms()
    assert replace(site.policy, local=None).local_account("1234AB") is None  # type: ignore[type-var]
