# SPDX-License-Identifier: EUPL-1.2
"""Figures, timers, confirmation, scores, tests, storms: the small rules, each tried at its edges."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.alarms import avs, confirm, parameters, rules, storm, testing, timers
from zegel.server.alarms.avs import Evidence
from zegel.server.alarms.confirm import By, Notice
from zegel.server.alarms.errors import BadParameter
from zegel.server.alarms.rules import Confirmed
from zegel.server.alarms.timers import Door, Times, Trip

NOW = 1_800_000_000_000
PANEL = UUID(int=1)
ms = st.integers(NOW - 4_000_000, NOW + 4_000_000)


# --- figures ---


@given(st.dictionaries(st.sampled_from(sorted(parameters.LIMITS)), st.integers(-10, 100_000)))
def test_figures_are_within_their_limits_or_refused(values: dict[str, int]) -> None:
    try:
        wanted = parameters.merged(parameters.checked(values))
    except BadParameter:
        return
    assert 15 <= wanted.abort_s <= 45
    assert wanted.entry_s + wanted.abort_s <= 60


@given(
    st.dictionaries(st.sampled_from(["entry_s", "abort_s", "hold_s"]), st.integers(15, 45)),
    st.dictionaries(st.sampled_from(["entry_s", "abort_s", "nonsense"]), st.integers(15, 45)),
)
def test_entry_and_abort_never_come_to_more_than_a_minute_whichever_layer_said_them(
    provider: dict[str, int], site: dict[str, int]
) -> None:
    found = parameters.merged(provider, site)
    assert found.entry_s + found.abort_s <= 60


@pytest.mark.parametrize("values", [{"nonsense": 1}, {"abort_s": 14}, {"abort_s": 46}, {"abort_s": True},
                                    {"entry_s": 45, "abort_s": 45}, {"abort_s": "30"}])  # fmt: skip
def test_a_figure_that_the_standard_does_not_allow_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(BadParameter):
        parameters.checked(values)


def test_a_site_goes_before_its_provider_and_both_before_the_defaults() -> None:
    found = parameters.merged({"hold_s": 20, "abort_s": 40}, {"hold_s": 0})
    assert (found.hold_of("site-nl"), found.abort_s, found.swinger_after) == (0, 40, 2)
    assert found.hold_of("home-se") == 60, "a home is never looked at sooner"


def test_people_in_danger_have_a_shorter_norm() -> None:
    assert [parameters.DEFAULTS.norm_s(name) for name in ("fire", "holdup_duress", "medical", "burglary")] == [
        30, 30, 30, 90,
    ]  # fmt: skip


# --- confirmation ---

detectors = st.sampled_from(["a", "b", "c", ""])
notices = st.lists(st.builds(Notice, detectors, ms, st.sampled_from(list(By))), max_size=6)


@given(st.builds(Notice, detectors, ms), st.lists(ms, max_size=5))
def test_one_detector_never_confirms_itself(one: Notice, again: list[int]) -> None:
    same = [one, *(Notice(one.detector, at, one.by) for at in again)]
    assert confirm.confirmed(same, (), 3600) is Confirmed.NOT


@given(notices, st.lists(ms, max_size=2), st.integers(30, 3600))
def test_more_notices_never_weaken_a_confirmation(found: list[Notice], failures: list[int], window_s: int) -> None:
    whole = confirm.confirmed(found, failures, window_s)
    for size in range(len(found)):
        part = confirm.confirmed(found[:size], failures, window_s)
        assert confirm.stronger(part, whole) == whole


@given(notices, st.integers(30, 1800))
def test_a_longer_window_confirms_at_least_as_much(found: list[Notice], window_s: int) -> None:
    short, long = confirm.confirmed(found, (), window_s), confirm.confirmed(found, (), window_s * 2)
    assert confirm.stronger(short, long) == long


@pytest.mark.parametrize(("apart_ms", "expected"), [(60_000, Confirmed.SEQUENTIAL), (60_001, Confirmed.NOT)])
def test_the_edge_of_the_window_belongs_to_it(apart_ms: int, expected: Confirmed) -> None:
    assert confirm.confirmed([Notice("a", NOW), Notice("b", NOW + apart_ms)], (), 60) is expected


def test_two_cameras_confirm_as_two_detectors_and_sound_as_sound() -> None:
    assert confirm.confirmed([Notice("a", 0, By.VIDEO), Notice("b", 0, By.VIDEO)], (), 60) is Confirmed.SEQUENTIAL
    assert confirm.confirmed([Notice("a", 0, By.AUDIO), Notice("b", 0)], (), 60) is Confirmed.AUDIO


# --- the score ---

evidence = st.builds(
    Evidence, st.sampled_from(["burglary", "holdup_duress", "fire", "technical"]),
    st.sampled_from([str(one) for one in Confirmed]), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    st.frozensets(st.sampled_from(["nobody_seen", "somebody_seen", "danger_seen", "no_picture"])),
)  # fmt: skip


@given(evidence)
def test_a_score_is_0_to_4_with_a_reason_and_danger_is_never_scored_away(known: Evidence) -> None:
    found = avs.score(known)
    if found is None:
        assert known.family not in avs.SCORED
        assert not known.duress
        return
    assert 0 <= found.level <= 4
    assert found.reasons
    assert set(found.reasons) <= {reason.value for reason in avs.Reason}
    if known.duress or known.family == "holdup_duress":
        assert found.level == avs.LIFE
    if "somebody_seen" in known.outcomes or known.confirmed:
        assert found.level >= avs.SOMEBODY


def test_what_speaks_against_an_alarm_lowers_one_that_nothing_else_supports() -> None:
    assert avs.score(Evidence("burglary")) == avs.Score(1, ("one_detector",))
    assert avs.score(Evidence("burglary", potential_cancel=True)) == avs.Score(0, ("cancelled",))
    assert avs.score(Evidence("burglary", "video", potential_cancel=True)) == avs.Score(2, ("person_found",))
    assert avs.score(Evidence("burglary", outcomes=["danger_seen"])) == avs.Score(3, ("danger_seen",))


# --- timers ---

doors = st.builds(Door, st.sampled_from(["panel", "mqtt", "api"]), st.sampled_from(["burglary", "fire"]),
                  st.booleans(), ms, st.one_of(st.none(), ms))  # fmt: skip
some_times = st.builds(Times, st.integers(0, 45), st.integers(0, 255), st.integers(15, 45))


@given(doors, some_times)
def test_only_a_burglary_by_the_door_of_a_sender_that_times_nothing_ever_waits(door: Door, figures: Times) -> None:
    waits = timers.queue_at_ms(door, figures) > door.at_ms
    leaving = timers.is_leaving(door, figures)
    if waits or leaving:
        assert door.by_entry
        assert door.source != "panel"
        assert door.signal_class == "burglary"
    assert 0 <= timers.queue_at_ms(door, figures) - door.at_ms <= figures.entry_s * 1000


@pytest.mark.parametrize(("after_ms", "leaving"), [(-1, False), (0, True), (59_999, True), (60_000, False)])
def test_the_exit_time_is_half_open(after_ms: int, leaving: bool) -> None:
    door = Door("mqtt", "burglary", True, NOW + after_ms, NOW)
    assert timers.is_leaving(door, Times(0, 60, 30)) is leaving


@given(st.lists(st.builds(Trip, ms, st.sampled_from(["", "genuine", "false_equipment", "test", "unknown"]))),
       st.one_of(st.none(), ms), st.integers(0, 6))  # fmt: skip
def test_a_detector_is_shut_out_only_for_alarms_that_were_judged_useless(
    trips: list[Trip], set_ms: int | None, after: int
) -> None:
    if timers.is_swinger("panel 5", "burglary", trips, set_ms, NOW, after):
        since = [trip for trip in trips if trip.at_ms >= (set_ms or 0)]
        assert len(since) >= after > 0
        assert all(trip.closed_code in timers.USELESS for trip in since)
    for name in ("fire", "holdup_duress", "medical", "tamper"):
        assert not timers.is_swinger("panel 5", name, trips, set_ms, NOW, after)


def test_after_48_quiet_hours_it_rings_again() -> None:
    trips = [Trip(NOW - timers.SWINGER_FORGETS_MS - 1, "false_equipment")] * 2
    assert not timers.is_swinger("panel 5", "burglary", trips, None, NOW, 2)
    assert timers.is_swinger("panel 5", "burglary", [Trip(NOW - 1, "test")] * 2, None, NOW, 2)


def test_who_does_not_say_which_detector_it_is_is_always_listened_to() -> None:
    assert not timers.is_swinger("", "burglary", [Trip(NOW - 1, "test")] * 2, None, NOW, 2)


# --- storms ---


@given(st.lists(ms), st.integers(3, 20), st.integers(10, 3600), st.booleans())
def test_danger_to_people_is_never_a_runaway(at: list[int], after: int, within_s: int, duress: bool) -> None:
    for name in ("fire", "holdup_duress", "medical"):
        assert not storm.is_runaway(name, duress, at, after, within_s)
    assert not storm.is_runaway("burglary", True, at, after, within_s)
    if storm.is_runaway("burglary", False, at, after, within_s):
        assert len(at) >= after


# --- tests ---


@given(st.sampled_from(["burglary", "fire", "medical", "tamper", "technical", "holdup_duress"]), ms, st.booleans(),
       st.booleans())  # fmt: skip
def test_a_test_ends_by_itself_and_never_covers_hold_up_or_duress(
    name: str, at: int, fire: bool, duress: bool
) -> None:
    window = testing.Window(NOW, NOW + 60_000, fire=fire)
    found = testing.is_test(testing.Tested(name, at, PANEL, "1", duress), [window])
    if found:
        assert NOW <= at < NOW + 60_000
        assert name != "holdup_duress"
        assert not duress
        assert fire or not rules.is_life_safety(name)


def test_a_test_of_a_zone_is_of_that_zone_however_it_is_written() -> None:
    window = testing.Window(NOW, NOW + 1, PANEL, frozenset({"1"}))
    assert testing.is_test(testing.Tested("burglary", NOW, PANEL, "001"), [window])
    assert not testing.is_test(testing.Tested("burglary", NOW, PANEL, "10"), [window])
    assert not testing.is_test(testing.Tested("burglary", NOW, UUID(int=2), "1"), [window])
