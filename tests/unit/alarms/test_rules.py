# SPDX-License-Identifier: EUPL-1.2
"""The life of an alarm, and who comes first."""

from __future__ import annotations

import pytest

from zegel.server.alarms import rules
from zegel.server.alarms.errors import NotAllowedNow
from zegel.server.alarms.rules import CloseCode, Queued, State, Verb


def walk(*verbs: Verb) -> State:
    state = State.NEW
    for verb in verbs:
        state = rules.after(state, verb)
    return state


def test_an_alarm_is_queued_claimed_handled_and_closed() -> None:
    assert walk(Verb.QUEUE, Verb.CLAIM, Verb.STEP, Verb.HOLD, Verb.RESUME, Verb.STEP, Verb.CLOSE) is State.CLOSED


def test_a_claimed_alarm_goes_back_to_the_queue() -> None:
    assert walk(Verb.QUEUE, Verb.CLAIM, Verb.STEP, Verb.RELEASE_CLAIM) is State.QUEUED


@pytest.mark.parametrize("state", sorted(rules.OPEN_STATES))
def test_the_customer_may_recall_an_open_alarm_at_any_time(state: State) -> None:
    assert rules.after(state, Verb.RECALL) is State.CLOSED


@pytest.mark.parametrize("verb", sorted(set(Verb) - {Verb.REOPEN}))
def test_nothing_happens_to_a_closed_alarm_but_reopening(verb: Verb) -> None:
    with pytest.raises(NotAllowedNow):
        rules.after(State.CLOSED, verb)


@pytest.mark.parametrize("state", sorted(rules.OPEN_STATES))
def test_an_open_alarm_is_not_reopened(state: State) -> None:
    with pytest.raises(NotAllowedNow):
        rules.after(state, Verb.REOPEN)


@pytest.mark.parametrize("state", sorted(rules.WAITING_STATES))
def test_an_alarm_that_nobody_holds_can_not_be_closed_by_an_operator(state: State) -> None:
    with pytest.raises(NotAllowedNow):
        rules.after(state, Verb.CLOSE)


def test_a_claimed_alarm_can_not_be_claimed_again() -> None:
    with pytest.raises(NotAllowedNow):
        rules.after(State.CLAIMED, Verb.CLAIM)


def test_recalled_is_not_an_operators_closing_code() -> None:
    assert rules.closing_code("genuine") is CloseCode.GENUINE
    with pytest.raises(ValueError, match="recalls"):
        rules.closing_code("recalled")
    with pytest.raises(ValueError, match="nonsense"):
        rules.closing_code("nonsense")


def rank(cause: str, word: str, confirmed: str = "") -> int:
    return rules.priority(rules.class_of_unit(cause, word), word, confirmed)


def test_fire_hold_up_medical_burglary_tamper_technical_test() -> None:
    order = ["fire", "holdup_duress", "medical", "burglary", "tamper", "technical", "test"]
    ranks = [rules.priority(name) for name in order]
    assert ranks == sorted(set(ranks))
    assert rules.priority("burglary", confirmed="sequential") < rules.priority("burglary")
    assert rules.priority("burglary", duress=True) == rules.priority("holdup_duress")


def test_of_what_a_camera_found_a_person_comes_before_a_vehicle_before_an_animal() -> None:
    ranks = [rank("motion", name) for name in ("hold_up", "person", "vehicle", "animal")]
    assert ranks == sorted(set(ranks))
    assert rank("input", "fire") == rules.MOST_URGENT


@pytest.mark.parametrize("name", ["unknown", "unicorn", ""])
def test_what_nobody_knows_is_as_urgent_as_a_burglary(name: str) -> None:
    assert rules.priority(name) == rules.priority("burglary")
    assert rank("motion", "unicorn") == rank("motion", "person")


def test_a_technical_report_is_technical_whatever_its_class_says() -> None:
    assert rank("technical", "fire") == rules.priority("technical")


def test_a_tamper_comes_after_a_burglary() -> None:
    assert rank("tamper", "view_lost") == rules.priority("tamper") > rank("motion", "person")


@pytest.mark.parametrize("name", ["fire", "holdup_duress", "medical"])
def test_confirmation_changes_nothing_about_danger_to_people(name: str) -> None:
    assert rules.priority(name, confirmed="video") == rules.priority(name)


def test_within_a_class_the_oldest_comes_first_and_what_is_parked_last() -> None:
    old, new, urgent = Queued(3, 1_000, 7), Queued(3, 2_000, 1), Queued(1, 9_000, 9)
    parked = Queued(2, 500, 1, parked=True)
    assert sorted([parked, new, old, urgent], key=rules.queue_key) == [urgent, old, new, parked]


def test_an_alarm_from_the_spool_is_late_and_a_clock_ahead_is_not() -> None:
    assert rules.is_late(0, rules.LATE_AFTER_MS + 1)
    assert not rules.is_late(0, rules.LATE_AFTER_MS)
    assert rules.lateness_ms(5_000, 1_000) == 0


@pytest.mark.parametrize(
    ("signal_class", "own", "expected"),
    [
        ("technical", 2, 5), ("technical", None, 8), ("burglary", 5, 8), ("burglary", 1, 3), ("fire", 9, 1),
        ("holdup_duress", 5, 2), ("medical", 9, 3), ("tamper", 9, 9),
    ],
)  # fmt: skip
def test_a_providers_own_priority_of_a_code_is_used_but_never_puts_danger_to_people_behind(
    signal_class: str, own: int | None, expected: int
) -> None:
    place = None if own is None else rules.priority_of_code(own)
    assert rules.priority_of(signal_class, own=place) == expected
    assert rules.priority_of("burglary", confirmed="video", own=9) == 4
    assert rules.priority_of("burglary", duress=True, own=9) == 2
