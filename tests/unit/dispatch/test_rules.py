# SPDX-License-Identifier: EUPL-1.2
"""The life of a guard's errand, by the rules alone."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.dispatch import rules
from zegel.server.dispatch.errors import BadReport, NotThisWay
from zegel.server.dispatch.rules import ENDED, ORDER, State

NOW = datetime(2026, 11, 22, 2, 31, tzinfo=UTC)


@given(st.lists(st.sampled_from(list(State)), max_size=20))
def test_whatever_is_pressed_an_errand_only_goes_forward_and_ends_once(pressed: list[State]) -> None:
    state, been = State.REQUESTED, [State.REQUESTED]
    for target in pressed:
        try:
            state = rules.after(state, target)
        except NotThisWay:
            continue
        if state is not been[-1]:
            been.append(state)
    forward = [ORDER.index(one) for one in been if one in ORDER]
    assert forward == sorted(set(forward))
    assert sum(one in ENDED for one in been) <= 1
    assert all(one not in ENDED for one in been[:-1])


@pytest.mark.parametrize("state", [State.LEFT, State.REPORTED, State.CANCELLED])
def test_who_has_left_or_ended_is_not_cancelled_any_more(state: State) -> None:
    if state is State.CANCELLED:
        assert rules.after(state, State.CANCELLED) is State.CANCELLED
        return
    with pytest.raises(NotThisWay):
        rules.after(state, State.CANCELLED)


@pytest.mark.parametrize(
    ("state", "minutes", "late"),
    [
        (State.REQUESTED, 2, False), (State.REQUESTED, 4, True), (State.ACCEPTED, 4, False), (State.ACCEPTED, 21, True),
        (State.ON_THE_WAY, 19, False), (State.ON_THE_WAY, 21, True), (State.ARRIVED, 60, False),
        (State.LEFT, 60, False), (State.REPORTED, 60, False), (State.CANCELLED, 60, False),
    ],
)  # fmt: skip
def test_who_does_not_answer_or_does_not_come_is_overdue(state: State, minutes: int, late: bool) -> None:
    due = NOW + timedelta(minutes=20)
    assert rules.overdue(state, NOW, due, NOW + timedelta(minutes=minutes)) is late


@pytest.mark.parametrize(
    ("found", "text"),
    [("a ghost", "x"), ("person", ""), ("damage", "  "), ("nothing", "x" * 2001), ("other", "a\x00b")],
)
def test_a_report_that_says_nothing_is_refused(found: str, text: str) -> None:
    with pytest.raises(BadReport):
        rules.checked_report(found, text, True)


def test_nothing_found_needs_no_more_words() -> None:
    assert rules.checked_report("nothing", "", True).text == ""
    assert rules.checked_report("person", " Ran off,\r\nover the fence ", False).text == "Ran off,\r\nover the fence"


def test_only_a_tokens_hash_is_kept_and_only_of_tokens() -> None:
    token = secrets.token_urlsafe(rules.TOKEN_BYTES)
    kept = rules.token_hash(token)
    assert kept is not None
    assert len(kept) == 32
    assert token.encode() not in kept
    for wrong in ("", token[:-1], token + "A", token[:-1] + "=", "../" + token[3:], "é" * 43):
        assert rules.token_hash(wrong) is None
