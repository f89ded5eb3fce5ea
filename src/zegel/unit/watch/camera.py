# SPDX-License-Identifier: EUPL-1.2
"""One camera's process: reads its streams, passes the packets on, and watches. It holds no key and may die at any time.

Threads: one for each stream reads, so that arrival times are true whatever analysis does; this one analyses.
"""

from __future__ import annotations

import os
import resource
import signal
from collections import deque
from multiprocessing.connection import Connection
from threading import Condition, Event, Lock, Thread

import cv2
import msgspec

from zegel.unit import clock
from zegel.unit.detectors.result import Box
from zegel.unit.source import CameraConfig, Code, Packet, Stream, Technical, open_camera
from zegel.unit.source.config import Source
from zegel.unit.watch.analyst import Analyst, main_pts
from zegel.unit.watch.eyelink import EyeLink, EyeLost
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import Beat, Message, Seen, Watch, decode_watch, encode
from zegel.unit.watch.overview import NoPicture, Overview
from zegel.unit.watch.picture import Image
from zegel.unit.watch.veil import Veil
from zegel.unit.watch.watcher import Eye, Watcher

BEAT_S = 2.0
LISTEN_S = 0.1
TOGETHER_S = 0.3
"""While nothing moves packets cross to the unit together for so long; what is seen takes them along, at once.

This and `reader.REST_S` stay below `track.GRACE_S`, after which a slot is complete."""
MAX_TOGETHER = 512 * 1024
SUB_SILENT_S = 5.0
"""After so long without a picture of the sub-stream the main one is watched instead."""
REFUSED_AGAIN_S = 3600.0
MAX_WAITING = 32 * 1024 * 1024
MAX_DATA = 1536 * 1024 * 1024
"""A camera's process may not take more memory than this, whatever its camera sends."""

Item = Stream | Packet | Technical


class Waiting:
    """Items between a reading thread and analysis. What analysis can't follow is left out, by groups of pictures."""

    def __init__(self) -> None:
        self._items: deque[tuple[str, Item, bool]] = deque()
        self._bytes = 0
        self._skipping: set[str] = set()
        self._ready = Condition()
        self._woken = False

    def put(self, stream: str, item: Item, urgent: bool, jumped: bool = False) -> None:
        """Analysis is woken only by what is urgent; the rest waits for it, which saves most of the wakes."""
        with self._ready:
            if isinstance(item, Packet):
                if item.keyframe and self._bytes < MAX_WAITING:
                    self._skipping.discard(stream)
                elif self._bytes >= MAX_WAITING:
                    self._skipping.add(stream)
                if stream in self._skipping:
                    return
                self._bytes += len(item.data)
            self._items.append((stream, item, jumped))
            if urgent:
                self._ready.notify()

    def wake(self) -> None:
        """The unit said something: who waits for an item listens first."""
        with self._ready:
            self._woken = True
            self._ready.notify()

    def get(self, timeout_s: float) -> tuple[str, Item, bool] | None:
        """The next item, and whether its size jumped; None when nothing urgent came in time."""
        with self._ready:
            if not self._items and not self._woken:
                self._ready.wait(timeout_s)
            self._woken = False
            if not self._items:
                return None
            stream, item, jumped = self._items.popleft()
            if isinstance(item, Packet):
                self._bytes -= len(item.data)
            return stream, item, jumped


class Camera:
    """The process's inside."""

    def __init__(
        self, config: CameraConfig, pipe: Connection, eye: EyeLink | None, faces: EyeLink | None = None
    ) -> None:
        self._config = config
        self._pipe = pipe
        self._sending = Lock()
        self._held: list[Message] = []
        self._held_bytes = 0
        self._held_s = 0.0
        self._link = eye
        self._waiting = Waiting()
        self._stopping = Event()
        self._watch = Watch()
        self._watcher = Watcher(self._eye(), self._watch)
        self._analysts = {
            "main": Analyst(self._watcher, self._say),
            "sub": Analyst(self._watcher, self._say_of_sub, eager=True),
        }
        self._latest: Packet | None = None
        self._sub_s: float | None = None
        self._blind = False
        self._veil = Veil(self._say, self._stopping)
        self._overview = Overview(faces.look if faces else None)
        self._refused = ""
        self._refused_s = -REFUSED_AGAIN_S
        self._spoken, self._heard = Event(), Event()

    def run(self) -> None:
        Thread(target=self._hearken, name="ear", daemon=True).start()
        self._read("main", self._config.source)
        if self._config.substream:
            self._read("sub", self._config.substream)
        beat_s = heard_s = 0.0
        while not self._stopping.is_set():
            now_s = clock.mono_s()
            if now_s - beat_s >= BEAT_S:
                beat_s = now_s
                self._say(Beat(now_s))
            if now_s - heard_s >= LISTEN_S or self._spoken.is_set():
                heard_s = now_s
                self._listen()
            self._send_held()
            self._overview_if_due()
            got = self._waiting.get(BEAT_S / 4)
            if got is not None:
                self._watch_item(*got)

    def _eye(self) -> Eye | None:
        return Eye(self._link.width, self._link.height, self._link.sure, self._look) if self._link else None

    def _look(self, image: Image) -> list[Box]:
        """Asks the shared detector. While it is away nothing is classified, and the unit is told so."""
        assert self._link is not None
        try:
            boxes = self._link.look(image)
        except EyeLost:
            if not self._blind:
                self._say(Technical(Code.DETECTOR_LOST, clock.mono_s()))
            self._blind = True
            return []
        if self._blind:
            self._say(Technical(Code.DETECTOR_BACK, clock.mono_s()))
        self._blind = False
        return boxes

    def _read(self, stream: str, source: Source) -> None:
        Thread(target=self._reader, args=(stream, source), name=stream, daemon=True).start()

    def _reader(self, stream: str, source: Source) -> None:
        try:
            for item in open_camera(source, self._stopping, self._is_quiet):
                self._pass_on(stream, item)
                analyst = self._analysts[stream]
                jumped = isinstance(item, Packet) and analyst.jumped(item)
                self._waiting.put(stream, item, jumped or not isinstance(item, Packet) or analyst.wants(item), jumped)
        except (BrokenPipeError, ConnectionResetError, EOFError):
            self._stopping.set()
        except BaseException:
            self._stopping.set()  # the pool starts a new process; a half-working one would look alive
            raise

    def _pass_on(self, stream: str, item: Item) -> None:
        """Of the main stream what the veil lets through; of the smaller one nothing but its troubles."""
        if stream == "main":
            self._veil.feed(item)
        elif isinstance(item, Technical):
            self._say(Technical(item.code, item.t_mono_s, {**item.detail, "stream": "sub"}))

    def _is_quiet(self) -> bool:
        if self._watch.prompt:
            return False
        now_s = clock.mono_s()
        return not any(analyst.awake(now_s) for analyst in self._analysts.values())

    def _watch_item(self, stream: str, item: Item, jumped: bool) -> None:
        if isinstance(item, Technical):
            return
        if stream == "main" and isinstance(item, Packet):
            self._latest = item
            if self._sub_s is not None and item.arrival_mono_s - self._sub_s < SUB_SILENT_S:
                return
        if stream == "sub" and isinstance(item, Packet):
            self._sub_s = item.arrival_mono_s
        analyst = self._analysts[stream]
        if isinstance(item, Stream):
            analyst.stream(item)
        else:
            analyst.packet(item, jumped)

    def _say(self, message: Message) -> None:
        with self._sending:
            if isinstance(message, Packet):
                self._hold(message)
                return
            self._held.append(message)
            self._send()

    def _hold(self, packet: Packet) -> None:
        if not self._held:
            self._held_s = packet.arrival_mono_s
        self._held.append(packet)
        self._held_bytes += len(packet.data)
        old = packet.arrival_mono_s - self._held_s >= TOGETHER_S
        if old or self._held_bytes > MAX_TOGETHER or not self._is_quiet():
            self._send()

    def _send_held(self) -> None:
        if self._held and clock.mono_s() - self._held_s >= TOGETHER_S:
            with self._sending:
                self._send()

    def _send(self) -> None:
        messages, self._held, self._held_bytes = self._held, [], 0
        if messages:
            self._pipe.send_bytes(encode(messages))

    def _say_of_sub(self, message: Message) -> None:
        if isinstance(message, Seen):
            message = msgspec.structs.replace(message, pts=main_pts(self._latest, message.t_mono_s, message.pts))
        self._say(message)

    def _hearken(self) -> None:
        """Wakes analysis when the unit says something: who asked to look waits for it."""
        try:
            while not self._stopping.is_set():
                self._pipe.poll(None)
                self._heard.clear()
                self._spoken.set()
                self._waiting.wake()
                self._heard.wait()
        except (OSError, EOFError):
            return  # the pipe is closed; the one that reads it ends the process

    def _listen(self) -> None:
        self._spoken.clear()
        while self._pipe.poll():
            data = self._pipe.recv_bytes()
            if not data:
                self._stopping.set()
                break
            self._configure(decode_watch(data))
        self._heard.set()

    def _overview_if_due(self) -> None:
        """By the clock alone. Why there is none is told when it is news, and once an hour."""
        if not self._overview.due(clock.wall_ms()):
            return
        try:
            picture = self._overview.make(self._veil.newest_key, Masks.of(self._watch), clock.mono_s())
        except (NoPicture, EyeLost) as error:
            self._say_refused(error.code if isinstance(error, NoPicture) else "no_face_check")
            return
        if self._refused:
            self._refused = ""
            self._say(Technical(Code.OVERVIEW_BACK, clock.mono_s()))
        self._say(picture)

    def _say_refused(self, why: str) -> None:
        if why == "camera_silent":
            return  # that a camera is lost is told already
        now_s = clock.mono_s()
        if why != self._refused or now_s - self._refused_s >= REFUSED_AGAIN_S:
            self._refused, self._refused_s = why, now_s
            code = Code.OVERVIEW_REFUSED if why == "face_found" else Code.OVERVIEW_OFF
            self._say(Technical(code, now_s, {"reason": why}))

    def _configure(self, watch: Watch) -> None:
        masks = Masks.of(watch)
        self._watch = watch
        self._veil.configure(masks, watch.forwarding)
        self._watcher.configure(watch)
        self._overview.configure(watch.overview, clock.wall_ms())
        for analyst in self._analysts.values():
            analyst.masks = masks


def camera_process(
    config: CameraConfig, pipe: Connection, eye: EyeLink | None, faces: EyeLink | None = None
) -> None:
    """Where a camera's process begins. Ends when the unit closes the pipe, or sends an empty message."""
    _confine()
    try:
        Camera(config, pipe, eye, faces).run()
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass
    finally:
        os._exit(0)  # a reading thread may hang in the network


def _confine() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the unit decides when its cameras end
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_DATA, MAX_DATA))
    cv2.setNumThreads(1)
