# SPDX-License-Identifier: EUPL-1.2
"""Parts and delegates: what a foreman may command, when, for how long; and that nothing of it is as 0.1.0 wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.seal.examples import DAY, NOW, World

from zegel.seal import encoding
from zegel.seal.allowances import Action, Budget, OverBudget, Part
from zegel.seal.command import Command, sign_command, verify_command
from zegel.seal.envelope import Envelope, sign
from zegel.seal.errors import Expired, FieldWrong, NotAllowed, NotYetValid, SealError, UnknownSigner
from zegel.seal.keyset import Signer
from zegel.seal.policy import Interval, Policy, Weekly, sign_policy, verify_policy
from zegel.seal.status import Status

WORLD = World()
HOUR = 3_600_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


MONDAY_NOON = ms("2027-01-18T11:00")  # 12:00 in Amsterdam, a Monday within the delegate's dates


def foremans(now_ms: int = MONDAY_NOON, *, policy: Policy | None = None, **changes: Any) -> Command:
    """His command, through the check that the unit makes."""
    fields = {
        "person": WORLD.foreman_id, "issued_ms": now_ms, "until_ms": now_ms + 4 * HOUR, "counter": 7, **changes
    }  # fmt: skip
    data = sign_command(WORLD.make_command(**fields), WORLD.foreman)
    return verify_command(data, policy or WORLD.policy, last_counter=6, now_ms=now_ms)


def policy_with(**delegate: Any) -> Policy:
    return WORLD.make_policy(delegates=(WORLD.make_delegate(**delegate),))


def test_a_foreman_has_the_site_worked_on_until_tonight() -> None:
    assert foremans().action is Action.DISARM
    assert foremans(action=Action.PART, part="Night").part == "Night"
    assert foremans(action=Action.ARM, until_ms=None).until_ms is None


@pytest.mark.parametrize("until", [None, MONDAY_NOON + 4 * HOUR + 1])
@pytest.mark.parametrize("how", [{}, {"action": Action.PART, "part": "Night"}])
def test_what_he_switches_off_ends_by_itself_in_his_time(until: int | None, how: dict[str, Any]) -> None:
    with pytest.raises(NotAllowed):
        foremans(until_ms=until, **how)


def test_without_a_longest_time_his_word_ends_with_his_last_day_at_the_latest() -> None:
    open_ended = policy_with(max_s=None)
    end = open_ended.delegates[0].expires_ms
    assert foremans(policy=open_ended, until_ms=end).until_ms == end
    for until in (None, end + 1):
        with pytest.raises(NotAllowed):
            foremans(policy=open_ended, until_ms=until)


def test_he_does_only_what_is_listed() -> None:
    only_on = policy_with(actions=(Action.ARM,))
    assert foremans(policy=only_on, action=Action.ARM)
    with pytest.raises(NotAllowed):
        foremans(policy=only_on)
    with pytest.raises(NotAllowed):
        foremans(policy=only_on, action=Action.PART, part="Night")


def test_his_first_and_last_instant_count_at_the_units_clock() -> None:
    always = {"weekly": (), "from_ms": MONDAY_NOON, "expires_ms": MONDAY_NOON + DAY, "max_s": None}
    policy = policy_with(**always)
    assert foremans(MONDAY_NOON, policy=policy)
    with pytest.raises(NotYetValid):
        foremans(MONDAY_NOON - 1, policy=policy)
    assert foremans(MONDAY_NOON + DAY - 1, policy=policy, until_ms=MONDAY_NOON + DAY)
    with pytest.raises(Expired):
        foremans(MONDAY_NOON + DAY, policy=policy, action=Action.ARM, until_ms=None)


@given(st.integers(0, 7 * 24 * 60 - 1))
def test_his_hours_are_those_of_the_sites_clock(minute: int) -> None:
    policy = policy_with(weekly=(Weekly(0, Interval(360, 1320)), Weekly(5, Interval(0, 30))))
    sunday_midnight_there = ms("2027-01-16T23:00")
    now_ms = sunday_midnight_there + minute * 60_000
    day, at = (6 + minute // 1440) % 7, minute % 1440
    allowed = (day == 0 and 360 <= at < 1320) or (day == 5 and at < 30)
    try:
        assert foremans(now_ms, policy=policy)
        assert allowed
    except NotAllowed:
        assert not allowed


def test_who_was_taken_out_of_the_policy_commands_nothing() -> None:
    with pytest.raises(UnknownSigner):
        foremans(policy=WORLD.make_policy(delegates=()))


def test_nobody_borrows_a_delegates_name_and_he_borrows_nobodys() -> None:
    for person, key in ((WORLD.foreman_id, WORLD.owner), (WORLD.person, WORLD.foreman)):
        made = WORLD.make_command(person=person, issued_ms=MONDAY_NOON, until_ms=MONDAY_NOON + HOUR)
        with pytest.raises(NotAllowed):
            verify_command(sign_command(made, key), WORLD.policy, last_counter=6, now_ms=MONDAY_NOON)


def test_a_part_that_the_policy_does_not_know_is_armed_by_nobody() -> None:
    made = WORLD.make_command(action=Action.PART, part="Cellar")
    with pytest.raises(NotAllowed):
        verify_command(sign_command(made, WORLD.owner), WORLD.policy, last_counter=6, now_ms=NOW)


# --- one encoding, and the one of release 0.1.0 --------------------------------------------------------------------


def fields_of(body: bytes) -> tuple[encoding.Value, ...]:
    found = encoding.decode(body)
    assert isinstance(found, tuple)
    return found


def test_a_policy_that_uses_nothing_new_has_the_bytes_of_release_0_1_0() -> None:
    first = WORLD.make_first_policy()
    assert len(fields_of(first.encode())) == 18
    data = sign_policy(first, WORLD.owner)
    assert verify_policy(data, WORLD.keyset, last_counter=0, now_ms=NOW) == first
    assert Policy.decode(first.encode()).hash == Envelope.decode(data).hash


@pytest.mark.parametrize("body", [WORLD.make_first_policy(), WORLD.make_command(), WORLD.make_status(
    commanded_by=None, guards_from_ms=None)], ids=["policy", "command", "status"])  # fmt: skip
def test_empty_fields_at_the_end_are_another_encoding_and_refused(body: Policy | Command | Status) -> None:
    first = fields_of(body.encode())
    longest = {"policy": ((), (), (), None, None, None), "command": (None,), "status": (None, None, None)}[body.NAME]
    for count in range(1, len(longest) + 1):
        with pytest.raises(SealError):
            type(body).decode(encoding.encode((*first, *longest[:count])))


@given(st.sets(st.sampled_from(["parts", "delegates", "overview", "live", "budget", "storage"])))
def test_whatever_is_used_is_read_back_as_it_was(used: set[str]) -> None:
    policy = WORLD.make_first_policy(**{name: getattr(WORLD.policy, name) for name in used})
    assert Policy.decode(policy.encode()) == policy
    assert len(fields_of(policy.encode())) == (24 if used else 18)
    assert policy.hash == Policy.decode(policy.encode()).hash
    if used:
        cut = encoding.encode(fields_of(policy.encode())[:-1])
        with pytest.raises(FieldWrong):
            Policy.decode(cut)
        with pytest.raises(SealError):
            verify_policy(sign("policy", cut, WORLD.owner), WORLD.keyset, last_counter=0, now_ms=NOW)


def test_a_commander_is_no_delegate_and_two_delegates_have_two_keys() -> None:
    one = WORLD.make_delegate()
    other = replace(one, id=b"\xff" * 16)
    for wrong in ({"commanders": (Signer(one.id, WORLD.owner.public_key),)}, {"delegates": (one, other)},
                  {"commanders": (Signer(WORLD.person, one.sign_pk),)}):  # fmt: skip
        with pytest.raises(FieldWrong):
            WORLD.make_policy(**wrong).encode()


def test_a_budget_and_a_part_say_what_they_are() -> None:
    policy = WORLD.make_policy(budget=Budget(1, OverBudget.STOP), parts=(Part("A", (), ("onvif",)),))
    assert policy.part("A") == policy.parts[0]
    assert policy.part("a") is None
    assert policy.delegate(WORLD.foreman_id) == policy.delegates[0]
    assert policy.delegate(WORLD.person) is None
