# SPDX-License-Identifier: EUPL-1.2
"""Push services are sub-processors like any other: what lets data go to them is asked, by the day."""

from __future__ import annotations

from datetime import date

from zegel.server.agreements import places
from zegel.server.notify import endpoints


def test_push_goes_to_the_united_states_only_while_a_decision_lets_it() -> None:
    abroad = [one.operator for one in endpoints.services()[1] if one.country == "US"]
    assert abroad
    assert places.push_faults(date(2026, 11, 23)) == []
    told = places.push_faults(date(2023, 7, 9))
    assert len(told) == len(abroad)
    assert abroad[0] in told[0]
