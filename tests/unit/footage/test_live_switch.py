# SPDX-License-Identifier: EUPL-1.2
"""The dated switch of the alarm centres' live view."""

from __future__ import annotations

from datetime import date

from zegel.server.footage.live_switch import Switch, is_on, states, switches


def lines(*said: tuple[date, bool]) -> tuple[Switch, ...]:
    return tuple(Switch("home-se", day, on, "the terms") for day, on in said)


def test_what_a_day_says_holds_until_the_next_day_that_says_otherwise() -> None:
    among = lines((date(2026, 3, 1), True), (date(2026, 9, 1), False))
    assert [is_on("home-se", day, among) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 9, 1))] == [
        False, True, False,
    ]  # fmt: skip
    (today,) = states(date(2026, 4, 1), among)
    assert (today.on, today.since) == (True, date(2026, 3, 1))
    assert today.next is not None
    assert (today.next.on, today.next.since) == (False, date(2026, 9, 1))


def test_a_profile_that_nobody_wrote_down_is_off() -> None:
    assert not is_on("office", date(2030, 1, 1), lines((date(2026, 3, 1), True)))


def test_every_profile_that_guards_a_place_is_written_down_and_on() -> None:
    found = {one.profile: one.on for one in states(date(2026, 11, 1), switches())}
    assert found == dict.fromkeys(("site-nl", "home-se", "home-de"), True)
