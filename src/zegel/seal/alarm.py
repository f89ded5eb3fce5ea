# SPDX-License-Identifier: EUPL-1.2
"""Alarms: what the unit saw or sensed, numbered, chained, signed. Pictures follow as releases, or it says why not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import SigningKey
from zegel.seal.tree import SLOTS

RELEASED = "released"
MAX_SCORE = 1000

_IMAGES = re.compile(r"released|none:[a-z][a-z0-9_]{0,31}")


class Cause(StrEnum):
    MOTION = "motion"
    INPUT = "input"
    TAMPER = "tamper"
    TECHNICAL = "technical"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class Alarm(Body):
    """One alarm. `number` counts from 1 per unit and pairing; `score` is 0 … 1000; `images` is `released` or
    `none:<why>`.

    `epoch` and `slot` say in which second of the surveillance track it was raised.
    """

    NAME = "alarm"

    unit: bytes
    alarm: bytes
    number: int
    previous: bytes | None
    cause: Cause
    class_name: str
    camera: bytes | None
    zone: str
    score: int
    first_seen_ms: int
    raised_ms: int
    epoch: bytes | None
    slot: int | None
    policy_hash: bytes | None
    images: str

    def values(self) -> tuple[Value, ...]:
        return (
            self.unit, self.alarm, self.number, self.previous, self.cause.value, self.class_name, self.camera,
            self.zone, self.score, self.first_seen_ms, self.raised_ms, self.epoch, self.slot, self.policy_hash,
            self.images,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        alarm = cls(
            fields.id("unit"),
            fields.id("alarm"),
            fields.uint("number", 1),
            fields.optional("previous", fields.hash),
            fields.choice("cause", Cause),
            fields.word("class"),
            fields.optional("camera", fields.id),
            fields.text("zone", least=0, most=64),
            fields.uint("score", 0, MAX_SCORE),
            fields.ms("first_seen"),
            fields.ms("raised"),
            fields.optional("epoch", fields.id),
            fields.optional("slot", lambda name: fields.uint(name, 0, SLOTS - 1)),
            fields.optional("policy_hash", fields.hash),
            fields.text("images", most=64),
        )
        alarm._check(fields)
        return alarm

    def _check(self, fields: Fields) -> None:
        if (self.number == 1) != (self.previous is None):
            raise fields.wrong("previous", "the first alarm has no predecessor, every later one has")
        if self.first_seen_ms > self.raised_ms:
            raise fields.wrong("first_seen", "it can't be seen after it was raised")
        if (self.epoch is None) != (self.slot is None):
            raise fields.wrong("slot", "epoch and slot come together")
        if not _IMAGES.fullmatch(self.images):
            raise fields.wrong("images", "`released` or `none:<why>` was expected")
        if self.released and (self.policy_hash is None or self.camera is None):
            raise fields.wrong("images", "only a policy can release, and only a camera's pictures")

    @property
    def released(self) -> bool:
        """Whether pictures follow."""
        return self.images == RELEASED

    def check_follows(self, before: Alarm) -> None:
        """Raise NotYours unless this is the unit's next alarm after `before`."""
        if self.unit != before.unit or self.number != before.number + 1 or self.previous != before.hash:
            raise NotYours(f"alarm {self.number} does not follow alarm {before.number}: one is missing")


def sign_alarm(alarm: Alarm, unit: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Alarm.NAME, alarm.encode(), unit)


def verify_alarm(data: bytes, unit_pk: bytes) -> Alarm:
    """The alarm, signed by the pinned unit. Raises SealError."""
    return Alarm.decode(envelope.verify(data, Alarm.NAME, [unit_pk]))
