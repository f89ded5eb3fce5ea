# SPDX-License-Identifier: EUPL-1.2
"""The running unit: cameras in, sealed things out, one connection up.

Process layout: this process holds the keys and parses nothing but checked messages; every camera is received, decoded
and watched in a process of its own, which holds no keys. A camera's process that dies is started again by the pool and
takes nothing else down. Writing to disk happens in one thread, everything else in one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from zegel.seal.policy import Polygon
from zegel.unit import clock
from zegel.unit.config import Config, Home, load
from zegel.unit.engine import Box, Engine
from zegel.unit.errors import ConfigError, NotPaired, Revoked
from zegel.unit.guard import Posture, until
from zegel.unit.identity import Identity
from zegel.unit.memory import Hardening, harden
from zegel.unit.outbox import Outbox
from zegel.unit.source.media import Packet, Stream, Technical
from zegel.unit.spool import Spool
from zegel.unit.state import Numbers, StateFile
from zegel.unit.statusfile import CameraLine, LocalStatus, write
from zegel.unit.uplink import Uplink, read_clock
from zegel.unit.watch.messages import Message, Motion, Seen, Watch, Zone

TICK_S, IDLE_TICK_S = 0.2, 0.5
STATUS_FILE_EVERY_S = 5.0
RETRY_WRITE_S = 1.0
FULL_SCALE = 10_000

log = logging.getLogger("zegel.unit.run")


class Cameras(Protocol):
    """What the run loop needs of the camera processes (`zegel.unit.watch.CameraPool`)."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def configure(self, name: str, watch: Watch) -> None: ...

    def messages(self) -> AsyncIterator[tuple[str, Message]]: ...


@contextlib.contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Two processes with one identity would fork its chains. Raises ConfigError."""
    home.directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home.lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise ConfigError(f"another zegel unit is using {home.directory}: stop it first") from None
    try:
        yield
    finally:
        os.close(descriptor)


def open_engine(home: Home, config: Config) -> Engine:
    """The engine with its identity, state and spool, as they are on disk."""
    file = StateFile.load(home.state)
    spool = Spool(home.spool, limit=config.spool_bytes)
    cameras = {camera.id: camera.name for camera in config.cameras}
    return Engine(
        Identity.load(home.identity), file, Outbox(spool, Numbers(file)), cameras, read_clock(), clock.boot_id()
    )


@dataclass(slots=True)
class Runner:
    """One unit at work. `pool` is None while there is nothing to watch (enrolment)."""

    home: Home
    config: Config
    engine: Engine
    pool: Cameras | None = None
    hardening: Hardening = field(default_factory=lambda: Hardening(False, False, False))
    uplink: Uplink = field(init=False)
    _flush: asyncio.Event = field(default_factory=asyncio.Event)
    _ids: dict[str, bytes] = field(init=False)
    _watches: dict[str, Watch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.uplink = Uplink(self.home, self.config, self.engine, self.changed)
        self._ids = {camera.name: camera.id for camera in self.config.cameras}

    async def run(self) -> None:
        """Until cancelled; then ends epochs and makes everything durable."""
        loops = [self._tick, self._write, self._link, self._report]
        if self.pool is not None:
            loops.append(self._listen)
        tasks = [asyncio.create_task(loop()) for loop in loops]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.stop()

    def stop(self) -> None:
        self.engine.stop(read_clock())
        self.engine.outbox.spool.flush()
        self.engine.outbox.spool.close()
        self.write_status()

    def changed(self) -> None:
        """Something was said by the server or changed inside: write, send, look again."""
        if self.engine.outbox.spool.waiting:
            self._flush.set()
        if self.engine.dirty:
            self.engine.dirty = False
            self.uplink.status_due.set()
            self._configure()
            self.write_status()

    # -- cameras

    async def _listen(self) -> None:
        """Starting takes a second and has a thread of its own; listening has none, because each handing over costs."""
        pool = self.pool
        assert pool is not None
        starting = asyncio.get_running_loop().run_in_executor(None, pool.start)
        try:
            await asyncio.shield(starting)
            self._configure()
            async for name, message in pool.messages():
                self.take(self._ids[name], message)
                if self.engine.outbox.spool.waiting:
                    self._flush.set()
        finally:
            await asyncio.wait([starting])
            pool.stop()

    def take(self, camera: bytes, message: Message) -> None:
        """One message of a camera's process."""
        now = read_clock()
        match message:
            case Packet():
                self.engine.on_packet(camera, message, now)
            case Seen():
                boxes = [Box(str(f.cls), f.score, f.x, f.y, f.w, f.h, f.zone) for f in message.findings]
                self.engine.on_seen(camera, message.t_mono_s, boxes, now, message.pts)
            case Motion():
                self.engine.on_motion(camera, message.moving, message.t_mono_s, now)
            case Stream():
                self.engine.on_stream(camera, message, now)
            case Technical():
                self.engine.on_technical(camera, message, now)
                self.changed()

    def _configure(self) -> None:
        """Tell the cameras' processes what the policy asks of them; frames flow only when they may be kept."""
        if self.pool is None:
            return
        policy = self.engine.trust.policy
        armed = self.engine.posture is Posture.ARMED
        for camera in self.config.cameras:
            rules = policy.camera(camera.id) if policy else None
            watch = Watch(
                [Zone(zone.name, _points(zone.polygon), list(zone.classes)) for zone in rules.zones],
                [_points(polygon) for polygon in rules.privacy],
                armed,
                armed,
            ) if rules else Watch([], [], False, False)  # fmt: skip
            if self._watches.get(camera.name) != watch:
                self._watches[camera.name] = watch
                self.pool.configure(camera.name, watch)

    # -- the loops

    async def _tick(self) -> None:
        while True:
            self.engine.tick(read_clock())
            self.changed()
            await asyncio.sleep(TICK_S if self.engine.busy else IDLE_TICK_S)

    async def _write(self) -> None:
        """The one place where the spool is written. What can't be written is tried again, or becomes a gap."""
        spool = self.engine.outbox.spool
        while True:
            await self._flush.wait()
            self._flush.clear()
            spool.make_room(spool.waiting_bytes)
            batch = spool.take()
            written = await asyncio.to_thread(spool.write, batch)
            spool.commit(written)
            self.uplink.wake.set()
            if written.failed:
                log.error("spool_not_written reason=%r records=%d", written.reason, len(written.failed))
                await asyncio.sleep(RETRY_WRITE_S)
                self._flush.set()

    async def _link(self) -> None:
        """A revoked unit goes on guarding and sealing to its owner; it only stops connecting."""
        try:
            await self.uplink.run()
        except Revoked as error:
            log.warning("revoked reason=%r", str(error))
            self.write_status()

    async def _report(self) -> None:
        while True:
            self.write_status()
            await asyncio.sleep(STATUS_FILE_EVERY_S)

    def write_status(self) -> None:
        engine, now = self.engine, read_clock()
        spool = engine.outbox.spool
        link = "up" if self.uplink.claimed else ("unclaimed" if self.uplink.up else "down")
        cameras = []
        for desk in engine.desks.values():
            run = desk.track.epoch
            slot = run.slot_at(now.mono_s) if run else 0
            cameras.append(
                CameraLine(
                    desk.name,
                    desk.state.value,
                    run.number if run else 0,
                    slot,
                    len(desk.track.ring),
                    desk.window is not None,
                )
            )
        write(
            self.home,
            LocalStatus(
                engine.wall.at(now.mono_s), os.getpid(), engine.identity.unit.hex(),
                engine.identity.key.fingerprint.hex(), engine.posture.value,
                until(engine.trust.policy, engine.trust.order, engine.wall_ms), engine.trust.paired, link,
                self.uplink.last_error, engine.file.state.revoked,
                engine.trust.policy.counter if engine.trust.policy else 0, spool.open_count, spool.size,
                engine.wall.agrees(now.mono_s), self.hardening.locked, cameras,
            ),
        )  # fmt: skip


def _points(polygon: Polygon) -> list[tuple[float, float]]:
    return [(corner.x / FULL_SCALE, corner.y / FULL_SCALE) for corner in polygon.corners]


def run_unit(home: Home) -> None:
    """`zegel unit run`. Raises ConfigError, StateError, NotPaired."""
    hardening = harden()
    config = load(home)
    with only_one(home):
        engine = open_engine(home, config)
        if not engine.trust.paired:
            raise NotPaired("this unit has no owner yet: run `zegel unit enrol` and let the owner read its code")
        log.info(
            "start no_core=%s not_dumpable=%s memory_locked=%s",
            hardening.no_core,
            hardening.not_dumpable,
            hardening.locked,
        )
        asyncio.run(_supervise(Runner(home, config, engine, _pool(config), hardening)))


def _pool(config: Config) -> Cameras:
    from zegel.unit.detectors import default_manifest
    from zegel.unit.watch import CameraPool

    detector = Path(config.detector) if config.detector else default_manifest()
    pool: Cameras = CameraPool([camera.source for camera in config.cameras], detector)
    return pool


async def _supervise(runner: Runner) -> None:
    """SIGTERM and SIGINT end the unit in order."""
    task = asyncio.ensure_future(runner.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
