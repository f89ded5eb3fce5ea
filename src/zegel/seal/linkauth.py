# SPDX-License-Identifier: EUPL-1.2
"""How a unit proves on its link that it is the one it says: a signature over both nonces and the server's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from zegel.seal.encoding import Value
from zegel.seal.envelope import signed_bytes
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import SigningKey, verify_signature

NONCE_SIZE = 32
MAX_SERVER_NAME = 255


@dataclass(frozen=True, slots=True)
class LinkAuth(Body):
    """What is signed. It never travels: both sides know its fields."""

    NAME = "link"

    unit: bytes
    server_nonce: bytes
    unit_nonce: bytes
    server_name: str

    def values(self) -> tuple[Value, ...]:
        return (self.unit, self.server_nonce, self.unit_nonce, self.server_name)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("unit"),
            fields.blob("server_nonce", NONCE_SIZE, NONCE_SIZE),
            fields.blob("unit_nonce", NONCE_SIZE, NONCE_SIZE),
            fields.text("server_name", most=MAX_SERVER_NAME),
        )


def sign_link(auth: LinkAuth, unit: SigningKey) -> bytes:
    """64 bytes. Raises FieldWrong."""
    return unit.sign(signed_bytes(LinkAuth.NAME, auth.encode()))


def verify_link(auth: LinkAuth, signature: bytes, unit_pk: bytes) -> None:
    """Raise BadSignature, KeyRefused or FieldWrong unless the unit signed this handshake."""
    verify_signature(unit_pk, signature, signed_bytes(LinkAuth.NAME, auth.encode()))
