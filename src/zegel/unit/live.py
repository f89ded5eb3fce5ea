# SPDX-License-Identifier: EUPL-1.2
"""The live track: what a camera sees now, sealed for its owner, sent on and kept by nobody.

Principles that keep it safe:
- Nothing runs until somebody asks, and nothing of it is ever on disk but the signed epoch object. Live feeds no
  recording, no ring and no alarm; whether the unit is armed makes no difference to it.
- The owner's signed policy decides: the hours in which his live view is off, and how long one look lasts. The server
  can ask, and end; it can't look on.
- Its tree is its own, sealed to the tenant key, and the server holds the epoch before the first segment leaves.
- A technician's look begins a new epoch and its end begins another: his grant covers the first slots of one epoch, and
  whatever he keeps opens nothing else.
- A link that is behind loses live pictures up to the next one that can stand alone, and no memory.

A look ends by StopLive, by its time, in blocked hours, by a lost link, or with the pairing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from zegel.link.messages import MAX_LIVE_S, MAX_LIVE_SEGMENTS, Controlled, EpochItem, LiveSegments, LiveWhy, StartLive
from zegel.seal.allowances import LiveRules
from zegel.seal.hours import within
from zegel.seal.policy import Policy
from zegel.seal.segment import Header, Track, seal_segment
from zegel.seal.suite import SigningKey
from zegel.seal.tree import SLOTS
from zegel.unit.cutter import Cut, Cutter
from zegel.unit.epochs import Binding, EpochRun
from zegel.unit.memory import wipe
from zegel.unit.mux import TIMESCALE
from zegel.unit.outbox import Outbox
from zegel.unit.source.media import Packet, Stream
from zegel.unit.state import StateFile

TOGETHER_S = 0.06
"""Frames that come within so long go in one segment: two at 25 a second, one at ten. At most 250 ms (seal.md)."""
MOST_LOOKS = 16
ENDED_REMEMBERED = 256
GOP_S, GOP_BYTES = 10.0, 8 << 20
OUT_BYTES = 2 << 20
DEFAULT_RULES = LiveRules()


class Gop:
    """The frames since the newest key frame, so that a look begins with a picture. Kept only while there is a pre-alarm
    ring (armed), or somebody looks."""

    def __init__(self) -> None:
        self._frames: list[Packet] = []
        self._bytes = 0

    def __iter__(self) -> Iterator[Packet]:
        return iter(self._frames)

    @property
    def key_frame(self) -> Packet | None:
        return self._frames[0] if self._frames else None

    def add(self, packet: Packet) -> None:
        if packet.keyframe:
            self.clear()
        elif not self._frames:
            return
        self._frames.append(packet)
        self._bytes += len(packet.data)
        if self._bytes > GOP_BYTES or packet.arrival_mono_s - self._frames[0].arrival_mono_s > GOP_S:
            self.clear()

    def clear(self) -> None:
        self._frames.clear()
        self._bytes = 0


@dataclass(frozen=True, slots=True)
class Out:
    """A sealed segment on its way."""

    camera: bytes
    epoch: bytes
    segment: bytes
    random_access: bool


class Outgoing:
    """What waits to be sent: bounded. What doesn't fit is left out up to the next picture that can stand alone."""

    def __init__(self) -> None:
        self._waiting: deque[Out] = deque()
        self._bytes = 0
        self._skipping: set[bytes] = set()
        self.lost = 0
        self.wake: Callable[[], None] = lambda: None

    def put(self, out: Out) -> None:
        if out.random_access:
            self._skipping.discard(out.camera)
        if out.camera in self._skipping:
            self.lost += 1
            return
        if self._bytes + len(out.segment) > OUT_BYTES and self._waiting:
            self._skipping |= {waiting.camera for waiting in self._waiting} | {out.camera}
            self.lost += len(self._waiting) + 1
            self.clear()
            return
        self._waiting.append(out)
        self._bytes += len(out.segment)
        self.wake()

    def clear(self) -> None:
        self._waiting.clear()
        self._bytes = 0

    def take(self) -> LiveSegments | None:
        """The next message: what follows each other of one camera and epoch goes together."""
        if not self._waiting:
            return None
        first = self._waiting[0]
        segments: list[bytes] = []
        while self._waiting and len(segments) < MAX_LIVE_SEGMENTS:
            out = self._waiting[0]
            if (out.camera, out.epoch) != (first.camera, first.epoch):
                break
            self._bytes -= len(out.segment)
            segments.append(self._waiting.popleft().segment)
        return LiveSegments(first.camera, first.epoch, segments)


@dataclass(slots=True)
class Look:
    """One asking of one viewer, by the number that the server gave it."""

    id: bytes
    why: LiveWhy
    began_s: float
    until_s: float


class LiveTrack:
    """One camera's running live epoch. It begins with a key frame, and leaves once the server holds its epoch."""

    def __init__(
        self, camera: bytes, key: SigningKey, file: StateFile, outbox: Outbox, wall_at: Callable[[float], int],
        out: Outgoing,
    ) -> None:  # fmt: skip
        self.camera = camera
        self._key, self._file, self._outbox, self._wall_at, self._out = key, file, outbox, wall_at, out
        self._cutter = Cutter()
        self._binding: Binding | None = None
        self._run: EpochRun | None = None
        self._epoch_n = -1
        self._accepted = False
        self._waiting = Gop()
        self._slot = -1
        self._leaf: bytes | None = None
        self._oldest_s: float | None = None

    @property
    def epoch(self) -> EpochRun | None:
        return self._run

    def set_stream(self, stream: Stream) -> None:
        """Raises MediaError for one that can't be shown. What is being cut was of the one before."""
        self._flush()
        self._waiting.clear()
        self._cutter.set_stream(stream)

    def begin(self, binding: Binding, now_s: float, before: Iterable[Packet] = ()) -> EpochRun:
        """A new epoch. `before`: the frames since the newest key frame, with which it begins."""
        self.end()
        frames = list(before)
        start_s = min(frames[0].arrival_mono_s, now_s) if frames else now_s
        state, name = self._file.state, f"{self.camera.hex()}/{int(Track.LIVE)}"
        number = state.epoch_numbers.get(name, 0) + 1
        state.epoch_numbers[name] = number
        self._file.save()
        self._binding = binding
        self._run = EpochRun(binding, number, start_s, self._wall_at(start_s), self._key, Track.LIVE)
        self._epoch_n = self._outbox.put(EpochItem(self._run.envelope), epoch=self._run.id)
        for packet in frames:
            self._waiting.add(packet)
        return self._run

    def renew(self, now_s: float) -> None:
        """The same look under a new epoch: what opened the one before opens nothing of it."""
        if self._binding is not None and self._run is not None:
            self.begin(self._binding, now_s)

    def end(self) -> None:
        """Its keys are forgotten, and so are the frames that were not sent."""
        self._cutter.drop()
        self._waiting.clear()
        self._forget_leaf()
        if self._run is not None:
            self._run.forget_all()
        self._run, self._slot, self._oldest_s = None, -1, None
        self._epoch_n, self._accepted = -1, False

    def accepted(self, n: int) -> None:
        """The server holds the epoch: what waited for that goes now."""
        if n != self._epoch_n or self._accepted:
            return
        self._accepted = True
        waiting = list(self._waiting)
        self._waiting.clear()
        for packet in waiting:
            self._take(packet)
        self._flush()

    def add(self, packet: Packet, now_s: float) -> None:
        """A frame. Until the epoch is accepted only the newest group of pictures waits."""
        if self._run is None:
            return
        if not self._accepted:
            self._waiting.add(packet)
            return
        self._take(packet)
        length_s = packet.duration / TIMESCALE if packet.duration > 0 else 0.04
        if self._oldest_s is not None and packet.arrival_mono_s - self._oldest_s + length_s >= TOGETHER_S:
            self._flush()

    def tick(self, now_s: float) -> None:
        """What waits for company no longer does, and the past can't be derived any more."""
        self._flush()
        run = self._run
        if run is None or self._binding is None:
            return
        slot = run.slot_at(now_s)
        if slot >= SLOTS:
            self.renew(now_s)
        elif self._accepted and slot - 1 > self._slot:
            self._forget_leaf()
            run.forget_through(slot - 2)

    def _take(self, packet: Packet) -> None:
        run = self._run
        if run is None:
            return
        slot = max(self._slot, 0, run.slot_at(packet.arrival_mono_s))
        if slot >= SLOTS:
            return
        if slot != self._slot or packet.keyframe:
            self._flush()
        if self._slot < 0 and not packet.keyframe:
            return
        if slot != self._slot:
            self._forget_leaf()
            self._slot = slot
        self._cutter.add(packet)
        if self._oldest_s is None and not self._cutter.empty:
            self._oldest_s = packet.arrival_mono_s

    def _flush(self) -> None:
        """The frames that were collected, all of one slot, into sealed segments."""
        run = self._run
        self._oldest_s = None
        if run is None or self._cutter.empty or self._slot < 0:
            return
        if self._leaf is None:
            self._leaf = run.leaf(self._slot)
        for cut in self._cutter.take(run.start_mono_s, run.sequence):
            header = self._header(run, cut)
            run.sequence += 1
            sealed = seal_segment(self._leaf, header, cut.plaintext)
            self._out.put(Out(self.camera, run.id, sealed, cut.random_access))

    def _header(self, run: EpochRun, cut: Cut) -> Header:
        assert self._binding is not None
        return Header(
            self._binding.suite, cut.flags, self.camera, run.id, Track.LIVE, self._slot, run.sequence,
            self._wall_at(cut.arrival_mono_s), cut.duration_ms, cut.codec, len(cut.plaintext),
        )  # fmt: skip

    def _forget_leaf(self) -> None:
        if self._leaf is not None:
            wipe(self._leaf)
            self._leaf = None


@dataclass(slots=True)
class LiveDesk:
    """Who looks at which camera, and until when. `answers`: what the server is to be told about what ended."""

    tracks: dict[bytes, LiveTrack]
    out: Outgoing
    answers: list[Controlled] = field(default_factory=list)
    _looks: dict[bytes, dict[bytes, Look]] = field(default_factory=dict)
    _ended: deque[bytes] = field(default_factory=lambda: deque(maxlen=ENDED_REMEMBERED))

    def looked_at(self, camera: bytes) -> bool:
        return bool(self._looks.get(camera))

    def by_owner(self, camera: bytes) -> bool:
        """Whether the owner looks at it now: then he may turn it."""
        return any(look.why is LiveWhy.OWNER for look in self._looks.get(camera, {}).values())

    @property
    def anywhere(self) -> bool:
        return any(self._looks.values())

    def start(
        self, asked: StartLive, policy: Policy, binding: Binding, gop: Iterable[Packet], now_s: float, wall_ms: int
    ) -> Controlled:
        """A look begins, or goes on; the policy was asked. A look that ended never begins again."""
        looks, track = self._looks.setdefault(asked.camera, {}), self.tracks[asked.camera]
        known = looks.get(asked.id)
        refusal = self._refusal(asked, policy, known, looks, wall_ms)
        if refusal is not None:
            return Controlled(asked.id, False, refusal)
        most_s = policy.live.max_s if policy.live is not None else DEFAULT_RULES.max_s
        most_s = min(most_s, MAX_LIVE_S)
        began_s = known.began_s if known is not None else now_s
        until_s = min(now_s + (asked.until_ms - wall_ms) / 1000, began_s + most_s)
        looks[asked.id] = Look(asked.id, asked.why, began_s, until_s)
        new_epoch = known is None and asked.why is LiveWhy.MAINTENANCE
        if track.epoch is None or new_epoch:
            track.begin(binding, now_s, () if new_epoch else gop)
        assert track.epoch is not None
        return Controlled(asked.id, True, "done", track.epoch.id)

    def _refusal(
        self, asked: StartLive, policy: Policy, known: Look | None, looks: dict[bytes, Look], wall_ms: int
    ) -> str | None:
        if asked.id in self._ended or asked.until_ms <= wall_ms or (known is not None and known.why is not asked.why):
            return "over"
        if asked.why is LiveWhy.OWNER and is_blocked(policy, wall_ms):
            return "blocked"
        if known is None and len(looks) >= MOST_LOOKS:
            return "too_many"
        return None

    def stop(self, camera: bytes, look: bytes, now_s: float) -> None:
        """The server says that nobody looks any more."""
        if look in self._looks.get(camera, {}):
            self._end(camera, [look], "stopped", now_s)

    def stop_all(self, code: str, now_s: float) -> None:
        """The link is lost, or the pairing: nobody is told over a link that is gone."""
        for camera, looks in list(self._looks.items()):
            self._end(camera, list(looks), code, now_s)

    def rebind(self, bindings: dict[bytes, Binding], now_s: float) -> None:
        """A new keyset or policy: looks go on under a new epoch; what the policy forbids ends with the next tick."""
        for camera, track in self.tracks.items():
            if track.epoch is not None:
                track.begin(bindings[camera], now_s)

    def tick(self, policy: Policy | None, now_s: float, wall_ms: int) -> None:
        for camera, looks in list(self._looks.items()):
            over = [look.id for look in looks.values() if now_s >= look.until_s]
            blocked = policy is None or is_blocked(policy, wall_ms)
            owners = [look.id for look in looks.values() if look.why is LiveWhy.OWNER and look.id not in over]
            self._end(camera, over, "over", now_s)
            self._end(camera, owners if blocked else [], "blocked", now_s)
            self.tracks[camera].tick(now_s)

    def _end(self, camera: bytes, ids: Iterable[bytes], code: str, now_s: float) -> None:
        looks, track = self._looks.get(camera, {}), self.tracks[camera]
        guests = False
        for id in ids:
            look = looks.pop(id)
            guests = guests or look.why is LiveWhy.MAINTENANCE
            self._ended.append(id)
            self.answers.append(Controlled(id, False, code))
        if not looks:
            self._looks.pop(camera, None)
            track.end()
        elif guests and track.epoch is not None:
            track.renew(now_s)


def is_blocked(policy: Policy, wall_ms: int) -> bool:
    """Whether the owner's live view is off now, by his own signed word (C11)."""
    return policy.live is not None and within(policy.live.blocked, policy.hours.zone, wall_ms)
