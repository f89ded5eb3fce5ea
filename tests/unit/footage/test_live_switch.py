# SPDX-License-Identifier: EUPL-1.2
"""The dated switch of the alarm centres' live view."""

from __future__ import annotations

from datetime import date

import pytest

from zegel.server.agreements import schemes
from zegel.server.footage.live_switch import BadSwitches, is_on, parse, states, switches

LINE = '[[switch]]\nprofile = "home-se"\nfrom = {day}\non = {on}\nsource = "the terms"\n'


def lines(*said: tuple[str, str]) -> str:
    return "\n".join(LINE.format(day=day, on=on) for day, on in said)


def test_what_a_day_says_holds_until_the_next_day_that_says_otherwise() -> None:
    among = parse(lines(("2026-03-01", "true"), ("2026-09-01", "false")))
    assert [is_on("home-se", day, among) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 9, 1))] == [
        False, True, False,
    ]  # fmt: skip
    (today,) = states(date(2026, 4, 1), among)
    assert (today.on, today.since) == (True, date(2026, 3, 1))
    assert today.next is not None
    assert (today.next.on, today.next.since) == (False, date(2026, 9, 1))


def test_a_profile_that_nobody_wrote_down_is_off() -> None:
    assert not is_on("office", date(2030, 1, 1), parse(lines(("2026-03-01", "true"))))


def test_every_profile_whose_centres_are_certified_is_written_down_and_on() -> None:
    found = {one.profile: one.on for one in states(date(2026, 11, 1), switches())}
    assert found == dict.fromkeys(schemes.PROFILES, True)


WRONG = (
    "",
    "switch = 1",
    LINE.format(day='"x"', on="true"),
    LINE.format(day="2026-01-01", on='"yes"'),
    lines(("2026-01-01", "true"), ("2026-01-01", "false")),
)


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_is_not_one_stops_the_start(text: str) -> None:
    with pytest.raises(BadSwitches):
        parse(text)
