# SPDX-License-Identifier: EUPL-1.2
"""Which certificates a site asks for, and when the end of one is spoken of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.agreements.schemes import WARNING_DAYS, Scheme, due_warning, required


@pytest.mark.parametrize(
    ("profile", "centre", "operator"),
    [
        ("site-nl", {Scheme.PAC}, {Scheme.PAC}),
        ("home-de", {Scheme.VDS}, {Scheme.VDS}),
        ("home-se", {Scheme.EN50518}, set()),
    ],
)
def test_each_profile_asks_for_its_own(profile, centre, operator):
    asked = required(profile)
    assert (asked.centre, asked.operator) == (centre, operator)


def test_a_profile_that_nobody_knows_asks_for_something_of_both():
    asked = required("castle-xx")
    assert asked.centre == asked.operator == set(Scheme)


@given(st.lists(st.floats(-5, 100), min_size=1, max_size=80).map(lambda days: sorted(days, reverse=True)))
def test_each_stage_is_told_once_and_the_nearest_only(looks):
    said, told = None, []
    for days_left in looks:
        stage = due_warning(days_left, said)
        if stage is not None:
            said = stage
            told.append(stage)
    assert told == sorted(set(told), reverse=True)
    assert set(told) <= set(WARNING_DAYS)
    reached = [stage for stage in WARNING_DAYS if looks[-1] <= stage]
    assert (said is None) == (not reached)
    assert not reached or said == min(reached)
