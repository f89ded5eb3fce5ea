# SPDX-License-Identifier: EUPL-1.2
"""Central alarms: a panel that reports to the server, not to this unit, may open pictures here, if its owner wants so.

Principles that keep it safe:
- Off unless the signed policy says otherwise. The server brings a word and a proof; it can make neither.
- The word is a listed panel's, or an owner's. An owner's counts 30 s after it came here, by this unit's own clock that
  nobody sets: until then a recall, an end or a new policy takes it away.
- The word stands in the pinned log, in a tree that more than half of the keyset's witnesses saw just now: who runs
  the server can't show it to this unit alone.
- Each alarm once, and so many in 24 hours; both are on disk before anything is released. The common caps count too.
- What is refused is reported with the reason, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zegel.link.messages import CentralAlarm
from zegel.seal.central import OWNER_WAITS_S, Allowed, CentralWord, verify_central, verify_witnessed
from zegel.seal.checkpoint import Checkpoint
from zegel.seal.errors import Expired, NotAllowed, NotYetValid, NotYours, SealError, UnknownSigner
from zegel.seal.keyset import Keyset
from zegel.seal.policy import Policy
from zegel.unit.errors import RefusedObject
from zegel.unit.guard import DAY_MS
from zegel.unit.state import StateFile

MAX_WAITING = 8
MAX_REMEMBERED = 200
"""More than the largest cap of a day: a word's own age keeps older ones from coming back."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    word: CentralWord
    due_s: float


class CentralDesk:
    """What was judged and waits for its time. In memory only: after a restart the server may bring it again, and an
    owner's word waits its 30 seconds anew."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._waiting: dict[bytes, _Waiting] = {}

    def take(
        self, asked: CentralAlarm, keyset: Keyset | None, policy: Policy | None, cameras: Iterable[bytes],
        wall_ms: int, mono_s: float,
    ) -> Checkpoint | None:  # fmt: skip
        """A word, judged. The checkpoint that proves it; None for one that waits already. Raises RefusedObject."""
        if keyset is None or policy is None or policy.central is None:
            raise RefusedObject("central_off", "the owner's policy takes no central alarms")
        allowed = _verified(asked, keyset, policy, wall_ms)
        word = allowed.word
        known = self._waiting.get(word.alarm)
        if known is not None and known.word == word:
            return None
        self._check_new(word, policy, wall_ms)
        if not set(word.cameras) <= set(cameras):
            raise RefusedObject("central_unknown_camera", "the word names a camera that is not of this unit")
        head = _witnessed(asked.proof, allowed, keyset, wall_ms)
        if known is not None or len(self._waiting) >= MAX_WAITING:
            raise RefusedObject("central_replayed", "another word for this alarm, or too many at once")
        self._waiting[word.alarm] = _Waiting(word, mono_s + (OWNER_WAITS_S if allowed.owner else 0))
        return head

    def due(self, mono_s: float) -> list[CentralWord]:
        """Those whose time has come, once."""
        due = [alarm for alarm, waiting in self._waiting.items() if mono_s >= waiting.due_s]
        return [self._waiting.pop(alarm).word for alarm in due]

    def drop(self, alarm: bytes) -> None:
        """It was recalled or closed while it waited."""
        self._waiting.pop(alarm, None)

    def clear(self) -> None:
        """Whose keys count, or what the owner allows, has changed: nothing that was judged before counts."""
        self._waiting.clear()

    def left(self, policy: Policy, wall_ms: int) -> int:
        """How many may still release in these 24 hours. Those dated in the future count: a clock that was set back
        gives nothing back."""
        if policy.central is None:
            return 0
        recent = [at_ms for _, at_ms in self._file.state.central if at_ms > wall_ms - DAY_MS]
        return max(0, policy.central.releases - len(recent))

    def spend(self, alarm: bytes, wall_ms: int) -> None:
        """It will release. The caller saves the state before anything goes out."""
        self._file.state.central = [*self._file.state.central, (alarm, wall_ms)][-MAX_REMEMBERED:]

    def _check_new(self, word: CentralWord, policy: Policy, wall_ms: int) -> None:
        state = self._file.state
        if word.alarm in {alarm for alarm, _ in state.central}:
            raise RefusedObject("central_replayed", "this alarm has opened its window already")
        if word.alarm in state.ended_alarms:
            raise RefusedObject("central_ended", "this alarm was recalled or closed")
        if self.left(policy, wall_ms) == 0:
            raise RefusedObject("central_cap", "the day's central alarms are used")


def _verified(asked: CentralAlarm, keyset: Keyset, policy: Policy, wall_ms: int) -> Allowed:
    try:
        allowed = verify_central(asked.word, keyset, policy, now_ms=wall_ms)
    except UnknownSigner as error:
        raise RefusedObject("central_unknown_panel", str(error)) from None
    except (NotAllowed, NotYours) as error:
        raise RefusedObject("central_not_allowed", str(error)) from None
    except (Expired, NotYetValid) as error:
        raise RefusedObject("central_stale", str(error)) from None
    except SealError as error:
        raise RefusedObject("central_unsigned", str(error)) from None
    if (asked.alarm_id, asked.panel) != (allowed.word.alarm, allowed.word.panel):
        raise RefusedObject("central_not_allowed", "the word is about another alarm or panel")
    return allowed


def _witnessed(text: str, allowed: Allowed, keyset: Keyset, wall_ms: int) -> Checkpoint:
    if not keyset.witnesses:
        raise RefusedObject("central_no_witness", "the keyset names no witness of the log")
    try:
        return verify_witnessed(text, allowed, keyset, now_ms=wall_ms)
    except Expired as error:
        raise RefusedObject("central_stale", str(error)) from None
    except SealError as error:
        raise RefusedObject("central_unproven", str(error)) from None
