# SPDX-License-Identifier: EUPL-1.2
"""What the unit finds out about its own condition, on a machine that has the sensors and on one that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from zegel.unit.source.media import Packet
from zegel.unit.telemetry import Gauge, Meter, OwnFigures, Sensors, free_mb

CAMERA = b"c" * 16


def packet(at_s: float, size: int = 1000, *, keyframe: bool = False) -> Packet:
    return Packet(b"x" * size, 0, 0, 0, keyframe, at_s, 0, 0)


def machine(root: Path, **files: str) -> Sensors:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return Sensors(root)


ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU\n{} 00000000 0101A8C0 0003 0 0 0 00000000 0"
WIRELESS = "Inter-| sta-| Quality |\n face | tus | link level noise |\n wlan0: 0000   52.  -58.  -256        0"


def test_a_machine_without_sensors_tells_nothing_and_makes_nothing_up(tmp_path: Path):
    sensors = Sensors(tmp_path)
    told = (sensors.battery_mv(), sensors.temperature_c10(), sensors.uplink(), sensors.signal_dbm())
    assert told == (None, None, None, None)


def test_a_mast_tells_its_battery_and_its_hottest_part(tmp_path: Path):
    sensors = machine(
        tmp_path, sys__class__power_supply__AC__type="Mains", sys__class__power_supply__AC__voltage_now="230000000",
        sys__class__power_supply__BAT0__type="Battery", sys__class__power_supply__BAT0__voltage_now="12480000",
        sys__class__thermal__thermal_zone0__temp="41500", sys__class__thermal__thermal_zone1__temp="63250",
        sys__class__thermal__cooling_device0__temp="99000",
    )  # fmt: skip
    assert sensors.battery_mv() == 12_480
    assert sensors.temperature_c10() in {632, 633}


@pytest.mark.parametrize(
    ("interface", "uplink"),
    [("wwan0", "mobile"), ("ppp0", "mobile"), ("wlan0", "wifi"), ("eth0", "wired"), ("enp3s0", "wired")],
)
def test_the_sort_of_network_is_that_of_the_default_route(tmp_path: Path, interface: str, uplink: str):
    assert machine(tmp_path, proc__net__route=ROUTE.format(interface)).uplink() == uplink


def test_only_the_wireless_network_that_is_used_has_a_signal(tmp_path: Path):
    used = machine(tmp_path / "a", proc__net__route=ROUTE.format("wlan0"), proc__net__wireless=WIRELESS)
    unused = machine(tmp_path / "b", proc__net__route=ROUTE.format("eth0"), proc__net__wireless=WIRELESS)
    assert (used.signal_dbm(), unused.signal_dbm()) == (-58, None)


@pytest.mark.parametrize("text", ["", "yes", "12.5", "-", "9" * 500])
def test_a_sensor_that_talks_nonsense_tells_nothing(tmp_path: Path, text: str):
    sensors = machine(
        tmp_path, sys__class__power_supply__B__type="Battery", sys__class__power_supply__B__voltage_now="x" + text,
        sys__class__thermal__thermal_zone0__temp="x" + text, proc__net__route=text, proc__net__wireless=text,
    )  # fmt: skip
    assert (sensors.battery_mv(), sensors.temperature_c10(), sensors.uplink(), sensors.signal_dbm()) == (None,) * 4


def test_a_stream_is_measured_over_the_minute_and_starts_anew():
    meter = Meter()
    for n in range(600):
        meter.add(packet(n / 10, 2500, keyframe=n % 20 == 0))
    told = meter.read(CAMERA, "ok", 60.0)
    assert (told.fps10, told.kbps, told.gaps, told.keyframe_ms) == (100, 200, 0, 2000)
    again = meter.read(CAMERA, "lost", 60.0)
    assert (again.fps10, again.kbps, again.gaps, again.keyframe_ms, again.state) == (0, 0, 0, None, "lost")


def test_a_stop_of_two_seconds_is_a_gap():
    meter = Meter()
    for at in (0.0, 0.1, 2.2, 2.3, 9.0):
        meter.add(packet(at))
    assert meter.read(CAMERA, "ok", 10.0).gaps == 2


def test_the_first_reading_only_starts_the_counters(tmp_path: Path):
    gauge = Gauge(Sensors(tmp_path))
    gauge.add(CAMERA, packet(1.0))
    first = gauge.read(10.0, 5_000, {CAMERA: "ok"}, OwnFigures())
    assert (first.cameras[0].fps10, first.cameras[0].state) == (None, "ok")
    gauge.add(CAMERA, packet(11.0))
    second = gauge.read(20.0, 15_000, {CAMERA: "ok"}, OwnFigures(storage_free_mb=5, clock_offset_ms=3))
    assert (second.cameras[0].fps10, second.unit.storage_free_mb, second.unit.data_month_mb) == (1, 5, None)


def test_room_is_told_where_there_is_a_folder(tmp_path: Path):
    assert (free_mb(tmp_path) or 0) > 0
    assert free_mb(tmp_path / "none") is None
