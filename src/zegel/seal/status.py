# SPDX-License-Identifier: EUPL-1.2
"""Status: the unit's signed echo of what it obeys. The app shows "off" or "working until 22:00" on nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import SigningKey

MAX_CAMERAS = 64


class State(StrEnum):
    OFF = "off"
    ARMED = "armed"
    DISARMED = "disarmed"
    WORKING_HOURS = "working_hours"
    UNPAIRED = "unpaired"


class CameraState(StrEnum):
    OK = "ok"
    LOST = "lost"
    DEGRADED = "degraded"
    TAMPER = "tamper"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    camera: bytes
    state: CameraState

    def values(self) -> tuple[Value, ...]:
        return (self.camera, self.state.value)

    @classmethod
    def read(cls, fields: Fields) -> CameraStatus:
        return cls(fields.id("camera"), fields.choice("state", CameraState))


@dataclass(frozen=True, slots=True)
class Status(Body):
    """What the unit is doing at `at_ms`, until when (None: open-ended), and under which keyset and policy.

    `part`: armed, but only this part of it. `commanded_by`: whose command it obeys; None: the policy's own word.
    `guards_from_ms`: when it is armed again by itself ("working until 22:00"); None: it is, or nothing says when.
    """

    NAME = "status"

    unit: bytes
    pairing: bytes | None
    at_ms: int
    state: State
    until_ms: int | None
    keyset_hash: bytes | None
    policy_hash: bytes | None
    policy_counter: int
    software: str
    cameras: tuple[CameraStatus, ...]
    release_head: bytes | None
    part: str | None = None
    commanded_by: bytes | None = None
    guards_from_ms: int | None = None

    def values(self) -> tuple[Value, ...]:
        later = (self.part, self.commanded_by, self.guards_from_ms)
        return (
            self.unit, self.pairing, self.at_ms, self.state.value, self.until_ms, self.keyset_hash, self.policy_hash,
            self.policy_counter, self.software, tuple(camera.values() for camera in self.cameras), self.release_head,
            *(later if any(later) else ()),
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        status = cls(
            fields.id("unit"),
            fields.optional("pairing", fields.id),
            fields.ms("at"),
            fields.choice("state", State),
            fields.optional("until", fields.ms),
            fields.optional("keyset_hash", fields.hash),
            fields.optional("policy_hash", fields.hash),
            fields.uint("policy_counter"),
            fields.text("software", most=64),
            fields.many("cameras", CameraStatus.read, most=MAX_CAMERAS),
            fields.optional("release_head", fields.hash),
            *(_read_later(fields) if fields.more() else ()),
        )
        fields.rising("cameras", (camera.camera for camera in status.cameras))
        if (status.pairing is None) != (status.state is State.UNPAIRED):
            raise fields.wrong("state", "a unit is unpaired exactly when it has no pairing")
        if status.part is not None and status.state is not State.ARMED:
            raise fields.wrong("part", "only what is armed can be armed in part")
        if status.guards_from_ms is not None and status.state in (State.ARMED, State.UNPAIRED):
            raise fields.wrong("guards_from", "it guards already, or has no owner to guard for")
        return status


def _read_later(fields: Fields) -> tuple[str | None, bytes | None, int | None]:
    """What came after release 0.1.0."""
    part = fields.optional("part", lambda name: fields.text(name, most=32))
    commanded_by = fields.optional("commanded_by", fields.id)
    guards_from_ms = fields.optional("guards_from", lambda name: fields.uint(name, 1))
    if part is None and commanded_by is None and guards_from_ms is None:
        raise fields.wrong("part", "fields that say nothing are left out")
    return part, commanded_by, guards_from_ms


def sign_status(status: Status, unit: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Status.NAME, status.encode(), unit)


def verify_status(data: bytes, unit_pk: bytes) -> Status:
    """The status, signed by the pinned unit. Raises SealError."""
    return Status.decode(envelope.verify(data, Status.NAME, [unit_pk]))
