# SPDX-License-Identifier: EUPL-1.2
"""Between a camera's main stream and everything that leaves its process: here its privacy masks become black.

Principles that keep it safe:
- Until the unit has said what is masked, nothing passes.
- With masks only what the burner made passes. There is no way round it: what can't be made is left out.
- When there is no time frames are left out, never their masks.
- Every stream says which masks it has; the unit's own process drops what has not those of the policy in force.
- Without masks the camera's own packets are copied, untouched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Event, Lock, Thread

import msgspec

from zegel.unit import clock
from zegel.unit.source import Code, Packet, Stream, Technical
from zegel.unit.watch.burner import Burner, BurnFailed
from zegel.unit.watch.masks import Masks

LATE_S = 0.5
"""A frame that waited so long is left out: the encoder can't keep up."""
GIVE_UP_S = 2.5
"""Then not even decoding keeps up: everything up to the newest key frame is left out."""
MAX_WAITING = 24 * 1024 * 1024

Item = Stream | Packet | Technical
Job = tuple[Masks, Stream, Packet]


class Veil:
    """Feed it the main stream's items in order; `pass_on` gets what may leave, one at a time."""

    def __init__(self, pass_on: Callable[[Item], None], stopping: Event) -> None:
        self._pass_on, self._stopping = pass_on, stopping
        self._masks: Masks | None = None
        self._forwarding = False
        self._source: Stream | None = None
        self._copied: tuple[int, str] | None = None
        self._flowing = False
        self._lock = Lock()
        self._index = -1
        self._jobs: deque[Job] = deque()
        self._bytes = 0
        self._ready = Condition()
        self._thread: Thread | None = None
        self._skipped = False
        self._failed = False
        self.newest_key: tuple[Stream, Packet] | None = None
        """As the camera sent it, for overview pictures, which blacken it themselves. It stays in this process."""
        self.left_out = 0

    def configure(self, masks: Masks, forwarding: bool) -> None:
        """What the policy asks. From here on nothing with other masks passes."""
        with self._lock:
            self._masks, self._forwarding = masks, forwarding

    def feed(self, item: Item) -> None:
        """Only the reading thread calls this."""
        if isinstance(item, Technical):
            self._pass_on(item)
        elif isinstance(item, Stream):
            self._source, self._flowing, self._copied = item, False, None
            self._announce()
        else:
            self._packet(item)

    def _packet(self, packet: Packet) -> None:
        masks, source = self._masks, self._source
        if masks is None or source is None:
            return
        if packet.keyframe:
            self.newest_key = (source, packet)
        self._announce()
        self._flowing = self._forwarding and (self._flowing or packet.keyframe)
        if not self._flowing:
            return
        if masks.none:
            self._out(packet, masks)
        else:
            self._put((masks, source, packet))

    def _announce(self) -> None:
        """A copied stream is told at once, also when nothing is forwarded; one with masks when its first picture is."""
        masks, source = self._masks, self._source
        if masks is None or source is None or self._copied == (source.stream_index, masks.name):
            return
        self._copied, self._flowing = (source.stream_index, masks.name), False
        if masks.none:
            self._out(source, masks)

    def _out(self, item: Stream | Packet, masks: Masks) -> None:
        """What was made under masks that are no longer those asked for does not pass any more."""
        with self._lock:
            if masks != self._masks:
                return
            if isinstance(item, Stream):
                self._index += 1
            self._pass_on(msgspec.structs.replace(item, stream_index=self._index))

    # -- burning

    def _put(self, job: Job) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._burn, name="burner", daemon=True)
            self._thread.start()
        with self._ready:
            self._jobs.append(job)
            self._bytes += len(job[2].data)
            if self._bytes > MAX_WAITING:
                self._skip()
            self._ready.notify()

    def _skip(self) -> None:
        """Leaves out all that waits before the newest key frame, or all of it."""
        newest = max((at for at, job in enumerate(self._jobs) if job[2].keyframe), default=len(self._jobs))
        for _ in range(newest):
            self._bytes -= len(self._jobs.popleft()[2].data)
            self.left_out += 1
        self._skipped = True

    def _next(self) -> Job | None:
        with self._ready:
            if not self._jobs and not self._ready.wait(0.5):
                return None
            if not self._jobs:
                return None
            if clock.mono_s() - self._jobs[0][2].arrival_mono_s > GIVE_UP_S:
                self._skip()
            if not self._jobs:
                return None
            job = self._jobs.popleft()
            self._bytes -= len(job[2].data)
            return job

    def _burn(self) -> None:
        try:
            burner: Burner | None = None
            while not self._stopping.is_set():
                job = self._next()
                if job is not None:
                    burner = self._burn_one(burner, job)
        except (BrokenPipeError, ConnectionResetError, EOFError):
            self._stopping.set()
        except BaseException:
            self._stopping.set()  # the pool starts a new process; nothing passes until then
            raise

    def _burn_one(self, burner: Burner | None, job: Job) -> Burner | None:
        """Returns the burner to go on with; none after a failure, until a key frame begins a new one."""
        masks, source, packet = job
        if masks != self._masks:
            return None
        if self._skipped or burner is None or burner.source is not source or burner.masks != masks:
            self._skipped = False
            if not packet.keyframe:
                return None
            burner = Burner(masks, source)
        show = clock.mono_s() - packet.arrival_mono_s < LATE_S
        self.left_out += not show
        try:
            for item in burner.packet(packet, show):
                self._out(item, masks)
        except BurnFailed as error:
            if not self._failed:
                self._pass_on(Technical(Code.MASK_FAILED, clock.mono_s(), {"why": str(error)[:80]}))
            self._failed = True
            return None
        self._failed = self._failed and not packet.keyframe
        return burner
