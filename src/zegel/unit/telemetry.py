# SPDX-License-Identifier: EUPL-1.2
"""The condition of the unit and its cameras, once a minute: what the machine itself says of its battery, temperature,
room and network, and how each stream came in. For maintenance, quality and security (D6); never a picture, nor anything
that was in one.

What has no sensor is None: a figure is never guessed. Sensors are read where Linux has them, under `root`:
/sys/class/power_supply, /sys/class/thermal, /proc/net/wireless, /proc/net/route (Documentation/ABI/testing/sysfs-class-
power and -thermal; proc(5)).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zegel.link.messages import CameraFigures, TelemetryItem, UnitFigures
from zegel.unit.source.media import Packet

EVERY_S = 60.0
GAP_S = 2.0
MEGA = 1_000_000
_LARGEST_FILE = 4096


@dataclass(slots=True)
class Meter:
    """What came in of one camera since the last reading."""

    frames: int = 0
    size: int = 0
    gaps: int = 0
    longest_gop_s: float = 0.0
    _last_s: float | None = None
    _keyframe_s: float | None = None

    def add(self, packet: Packet) -> None:
        at = packet.arrival_mono_s
        if self._last_s is not None and at - self._last_s >= GAP_S:
            self.gaps += 1
        self._last_s = at
        self.frames += 1
        self.size += len(packet.data)
        if packet.keyframe:
            if self._keyframe_s is not None:
                self.longest_gop_s = max(self.longest_gop_s, at - self._keyframe_s)
            self._keyframe_s = at

    def read(self, camera: bytes, state: str, seconds: float) -> CameraFigures:
        """The figures of the last `seconds`, and a fresh start. Of less than a second there are none."""
        told = CameraFigures(camera, state=state)
        if seconds >= 1:
            told = CameraFigures(
                camera, round(10 * self.frames / seconds), round(8 * self.size / seconds / 1000), self.gaps,
                round(self.longest_gop_s * 1000) or None, state,
            )  # fmt: skip
        self.frames = self.size = self.gaps = 0
        self.longest_gop_s = 0.0
        return told


@dataclass(frozen=True, slots=True)
class Sensors:
    """What the machine says about itself. `root`: where its /sys and /proc are."""

    root: Path = Path("/")

    def battery_mv(self) -> int | None:
        """The fullest battery's voltage; None on mains alone."""
        volts = [_number(supply / "voltage_now") for supply in self._supplies()]
        known = [round(micro / 1000) for micro in volts if micro is not None and micro > 0]
        return max(known, default=None)

    def _supplies(self) -> Iterable[Path]:
        found = _folders(self.root / "sys/class/power_supply")
        return [supply for supply in found if _text(supply / "type") == "Battery"]

    def temperature_c10(self) -> int | None:
        """The hottest thermal zone, in tenths of a degree."""
        zones = [zone for zone in _folders(self.root / "sys/class/thermal") if zone.name.startswith("thermal_zone")]
        known = [round(milli / 100) for zone in zones if (milli := _number(zone / "temp")) is not None]
        return max((c10 for c10 in known if -1000 <= c10 <= 2000), default=None)

    def uplink(self) -> str | None:
        """The sort of network that the default route goes over."""
        name = self._route()
        if name is None:
            return None
        if name.startswith(("wwan", "ppp", "rmnet", "usb")):
            return "mobile"
        return "wifi" if name.startswith(("wl", "ath", "ra")) else "wired"

    def _route(self) -> str | None:
        for line in _text(self.root / "proc/net/route").splitlines()[1:]:
            columns = line.split()
            if len(columns) > 7 and columns[1] == "00000000" and columns[7] == "00000000":
                return columns[0]
        return None

    def signal_dbm(self) -> int | None:
        """Of the wireless network that the default route goes over. A modem's is nowhere the kernel's to tell."""
        name = self._route()
        for line in _text(self.root / "proc/net/wireless").splitlines()[2:]:
            interface, _, rest = line.partition(":")
            columns = rest.split()
            if interface.strip() == name and len(columns) > 2:
                return _dbm(columns[2])
        return None


def _dbm(text: str) -> int | None:
    try:
        level = int(float(text.rstrip(".")))
    except ValueError:
        return None
    return level if -200 <= level < 0 else None


def _text(path: Path) -> str:
    try:
        with path.open("r", encoding="ascii", errors="replace") as file:
            return file.read(_LARGEST_FILE).strip()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:
        return None


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError:
        return []


@dataclass(slots=True)
class Gauge:
    """Feed it packets; read it once a minute."""

    sensors: Sensors = field(default_factory=Sensors)
    _meters: dict[bytes, Meter] = field(default_factory=dict)
    _since_s: float | None = None

    def add(self, camera: bytes, packet: Packet) -> None:
        self._meters.setdefault(camera, Meter()).add(packet)

    def read(self, mono_s: float, wall_ms: int, cameras: Mapping[bytes, str], own: OwnFigures) -> TelemetryItem:
        """`cameras`: each one's state as in the signed status."""
        seconds = 0.0 if self._since_s is None else mono_s - self._since_s
        self._since_s = mono_s
        meters = {camera: self._meters.setdefault(camera, Meter()) for camera in cameras}
        told = [meters[camera].read(camera, state, seconds) for camera, state in cameras.items()]
        sensors = self.sensors
        unit = UnitFigures(
            sensors.battery_mv(), sensors.signal_dbm(), sensors.temperature_c10(), own.storage_free_mb, own.spool_mb,
            own.clock_offset_ms, sensors.uplink(), own.data_month_mb,
        )  # fmt: skip
        return TelemetryItem(max(0, wall_ms), unit, told)


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """What the unit's process knows of itself. `clock_offset_ms`: None while only its own clock told the time."""

    storage_free_mb: int | None = None
    spool_mb: int | None = None
    clock_offset_ms: int | None = None
    data_month_mb: int | None = None


def free_mb(folder: Path, statvfs: Callable[[Path], os.statvfs_result] = os.statvfs) -> int | None:
    """Room that is left where recordings wait."""
    try:
        found = statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize // MEGA
