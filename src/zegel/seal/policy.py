# SPDX-License-Identifier: EUPL-1.2
"""Policies: what the owner lets the unit do. The unit obeys this and nothing else; the server only carries it.

An expired policy keeps guarding and sealing to the owner, and releases nothing. Whether surveillance is allowed at
an instant is a pure function of the policy and that instant, in the site's own time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours, Replayed
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.keyset import Keyset, Signer
from zegel.seal.suite import SigningKey

MINUTES_PER_DAY = 1440
FULL_SCALE = 10_000
MAX_CAMERAS = 64
MAX_ZONES = 32
MAX_CORNERS = 64
MAX_CLASSES = 32
MAX_EXCEPTIONS = 400
MAX_INTERVALS = 16
MAX_COMMANDERS = 200
MAX_PRE_S = 60
MAX_POST_S = 3600
MAX_WINDOW_S = 86_400
MAX_RELEASES = 100_000
MAX_RELEASED_S = 1_000_000
MAX_ACCOUNTS = 32
MAX_INPUTS = 256
MAX_CENTRAL_PANELS = 32
MAX_CENTRAL_RELEASES = 100
YEARS = range(2000, 2200)

_ACCOUNT = re.compile(r"[0-9A-F]{3,16}|[a-z][a-z0-9_]{0,31}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_HORIZON_DAYS = 9


class RecordingMode(StrEnum):
    ACTIVITY = "activity"
    CONTINUOUS = "continuous"


class LiveEnd(StrEnum):
    """When the alarm centre's live view ends: the owner's choice."""

    GUARD_SENT = "guard_sent"
    ARRIVED = "arrived"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Interval:
    """Minutes [start, end) of a local day: 0 … 1440. A night is two intervals, on two days."""

    start: int
    end: int

    def values(self) -> tuple[Value, ...]:
        return (self.start, self.end)

    @classmethod
    def read(cls, fields: Fields) -> Interval:
        found = cls(fields.uint("from", 0, MINUTES_PER_DAY - 1), fields.uint("to", 1, MINUTES_PER_DAY))
        if found.start >= found.end:
            raise fields.wrong("to", "an interval ends after it starts; split a night at midnight")
        return found


@dataclass(frozen=True, slots=True)
class Weekly:
    """Working hours of a weekday (0 = Monday)."""

    weekday: int
    interval: Interval

    def values(self) -> tuple[Value, ...]:
        return (self.weekday, self.interval.start, self.interval.end)

    @classmethod
    def read(cls, fields: Fields) -> Weekly:
        weekday = fields.uint("weekday", 0, 6)
        return cls(weekday, Interval.read(fields))


@dataclass(frozen=True, slots=True)
class ExceptionDay:
    """What holds on one date instead of the week: no interval at all means that nobody works (a holiday)."""

    date: str
    intervals: tuple[Interval, ...]

    def values(self) -> tuple[Value, ...]:
        return (self.date, tuple(interval.values() for interval in self.intervals))

    @classmethod
    def read(cls, fields: Fields) -> ExceptionDay:
        text = fields.text("date", 10, 10)
        try:
            day = date.fromisoformat(text)
            if day.isoformat() != text or day.year not in YEARS:
                raise ValueError
        except ValueError:
            raise fields.wrong("date", "a date as YYYY-MM-DD, from 2000 to 2199, was expected") from None
        intervals = fields.many("intervals", Interval.read, most=MAX_INTERVALS)
        _check_apart(fields, "intervals", intervals)
        return cls(text, intervals)


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours, in which surveillance is off: local wall-clock time of `zone` (an IANA name)."""

    zone: str
    weekly: tuple[Weekly, ...] = ()
    exceptions: tuple[ExceptionDay, ...] = ()

    def values(self) -> tuple[Value, ...]:
        return (
            self.zone,
            tuple(item.values() for item in self.weekly),
            tuple(item.values() for item in self.exceptions),
        )

    @classmethod
    def read(cls, fields: Fields) -> Hours:
        zone = fields.text("zone", most=64)
        if _zone(zone) is None:
            raise fields.wrong("zone", f"{zone!r} is no time zone known here")
        weekly = fields.many("weekly", Weekly.read, most=7 * MAX_INTERVALS)
        fields.rising("weekly", ((item.weekday, item.interval.start) for item in weekly))
        for day in range(7):
            _check_apart(fields, "weekly", tuple(item.interval for item in weekly if item.weekday == day))
        exceptions = fields.many("exceptions", ExceptionDay.read, most=MAX_EXCEPTIONS)
        fields.rising("exceptions", (item.date for item in exceptions))
        return cls(zone, weekly, exceptions)

    def working(self, utc_ms: int) -> bool:
        """Whether an instant lies in working hours. On a night with two 02:30s, both are 02:30."""
        local = _local(self.zone, utc_ms)
        minute = local.hour * 60 + local.minute
        return any(interval.start <= minute < interval.end for interval in self.of(local.date()))

    def of(self, day: date) -> tuple[Interval, ...]:
        """The intervals of a local date."""
        text = day.isoformat()
        for exception in self.exceptions:
            if exception.date == text:
                return exception.intervals
        return tuple(item.interval for item in self.weekly if item.weekday == day.weekday())

    def next_change(self, utc_ms: int) -> int | None:
        """The first instant (ms UTC) after `utc_ms` at which `working` differs, or None when it never does.

        Looks nine days ahead and at every later exception: a weekly pattern repeats before that.
        """
        now = self.working(utc_ms)
        for instant in sorted(set(self._edges(utc_ms))):
            if instant > utc_ms and self.working(instant) is not now:
                return instant
        return None

    def _edges(self, utc_ms: int) -> Iterator[int]:
        """Every instant at which something could change, in no order."""
        for day in self._days(utc_ms):
            yield from self._edges_of(day)

    def _days(self, utc_ms: int) -> Iterator[date]:
        today = _local(self.zone, utc_ms).date()
        for ahead in range(-1, _HORIZON_DAYS):
            yield today + ahead * _DAY
        for exception in self.exceptions:
            day = date.fromisoformat(exception.date)
            if day >= today:
                yield from (day, min(day, date.max - _DAY) + _DAY)

    def _edges_of(self, day: date) -> Iterator[int]:
        zone = _known_zone(self.zone)
        minutes = {0, *(edge for item in self.of(day) for edge in (item.start, item.end))}
        for minute in minutes:
            naive = datetime.combine(day, time()) + timedelta(minutes=minute)
            for fold in (0, 1):
                yield _ms(naive.replace(tzinfo=zone, fold=fold))
        yield from _jump(zone, day)


@dataclass(frozen=True, slots=True)
class Point:
    """A corner of a polygon: 0 … 10000 from the left and from the top of the picture."""

    x: int
    y: int

    def values(self) -> tuple[Value, ...]:
        return (self.x, self.y)

    @classmethod
    def read(cls, fields: Fields) -> Point:
        return cls(fields.uint("x", 0, FULL_SCALE), fields.uint("y", 0, FULL_SCALE))


@dataclass(frozen=True, slots=True)
class Polygon:
    corners: tuple[Point, ...]

    def values(self) -> tuple[Value, ...]:
        return tuple(corner.values() for corner in self.corners)


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the picture and the classes that count there."""

    name: str
    polygon: Polygon
    classes: tuple[str, ...]

    def values(self) -> tuple[Value, ...]:
        return (self.name, self.polygon.values(), self.classes)

    @classmethod
    def read(cls, fields: Fields) -> Zone:
        return cls(fields.text("name", most=64), _read_polygon(fields, "polygon"), _read_classes(fields, "classes"))


@dataclass(frozen=True, slots=True)
class PanTilt:
    """How far the camera may be turned, 0 … 10000 of its reach."""

    pan_min: int
    pan_max: int
    tilt_min: int
    tilt_max: int

    def values(self) -> tuple[Value, ...]:
        return (self.pan_min, self.pan_max, self.tilt_min, self.tilt_max)

    @classmethod
    def read(cls, fields: Fields) -> PanTilt:
        names = ("pan_min", "pan_max", "tilt_min", "tilt_max")
        limits = cls(*(fields.uint(name, 0, FULL_SCALE) for name in names))
        if limits.pan_min > limits.pan_max or limits.tilt_min > limits.tilt_max:
            raise fields.wrong("pan_tilt", "a least value lies above its greatest")
        return limits


@dataclass(frozen=True, slots=True)
class CameraRules:
    """What counts on one camera. No zone means the whole picture; `privacy` is never looked at nor recorded."""

    camera: bytes
    zones: tuple[Zone, ...] = ()
    privacy: tuple[Polygon, ...] = ()
    pan_tilt: PanTilt | None = None

    def values(self) -> tuple[Value, ...]:
        return (
            self.camera,
            tuple(zone.values() for zone in self.zones),
            tuple(polygon.values() for polygon in self.privacy),
            None if self.pan_tilt is None else self.pan_tilt.values(),
        )

    @classmethod
    def read(cls, fields: Fields) -> CameraRules:
        return cls(
            fields.id("camera"),
            fields.many("zones", Zone.read, most=MAX_ZONES),
            fields.each("privacy", _read_polygon, most=MAX_ZONES),
            fields.maybe("pan_tilt", PanTilt.read),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """How much of an alarm the alarm centre sees, in seconds before, after, and at the very most."""

    pre_s: int
    post_s: int
    live_end: LiveEnd
    max_s: int

    def values(self) -> tuple[Value, ...]:
        return (self.pre_s, self.post_s, self.live_end.value, self.max_s)

    @classmethod
    def read(cls, fields: Fields) -> Window:
        return cls(
            fields.uint("pre", 0, MAX_PRE_S),
            fields.uint("post", 0, MAX_POST_S),
            fields.choice("live_end", LiveEnd),
            fields.uint("max", 1, MAX_WINDOW_S),
        )


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be released in any 24 hours: alarms, and seconds of pictures."""

    releases: int
    seconds: int

    def values(self) -> tuple[Value, ...]:
        return (self.releases, self.seconds)

    @classmethod
    def read(cls, fields: Fields) -> Caps:
        return cls(fields.uint("releases", 0, MAX_RELEASES), fields.uint("seconds", 0, MAX_RELEASED_S))


@dataclass(frozen=True, slots=True)
class LocalZone:
    """What a zone of a local panel or input means: its class, and the cameras that look at it (none: no pictures)."""

    zone: str
    class_name: str
    cameras: tuple[bytes, ...] = ()

    def values(self) -> tuple[Value, ...]:
        return (self.zone, self.class_name, self.cameras)

    @classmethod
    def read(cls, fields: Fields) -> LocalZone:
        zone = cls(
            fields.text("zone", most=64), fields.word("class"), fields.each("cameras", Fields.id, most=MAX_CAMERAS)
        )
        fields.rising("cameras", zone.cameras)
        return zone


@dataclass(frozen=True, slots=True)
class LocalAccount:
    """A panel on site by its DC-09 account (3 … 16 hex digits, upper case), or another kind of input by its name."""

    account: str
    zones: tuple[LocalZone, ...] = ()

    def values(self) -> tuple[Value, ...]:
        return (self.account, tuple(zone.values() for zone in self.zones))

    @classmethod
    def read(cls, fields: Fields) -> LocalAccount:
        account = fields.text("account", most=32)
        if not _ACCOUNT.fullmatch(account):
            raise fields.wrong("account", "3 … 16 digits of 0-9 and A-F were expected, or a word such as onvif")
        zones = fields.many("zones", LocalZone.read, most=MAX_INPUTS)
        fields.rising("zones", (zone.zone for zone in zones))
        return cls(account, zones)

    @property
    def panel(self) -> bool:
        """Whether it is a panel's account; otherwise it is the word for another kind of input."""
        return self.account[0] not in "abcdefghijklmnopqrstuvwxyz"

    def zone(self, name: str) -> LocalZone | None:
        return next((zone for zone in self.zones if zone.zone == name), None)


@dataclass(frozen=True, slots=True)
class CentralAlarms:
    """Panels that report to the server and may all the same open pictures: by their own key, few times a day."""

    panels: tuple[Signer, ...]
    releases: int

    def values(self) -> tuple[Value, ...]:
        return (tuple(panel.values() for panel in self.panels), self.releases)

    @classmethod
    def read(cls, fields: Fields) -> CentralAlarms:
        panels = fields.many("panels", Signer.read, most=MAX_CENTRAL_PANELS)
        fields.rising("panels", (panel.id for panel in panels))
        return cls(panels, fields.uint("releases", 1, MAX_CENTRAL_RELEASES))


@dataclass(frozen=True, slots=True)
class Policy(Body):
    """What one unit does in one pairing. `armed` is its state until a commander's command changes it."""

    NAME = "policy"

    unit: bytes
    pairing: bytes
    counter: int
    issued_ms: int
    expires_ms: int
    keyset_hash: bytes
    armed: bool
    mode: RecordingMode
    hours: Hours
    cameras: tuple[CameraRules, ...]
    alarm_classes: tuple[str, ...]
    release_classes: tuple[str, ...]
    window: Window
    caps: Caps
    commanders: tuple[Signer, ...]
    local: tuple[LocalAccount, ...] | None = None
    central: CentralAlarms | None = None

    def values(self) -> tuple[Value, ...]:
        return (
            self.unit, self.pairing, self.counter, self.issued_ms, self.expires_ms, self.keyset_hash,
            self.armed, self.mode.value, self.hours.values(),
            tuple(camera.values() for camera in self.cameras),
            self.alarm_classes, self.release_classes,
            self.window.values(), self.caps.values(),
            tuple(commander.values() for commander in self.commanders),
            None if self.local is None else tuple(account.values() for account in self.local),
            None if self.central is None else self.central.values(),
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        policy = cls(
            fields.id("unit"),
            fields.id("pairing"),
            fields.uint("counter", 1),
            fields.ms("issued"),
            fields.ms("expires"),
            fields.hash("keyset_hash"),
            fields.flag("armed"),
            fields.choice("mode", RecordingMode),
            fields.one("hours", Hours.read),
            fields.many("cameras", CameraRules.read, most=MAX_CAMERAS),
            _read_classes(fields, "alarm_classes"),
            _read_classes(fields, "release_classes"),
            fields.one("window", Window.read),
            fields.one("caps", Caps.read),
            fields.many("commanders", Signer.read, most=MAX_COMMANDERS),
            fields.optional("local", lambda name: fields.many(name, LocalAccount.read, most=MAX_ACCOUNTS, least=1)),
            fields.maybe("central", CentralAlarms.read),
        )
        policy._check(fields)
        return policy

    def _check(self, fields: Fields) -> None:
        if self.expires_ms <= self.issued_ms:
            raise fields.wrong("expires", "it must lie after the issue")
        fields.rising("cameras", (camera.camera for camera in self.cameras))
        fields.rising("commanders", (commander.id for commander in self.commanders))
        fields.rising("local", (account.account for account in self.local or ()))
        if not set(self.release_classes) <= set(self.alarm_classes):
            raise fields.wrong("release_classes", "only a class that alarms can release")

    def surveillance_allowed(self, utc_ms: int) -> bool:
        """Whether the instant lies outside of working hours. (Armed or not is another matter.)"""
        return not self.hours.working(utc_ms)

    def next_change(self, utc_ms: int) -> int | None:
        """When `surveillance_allowed` next changes, ms UTC: "working until 22:00"."""
        return self.hours.next_change(utc_ms)

    def expired(self, now_ms: int) -> bool:
        """An expired policy still guards and seals; it releases nothing."""
        return now_ms >= self.expires_ms

    def camera(self, camera: bytes) -> CameraRules:
        """The rules of a camera; a camera that isn't listed has no zones and no masks."""
        for rules in self.cameras:
            if rules.camera == camera:
                return rules
        return CameraRules(camera)

    def local_account(self, account: str) -> LocalAccount | None:
        """What the policy says of a local panel or input; None: nothing is listened to under that name."""
        return next((item for item in self.local or () if item.account == account), None)

    def commander_pk(self, person: bytes) -> bytes | None:
        """The key of a person who may arm and disarm, or None."""
        return next((commander.sign_pk for commander in self.commanders if commander.id == person), None)


def sign_policy(policy: Policy, owner: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Policy.NAME, policy.encode(), owner)


def verify_policy(data: bytes, keyset: Keyset, *, last_counter: int, now_ms: int) -> Policy:
    """The policy, signed by an owner of the pinned keyset, for its unit and pairing, newer than `last_counter`, in
    date.

    Raises SealError: UnknownSigner, BadSignature, NotYours, Replayed, Expired, NotYetValid, FieldWrong …
    """
    policy = Policy.decode(envelope.verify(data, Policy.NAME, keyset.owner_pks))
    if (policy.unit, policy.pairing) != (keyset.unit, keyset.pairing):
        raise NotYours("the policy belongs to another unit or pairing")
    if policy.keyset_hash != keyset.hash:
        raise NotYours("the policy was made under another keyset")
    if policy.counter <= last_counter:
        raise Replayed(f"policy {policy.counter} is not newer than {last_counter}")
    check_dated("policy", policy.issued_ms, policy.expires_ms, now_ms)
    return policy


def _read_polygon(fields: Fields, name: str) -> Polygon:
    return Polygon(fields.many(name, Point.read, most=MAX_CORNERS, least=3))


def _read_classes(fields: Fields, name: str) -> tuple[str, ...]:
    classes = fields.each(name, Fields.word, most=MAX_CLASSES)
    fields.rising(name, classes)
    return classes


def _check_apart(fields: Fields, name: str, intervals: tuple[Interval, ...]) -> None:
    for before, after in pairwise(intervals):
        if after.start < before.end:
            raise fields.wrong(name, "the intervals of a day must ascend and not overlap")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _known_zone(name: str) -> ZoneInfo:
    zone = _zone(name)
    if zone is None:
        raise NotYours(f"the time zone {name!r} is not known on this machine", "Install the time zone data (tzdata).")
    return zone


def _local(zone: str, utc_ms: int) -> datetime:
    return (_EPOCH + timedelta(milliseconds=utc_ms)).astimezone(_known_zone(zone))


def _ms(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _jump(zone: ZoneInfo, day: date) -> Iterator[int]:
    """The instant at which the clocks of `zone` change on a local date, if they do."""
    low = _ms(datetime.combine(day, time(), tzinfo=UTC)) - 43_200_000
    high = low + 3 * 43_200_000
    before = _offset(zone, low)
    if _offset(zone, high) == before:
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    yield high


def _offset(zone: ZoneInfo, utc_ms: int) -> timedelta | None:
    return (_EPOCH + timedelta(milliseconds=utc_ms)).astimezone(zone).utcoffset()
