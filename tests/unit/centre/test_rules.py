# SPDX-License-Identifier: EUPL-1.2
"""Escalating: told at once when nobody is there, again and again until somebody acts, never twice in one breath."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.centre import rules
from zegel.server.centre.rules import Cause, Pace, Situation

NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PACE = Pace(second_after_s=60, repeat_s=120, quiet_s=300)
counts = st.integers(0, 600)
moments = st.lists(st.integers(0, 7200), min_size=1, max_size=60).map(sorted)


@pytest.mark.parametrize(
    ("situation", "cause"),
    [
        (Situation(0, 0, 0), None),
        (Situation(0, 0, 3), None),
        (Situation(1, 0, 0), Cause.UNMANNED),
        (Situation(1, 1, 0), Cause.UNMANNED),
        (Situation(5, 0, 1), None),
        (Situation(5, 2, 1), Cause.OVERDUE),
    ],
)
def test_a_queue_escalates_when_nobody_is_there_or_an_alarm_waits_too_long(situation, cause):
    assert rules.cause_of(situation) is cause


@given(counts, counts, counts)
def test_what_waits_without_anybody_there_always_escalates(waiting, overdue, manned):
    cause = rules.cause_of(Situation(waiting, min(overdue, waiting), manned))
    assert (cause is Cause.UNMANNED) == (waiting > 0 and manned == 0)


def test_the_first_round_is_due_at_once_and_the_second_centre_comes_with_the_second():
    course = rules.begin(Cause.UNMANNED, NIGHT)
    first = rules.due(course, PACE, NIGHT)
    assert first is not None
    assert (first.number, first.second_centre) == (1, False)
    assert rules.due(first.after, PACE, NIGHT + timedelta(seconds=59)) is None
    second = rules.due(first.after, PACE, NIGHT + timedelta(seconds=60))
    assert second is not None
    assert (second.number, second.second_centre) == (2, True)


@given(moments)
def test_rounds_come_again_and_again_with_pauses_whenever_one_looks(looks):
    course, rounds = rules.begin(Cause.OVERDUE, NIGHT), []
    for second in looks:
        now = NIGHT + timedelta(seconds=second)
        due = rules.due(course, PACE, now)
        if due is not None:
            rounds.append(now)
            course = due.after
    assert rounds[0] == NIGHT + timedelta(seconds=looks[0])
    assert all(later - earlier >= timedelta(seconds=60) for earlier, later in itertools.pairwise(rounds))
    assert course.rounds == len(rounds)
    assert course.next_at <= NIGHT + timedelta(seconds=looks[-1] + 120)  # it never ends by itself


def test_nobody_there_is_told_at_once_though_a_slow_queue_was_just_told():
    course = rules.due(rules.begin(Cause.OVERDUE, NIGHT), PACE, NIGHT).after
    later = NIGHT + timedelta(seconds=5)
    worse = rules.worsened(course, Cause.UNMANNED, later)
    assert rules.due(worse, PACE, later) is not None
    assert rules.worsened(worse, Cause.OVERDUE, later).next_at == worse.next_at


def test_one_who_acts_gets_quiet_and_then_it_begins_again():
    course = rules.due(rules.begin(Cause.UNMANNED, NIGHT), PACE, NIGHT).after
    quiet = rules.acknowledged(course, PACE, NIGHT)
    assert rules.due(quiet, PACE, NIGHT + timedelta(seconds=299)) is None
    assert rules.due(quiet, PACE, NIGHT + timedelta(seconds=300)) is not None


def test_a_page_loaded_anew_keeps_the_seat_and_one_that_is_gone_loses_it():
    gone = rules.gone(NIGHT)
    assert rules.seat_runs(gone, NIGHT + timedelta(seconds=9))
    assert not rules.seat_runs(gone, NIGHT + timedelta(seconds=10))
    assert not rules.seat_runs(NIGHT, NIGHT + rules.SEAT_LASTS)
