# SPDX-License-Identifier: EUPL-1.2
"""What the log signs besides checkpoints: the promise to include an entry, and the time."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import SigningKey

NONCE_SIZE = 16


@dataclass(frozen=True, slots=True)
class Promise(Body):
    """A leaf is durable at `index` and a checkpoint that covers it follows within a second."""

    NAME = "promise"

    origin: str
    index: int
    leaf_hash: bytes
    at_ms: int

    def values(self) -> tuple[Value, ...]:
        return (self.origin, self.index, self.leaf_hash, self.at_ms)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("origin"), fields.uint("index"), fields.hash("leaf_hash"), fields.ms("at"))


def sign_promise(promise: Promise, log: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Promise.NAME, promise.encode(), log)


def verify_promise(data: bytes, log_pk: bytes, origin: str) -> Promise:
    """The promise of the pinned log. Raises SealError."""
    promise = Promise.decode(envelope.verify(data, Promise.NAME, [log_pk]))
    if promise.origin != origin:
        raise NotYours("the promise is of another log")
    return promise


@dataclass(frozen=True, slots=True)
class Time(Body):
    """The log's answer to a nonce: one of the two authenticated sources of wall time."""

    NAME = "time"

    nonce: bytes
    at_ms: int

    def values(self) -> tuple[Value, ...]:
        return (self.nonce, self.at_ms)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.blob("nonce", NONCE_SIZE, NONCE_SIZE), fields.ms("at"))


def sign_time(time: Time, log: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Time.NAME, time.encode(), log)


def verify_time(data: bytes, log_pk: bytes, nonce: bytes) -> Time:
    """The time as the pinned log states it, in answer to our own nonce. Raises SealError."""
    time = Time.decode(envelope.verify(data, Time.NAME, [log_pk]))
    if not hmac.compare_digest(time.nonce, nonce):
        raise NotYours("the time answers another question: it may be old")
    return time
