# SPDX-License-Identifier: EUPL-1.2
"""What counts as something the matter with a device, and that an edge raises it once."""

from __future__ import annotations

import pytest

from zegel.server.sites import limits
from zegel.server.sites.limits import Condition, Limits, judge

CAMERA = "0a" * 16


def found(figures: dict, cameras: dict | None = None, before: frozenset[str] = frozenset(), of: Limits | None = None):
    return {one.key for one in judge(figures, cameras or {}, of or Limits(battery_mv=11_800), before)}


def test_figures_within_their_limits_raise_nothing():
    well = {"battery_mv": 12_500, "storage_free_mb": 90_000, "clock_offset_ms": 20, "temperature_c10": 410}
    assert found(well, {CAMERA: {"fps10": 150, "gaps": 0, "state": "ok"}}) == set()


@pytest.mark.parametrize(
    ("figure", "value", "condition"),
    [
        ("battery_mv", 11_500, "battery_low"), ("storage_free_mb", 300, "storage_low"),
        ("clock_offset_ms", 30_000, "clock_off"), ("temperature_c10", 800, "too_hot"),
        ("signal_dbm", -101, "signal_weak"),
    ],
)  # fmt: skip
def test_a_figure_beyond_its_limit_raises_its_condition(figure: str, value: int, condition: str):
    assert found({figure: value}) == {condition}


def test_a_figure_that_is_not_told_says_nothing():
    assert found({}) == set()
    assert found({"battery_mv": None, "signal_dbm": "strong"}) == set()


def test_on_the_edge_it_is_raised_once_and_ends_a_little_beyond():
    assert found({"battery_mv": 11_850}) == set()
    assert found({"battery_mv": 11_850}, before=frozenset({"battery_low"})) == {"battery_low"}
    assert found({"battery_mv": 12_300}, before=frozenset({"battery_low"})) == set()
    assert found({"signal_dbm": -84}, before=frozenset({"signal_weak"})) == {"signal_weak"}
    assert found({"signal_dbm": -80}, before=frozenset({"signal_weak"})) == set()


def test_a_lost_camera_is_down_and_a_stuttering_one_poor():
    assert found({}, {CAMERA: {"state": "lost"}}) == {f"stream_down:{CAMERA}"}
    assert found({}, {CAMERA: {"fps10": 0, "state": "ok"}}) == {f"stream_down:{CAMERA}"}
    assert found({}, {CAMERA: {"fps10": 9}}) == {f"stream_poor:{CAMERA}"}
    assert found({}, {CAMERA: {"fps10": 150, "gaps": 9}}) == {f"stream_poor:{CAMERA}"}


def test_a_mast_watches_its_battery_and_a_home_does_not():
    assert limits.of_profile("site-nl").battery_mv == 11_800
    assert limits.of_profile("home-se").battery_mv is None
    assert limits.of_profile("never heard of") == limits.of_profile("home-de")


def test_a_site_may_set_its_own_and_may_say_that_a_figure_is_not_looked_at():
    own = limits.of_site("site-nl", {"battery_mv": 23_600, "signal_dbm": None})
    assert (own.battery_mv, own.signal_dbm, own.silent_s) == (23_600, None, 900)
    assert found({"signal_dbm": -120}, of=own) == set()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("battery_mv", 7, "range"), ("silent_s", 10, "range"), ("silent_s", True, "number"),
        ("silent_s", "x", "number"),
        ("fingerprint", 5, "name"), ("fps10", None, None), ("fps10", 100, None),
    ],
)  # fmt: skip
def test_a_limit_that_no_device_could_have_is_refused_and_never_used(name: str, value: object, why: str | None):
    assert limits.wrong(name, value) == why
    if why is not None:
        assert limits.of_site("site-nl", {name: value}) == limits.of_profile("site-nl")


def test_every_condition_but_silence_can_be_found_and_every_limit_has_a_range():
    assert set(limits.shown(Limits())) == set(limits.RANGES)
    everything = {"battery_mv": 1, "storage_free_mb": 1, "clock_offset_ms": 10**6, "temperature_c10": 1500,
                  "signal_dbm": -199, "data_month_mb": 10**9}  # fmt: skip
    bad = {"0a" * 16: {"state": "lost"}, "0b" * 16: {"fps10": 1}}
    said = judge(everything, bad, Limits(battery_mv=11_800, data_month_mb=1000), frozenset())
    assert {one.condition for one in said} == set(Condition) - {Condition.SILENT_UNIT}
