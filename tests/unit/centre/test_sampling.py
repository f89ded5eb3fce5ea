# SPDX-License-Identifier: EUPL-1.2
"""Which views are judged, and by whom: the risky ones always, some at random, nobody by himself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.centre import sampling
from zegel.server.centre.sampling import Looked, Risk, Why

KEY = b"k" * 32
ORDINARY = Looked(uuid4(), uuid4(), 0, 60_000, None, None, handled=True, steps=2, same_camera=0)
uuids = st.uuids(version=4)


@pytest.mark.parametrize(
    ("changed", "risk"),
    [
        ({"recalled_ms": 30_000}, Risk.AFTER_RECALL),
        ({"reopened_ms": 1000}, Risk.REOPENED),
        ({"to_ms": 301_000}, Risk.LONG_VIEW),
        ({"same_camera": 3}, Risk.REPEAT),
        ({"steps": 0}, Risk.NO_STEP),
        ({"handled": False}, Risk.NOT_HANDLING),
    ],
)
def test_what_is_unlike_the_ordinary_is_named(changed, risk):
    assert sampling.risks_of(ORDINARY) == ()
    assert sampling.risks_of(replace(ORDINARY, **changed)) == (risk,)


@pytest.mark.parametrize("recalled_ms", [60_000, 58_000])
def test_a_view_that_the_recall_ended_is_ordinary(recalled_ms):
    assert sampling.risks_of(replace(ORDINARY, recalled_ms=recalled_ms)) == ()


def test_a_view_that_outlasts_a_recall_by_more_than_the_stop_takes_is_not():
    assert sampling.risks_of(replace(ORDINARY, recalled_ms=57_999)) == (Risk.AFTER_RECALL,)


def test_a_recalled_alarm_that_was_reopened_is_both():
    reopened = replace(ORDINARY, recalled_ms=10_000, reopened_ms=20_000)
    assert sampling.risks_of(reopened) == (Risk.AFTER_RECALL, Risk.REOPENED)


@given(uuids, st.sampled_from([{"recalled_ms": 1}, {"reopened_ms": 1}, {"handled": False}, {"to_ms": 10**7}]))
def test_a_risky_view_is_always_dealt(lease, changed):
    chosen = sampling.choose(replace(ORDINARY, lease_id=lease, **changed), key=KEY, rate=0.0)
    assert chosen is not None
    assert chosen.why is Why.RISK


@given(uuids, st.floats(0, 1))
def test_the_dice_give_the_same_answer_each_time(lease, rate):
    assert sampling.drawn(KEY, lease, rate) == sampling.drawn(KEY, lease, rate)
    assert not sampling.drawn(KEY, lease, 0.0)
    assert sampling.drawn(KEY, lease, 1.0)


def test_about_the_asked_share_is_drawn_and_another_key_draws_others():
    leases = [UUID(int=number) for number in range(20_000)]
    mine = {lease for lease in leases if sampling.drawn(KEY, lease, 0.05)}
    assert 850 < len(mine) < 1150
    others = {lease for lease in leases if sampling.drawn(b"o" * 32, lease, 0.05)}
    assert len(mine & others) < 100


def test_an_ordinary_view_is_dealt_only_by_the_dice():
    assert sampling.choose(ORDINARY, key=KEY, rate=0.0) is None
    assert sampling.choose(ORDINARY, key=KEY, rate=1.0).why is Why.RANDOM


@given(uuids, st.sets(uuids, max_size=5), st.dictionaries(uuids, st.integers(0, 9)))
def test_nobody_judges_himself(looker, supervisors, load):
    chosen = sampling.judge_of(looker, supervisors | {looker}, load)
    assert chosen != looker
    assert (chosen is None) == (not supervisors - {looker})


def test_the_work_is_shared():
    supervisors, load = [UUID(int=n) for n in range(1, 4)], Counter()
    for _ in range(30):
        load[sampling.judge_of(UUID(int=99), supervisors, load)] += 1
    assert set(load.values()) == {10}
