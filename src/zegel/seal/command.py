# SPDX-License-Identifier: EUPL-1.2
"""Commands: arming and disarming, signed by a person whom the policy lists."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import NotAllowed, NotYours, Replayed
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.policy import Policy
from zegel.seal.suite import SigningKey

MAX_AGE_MS = 5 * 60_000


class Action(StrEnum):
    ARM = "arm"
    DISARM = "disarm"


@dataclass(frozen=True, slots=True)
class Command(Body):
    """`counter` rises per person; `until_ms` ends the commanded state by itself (None: until the next one)."""

    NAME = "command"

    unit: bytes
    pairing: bytes
    counter: int
    person: bytes
    action: Action
    issued_ms: int
    until_ms: int | None

    def values(self) -> tuple[Value, ...]:
        return (
            self.unit, self.pairing, self.counter, self.person, self.action.value, self.issued_ms, self.until_ms,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        command = cls(
            fields.id("unit"),
            fields.id("pairing"),
            fields.uint("counter", 1),
            fields.id("person"),
            fields.choice("action", Action),
            fields.ms("issued"),
            fields.optional("until", fields.ms),
        )
        if command.until_ms is not None and command.until_ms <= command.issued_ms:
            raise fields.wrong("until", "it must lie after the issue")
        return command


def sign_command(command: Command, person: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Command.NAME, command.encode(), person)


def verify_command(data: bytes, policy: Policy, *, last_counter: int, now_ms: int) -> Command:
    """The command, signed by the commander whom it names, in time (5 minutes) and newer than his `last_counter`.

    Read `unverified_person` first to know whose counter that is. Raises SealError.
    """
    commanders = [commander.sign_pk for commander in policy.commanders]
    body, signer = envelope.verify_signer(data, Command.NAME, commanders)
    command = Command.decode(body)
    if policy.commander_pk(command.person) != signer:
        raise NotAllowed("the command is signed by another person than the one whom it names")
    if (command.unit, command.pairing) != (policy.unit, policy.pairing):
        raise NotYours("the command is for another unit or pairing")
    if command.counter <= last_counter:
        raise Replayed(f"command {command.counter} is not newer than {last_counter}")
    check_dated("command", command.issued_ms, command.issued_ms + MAX_AGE_MS, now_ms)
    return command


def unverified_person(data: bytes) -> bytes:
    """Whom a command claims to be by, to look up his counter. Raises SealError."""
    return Command.decode(envelope.read_unverified(data, Command.NAME).body).person
