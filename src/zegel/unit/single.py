# SPDX-License-Identifier: EUPL-1.2
"""Single pictures on a track of their own: overview (2) and taken by the customer (3).

Each picture is an epoch of one slot: a fresh tree whose root is sealed to the owner and forgotten at once, one segment,
one manifest that closes it. Between pictures there is no key at all, and each can be forgotten by itself. Manifests are
chained over the track's pictures, so none can be left out unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from zegel.link.messages import EpochItem, ManifestItem
from zegel.seal.envelope import Envelope
from zegel.seal.manifest import Entry, Manifest, TreeHead, sign_manifest
from zegel.seal.segment import Header, SegmentFlag, Track, seal_segment
from zegel.seal.suite import SigningKey
from zegel.unit.epochs import Binding, EpochRun
from zegel.unit.memory import wipe
from zegel.unit.mux import TIMESCALE, Sample, fragment, init_segment
from zegel.unit.outbox import Outbox
from zegel.unit.spool import Lane
from zegel.unit.state import StateFile

PICTURE_MS = 1000


@dataclass(frozen=True, slots=True)
class Still:
    """One picture that stands alone: a key frame (`avc1`, `hvc1`) or a JPEG (`mjpg`), as a camera's process made it."""

    codec: str
    extradata: bytes
    data: bytes
    width: int
    height: int
    arrival_mono_s: float
    reencoded: bool

    @property
    def plaintext(self) -> bytes:
        """Of its segment: a whole fragmented MP4. Raises MediaError."""
        sample = Sample(self.data, 0, TIMESCALE * PICTURE_MS // 1000, 0, True)
        return init_segment(self.codec, self.extradata, self.width, self.height) + fragment([sample], 1)


@dataclass(frozen=True, slots=True)
class SingleTrack:
    """One track of one camera of which each piece is a picture."""

    camera: bytes
    track: Track
    key: SigningKey
    file: StateFile
    outbox: Outbox
    wall_at: Callable[[float], int]

    @property
    def _name(self) -> str:
        return f"{self.camera.hex()}/{int(self.track)}"

    def seal(
        self, binding: Binding, still: Still, now_s: float, checkpoint: TreeHead | None, lane: Lane = Lane.MEDIA
    ) -> bytes:  # fmt: skip
        """Seals it and puts all of it into the spool; returns its epoch. Raises MediaError for what can't be kept.

        Numbers and the manifest's place in the chain are on disk before anything goes out.
        """
        plaintext = still.plaintext
        start_s = min(still.arrival_mono_s, now_s)
        run = EpochRun(binding, self._number(), start_s, self.wall_at(start_s), self.key, self.track)
        leaf = run.leaf(0)
        segment = seal_segment(leaf, self._header(binding, run, still, len(plaintext)), plaintext)
        wipe(leaf)
        run.forget_all()
        manifest = self._manifest(binding, run, segment, checkpoint, now_s)
        self.file.save()
        self.outbox.put(EpochItem(run.envelope), epoch=run.id)
        self.outbox.segments(lane, self.camera, run.id, 0, run.start_ms, [segment], self.track)
        self.outbox.put(ManifestItem(manifest))
        return run.id

    def _number(self) -> int:
        numbers = self.file.state.epoch_numbers
        numbers[self._name] = numbers.get(self._name, 0) + 1
        return numbers[self._name]

    def _header(self, binding: Binding, run: EpochRun, still: Still, size: int) -> Header:
        flags = SegmentFlag.RANDOM_ACCESS | (SegmentFlag.REENCODED if still.reencoded else SegmentFlag(0))
        return Header(
            binding.suite, flags, self.camera, run.id, self.track, 0, 0, run.start_ms, PICTURE_MS,
            still.codec.encode(), size,
        )  # fmt: skip

    def _manifest(
        self, binding: Binding, run: EpochRun, segment: bytes, checkpoint: TreeHead | None, now_s: float
    ) -> bytes:
        state = self.file.state
        before = state.manifests.get(self._name)
        manifest = Manifest(
            binding.unit, self.camera, self.track, run.id, 0, 1, Envelope.decode(before).hash if before else None,
            (Entry(0, 0, hashlib.sha256(segment).digest()),),
            Envelope.decode(state.release_envelope).hash if state.release_envelope else None,
            checkpoint, self.wall_at(now_s), True,
        )  # fmt: skip
        state.manifests[self._name] = sign_manifest(manifest, self.key)
        return state.manifests[self._name]
