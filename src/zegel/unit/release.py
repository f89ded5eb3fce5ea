# SPDX-License-Identifier: EUPL-1.2
"""Releases: handing the alarm centre the keys of completed slots inside an alarm's window, and of nothing else.

Principles that keep it safe:
- A window is opened by the unit's own alarm only. The server can end one, never open or extend one.
- Every part is judged again before it is made: armed, in date, clocks agree, ARC certified. The first "no" ends the
  window for good.
- Seconds are paid for, durably, before a part is sealed. What was paid and not used stays spent.
- Only single leaves of slots that are complete and lie in the ring are sealed; the chain's head is saved before a part
  goes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from zegel.link.messages import ReleaseItem
from zegel.seal.alarm import Cause
from zegel.seal.arckey import ArcKey
from zegel.seal.envelope import Envelope
from zegel.seal.ranges import MAX_RANGES, keys_from_leaves
from zegel.seal.release import Release, sign_release
from zegel.seal.suite import SigningKey
from zegel.unit.guard import Facts, Images, may_release, seconds_left
from zegel.unit.outbox import Outbox
from zegel.unit.ring import RingSlot
from zegel.unit.spool import Kind
from zegel.unit.state import OpenWindow, Spent, StateFile

PAY_BLOCK_S = 10
MAX_UNPROVEN = 5_000  # more than any day's caps allow; bounds the state file


HOLD_UPS = frozenset({"holdup_duress", "hold_up", "panic"})


@dataclass(slots=True, eq=False)
class Case:
    """What the windows of one alarm share: an alarm of a panel may concern several cameras. Its parts are one chain."""

    part: int = 0
    spent: Spent | None = None
    windows: list[Window] = field(default_factory=list)

    def others_open(self, window: Window) -> bool:
        return any(other.open and not other.done for other in self.windows if other is not window)


@dataclass(slots=True, eq=False)
class Window:
    """An alarm in progress on one camera; `images` says whether its pictures are released."""

    alarm: bytes
    camera: bytes
    cause: Cause
    images: Images
    reason: str
    opened_s: float
    last_activity_s: float
    post_s: int
    max_s: int
    latest_end_ms: int
    case: Case = field(default_factory=Case)
    unused_s: int = 0
    released_until_s: float = float("-inf")
    done: bool = False
    why_ended: str | None = None

    @property
    def end_s(self) -> float:
        """On the monotonic clock: some seconds after the last activity, and never later than the policy's most."""
        return min(self.last_activity_s + self.post_s, self.opened_s + self.max_s)

    @property
    def open(self) -> bool:
        return self.why_ended is None

    @property
    def hold_up(self) -> bool:
        """Somebody asked for help in secret: nothing in the house may show it. `reason` ends in the alarm's class."""
        return self.reason.rpartition(":")[2] in HOLD_UPS

    @property
    def releasing(self) -> bool:
        return self.open and self.images is Images.RELEASED

    def prolong(self, mono_s: float) -> None:
        self.last_activity_s, self.done = max(self.last_activity_s, mono_s), False

    def end(self, why: str) -> None:
        self.why_ended = self.why_ended or why


class Releaser:
    """Makes a window's parts. Returns what happened, so that the caller reports it."""

    def __init__(self, unit: bytes, key: SigningKey, file: StateFile, outbox: Outbox) -> None:
        self._unit, self._key, self._file, self._outbox = unit, key, file, outbox

    def release(
        self, window: Window, slots: Sequence[RingSlot], facts: Facts, arckey: ArcKey | None, last: bool
    ) -> int:
        """Release `slots` that were not yet; ends the window at the first reason against it. Returns how many."""
        fresh = [slot for slot in slots if slot.start_mono_s > window.released_until_s]
        if not window.releasing or not fresh:
            return 0
        verdict = may_release(facts, window.camera)
        if verdict is not Images.RELEASED or arckey is None:
            window.end(verdict.value)
            return 0
        paid = self._pay(window, len(fresh), facts)
        allowed = fresh[:paid]
        capped = window.unused_s == 0 and seconds_left(facts.policy, facts.spent, facts.wall_ms) == 0
        window.done = last or capped
        for at in range(0, len(allowed), MAX_RANGES):
            chunk = allowed[at : at + MAX_RANGES]
            final = window.done and at + MAX_RANGES >= len(allowed) and not window.case.others_open(window)
            self._part(window, chunk, facts, arckey, final)
        if capped:
            window.end(Images.CAP.value)
        return len(allowed)

    def _pay(self, window: Window, wanted: int, facts: Facts) -> int:
        """Seconds that may be released now, paid for on disk. A lost count stays spent: blocks are paid ahead."""
        missing = wanted - window.unused_s
        spent = window.case.spent
        if missing > 0 and spent is not None:
            left = seconds_left(facts.policy, facts.spent, facts.wall_ms)
            bought = min(left, max(missing, PAY_BLOCK_S))
            spent.seconds += bought
            window.unused_s += bought
            self._file.save()
        granted = min(wanted, window.unused_s)
        window.unused_s -= granted
        return granted

    def _part(self, window: Window, slots: Sequence[RingSlot], facts: Facts, arckey: ArcKey, last: bool) -> None:
        keys = keys_from_leaves([(slot.epoch, slot.slot, slot.leaf) for slot in slots])
        state = self._file.state
        before = state.release_envelope
        header = Release(
            facts.keyset.suite, self._unit, window.alarm, window.case.part + 1,
            Envelope.decode(before).hash if before else None, window.camera, keys.ranges, arckey.arc_party,
            arckey.fingerprint, window.reason, facts.policy.hash, facts.wall_ms,
            max(window.latest_end_ms, facts.wall_ms), last,
        )  # fmt: skip
        envelope = sign_release(header, keys, arckey.open_pk, self._key)
        window.case.part += 1
        window.released_until_s = slots[-1].start_mono_s
        state.release_envelope = envelope
        state.unproven[Envelope.decode(envelope).hash.hex()] = facts.wall_ms
        while len(state.unproven) > MAX_UNPROVEN:
            state.unproven.pop(next(iter(state.unproven)))
        held = [Envelope.decode(envelope).hash.hex()] if self._outbox.spool.holds(Kind.RELEASE) else []
        state.unsent = [name for name in (*state.unsent, *held) if name in state.unproven]
        self._note_window(window, last)
        self._file.save()
        self._outbox.put(ReleaseItem(envelope))

    def _note_window(self, window: Window, last: bool) -> None:
        state = self._file.state
        mine = (window.alarm, window.camera)
        state.windows = [item for item in state.windows if (item.alarm, item.camera) != mine]
        if not last:
            state.windows.append(OpenWindow(window.alarm, window.camera, window.case.part, window.latest_end_ms))
