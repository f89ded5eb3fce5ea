# SPDX-License-Identifier: EUPL-1.2
"""Response figures: what counts, against which norm, and when it is met."""

from __future__ import annotations

from collections import Counter as Tally

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.protocols.events import SignalClass
from zegel.server.centre import figures, norms
from zegel.server.centre.figures import Period
from zegel.server.centre.norms import DEFAULT, Counted

counted = st.integers(1, 1000).flatmap(
    lambda alarms: st.tuples(st.integers(0, alarms), st.integers(0, alarms), st.integers(0, 0)).map(
        lambda parts: Counted("burglary", alarms, (min(parts[:2]), max(parts[:2])), parts[2])
    )
)


def test_fire_and_hold_up_are_held_to_thirty_and_sixty_seconds_and_others_to_ninety_and_a_hundred_and_eighty():
    assert [(t.within_s, t.share) for t in DEFAULT[norms.group_of("fire")]] == [(30, 0.8), (60, 0.985)]
    assert [(t.within_s, t.share) for t in DEFAULT[norms.group_of("holdup_duress")]] == [(30, 0.8), (60, 0.985)]
    assert [(t.within_s, t.share) for t in DEFAULT[norms.group_of("burglary")]] == [(90, 0.8), (180, 0.985)]


@pytest.mark.parametrize("signal_class", list(SignalClass))
def test_every_class_has_a_norm_or_needs_none(signal_class):
    group = norms.group_of(signal_class.value)
    assert group in {norms.URGENT, norms.OTHER} or signal_class.value in norms.WITHOUT_NORM


@given(counted)
def test_a_norm_is_met_exactly_when_both_shares_are_reached(row):
    found = norms.figure(row, DEFAULT)
    assert found.shares is not None
    assert found.met == (row.within[0] / row.alarms >= 0.8 and row.within[1] / row.alarms >= 0.985)
    assert 0 <= found.shares[0] <= found.shares[1] <= 1


def test_what_was_recalled_before_anybody_could_act_is_not_held_against_anybody():
    assert norms.figure(Counted("burglary", 10, (8, 8), 2), DEFAULT).met
    assert norms.figure(Counted("burglary", 10, (8, 8), 1), DEFAULT).met is False
    assert norms.figure(Counted("burglary", 3, (0, 0), 3), DEFAULT).met is None


def test_a_test_and_an_opening_are_counted_and_not_judged():
    assert norms.figure(Counted("test", 10, (0, 0), 0), DEFAULT).met is None
    assert norms.figure(Counted("open_close", 10, (0, 0), 0), DEFAULT).shares is None


@pytest.mark.parametrize(
    "values",
    [
        {"sometimes": [[30, 0.8], [60, 0.9]]}, {"urgent": [[30, 0.8]]}, {"urgent": [[60, 0.8], [30, 0.9]]},
        {"urgent": [[30, 0.9], [60, 0.8]]}, {"urgent": [[0, 0.8], [60, 0.9]]}, {"urgent": [[30, 0], [60, 0.9]]},
        {"urgent": [[30, 0.8], [60, 1.1]]}, {"urgent": [[True, 0.8], [60, 0.9]]}, {"urgent": [[30, 0.8], [99999, 1]]},
    ],
)  # fmt: skip
def test_a_norm_that_is_none_is_refused(values):
    with pytest.raises((ValueError, TypeError)):
        norms.read(values)


def test_a_centres_own_norm_replaces_only_its_group():
    own = norms.read({"urgent": [[10, 0.9], [20, 1.0]]})
    assert own[norms.URGENT][0].within_s == 10
    assert own[norms.OTHER] == DEFAULT[norms.OTHER]


def test_together_counts_and_keeps_the_worst():
    rows = [Counted("fire", 10, (9, 10), 0, 5.0, 20.0, 31.5), Counted("medical", 5, (1, 2), 1, 5.0, 20.0, 400.0)]
    assert norms.together(rows, "urgent") == Counted("urgent", 15, (10, 12), 1, None, None, 400.0)


@pytest.mark.parametrize(
    ("days", "step"), [(1, 3_600_000), (2, 3_600_000), (30, figures.DAY_MS), (365, 7 * figures.DAY_MS)]
)
def test_a_curve_has_a_readable_number_of_points(days, step):
    period = Period(0, days * figures.DAY_MS)
    assert figures.step_of(period) == step
    assert days * figures.DAY_MS / step <= figures.MOST_POINTS


@pytest.mark.parametrize("times", [(5, 5), (9, 3), (-1, 5), (0, 401 * figures.DAY_MS)])
def test_a_period_that_is_none_is_refused(times):
    with pytest.raises(ValueError, match="period"):
        Period(*times)


@given(st.text(max_size=20))
def test_no_cell_of_a_file_is_run_as_a_formula(text):
    line = figures.csv_of(["site"], [[text]]).decode("utf-8-sig").splitlines()
    assert not any(row.lstrip('"').startswith(("=", "+", "-", "@")) for row in line[1:2])


@given(st.lists(st.integers(0, 500), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_percentile_of_counts_is_that_of_the_list(times, share):
    counts = sorted(Tally(times).items())
    found = norms.percentile(counts, share)
    assert sum(took <= found for took in times) >= share * len(times)
    assert sum(took < found for took in times) < share * len(times)
    assert norms.percentile([], share) is None
