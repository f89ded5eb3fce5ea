# SPDX-License-Identifier: EUPL-1.2
"""Commands: arming, arming a part, and disarming, signed by a person whom the policy lists.

A commander commands what he likes. A delegate commands what his line in the policy allows: these actions, between these
dates, in these hours, for so long. The unit checks that, at its own clock; that the server asks the same is courtesy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.allowances import Action as Action
from zegel.seal.allowances import Delegate
from zegel.seal.encoding import Value
from zegel.seal.errors import Expired, NotAllowed, NotYetValid, NotYours, Replayed
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.hours import within
from zegel.seal.policy import Policy
from zegel.seal.suite import SigningKey

MAX_AGE_MS = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Command(Body):
    """`counter` rises per person; `until_ms` ends the commanded state by itself (None: until the next one).

    `part`: which one stays guarded, when the action is `part`.
    """

    NAME = "command"

    unit: bytes
    pairing: bytes
    counter: int
    person: bytes
    action: Action
    issued_ms: int
    until_ms: int | None
    part: str | None = None

    def values(self) -> tuple[Value, ...]:
        later = () if self.part is None else (self.part,)
        return (
            self.unit, self.pairing, self.counter, self.person, self.action.value, self.issued_ms, self.until_ms,
            *later,
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
            fields.text("part", most=32) if fields.more() else None,
        )
        if (command.part is None) is (command.action is Action.PART):
            raise fields.wrong("part", "a part is named exactly when a part is armed")
        if command.until_ms is not None and command.until_ms <= command.issued_ms:
            raise fields.wrong("until", "it must lie after the issue")
        return command


def sign_command(command: Command, person: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Command.NAME, command.encode(), person)


def verify_command(data: bytes, policy: Policy, *, last_counter: int, now_ms: int) -> Command:
    """The command, signed by the commander or delegate whom it names, in time (5 minutes), newer than his
    `last_counter`, and allowed to him at `now_ms`.

    Read `unverified_person` first to know whose counter that is. Raises SealError.
    """
    keys = {signer.sign_pk: signer.id for signer in policy.commanders}
    keys |= {delegate.sign_pk: delegate.id for delegate in policy.delegates}
    body, signer = envelope.verify_signer(data, Command.NAME, keys)
    command = Command.decode(body)
    if keys[signer] != command.person:
        raise NotAllowed("the command is signed by another person than the one whom it names")
    if (command.unit, command.pairing) != (policy.unit, policy.pairing):
        raise NotYours("the command is for another unit or pairing")
    if command.counter <= last_counter:
        raise Replayed(f"command {command.counter} is not newer than {last_counter}")
    check_dated("command", command.issued_ms, command.issued_ms + MAX_AGE_MS, now_ms)
    if command.part is not None and policy.part(command.part) is None:
        raise NotAllowed(f"the policy knows no part {command.part!r}")
    delegate = policy.delegate(command.person)
    if delegate is not None:
        check_delegate(delegate, command, policy.hours.zone, now_ms)
    return command


def check_delegate(delegate: Delegate, command: Command, zone: str, now_ms: int) -> None:
    """Raise NotAllowed, NotYetValid or Expired unless the delegate may command just this at `now_ms`."""
    if command.action not in delegate.actions:
        raise NotAllowed(f"{delegate.name} may not {command.action.value}")
    if now_ms < delegate.from_ms:
        raise NotYetValid(f"what {delegate.name} may do begins {delegate.from_ms - now_ms} ms from now")
    if now_ms >= delegate.expires_ms:
        raise Expired(f"what {delegate.name} might do ended {now_ms - delegate.expires_ms} ms ago")
    if delegate.weekly and not within(delegate.weekly, zone, now_ms):
        raise NotAllowed(f"{delegate.name} may do this at other hours")
    if command.action is not Action.ARM:
        _check_lasts(delegate, command)


def _check_lasts(delegate: Delegate, command: Command) -> None:
    """Less guarding by a delegate's word must end by itself: in his time, and no later than his last day."""
    ends = delegate.expires_ms
    if delegate.max_s is not None:
        ends = min(ends, command.issued_ms + delegate.max_s * 1000)
    if command.until_ms is None or command.until_ms > ends:
        raise NotAllowed(f"what {delegate.name} commands must say until when, and that is {ends} ms at the latest")


def unverified_person(data: bytes) -> bytes:
    """Whom a command claims to be by, to look up his counter. Raises SealError."""
    return Command.decode(envelope.read_unverified(data, Command.NAME).body).person
