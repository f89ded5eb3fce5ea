# SPDX-License-Identifier: EUPL-1.2
"""Clocks and duties: hours run whatever the wall shows, and what is not known yet counts against us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.declare import Purpose, law
from zegel.server.breaches import rules
from zegel.server.breaches.rules import DutyKind, Level, Owed, Risk, Side

US = UUID(int=1)
ZONES = ("Europe/Amsterdam", "Europe/Stockholm", "Europe/Berlin", "Europe/Lisbon", "America/New_York", "UTC")
moments = st.datetimes(datetime(2018, 6, 1), datetime(2040, 1, 1))  # noqa: DTZ001  a zone is put on later
parties = st.lists(st.tuples(st.uuids(), st.sampled_from(Side)), max_size=6)


def test_the_hours_come_from_dated_law_and_not_from_the_code() -> None:
    known = datetime(2026, 3, 2, 9, tzinfo=UTC)
    customer = law.deadline("breach.customer", known.date())
    authority = law.deadline("breach.authority", known.date())
    assert rules.due(customer, known) == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert rules.due(authority, known) == datetime(2026, 3, 5, 9, tzinfo=UTC)
    assert "33" in authority.source


@pytest.mark.parametrize(
    ("known", "wall"),
    [
        ("2026-03-28T09:00", "2026-03-31T10:00"),  # an hour is skipped in between: the wall shows one more
        ("2026-10-24T09:00", "2026-10-27T08:00"),  # an hour comes twice: the wall shows one less
        ("2026-06-01T09:00", "2026-06-04T09:00"),
    ],
)
def test_a_clock_over_a_change_of_time_runs_72_hours_by_the_watch(known: str, wall: str) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    began = datetime.fromisoformat(known).replace(tzinfo=zone).astimezone(UTC)
    ends = rules.due(law.deadline("breach.authority"), began)
    assert ends.astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(wall)


@given(moments, st.sampled_from(ZONES), st.sampled_from(["breach.customer", "breach.authority"]), st.booleans())
def test_a_clock_in_hours_is_as_long_everywhere_and_always(moment: datetime, zone: str, name: str, fold: bool) -> None:
    known = moment.replace(tzinfo=ZoneInfo(zone), fold=int(fold)).astimezone(UTC)
    held = law.deadline(name, known.date())
    assert rules.due(held, known) - known == timedelta(hours=held.hours)


@given(moments, st.integers(1, 24))
def test_a_deadline_in_months_ends_on_that_day_or_the_months_last(moment: datetime, months: int) -> None:
    known = moment.replace(tzinfo=UTC)
    held = law.Deadline("x.y", known.date(), 0, 0, months, "a test")
    ends = rules.due(held, known)
    assert (ends.year * 12 + ends.month) - (known.year * 12 + known.month) == months
    assert ends.day == known.day or (ends.day < known.day and (ends + timedelta(days=1)).month != ends.month)


@given(moments, st.integers(1, 200), st.integers(0, 60 * 24 * 12), st.integers(0, 60 * 24))
def test_reminders_only_ever_grow_and_the_first_after_the_end_is_the_fourth(
    moment: datetime, hours: int, minutes: int, more: int
) -> None:
    known = moment.replace(tzinfo=UTC)
    ends = known + timedelta(hours=hours)
    now = known + timedelta(minutes=minutes)
    before, after = rules.stage(now, known, ends), rules.stage(now + timedelta(minutes=more), known, ends)
    assert before <= after
    assert (before >= 4) == (now >= ends)
    assert rules.stage(known, known, ends) == 0


@given(parties, st.sampled_from([None, *Risk]))
def test_every_customer_is_told_and_the_authority_unless_a_risk_is_unlikely(
    sides: list[tuple[UUID, Side]], risk: Risk | None
) -> None:
    found = rules.owed(sides, US, risk)
    assert {one.towards for one in found if one.kind is DutyKind.CUSTOMER} == {
        party for party, side in sides if side is Side.PROCESSOR
    }
    ours = any(side is Side.CONTROLLER for _party, side in sides)
    assert (Owed(DutyKind.AUTHORITY, US) in found) == (ours and risk is not Risk.UNLIKELY)
    assert (Owed(DutyKind.PEOPLE, US) in found) == (ours and risk is Risk.HIGH)


def test_until_it_is_assessed_both_clocks_run() -> None:
    assert {one.kind for one in rules.owed(None, US, None)} == {DutyKind.CUSTOMER, DutyKind.AUTHORITY}


@given(st.sampled_from(Level), st.sampled_from(Level))
def test_a_worse_level_never_makes_a_smaller_risk(severity: Level, likelihood: Level) -> None:
    order = [Risk.UNLIKELY, Risk.RISK, Risk.HIGH]
    levels = [Level.LOW, Level.MEDIUM, Level.HIGH]
    here = order.index(rules.suggested(severity, likelihood))
    for worse in levels[levels.index(severity) :]:
        assert order.index(rules.suggested(worse, likelihood)) >= here
    for worse in levels[levels.index(likelihood) :]:
        assert order.index(rules.suggested(severity, worse)) >= here


@given(st.sampled_from(Purpose))
def test_our_own_rows_are_our_own_processing_whatever_for(purpose: Purpose) -> None:
    assert rules.side_of(purpose, US, US) is Side.CONTROLLER


def test_for_a_customers_guarding_we_are_processor_and_for_his_account_controller() -> None:
    customer = uuid4()
    assert rules.side_of(Purpose.SURVEILLANCE, customer, US) is Side.PROCESSOR
    assert rules.side_of(Purpose.ACCOUNT, customer, US) is Side.CONTROLLER
