# SPDX-License-Identifier: EUPL-1.2
"""The course of orders as data, the clocks of what was promised, and the words by which one is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.orders import days, rules
from zegel.server.orders.days import Hours, Span
from zegel.server.orders.holidays import WEEKENDS_ONLY
from zegel.server.orders.rules import Clock, CourseInvalid, OrderType, State

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday


def states() -> str:
    return resources.files("zegel.server.orders").joinpath("states.toml").read_text("utf-8")


def test_every_type_has_a_course_and_from_every_state_it_can_end() -> None:
    for course in rules.courses().values():
        assert State.NEW in course.next
        assert all(set(nexts) & course.ends for nexts in course.next.values())


def test_a_course_with_a_dead_end_is_refused() -> None:
    whole = states()
    kept, question = whole[: whole.index("[question.next]")], whole[whole.index("[question.next]") :]
    with pytest.raises(CourseInvalid, match="question"):
        rules.read(kept + question.replace('"waiting_customer", "done", "cancelled"', '"waiting_customer"'))


def test_every_type_that_knows_visits_has_a_way_to_them_that_passes_through_no_end() -> None:
    for one in rules.courses().values():
        for state in (State.PLANNED, State.IN_WORK):
            way = one.way(State.NEW, state)
            assert (way is not None) == (one.type is not OrderType.QUESTION), (one.type, state)
            for before, after in pairwise((State.NEW, *(way or ()))):
                assert one.may_go(before, after)
                assert after not in one.ends | one.waits
        assert one.way(State.DONE, State.NEW) is None


def test_a_course_without_a_type_is_refused() -> None:
    with pytest.raises(CourseInvalid):
        rules.read(states().split("[complaint]")[0])


def test_a_return_is_done_within_the_fourteen_days_of_the_directive_and_nothing_moves_from_an_end() -> None:
    course = rules.course(OrderType.RETURN)
    assert course.done_days <= 14
    assert not any(course.may_go(end, state) for end in course.ends for state in State)


def test_working_days_pass_over_the_weekend_and_end_with_the_day() -> None:
    due = rules.working_days_later(NOW, 1, AMSTERDAM, WEEKENDS_ONLY)
    assert (due.isoformat(), due.weekday()) == ("2026-11-23T23:59:00+01:00", 0)
    assert rules.working_days_later(datetime(2026, 11, 21, 9, tzinfo=UTC), 0, AMSTERDAM, WEEKENDS_ONLY).weekday() == 0


@given(days_=st.integers(min_value=0, max_value=60), hours=st.integers(min_value=0, max_value=2000))
def test_what_is_due_is_due_on_a_working_day_and_never_before_it_came(days_: int, hours: int) -> None:
    moment = NOW + timedelta(hours=hours)
    due = rules.working_days_later(moment, days_, AMSTERDAM, WEEKENDS_ONLY)
    assert due.weekday() < 5
    assert due >= moment - timedelta(minutes=1)
    assert (due.date() - moment.astimezone(AMSTERDAM).date()).days >= days_


@given(waited=st.integers(min_value=0, max_value=10**6))
def test_a_clock_that_stood_still_gives_all_of_it_back(waited: int) -> None:
    clock = Clock(NOW + timedelta(days=3), None)
    stopped = rules.moved(clock, True, NOW)
    again = rules.moved(stopped, False, NOW + timedelta(seconds=waited))
    assert again == Clock(clock.due_at + timedelta(seconds=waited), None)
    assert rules.moved(stopped, True, NOW + timedelta(seconds=waited)) == stopped


def test_a_number_with_signs_between_is_found_whole_and_in_parts() -> None:
    words = rules.words_of("26-000123", "Wasmachine lekt!", "Åsa Öberg", "+31 6 1234-5678", "sanne@example.org")
    assert {"26000123", "000123", "wasmachine", "asa", "oberg", "12345678", "sanne@example.org"} <= set(words)


def test_what_is_looked_for_is_at_most_five_words_without_signs() -> None:
    assert rules.sought("  ÖBERG 26-0001 x  ") == ("oberg", "260001")
    assert len(rules.sought("een twee drie vier vijf zes zeven acht negen")) == 5
    assert rules.sought("% _ ; ' --") == ()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_the_range_of_a_beginning_holds_everything_that_begins_so(word: str) -> None:
    if ord(word[-1]) < 0x10FFFF and not 0xD7FF <= ord(word[-1]) <= 0xDFFF:
        end = rules.after(word)
        assert word < end
        assert word + "zzz" < end


# --- who is free ---


def span(start: str, end: str) -> Span:
    return Span(datetime.fromisoformat(start), datetime.fromisoformat(end))


def test_what_is_taken_is_cut_out_of_a_day_and_scraps_are_left_out() -> None:
    day = [span("2026-11-23T08:00+01:00", "2026-11-23T17:00+01:00")]
    taken = [span("2026-11-23T09:00+01:00", "2026-11-23T10:00+01:00"),
             span("2026-11-23T16:50+01:00", "2026-11-23T18:00+01:00")]  # fmt: skip
    left = days.without(day, taken)
    assert left == [span("2026-11-23T08:00+01:00", "2026-11-23T09:00+01:00"),
                    span("2026-11-23T10:00+01:00", "2026-11-23T16:50+01:00")]  # fmt: skip
    assert days.without(day, [span("2026-11-23T08:10+01:00", "2026-11-23T17:00+01:00")]) == []


def test_hours_are_those_of_the_clock_on_the_wall_also_when_it_is_put_back() -> None:
    [worked] = days.works(datetime(2026, 10, 25, tzinfo=AMSTERDAM).date(), [Hours(6, 0, 480)], AMSTERDAM)
    assert worked.end.astimezone(UTC) - worked.start.astimezone(UTC) == timedelta(hours=9)


def test_why_somebody_cant_come_is_said_most_telling_first() -> None:
    hours = days.works(NOW.date(), days.usual(), AMSTERDAM)
    wanted = span("2026-11-20T09:00+01:00", "2026-11-20T10:00+01:00")
    assert days.why_not(wanted, hours, [], []) is None
    assert days.why_not(wanted, hours, [wanted], [wanted]) == "absent"
    assert days.why_not(wanted, hours, [], [wanted]) == "busy"
    assert days.why_not(span("2026-11-20T16:30+01:00", "2026-11-20T17:30+01:00"), hours, [], []) == "hours"
