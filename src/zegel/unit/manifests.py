# SPDX-License-Identifier: EUPL-1.2
"""Manifests of one track: every 60 slots, what was recorded, also when that is nothing; signed and chained over epochs.

What is spooled is noted durably until its manifest is made, so that a crash leaves a manifest that can still be made.
The head of the chain is saved before a manifest goes out: a crash in between shows as a gap, never as a fork.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from zegel.link.messages import ManifestItem
from zegel.seal.envelope import Envelope
from zegel.seal.manifest import MAX_ENTRIES, MAX_SLOTS, Entry, Manifest, TreeHead, sign_manifest
from zegel.seal.segment import Header, Track
from zegel.seal.suite import SigningKey
from zegel.seal.tree import SLOTS
from zegel.unit.outbox import Outbox
from zegel.unit.spool import Record
from zegel.unit.state import StateFile

_NOTE_HEAD = struct.Struct(">Q")  # the epoch's number
_NOTE = struct.Struct(">I32s")


@dataclass(slots=True)
class _Page:
    """One epoch's open part: `next_slot` is the first that no manifest covers, `end_slot` known once it is over."""

    epoch: bytes
    number: int
    start_mono_s: float
    next_slot: int = 0
    end_slot: int | None = None
    entries: dict[int, list[Entry]] = field(default_factory=dict)
    notes: dict[int, list[int]] = field(default_factory=dict)


class ManifestBook:
    def __init__(self, unit: bytes, camera: bytes, key: SigningKey, file: StateFile, outbox: Outbox) -> None:
        self._unit, self._camera, self._key = unit, camera, key
        self._file, self._outbox = file, outbox
        self._pages: list[_Page] = []
        self.checkpoint: TreeHead | None = None

    def open(self, epoch: bytes, number: int, start_mono_s: float) -> None:
        self._pages.append(_Page(epoch, number, start_mono_s))

    def end(self, epoch: bytes, end_slot: int) -> None:
        """The epoch is over; slots from `end_slot` on never were."""
        for page in self._pages:
            if page.epoch == epoch:
                page.end_slot = max(1, min(SLOTS, end_slot))

    def add(self, epoch: bytes, slot: int, segments: Sequence[bytes]) -> None:
        """A slot was put into the spool."""
        page = next((page for page in self._pages if page.epoch == epoch and slot >= page.next_slot), None)
        if page is None:
            return
        entries = [Entry(slot, Header.decode(data).sequence, hashlib.sha256(data).digest()) for data in segments]
        page.entries[slot] = entries
        note = _NOTE_HEAD.pack(page.number) + b"".join(_NOTE.pack(entry.sequence, entry.sha256) for entry in entries)
        page.notes[slot] = [self._outbox.note(self._camera, epoch, slot, note)]

    def make_due(self, now_mono_s: float, delay_s: float, made_ms: int) -> None:
        """Make every manifest whose slots ended `delay_s` ago: until then the ring may still add to them."""
        while self._pages:
            page = self._pages[0]
            until = self._next_end(page)
            closed = until >= (page.end_slot or SLOTS)
            if now_mono_s < page.start_mono_s + until + delay_s:
                return
            self._make(page, until, closed, made_ms)
            if closed:
                self._pages.pop(0)

    def make_all(self, made_ms: int) -> None:
        """The ring is empty: close every epoch that is over, at once."""
        self._close_ended(made_ms)

    def _close_ended(self, made_ms: int) -> None:
        while self._pages and self._pages[0].end_slot is not None:
            page = self._pages[0]
            until = self._next_end(page)
            closed = until >= (page.end_slot or SLOTS)
            self._make(page, until, closed, made_ms)
            if closed:
                self._pages.pop(0)

    def _next_end(self, page: _Page) -> int:
        """The next manifest's end; sooner than 60 slots when more segments than fit were made."""
        regular = page.next_slot - page.next_slot % MAX_SLOTS + MAX_SLOTS
        until = min(regular, SLOTS if page.end_slot is None else page.end_slot)
        count = 0
        for slot in range(page.next_slot, until):
            count += len(page.entries.get(slot, ()))
            if count > MAX_ENTRIES:
                return max(slot, page.next_slot + 1)
        return max(until, page.next_slot + 1)

    def _make(self, page: _Page, until: int, closed: bool, made_ms: int) -> None:
        slots = range(page.next_slot, until)
        entries = tuple(entry for slot in slots for entry in page.entries.pop(slot, ()))[:MAX_ENTRIES]
        state = self._file.state
        before = state.manifests.get(self._camera.hex())
        manifest = Manifest(
            self._unit, self._camera, Track.SURVEILLANCE, page.epoch, page.next_slot, len(slots),
            Envelope.decode(before).hash if before else None, entries,
            Envelope.decode(state.release_envelope).hash if state.release_envelope else None,
            self.checkpoint, made_ms, closed,
        )  # fmt: skip
        envelope = sign_manifest(manifest, self._key)
        state.manifests[self._camera.hex()] = envelope
        state.covered[self._camera.hex()] = (page.number, SLOTS if closed else until)
        self._file.save()
        self._outbox.put(ManifestItem(envelope))
        for slot in slots:
            for n in page.notes.pop(slot, ()):
                self._outbox.spool.done_later(n)
        page.next_slot = until

    # -- after a crash

    def recover(self, notes: Sequence[Record], made_ms: int) -> None:
        """Close the epochs of before the restart: with what was noted, so that whatever is on disk is vouched for.

        Notes of slots that have their manifest come back too (acknowledgements are not written down); they are skipped.
        """
        number, next_slot = self._file.state.covered.get(self._camera.hex(), (0, SLOTS))
        last = self._last()
        pages: dict[int, _Page] = {}
        if last is not None and next_slot < SLOTS:
            pages[number] = _Page(last.epoch, number, 0.0, next_slot)
        for note in notes:
            self._recall(pages, note, number, next_slot)
        for _, page in sorted(pages.items()):
            page.end_slot = min(SLOTS, max([page.next_slot + 1, *(slot + 1 for slot in page.entries)]))
            self._pages.append(page)
        self._close_ended(made_ms)
        for note in notes:
            self._outbox.spool.done_later(note.n)

    def _recall(self, pages: dict[int, _Page], note: Record, covered: int, next_slot: int) -> None:
        (number,) = _NOTE_HEAD.unpack_from(note.payload)
        if (number, note.slot) < (covered, next_slot):
            return
        page = pages.setdefault(number, _Page(note.epoch, number, 0.0))
        rows = _NOTE.iter_unpack(note.payload[_NOTE_HEAD.size :])
        page.entries[note.slot] = [Entry(note.slot, *row) for row in rows]

    def _last(self) -> Manifest | None:
        before = self._file.state.manifests.get(self._camera.hex())
        return Manifest.decode(Envelope.decode(before).body) if before else None
