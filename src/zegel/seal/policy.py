# SPDX-License-Identifier: EUPL-1.2
"""Policies: what the owner lets the unit do. The unit obeys this and nothing else; the server only carries it.

An expired policy keeps guarding and sealing to the owner, and releases nothing. Whether surveillance is allowed at
an instant is a pure function of the policy and that instant, in the site's own time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from zegel.seal import envelope
from zegel.seal.allowances import (
    MAX_DELEGATES,
    MAX_OVERVIEW,
    MAX_PARTS,
    Budget,
    Delegate,
    LiveRules,
    OverviewRules,
    Part,
    Storage,
    is_account,
)
from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours, Replayed
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.hours import ExceptionDay as ExceptionDay
from zegel.seal.hours import Hours as Hours
from zegel.seal.hours import Interval as Interval
from zegel.seal.hours import Weekly as Weekly
from zegel.seal.keyset import Keyset, Signer
from zegel.seal.suite import SigningKey

FULL_SCALE = 10_000
MAX_CAMERAS = 64
MAX_ZONES = 32
MAX_CORNERS = 64
MAX_CLASSES = 32
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


class RecordingMode(StrEnum):
    ACTIVITY = "activity"
    CONTINUOUS = "continuous"


class LiveEnd(StrEnum):
    """When the alarm centre's live view ends: the owner's choice."""

    GUARD_SENT = "guard_sent"
    ARRIVED = "arrived"
    CLOSED = "closed"


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
        if not is_account(account):
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
    parts: tuple[Part, ...] = ()
    delegates: tuple[Delegate, ...] = ()
    overview: tuple[OverviewRules, ...] = ()
    live: LiveRules | None = None
    budget: Budget | None = None
    storage: Storage | None = None

    def values(self) -> tuple[Value, ...]:
        """As release 0.1.0 wrote it while nothing that came later is used: one policy has one encoding."""
        later = self._later()
        return (*self._first(), *(later if any(later) else ()))

    def _later(self) -> tuple[Value, ...]:
        return (
            tuple(part.values() for part in self.parts),
            tuple(delegate.values() for delegate in self.delegates),
            tuple(rules.values() for rules in self.overview),
            None if self.live is None else self.live.values(),
            None if self.budget is None else self.budget.values(),
            None if self.storage is None else self.storage.values(),
        )

    def _first(self) -> tuple[Value, ...]:
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
            **(_read_later(fields) if fields.more() else {}),
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
        self._check_later(fields)

    def _check_later(self, fields: Fields) -> None:
        fields.rising("parts", (part.name for part in self.parts))
        fields.rising("delegates", (delegate.id for delegate in self.delegates))
        fields.rising("overview", (rules.camera for rules in self.overview))
        commanders = {item for commander in self.commanders for item in (commander.id, commander.sign_pk)}
        keys = {delegate.sign_pk for delegate in self.delegates}
        if len(keys) != len(self.delegates) or commanders & {*keys, *(delegate.id for delegate in self.delegates)}:
            raise fields.wrong("delegates", "each has a key of his own, and nobody is commander and delegate at once")

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

    def delegate(self, person: bytes) -> Delegate | None:
        """What somebody may command who is no commander, or None."""
        return next((delegate for delegate in self.delegates if delegate.id == person), None)

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)


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


def _read_later(fields: Fields) -> dict[str, Any]:
    """What came after release 0.1.0: all of it or nothing, and not when all of it is empty (that has another form)."""
    later: dict[str, Any] = {
        "parts": fields.many("parts", Part.read, most=MAX_PARTS),
        "delegates": fields.many("delegates", Delegate.read, most=MAX_DELEGATES),
        "overview": fields.many("overview", OverviewRules.read, most=MAX_OVERVIEW),
        "live": fields.maybe("live", LiveRules.read),
        "budget": fields.maybe("budget", Budget.read),
        "storage": fields.maybe("storage", Storage.read),
    }
    if not any(later.values()):
        raise fields.wrong("parts", "fields that say nothing are left out")
    return later


def _read_polygon(fields: Fields, name: str) -> Polygon:
    return Polygon(fields.many(name, Point.read, most=MAX_CORNERS, least=3))


def _read_classes(fields: Fields, name: str) -> tuple[str, ...]:
    classes = fields.each(name, Fields.word, most=MAX_CLASSES)
    fields.rising(name, classes)
    return classes
