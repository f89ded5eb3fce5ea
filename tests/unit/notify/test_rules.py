# SPDX-License-Identifier: EUPL-1.2
"""When people are told: quiet hours hold back everything but alarms, in any zone and on any night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.protocols.events import SignalClass
from zegel.server.notify import rules
from zegel.server.notify.classes import ALARMS, About, Class, Occasion, class_of
from zegel.server.notify.rules import Hours, Span, Wish

ZONES = ("Europe/Amsterdam", "Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
minutes = st.integers(0, 1439)
spans = st.builds(
    Span, st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple), minutes, minutes
)
hours_of_somebody = st.builds(
    Hours, st.sampled_from(ZONES), st.lists(spans, max_size=8).map(tuple), st.one_of(st.none(), minutes)
)
moments = st.integers(1_577_836_800, 2_051_222_400).map(lambda s: datetime.fromtimestamp(s, UTC))
wishes = st.builds(Wish, st.booleans(), st.booleans(), st.booleans())


@given(st.sampled_from(sorted(ALARMS)), wishes, hours_of_somebody, moments)
def test_no_hour_and_no_choice_ever_holds_back_an_alarm(cls, wish, hours, now):
    assert rules.due(cls, wish, hours, now) == now


@pytest.mark.parametrize("word", ["fire", "holdup_duress", "hold_up", "burglary", "medical", "panic", "tamper"])
def test_fire_hold_up_burglary_and_their_like_are_alarms(word):
    assert class_of(Occasion.ALARM, word) in ALARMS


@given(st.sampled_from([*SignalClass, "person", "animal", "vehicle", "", "something new"]))
def test_whatever_an_alarm_is_called_it_is_an_alarm_unless_it_is_technical(word):
    assert (class_of(Occasion.ALARM, word) in ALARMS) == (word != "technical")


@given(st.sampled_from([cls for cls in Class if cls not in ALARMS]), hours_of_somebody, moments)
def test_what_is_no_alarm_waits_for_the_end_of_the_quiet_hours_and_no_longer(cls, hours, now):
    due = rules.due(cls, Wish(True, True, at_once=False), hours, now)
    assert now <= due <= now + timedelta(days=7)
    if due < now + timedelta(days=7):
        assert rules.quiet_until(hours, due) is None
    assert rules.due(cls, Wish(True, True, at_once=True), hours, now) == now


@given(spans, st.sampled_from(ZONES), moments)
def test_quiet_is_what_the_wall_clock_says(span, zone, now):
    local = now.astimezone(ZoneInfo(zone))
    minute, today = local.hour * 60 + local.minute, local.weekday()
    over_midnight = span.end <= span.start
    evening = today in span.days and span.start <= minute and (over_midnight or minute < span.end)
    morning = (today - 1) % 7 in span.days and over_midnight and minute < span.end
    near_a_change = local.utcoffset() != (now + timedelta(days=1)).astimezone(ZoneInfo(zone)).utcoffset() or (
        local.utcoffset() != (now - timedelta(days=1)).astimezone(ZoneInfo(zone)).utcoffset()
    )
    if not near_a_change:  # in the hour that comes twice the wall clock says two things
        assert (rules.quiet_until(Hours(zone, (span,)), now) is not None) == (evening or morning)


def test_a_night_over_the_change_of_the_clocks_ends_at_seven_by_the_wall():
    hours = Hours("Europe/Amsterdam", (Span((5,), 22 * 60, 7 * 60),))
    assert rules.quiet_until(hours, datetime(2026, 3, 29, 0, 30, tzinfo=UTC)) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert rules.quiet_until(hours, datetime(2026, 3, 29, 5, 0, tzinfo=UTC)) is None


def test_spans_that_touch_are_one_night():
    hours = Hours("UTC", (Span((0,), 22 * 60, 0), Span((1,), 0, 6 * 60)))
    assert rules.quiet_until(hours, datetime(2026, 11, 23, 23, tzinfo=UTC)) == datetime(2026, 11, 24, 6, tzinfo=UTC)


def test_who_is_quiet_all_week_is_told_within_a_week():
    always = Hours("UTC", (Span(tuple(range(7)), 0, 0),))
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert rules.quiet_until(always, now) == now + timedelta(days=7)


@given(hours_of_somebody, moments)
def test_the_next_digest_is_within_two_days_and_at_its_minute_of_the_wall_clock(hours, now):
    at = rules.digest_after(hours, now)
    if hours.digest_at is None:
        assert at is None
        return
    assert at is not None
    assert now < at <= now + timedelta(hours=50)
    zone = ZoneInfo(hours.zone)
    if at.astimezone(zone).utcoffset() == (at - timedelta(hours=3)).astimezone(zone).utcoffset():
        local = at.astimezone(zone)
        assert local.hour * 60 + local.minute == hours.digest_at


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_refused(zone):
    with pytest.raises(rules.BadTimes):
        rules.checked_zone(zone)


def test_the_same_of_one_camera_counts_as_one_and_a_fire_is_not_the_same_as_a_person():
    yard, gate = UUID(int=1), UUID(int=2)

    def source(kind, camera, occasion=Occasion.ALARM, sent=0):
        about = About(UUID(int=9), camera, UUID(int=8), kind)
        return rules.source_of(class_of(occasion, kind), occasion, about, sent, "this one")

    assert source("person", yard) == source("person", yard)
    assert len({source("person", yard), source("person", gate), source("fire", yard), source("", yard)}) == 4
    assert source("person", yard, sent=1000) == source("person", yard)
    assert source("technical", yard, sent=1000) == source("technical", gate, sent=1000)
    assert rules.folds_for(Class.ALARM, About(kind="fire")) < rules.folds_for(Class.PERSON, About(kind="person"))
    assert rules.source_of(Class.AGREEMENT, Occasion.AGREEMENT, About(), 0, "a") != rules.source_of(
        Class.AGREEMENT, Occasion.AGREEMENT, About(), 0, "b"
    )
