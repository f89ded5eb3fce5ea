# SPDX-License-Identifier: EUPL-1.2
"""What is signed of a probe's result, so that whoever downloads it can check it with the log's public key.

Body = CBOR [1, origin, provider, promise, sentence's version, software, state, why, tried, failed, [which…], ms].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zegel import __version__
from zegel.seal import encoding, envelope
from zegel.seal.errors import SealError
from zegel.server.ledger import actions as ledger
from zegel.server.promises.rules import Result, State, Why

OBJECT = "promise"
VERSION = 1


@dataclass(frozen=True)
class Read:
    """Evidence read back and verified."""

    origin: str
    provider_id: UUID
    promise: str
    version: int
    software: str
    result: Result
    at_ms: int


def sign(origin: str, provider_id: UUID, promise: str, version: int, result: Result, at_ms: int) -> bytes:
    body = encoding.encode(
        (
            VERSION, origin, provider_id.bytes, promise, version, __version__, result.state.value, result.why.value,
            result.tried, result.failed, result.which, at_ms,
        )
    )  # fmt: skip
    return ledger.sign_promise(body)


def read(data: bytes, public_key: bytes) -> Read:
    """Raises SealError unless it was signed by that key and says what evidence says."""
    fields: Any = encoding.decode(envelope.verify(data, OBJECT, [public_key]))
    try:
        version, origin, provider, promise, sentence, software, state, why, tried, failed, which, at_ms = fields
        if version != VERSION:
            raise ValueError(version)
        result = Result(State(state), tried, failed, Why(why), tuple(which))
        return Read(origin, UUID(bytes=provider), promise, sentence, software, result, at_ms)
    except (ValueError, TypeError) as problem:
        raise SealError(f"this is no evidence of a promise: {problem}") from None
