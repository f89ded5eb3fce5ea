# SPDX-License-Identifier: EUPL-1.2
"""The unit's side of its cameras: starts a process for each, listens to all, and starts again what died or hangs.

A camera's process parses hostile input, so it must be able to fail in any way (crash, hang, eat memory, write nonsense)
without touching the other cameras or the process with the keys. The processes come from a fork server that is executed
anew: they share its imported libraries' memory, and none of them ever held a copy of the unit's own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import select
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from zegel.unit import clock
from zegel.unit.detectors.manifest import Manifest, load_manifest
from zegel.unit.source import CameraConfig, Code, Technical
from zegel.unit.watch.eyelink import EyeEnd, EyeLink, close_link, detector_process, make_link
from zegel.unit.watch.messages import MAX_MESSAGE, BadMessage, Beat, Message, Watch, decode, encode

SILENT_S = 15.0
"""A camera's process beats every two seconds; after so long without it is ended."""
START_S = 30.0
RESTART_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_S = 60.0
STOP_S = 2.0
MAX_BATCH = 64
TEND_S = 0.5


def _start_camera(config: CameraConfig, pipe: Connection, eye: EyeLink | None, faces: EyeLink | None) -> None:
    from zegel.unit.watch.camera import camera_process

    camera_process(config, pipe, eye, faces)


@dataclass
class _Child:
    """A process, whether it runs now, and how often it had to be started."""

    process: ForkServerProcess | None = None
    pipe: Connection | None = None
    started_s: float = 0.0
    heard_s: float = 0.0
    spoke: bool = False
    again_s: float = 0.0
    tries: int = 0


@dataclass
class _Camera(_Child):
    config: CameraConfig | None = None
    eye: EyeLink | None = None
    faces: EyeLink | None = None
    watch: Watch | None = None
    down: bool = False
    poller: select.poll | None = None


class CameraPool:
    """All cameras of the unit. One thread uses it; `receive` does everything that has to be done from time to time."""

    def __init__(self, configs: Iterable[CameraConfig], detector: Path | None, faces: Path | None = None) -> None:
        """`detector` is a manifest's path; None watches for movement only. `faces`: the finder of faces, without which
        there are no overview pictures. Raises ManifestError for a bad one."""
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each thread would cost every process memory
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["zegel.unit.watch.camera"])
        self._manifest_path = detector
        self._manifest: Manifest | None = load_manifest(detector) if detector else None
        if self._manifest:
            self._manifest.model()
        self._faces_path = faces
        self._faces: Manifest | None = load_manifest(faces) if faces else None
        self._face_ends: list[EyeEnd] = []
        self._cameras: dict[str, _Camera] = {}
        self._ends: list[EyeEnd] = []
        for config in configs:
            if config.name in self._cameras:
                raise ValueError(f"two cameras are named '{config.name}': give each its own name")
            self._cameras[config.name] = _Camera(config=config, eye=self._link(), faces=self._face_link())
        self._detector = _Child()
        self._running = False

    def _link(self) -> EyeLink | None:
        if self._manifest is None:
            return None
        link, end = make_link(self._manifest.width, self._manifest.height, self._manifest.sure)
        self._ends.append(end)
        return link

    def _face_link(self) -> EyeLink | None:
        if self._faces is None:
            return None
        link, end = make_link(self._faces.width, self._faces.height, self._faces.sure)
        self._face_ends.append(end)
        return link

    # --- for the unit -----------------------------------------------------------------------------------------

    @property
    def processes(self) -> list[int]:
        """The process numbers of all children that run now."""
        children: list[_Child] = [*self._cameras.values(), self._detector]
        return [child.process.pid for child in children if child.process and child.process.pid]

    def process_of(self, name: str) -> int | None:
        """The process number of one camera, while it runs."""
        process = self._cameras[name].process
        return process.pid if process else None

    def start(self) -> None:
        self._running = True
        self._tend()

    def configure(self, name: str, watch: Watch) -> None:
        """Tells a camera what the policy asks; it is told again whenever its process starts anew."""
        camera = self._cameras[name]
        camera.watch = watch
        self._tell(camera, encode(watch))

    def receive(self, timeout_s: float) -> list[tuple[str, Message]]:
        """What the cameras said, with their names, each camera's in order. Waits at most `timeout_s` for something."""
        if not self._running:
            return []
        messages = self._tend()
        pipes = {camera.pipe: name for name, camera in self._cameras.items() if camera.pipe}
        ends: list[Any] = list(pipes)
        if self._detector.process:
            ends.append(self._detector.process.sentinel)
        if not ends:
            clock.sleep(0 if messages else timeout_s)
            return messages
        for end in wait(ends, 0 if messages else timeout_s):
            if end in pipes:
                name = pipes[end]
                messages += [(name, message) for message in self._read(self._cameras[name])]
        return messages

    async def messages(self) -> AsyncIterator[tuple[str, Message]]:
        """The same for an event loop, until `stop`."""
        ears = _Ears(asyncio.get_running_loop())
        try:
            while self._running:
                for item in self._tend():
                    yield item
                ears.attend({name: camera.pipe for name, camera in self._cameras.items() if camera.pipe})
                for name in await ears.heard(TEND_S):
                    for message in self._read(self._cameras[name]) if name in self._cameras else []:
                        yield name, message
        finally:
            ears.attend({})

    def stop(self) -> None:
        """Ends all processes; those that don't end within two seconds are killed."""
        self._running = False
        for camera in self._cameras.values():
            self._tell(camera, b"")
        children: list[_Child] = [*self._cameras.values(), self._detector]
        for child in children:
            if child.pipe:
                child.pipe.close()
        until_s = clock.mono_s() + STOP_S
        for child in children:
            _end(child, max(0.05, until_s - clock.mono_s()))
        links = [link for camera in self._cameras.values() for link in (camera.eye, camera.faces) if link]
        for link in (*self._ends, *self._face_ends, *links):
            close_link(link)
        self._ends, self._face_ends = [], []
        self._cameras = {}

    # --- inside -----------------------------------------------------------------------------------------------

    def _tell(self, camera: _Camera, data: bytes) -> None:
        if camera.pipe is None:
            return
        try:
            camera.pipe.send_bytes(data)
        except OSError:
            return  # it died; the next start tells it anew

    def _read(self, camera: _Camera) -> list[Message]:
        found: list[Message] = []
        try:
            while camera.pipe and camera.poller and len(found) < MAX_BATCH and camera.poller.poll(0):
                messages = decode(camera.pipe.recv_bytes(MAX_MESSAGE))
                camera.heard_s, camera.spoke = clock.mono_s(), True
                found += [message for message in messages if not isinstance(message, Beat)]
        except (EOFError, OSError, BadMessage) as error:
            reason = "process_ended" if isinstance(error, EOFError) else "process_broken"
            found += self._failed(camera, reason)
        if camera.down and camera.process:
            camera.down = False
            found.insert(0, Technical(Code.CAMERA_BACK, clock.mono_s()))
        return found

    def _failed(self, camera: _Camera, reason: str) -> list[Message]:
        self._fell(camera)
        if camera.down:
            return []
        camera.down = True
        return [Technical(Code.CAMERA_LOST, clock.mono_s(), {"reason": reason})]

    def _fell(self, child: _Child) -> None:
        now_s = clock.mono_s()
        if child.pipe:
            child.pipe.close()
        _end(child, 0.0)
        child.pipe, child.process = None, None
        if now_s - child.started_s > STEADY_S:
            child.tries = 0
        child.again_s = now_s + RESTART_S[min(child.tries, len(RESTART_S) - 1)]
        child.tries += 1

    def _tend(self) -> list[tuple[str, Message]]:
        """Starts what should run and does not, ends what hangs."""
        now_s = clock.mono_s()
        self._tend_detector(now_s)
        messages: list[tuple[str, Message]] = []
        for name, camera in self._cameras.items():
            if camera.process is None and now_s >= camera.again_s:
                self._start_camera(name, camera)
            elif camera.process and now_s - camera.heard_s > (SILENT_S if camera.spoke else START_S):
                messages += [(name, message) for message in self._failed(camera, "process_hung")]
        return messages

    def _tend_detector(self, now_s: float) -> None:
        detector = self._detector
        if self._manifest_path is None and self._faces_path is None:
            return
        if detector.process and not detector.process.is_alive():
            self._fell(detector)
        if detector.process is None and now_s >= detector.again_s:
            ours, theirs = self._context.Pipe()
            detector.pipe = ours
            arguments = (self._manifest_path, self._ends, theirs, self._faces_path, self._face_ends)
            self._launch(detector, "zegel-detector", detector_process, arguments, theirs)

    def _start_camera(self, name: str, camera: _Camera) -> None:
        ours, theirs = self._context.Pipe()
        camera.pipe = ours
        camera.poller = select.poll()  # Connection.poll builds a selector for each question
        camera.poller.register(ours, select.POLLIN | select.POLLHUP)
        arguments = (camera.config, theirs, camera.eye, camera.faces)
        self._launch(camera, f"zegel-camera-{name}", _start_camera, arguments, theirs)
        if camera.watch:
            self._tell(camera, encode(camera.watch))

    def _launch(self, child: _Child, name: str, entry: Any, arguments: tuple[Any, ...], theirs: Connection) -> None:
        process = self._context.Process(target=entry, args=arguments, name=name, daemon=True)
        process.start()
        theirs.close()
        child.process, child.spoke = process, False
        child.started_s = child.heard_s = clock.mono_s()


class _Ears:
    """Listens to pipes in an event loop, without a thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._awake = asyncio.Event()
        self._names: set[str] = set()
        self._pipes: dict[str, tuple[Connection, int]] = {}

    def attend(self, pipes: dict[str, Connection]) -> None:
        """These pipes from now on, and no others. A new pipe may have the number of one that was closed."""
        for name, (pipe, number) in list(self._pipes.items()):
            if pipes.get(name) is not pipe:
                self._loop.remove_reader(number)
                del self._pipes[name]
        for name, pipe in pipes.items():
            if name not in self._pipes:
                self._loop.add_reader(pipe.fileno(), self._heard, name)
                self._pipes[name] = (pipe, pipe.fileno())

    def _heard(self, name: str) -> None:
        self._names.add(name)
        self._awake.set()

    async def heard(self, timeout_s: float) -> set[str]:
        """Whose pipes hold something; none after the time."""
        timer = self._loop.call_later(timeout_s, self._awake.set)
        await self._awake.wait()
        timer.cancel()
        self._awake.clear()
        names, self._names = self._names, set()
        return names


def _end(child: _Child, patience_s: float) -> None:
    if child.process is None:
        return
    child.process.join(patience_s)
    if child.process.is_alive():
        child.process.kill()
        child.process.join(STOP_S)
    child.process.close()
    child.process = None
