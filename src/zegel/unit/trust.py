# SPDX-License-Identifier: EUPL-1.2
"""Whom the unit obeys: the keyset and policy pinned at pairing, and what follows them by the rules.

Principles that keep it safe:
- Pinned once, by a MAC that only somebody who read this unit's code can make. Pairing again needs a wipe.
- After that nothing counts on the server's word: a keyset needs an owner of its predecessor, a policy an owner of the
  pinned keyset, a command a person whom the policy lists, the ARC's key the ARC that the keyset names.
- Counters only rise and are on disk before anything acts on them, so nothing can be replayed or rolled back.
- What is refused changes nothing and is reported. What is delivered again is not refused, it is already so.
"""

from __future__ import annotations

from zegel.seal import envelope
from zegel.seal.arckey import ArcKey, verify_arckey
from zegel.seal.command import Action, Command, unverified_person, verify_command
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.keyset import Keyset, verify_keyset
from zegel.seal.pairing import Pairing, sign_paired, verify_pairing
from zegel.seal.policy import Policy, verify_policy
from zegel.unit.errors import RefusedObject, StateError
from zegel.unit.identity import Identity
from zegel.unit.state import ArmOrder, State, StateFile

MAX_CANDIDATES = 4


class Trust:
    """The pinned keyset, policy, order and ARC key. Every `accept_*` raises RefusedObject or returns what changed."""

    def __init__(self, file: StateFile, identity: Identity) -> None:
        self._file = file
        self._identity = identity
        self.keyset: Keyset | None = None
        self.policy: Policy | None = None
        self.arckey: ArcKey | None = None
        self.keyset_hash = b""
        self.policy_hash = b""
        self._candidates: dict[str, list[bytes]] = {"keyset": [], "policy": []}
        self._asked: tuple[bytes, bytes] | None = None
        self._load()

    @property
    def _state(self) -> State:
        return self._file.state

    @property
    def paired(self) -> bool:
        return self.policy is not None

    @property
    def order(self) -> ArmOrder | None:
        return self._state.order

    def accept(self, kind: str, data: bytes, extra: bytes | None, now_ms: int) -> bool:
        """Take what the server delivered. True when it changed something; False when it was already so."""
        handlers = {
            "pairing": lambda: self._pairing(data, extra or b"", now_ms),
            "keyset": lambda: self._keyset(data, now_ms),
            "policy": lambda: self._policy(data, now_ms),
            "command": lambda: self._command(data, now_ms),
            "arckey": lambda: self._arckey(data, now_ms),
        }
        if kind not in handlers:
            raise RefusedObject("unknown_kind", f"the server delivered a {kind[:32]!r}, which this unit does not know")
        try:
            return handlers[kind]()
        except SealError as error:
            raise RefusedObject(error.code, f"{kind}: {error}") from error

    # -- pairing

    def _pairing(self, body: bytes, mac: bytes, now_ms: int) -> bool:
        if self.paired:
            return self._same_pairing(Pairing.decode(body))
        secret = self._identity.pairing_secret
        if secret is None:
            raise RefusedObject("already_paired", "this unit's code was used: wipe the unit to pair it again")
        asked = verify_pairing(body, mac, secret, unit=self._identity.unit)
        if asked.pairing != self._identity.pairing:
            raise RefusedObject("wrong_binding", "the pairing has another id than the one that this unit drew")
        self._asked = (body, mac)
        return self._try_to_pair(now_ms)

    def _same_pairing(self, asked: Pairing) -> bool:
        if asked.pairing != self._state.pairing:
            raise RefusedObject("already_paired", "this unit is paired: wipe it before it is paired again")
        return False

    def _candidate(self, kind: str, data: bytes, now_ms: int) -> bool:
        """Before pairing any keyset or policy is only a candidate: the pairing's MAC says which one counts."""
        if data not in self._candidates[kind]:
            self._candidates[kind] = [*self._candidates[kind], data][-MAX_CANDIDATES:]
        return self._try_to_pair(now_ms)

    def _try_to_pair(self, now_ms: int) -> bool:
        if self._asked is None or self._identity.pairing_secret is None:
            return False
        pairing = verify_pairing(*self._asked, self._identity.pairing_secret, unit=self._identity.unit)
        keyset_data = _with_hash(self._candidates["keyset"], pairing.keyset_hash)
        policy_data = _with_hash(self._candidates["policy"], pairing.policy_hash)
        if keyset_data is None or policy_data is None:
            return False
        keyset = verify_keyset(keyset_data)
        keyset.expect(self._identity.unit, pairing.pairing)
        keyset.check_current(now_ms)
        policy = verify_policy(policy_data, keyset, last_counter=0, now_ms=now_ms)
        self._pin(pairing, keyset, keyset_data, policy, policy_data, now_ms)
        return True

    def _pin(
        self, pairing: Pairing, keyset: Keyset, keyset_data: bytes, policy: Policy, policy_data: bytes, now_ms: int
    ) -> None:
        state = self._state
        state.pairing, state.keyset, state.policy = pairing.pairing, keyset_data, policy_data
        state.paired = sign_paired(pairing, now_ms, self._identity.key)
        self._file.save()
        self._identity.forget_secret()
        self._set(keyset, policy)

    # -- what follows

    def _keyset(self, data: bytes, now_ms: int) -> bool:
        if self.keyset is None:
            return self._candidate("keyset", data, now_ms)
        if Envelope.decode(data).hash == self.keyset_hash:
            return False
        keyset = verify_keyset(data, self.keyset)
        keyset.check_current(now_ms)
        self._state.keyset = data
        if keyset.arc != self.keyset.arc or keyset.suite is not self.keyset.suite:
            self._state.arckey, self.arckey = None, None
        self._file.save()
        self._set(keyset, self.policy)
        return True

    def _policy(self, data: bytes, now_ms: int) -> bool:
        if self.keyset is None or self.policy is None:
            return self._candidate("policy", data, now_ms)
        if Envelope.decode(data).hash == self.policy_hash:
            return False
        policy = verify_policy(data, self.keyset, last_counter=self.policy.counter, now_ms=now_ms)
        self._state.policy = data
        self._file.save()
        self._set(self.keyset, policy)
        return True

    def _command(self, data: bytes, now_ms: int) -> bool:
        if self.policy is None:
            raise RefusedObject("not_paired", "a command came before the unit was paired")
        person = unverified_person(data).hex()
        state = self._state
        if state.command_hashes.get(person) == Envelope.decode(data).hash:
            return False
        last = state.command_counters.get(person, 0)
        command = verify_command(data, self.policy, last_counter=last, now_ms=now_ms)
        state.command_counters[person] = command.counter
        state.command_hashes[person] = command.hash
        if state.order is None or command.issued_ms >= state.order.issued_ms:
            state.order = self._order_of(command, self.policy.counter)
        self._file.save()
        return True

    def _order_of(self, command: Command, counter: int) -> ArmOrder:
        """What ends by itself is given over what does not: whoever works late ends in no more than he found."""
        then = self._state.order
        if then is not None and then.until_ms is not None:
            then = then.then
        lasting = then if then is not None and then.policy_counter == counter else None
        return ArmOrder(
            command.action is not Action.DISARM, command.issued_ms, counter, command.until_ms, command.part,
            command.person, None if command.until_ms is None else lasting,
        )  # fmt: skip

    def _arckey(self, data: bytes, now_ms: int) -> bool:
        if self.keyset is None:
            return False
        if data == self._state.arckey:
            return False
        last = self.arckey.number if self.arckey else 0
        arckey = verify_arckey(data, self.keyset, last_number=last, now_ms=now_ms)
        if self.arckey and arckey.number == self.arckey.number and arckey.hash != self.arckey.hash:
            raise RefusedObject("replayed", f"the alarm centre certified two different keys as number {arckey.number}")
        self._state.arckey, self.arckey = data, arckey
        self._file.save()
        return True

    # -- at start

    def _load(self) -> None:
        """Read back what was pinned. It was verified when it was pinned; what can be is verified again."""
        state = self._state
        if state.unit != self._identity.unit:
            raise StateError("the state belongs to another unit: wipe this one and pair it again")
        if state.keyset is None or state.policy is None:
            return
        try:
            keyset = Keyset.decode(Envelope.decode(state.keyset).body)
            policy = Policy.decode(Envelope.decode(state.policy).body)
            if policy.keyset_hash == keyset.hash:
                envelope.verify(state.policy, Policy.NAME, keyset.owner_pks)
            if state.arckey is not None and keyset.arc is not None:
                self.arckey = ArcKey.decode(envelope.verify(state.arckey, ArcKey.NAME, [keyset.arc.sign_pk]))
        except SealError as error:
            raise StateError(f"what was pinned does not verify ({error}): wipe the unit and pair it again") from error
        self._set(keyset, policy)
        if self._identity.pairing_secret is not None:
            self._identity.forget_secret()

    def _set(self, keyset: Keyset, policy: Policy | None) -> None:
        self.keyset, self.policy = keyset, policy
        self.keyset_hash = keyset.hash
        self.policy_hash = policy.hash if policy else b""


def _with_hash(candidates: list[bytes], wanted: bytes) -> bytes | None:
    return next((data for data in candidates if Envelope.decode(data).hash == wanted), None)
