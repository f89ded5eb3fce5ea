# SPDX-License-Identifier: EUPL-1.2
"""The guard's decisions, one rule at a time."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.unit.actors import DAY_MS, NOON_MS, Owner
from zegel.link import messages
from zegel.seal.policy import CameraRules, Caps, Hours, Interval, Point, Polygon, Weekly, Zone
from zegel.unit.guard import Facts, Images, Posture, Sighting, alarms, caps_left, images_of, may_release, posture, until
from zegel.unit.state import ArmOrder, Spent, StateFile

OWNER, UNIT, PAIRING, CAMERA = Owner(), os.urandom(16), os.urandom(16), os.urandom(16)
KEYSET = OWNER.keyset(UNIT, PAIRING, NOON_MS)
POLICY = OWNER.policy(KEYSET, NOON_MS)
FACTS = Facts(KEYSET, POLICY, None, NOON_MS, True, NOON_MS + DAY_MS, ())
PERSON = Sighting(CAMERA, "person", "", 0.9)
SQUARE = Polygon((Point(0, 0), Point(9000, 0), Point(9000, 9000)))


def test_an_armed_unit_alarms_and_releases_a_person() -> None:
    assert alarms(PERSON, FACTS)
    assert images_of(PERSON, FACTS) is Images.RELEASED


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"clock_agrees": False}, Images.CLOCK),
        ({"wall_ms": POLICY.expires_ms}, Images.POLICY_EXPIRED),
        ({"wall_ms": KEYSET.expires_ms, "policy": replace(POLICY, expires_ms=2**50)}, Images.KEYSET_EXPIRED),
        ({"policy": replace(POLICY, keyset_hash=b"x" * 32)}, Images.OLDER_KEYSET),
        ({"arc_key_expires_ms": None}, Images.NO_ARC),
        ({"keyset": replace(KEYSET, arc=None), "policy": replace(POLICY, keyset_hash=replace(KEYSET, arc=None).hash)}, Images.NO_ARC),  # noqa: E501
        ({"arc_key_expires_ms": NOON_MS}, Images.ARC_KEY_EXPIRED),
        ({"policy": replace(POLICY, release_classes=())}, Images.CLASS),
        ({"policy": replace(POLICY, caps=Caps(0, 100))}, Images.CAP),
        ({"policy": replace(POLICY, caps=Caps(9, 0))}, Images.CAP),
        ({"policy": replace(POLICY, cameras=(CameraRules(CAMERA, privacy=(SQUARE,)),))}, Images.RELEASED),
        ({"policy": replace(POLICY, armed=False)}, Images.NOT_ARMED),
    ],
)  # fmt: skip
def test_each_reason_keeps_the_pictures_at_home(change: dict[str, object], why: Images) -> None:
    facts = replace(FACTS, **change)  # type: ignore[arg-type]
    assert images_of(PERSON, facts) is why


def test_a_zone_counts_only_for_its_classes_and_elsewhere_nothing_alarms() -> None:
    rules = CameraRules(CAMERA, (Zone("fence", SQUARE, ("vehicle",)), Zone("door", SQUARE, ())))
    facts = replace(FACTS, policy=replace(POLICY, cameras=(rules,)))
    said = {zone: alarms(replace(PERSON, zone=zone), facts) for zone in ("fence", "door", "elsewhere", "")}
    assert said == {"fence": False, "door": True, "elsewhere": False, "": False}


def test_working_hours_come_before_any_order() -> None:
    policy = replace(POLICY, hours=Hours("UTC", (Weekly(3, Interval(0, 1440)),)))
    order = ArmOrder(True, NOON_MS, policy.counter)
    assert posture(policy, order, NOON_MS) is Posture.WORKING_HOURS
    midnight = (NOON_MS // DAY_MS + 1) * DAY_MS
    assert until(policy, None, NOON_MS) == midnight
    assert posture(policy, None, midnight) is Posture.ARMED


def test_an_order_lasts_until_its_end_or_a_newer_policy() -> None:
    order = ArmOrder(False, NOON_MS, POLICY.counter, NOON_MS + 60_000)
    assert posture(POLICY, order, NOON_MS + 59_999) is Posture.DISARMED
    assert posture(POLICY, order, NOON_MS + 60_000) is Posture.ARMED
    assert posture(replace(POLICY, counter=2), order, NOON_MS) is Posture.ARMED
    assert posture(replace(POLICY, armed=False), None, NOON_MS) is Posture.OFF
    assert posture(None, order, NOON_MS) is Posture.UNPAIRED


def test_caps_roll_over_24_hours_and_a_clock_set_back_gives_nothing_back() -> None:
    policy = replace(POLICY, caps=Caps(2, 100))
    spent = (Spent(NOON_MS, 30), Spent(NOON_MS + 1000, 30))
    assert caps_left(policy, spent[:1], NOON_MS) == (1, 70)
    assert caps_left(policy, spent, NOON_MS + DAY_MS - 1) == (0, 0)
    assert caps_left(policy, spent, NOON_MS + DAY_MS) == (1, 70)
    assert caps_left(policy, spent, NOON_MS - 10 * DAY_MS) == (0, 0)


def test_a_server_put_back_from_an_older_copy_gives_a_unit_nothing_of_its_caps_back(tmp_path: Path) -> None:
    """The count lies in the unit's own file; what a server says, an older policy too, touches none."""
    file = StateFile.create(tmp_path / "state", UNIT)
    file.state.spent = [Spent(NOON_MS, 60), Spent(NOON_MS + 1000, 40)]
    file.save()
    kept = tuple(StateFile.load(tmp_path / "state").state.spent)
    for caps in (Caps(2, 100), Caps(1, 50)):
        facts = replace(FACTS, policy=replace(POLICY, caps=caps), spent=kept)
        assert images_of(PERSON, facts) is Images.CAP
    kinds = [one for one in vars(messages).values() if hasattr(one, "__struct_fields__")]
    said = {name for kind in kinds for name in kind.__struct_fields__}
    assert "envelope" in said, "what the link says was not read at all"
    assert not {name for name in said if "spent" in name or "caps" in name}


@given(
    st.builds(
        Facts, st.just(KEYSET), st.just(POLICY), st.none(), st.integers(0, 2**47), st.booleans(),
        st.none() | st.integers(0, 2**50), st.just(()),
    )
)  # fmt: skip
def test_nothing_is_released_that_a_single_part_could_not_be(facts: Facts) -> None:
    if images_of(PERSON, facts) is Images.RELEASED:
        assert may_release(facts, PERSON.camera) is Images.RELEASED
        assert facts.clock_agrees
        assert facts.wall_ms < min(POLICY.expires_ms, KEYSET.expires_ms, facts.arc_key_expires_ms or 0)
