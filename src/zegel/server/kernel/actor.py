# SPDX-License-Identifier: EUPL-1.2
"""Who does something, on whose behalf, what for, and from where. Every action takes one; the ledger writes it down."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from zegel.server.kernel.errors import ZegelError


class BadActor(ZegelError):
    """An actor that can't exist: a person without an organisation, a unit without an identity."""

    code = "bad_actor"


class ActorKind(Enum):
    PERSON = "person"
    UNIT = "unit"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """`id`: the person or unit (None for the system). `party_id`: the organisation or household acted for; what it may
    see is what row-level security shows. `purpose`: why, one of the declared purposes, None where none is asked.
    `address`: the source IP address as text, empty when the action began inside."""

    kind: ActorKind
    id: UUID | None
    party_id: UUID | None
    role: str | None = None
    purpose: str | None = None
    address: str = ""

    def __post_init__(self) -> None:
        if self.kind is ActorKind.SYSTEM and self.id is not None:
            raise BadActor("The system has no identity of its own.")
        if self.kind is not ActorKind.SYSTEM and self.id is None:
            raise BadActor(f"A {self.kind.value} that acts must say which one it is.")
        if self.kind is not ActorKind.SYSTEM and self.party_id is None:
            raise BadActor(f"A {self.kind.value} acts for a party, and this one names none.")
        if self.address:
            _check_address(self.address)


def _check_address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise BadActor("The source address of an actor is an IP address.") from None


def system(party_id: UUID | None = None, *, purpose: str | None = None) -> Actor:
    """The server itself, for a party's own upkeep (retention, delivery) or for nobody's rows at all."""
    return Actor(ActorKind.SYSTEM, None, party_id, role="system", purpose=purpose)
