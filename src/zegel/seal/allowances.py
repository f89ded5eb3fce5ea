# SPDX-License-Identifier: EUPL-1.2
"""What a policy allows beyond the guarding itself: parts, delegates, overview pictures, live view, data and storage.

All of it came after release 0.1.0: a policy without any of it is written as that release wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from zegel.seal.encoding import Value
from zegel.seal.fields import Fields
from zegel.seal.hours import Weekly, read_weekly

MAX_PARTS = 16
MAX_PART_CAMERAS = 64
MAX_PART_ACCOUNTS = 32
MAX_DELEGATES = 100
MAX_DELEGATED_S = 31 * 86_400
MAX_OVERVIEW = 64
MAX_STORAGE_DAYS = 60
MAX_BUDGET_MB = 10_000_000

_ACCOUNT = re.compile(r"[0-9A-F]{3,16}|[a-z][a-z0-9_]{0,31}")


def is_account(text: str) -> bool:
    """Whether it names a local panel (3 … 16 hex digits, upper case) or another kind of input (a word)."""
    return _ACCOUNT.fullmatch(text) is not None


class Action(StrEnum):
    """What can be commanded. `part`: guard one part and leave the rest alone."""

    ARM = "arm"
    DISARM = "disarm"
    PART = "part"


class OverBudget(StrEnum):
    """What still goes up when the month's data is used: alarms with their pictures, or nothing but bare alarms."""

    ALARMS = "alarms"
    STOP = "stop"


class StorageMode(StrEnum):
    """Whether what the unit keeps itself is a copy, or the only one until somebody asks for it."""

    COPY = "copy"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Part:
    """What stays guarded when this part is armed: these cameras and these local accounts, and nothing else."""

    name: str
    cameras: tuple[bytes, ...] = ()
    accounts: tuple[str, ...] = ()

    def values(self) -> tuple[Value, ...]:
        return (self.name, self.cameras, self.accounts)

    @classmethod
    def read(cls, fields: Fields) -> Part:
        name = fields.text("name", most=32)
        cameras = fields.each("cameras", Fields.id, most=MAX_PART_CAMERAS)
        fields.rising("cameras", cameras)
        accounts = fields.each("accounts", _read_account, most=MAX_PART_ACCOUNTS)
        fields.rising("accounts", accounts)
        if not cameras and not accounts:
            raise fields.wrong("cameras", "a part guards at least one camera or account; to guard nothing, disarm")
        return cls(name, cameras, accounts)


@dataclass(frozen=True, slots=True)
class Delegate:
    """Somebody who may command a little: these actions, between these dates, in these hours (none: at all hours).

    `max_s`: how long after it was given his word may last, other than to arm; None: as long as an owner's. It never
    outlasts `expires_ms`.
    """

    id: bytes
    sign_pk: bytes
    name: str
    actions: tuple[Action, ...]
    from_ms: int
    expires_ms: int
    max_s: int | None = None
    weekly: tuple[Weekly, ...] = ()

    def values(self) -> tuple[Value, ...]:
        return (
            self.id, self.sign_pk, self.name, tuple(action.value for action in self.actions), self.from_ms,
            self.expires_ms, self.max_s, tuple(item.values() for item in self.weekly),
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Delegate:
        delegate = cls(
            fields.id("id"),
            fields.sign_key("sign_pk"),
            fields.text("name", most=64),
            fields.each("actions", lambda inner, name: inner.choice(name, Action), most=len(Action), least=1),
            fields.ms("from"),
            fields.ms("expires"),
            fields.optional("max", lambda name: fields.uint(name, 60, MAX_DELEGATED_S)),
            read_weekly(fields, "weekly"),
        )
        fields.rising("actions", delegate.actions)
        if delegate.expires_ms <= delegate.from_ms:
            raise fields.wrong("expires", "it must lie after the start")
        return delegate


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a camera hangs: height above the ground and distance to the nearest person, in centimetres; horizontal angle
    of view and downward tilt, in hundredths of a degree."""

    height_cm: int
    nearest_cm: int
    hfov_cdeg: int
    tilt_cdeg: int

    def values(self) -> tuple[Value, ...]:
        return (self.height_cm, self.nearest_cm, self.hfov_cdeg, self.tilt_cdeg)

    @classmethod
    def read(cls, fields: Fields) -> Geometry:
        return cls(
            fields.uint("height", 10, 20_000),
            fields.uint("nearest", 1, 100_000),
            fields.uint("hfov", 100, 36_000),
            fields.uint("tilt", 0, 9_000),
        )


@dataclass(frozen=True, slots=True)
class OverviewRules:
    """Periodic pictures of one camera: how often, and from where it looks."""

    camera: bytes
    interval_s: int
    geometry: Geometry

    def values(self) -> tuple[Value, ...]:
        return (self.camera, self.interval_s, self.geometry.values())

    @classmethod
    def read(cls, fields: Fields) -> OverviewRules:
        return cls(fields.id("camera"), fields.uint("interval", 60, 86_400), fields.one("geometry", Geometry.read))


@dataclass(frozen=True, slots=True)
class LiveRules:
    """The owner's live view: hours in which it is off, how long a session lasts, what the people there are told."""

    blocked: tuple[Weekly, ...] = ()
    max_s: int = 600
    notice: str = ""

    def values(self) -> tuple[Value, ...]:
        return (tuple(item.values() for item in self.blocked), self.max_s, self.notice)

    @classmethod
    def read(cls, fields: Fields) -> LiveRules:
        blocked = read_weekly(fields, "blocked")
        return cls(blocked, fields.uint("max", 30, 3600), fields.text("notice", 0, 500))


@dataclass(frozen=True, slots=True)
class Budget:
    """Mobile data in a calendar month (of the hours' zone), and what still goes up once it is used."""

    mb_per_month: int
    over: OverBudget

    def values(self) -> tuple[Value, ...]:
        return (self.mb_per_month, self.over.value)

    @classmethod
    def read(cls, fields: Fields) -> Budget:
        return cls(fields.uint("mb_per_month", 1, MAX_BUDGET_MB), fields.choice("over", OverBudget))


@dataclass(frozen=True, slots=True)
class Storage:
    """What the unit keeps on its own disk, and for how many days at most."""

    days: int
    mode: StorageMode

    def values(self) -> tuple[Value, ...]:
        return (self.days, self.mode.value)

    @classmethod
    def read(cls, fields: Fields) -> Storage:
        return cls(fields.uint("days", 1, MAX_STORAGE_DAYS), fields.choice("mode", StorageMode))


def _read_account(fields: Fields, name: str) -> str:
    text = fields.text(name, most=32)
    if not is_account(text):
        raise fields.wrong(name, "3 … 16 digits of 0-9 and A-F were expected, or a word such as onvif")
    return text
