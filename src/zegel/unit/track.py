# SPDX-License-Identifier: EUPL-1.2
"""One camera's surveillance track: frames into slots, slots into sealed segments, segments into the ring.

A slot is sealed only when it was armed from its first to its last instant; one that was not is forgotten with all that
came before it in the ring. The next epoch's object is put into the spool before its first slot is sealed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zegel.link.messages import EpochItem
from zegel.seal.segment import Header, Track, seal_segment
from zegel.seal.suite import SigningKey
from zegel.seal.tree import SLOTS
from zegel.unit.cutter import Cut, Cutter
from zegel.unit.epochs import Binding, EpochRun
from zegel.unit.manifests import ManifestBook
from zegel.unit.memory import wipe
from zegel.unit.outbox import Outbox
from zegel.unit.ring import Ring, RingSlot
from zegel.unit.source.media import Packet
from zegel.unit.spool import Lane
from zegel.unit.state import StateFile

GRACE_S = 0.8
"""A slot without a later frame waits so long for its last ones; with one it is complete at once."""
MAX_IDLE_SLOTS = 2 * SLOTS


@dataclass(frozen=True, slots=True)
class Rules:
    """What the track asks of its unit: may a stretch be kept, what is the wall time, what to do with a new slot."""

    armed_throughout: Callable[[float, float], bool]
    wall_at: Callable[[float], int]
    on_slot: Callable[[RingSlot], None]
    keep_here: Callable[[RingSlot], bool] = lambda _: False
    """Puts it on the unit's own storage, if there is one; True when it need not go to the server as well."""


class SurveillanceTrack:
    def __init__(
        self, camera: bytes, key: SigningKey, file: StateFile, outbox: Outbox, book: ManifestBook, rules: Rules
    ) -> None:
        self.camera = camera
        self._key, self._file, self._outbox, self._rules = key, file, outbox, rules
        self.book = book
        self.cutter = Cutter()
        self.ring = Ring(15)
        self._binding: Binding | None = None
        self._run: EpochRun | None = None
        self._slot = 0
        self._kept_since_s = float("inf")
        self._begun = False

    @property
    def running(self) -> bool:
        return self._run is not None

    @property
    def epoch(self) -> EpochRun | None:
        return self._run

    def start(self, binding: Binding, now_s: float, ring_s: int) -> None:
        """A new chapter: first start, or a new keyset or policy. What came before is closed and forgotten."""
        self.stop(now_s)
        self._binding = binding
        self.ring.resize(ring_s)
        self._open(now_s)
        self._kept_since_s = now_s

    def stop(self, now_s: float) -> None:
        """End the epoch; the slot in progress is not kept."""
        if self._run is None:
            return
        self.cutter.drop()
        self.ring.clear()
        self.book.end(self._run.id, min(SLOTS, max(self._slot, self._run.slot_at(now_s)) + 1))
        self.book.make_all(self._rules.wall_at(now_s))
        self._run.forget_all()
        self._run = None

    def add(self, packet: Packet, now_s: float) -> None:
        """A frame; it completes every slot that ended before it arrived."""
        if self._run is None:
            return
        arrival = min(packet.arrival_mono_s, now_s)
        self._complete_before(arrival)
        if arrival < self._kept_since_s or not (packet.keyframe or self._begun):
            return  # frames may come for somebody who looks live: what is recorded begins with a key frame all the same
        self._begun = True
        self.cutter.add(packet)

    def tick(self, now_s: float) -> None:
        """Time passes: slots that ended a moment ago are complete, whether or not frames came."""
        self._complete_before(now_s - GRACE_S)
        self.ring.trim(now_s)

    def _complete_before(self, mono_s: float) -> None:
        while self._run is not None and mono_s >= self._run.slot_start_s(self._slot) + 1:
            self._complete(self._run, self._slot)
            self._advance(mono_s)

    def _advance(self, mono_s: float) -> None:
        """To the next slot, over a long sleep in one step, and into a new epoch after the last."""
        run = self._run
        if run is None:
            return
        self._slot += 1
        asleep = run.slot_at(mono_s) - self._slot
        if asleep > MAX_IDLE_SLOTS:
            self._after_sleep(run, mono_s)
        elif self._slot == SLOTS:
            self._finish(run, SLOTS)
            self._open(run.end_mono_s)

    def _after_sleep(self, run: EpochRun, mono_s: float) -> None:
        self.cutter.drop()
        self.ring.clear()
        self._finish(run, self._slot)
        self._open(mono_s)
        self._kept_since_s = mono_s

    def _finish(self, run: EpochRun, end_slot: int) -> None:
        self.book.end(run.id, end_slot)
        run.forget_all()

    def _open(self, start_s: float) -> None:
        assert self._binding is not None
        numbers = self._file.state.epoch_numbers
        number = numbers.get(self.camera.hex(), 0) + 1
        numbers[self.camera.hex()] = number
        self._file.save()
        self._run = EpochRun(self._binding, number, start_s, self._rules.wall_at(start_s), self._key)
        self._slot = 0
        self._outbox.put(EpochItem(self._run.envelope), epoch=self._run.id)
        self.book.open(self._run.id, number, start_s)

    def _complete(self, run: EpochRun, slot: int) -> None:
        start_s = run.slot_start_s(slot)
        if not self._rules.armed_throughout(start_s, start_s + 1):
            self.cutter.drop()
            self.ring.clear()
            run.forget_through(slot)
            self._kept_since_s, self._begun = start_s + 1, False
        elif self.cutter.empty:
            run.forget_through(slot)
        else:
            self._seal(run, slot, start_s)

    def _seal(self, run: EpochRun, slot: int, start_s: float) -> None:
        cuts = self.cutter.take(run.start_mono_s, run.sequence)
        leaf = run.leaf(slot)
        segments = tuple(
            seal_segment(leaf, self._header(run, slot, at, cut), cut.plaintext) for at, cut in enumerate(cuts)
        )
        run.sequence += len(cuts)
        if not segments:
            wipe(leaf)
            return
        made = RingSlot(
            run.id, slot, start_s, self._rules.wall_at(start_s), leaf, segments,
            has_key_frame=any(cut.random_access for cut in cuts), opens_at_once=cuts[0].random_access,
        )  # fmt: skip
        self.ring.push(made)
        self._rules.on_slot(made)

    def _header(self, run: EpochRun, slot: int, at: int, cut: Cut) -> Header:
        assert self._binding is not None
        return Header(
            self._binding.suite, cut.flags, self.camera, run.id, Track.SURVEILLANCE, slot, run.sequence + at,
            self._rules.wall_at(cut.arrival_mono_s), cut.duration_ms, cut.codec, len(cut.plaintext),
        )  # fmt: skip

    def keep(self, slot: RingSlot, lane: Lane) -> None:
        """Into the spool, once; an alarm's slots also into the lane that is dropped last and sent first. What stays on
        the unit's own storage goes into the spool only for an alarm."""
        if not slot.listed:
            slot.listed = True
            self.book.add(slot.epoch, slot.slot, slot.segments)
            slot.only_here = self._rules.keep_here(slot)
        elif slot.n is not None and (
            lane is not Lane.ALARM or slot.alarm_lane or self._outbox.spool.read(slot.n) is None
        ):  # fmt: skip
            return
        if slot.n is None and slot.only_here and lane is not Lane.ALARM:
            return
        numbers = self._outbox.segments(lane, self.camera, slot.epoch, slot.slot, slot.wall_ms, slot.segments)
        slot.n, slot.alarm_lane = numbers[0], lane is Lane.ALARM
