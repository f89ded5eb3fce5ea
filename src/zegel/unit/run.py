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
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from zegel.link.messages import (
    CameraFacts,
    Control,
    Controlled,
    FetchLocal,
    SignalItem,
    StartLive,
    StopLive,
    TakePicture,
    TechnicalKind,
    TelemetryItem,
)
from zegel.unit import clock
from zegel.unit.budget import MEGABYTE
from zegel.unit.config import Config, Home, load
from zegel.unit.control import ControlDesk
from zegel.unit.engine import Box, Engine
from zegel.unit.errors import ConfigError, NotPaired, Revoked
from zegel.unit.guard import guards_from, until
from zegel.unit.identity import Identity
from zegel.unit.memory import Hardening, harden
from zegel.unit.outbox import Outbox
from zegel.unit.site import settings
from zegel.unit.site.messages import Durable, Found, FromSite, Heard, Ordered, Trouble, Turn, Turned, Wanted
from zegel.unit.site.process import SiteProcess
from zegel.unit.source.media import Packet, Stream, Technical
from zegel.unit.spool import Spool, Written
from zegel.unit.state import Numbers, StateFile
from zegel.unit.statusfile import CameraLine, LocalStatus, write
from zegel.unit.storage import Storage
from zegel.unit.telemetry import EVERY_S, MEGA, Gauge, OwnFigures, free_mb
from zegel.unit.uplink import Uplink, read_clock
from zegel.unit.watch.messages import Message, Motion, OverviewAsked, OverviewPicture, Seen, Watch, Zone, points_of

TICK_S, IDLE_TICK_S = 0.2, 0.5
STATUS_FILE_EVERY_S = 5.0
RETRY_WRITE_S = 1.0
KEEP_EVERY_S = 2.0
FETCHED_AT_ONCE, FETCHED_WAITING = 20, 300
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
    engine = Engine(
        Identity.load(home.identity), file, Outbox(spool, Numbers(file)), cameras, read_clock(), clock.boot_id()
    )
    if config.storage:
        engine.storage = Storage(Path(config.storage), config.storage_bytes)
    return engine


@dataclass(slots=True)
class Runner:
    """One unit at work. `pool` is None while there is nothing to watch (enrolment)."""

    home: Home
    config: Config
    engine: Engine
    pool: Cameras | None = None
    hardening: Hardening = field(default_factory=lambda: Hardening(False, False, False))
    uplink: Uplink = field(init=False)
    site: SiteProcess | None = None
    _control: ControlDesk = field(init=False)
    _owed: list[Turn] = field(default_factory=list)
    _unconfirmed: dict[int, list[int]] = field(default_factory=dict)  # of the spool → of the site process
    _flush: asyncio.Event = field(default_factory=asyncio.Event)
    _ids: dict[str, bytes] = field(init=False)
    _watches: dict[str, Watch] = field(default_factory=dict)
    gauge: Gauge = field(default_factory=Gauge)
    _looked_at: frozenset[bytes] = frozenset()
    _fetching: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.uplink = Uplink(self.home, self.config, self.engine, self.changed)
        self._ids = {camera.name: camera.id for camera in self.config.cameras}
        self._control = ControlDesk([id for id in self.engine.file.state.turned if id in self.engine.desks])
        self.uplink.asked = self.asked
        if self.pool is not None and self._something_on_site():
            self.site = SiteProcess(self.home.directory, self.take_from_site)
            self.uplink.control, self.uplink.lost = self.control, self._link_lost

    def _something_on_site(self) -> bool:
        """Whether the installer set anything up. A damaged file keeps no camera from being guarded."""
        try:
            return not settings.load(self.home).empty
        except ConfigError as error:
            log.error("site_not_usable reason=%r", str(error))
            self.engine.on_site_trouble(TechnicalKind.INPUT_LOST, None, "site_not_usable", {}, read_clock())
            return False

    async def run(self) -> None:
        """Until cancelled; then ends epochs and makes everything durable."""
        loops = [self._tick, self._write, self._link, self._report, self._measure]
        if self.engine.storage is not None:
            loops.append(self._keep_here)
        if self.pool is not None:
            loops.append(self._listen)
            self._tell_facts()
        if self.site is not None:
            loops.append(self.site.run)
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
        self._tell_ends()
        if self.site is not None:
            self._arrange_site(self.site)
        if self.engine.dirty:
            self.engine.dirty = False
            self.uplink.status_due.set()
            self._configure()
            self.write_status()

    # -- who looks

    def asked(self, asked: StartLive | StopLive | TakePicture | FetchLocal) -> None:
        """The server asks for pictures on somebody's behalf: given or not, it is answered."""
        now = read_clock()
        match asked:
            case StartLive():
                self.uplink.answer(self.engine.start_live(asked, now))
            case StopLive():
                self.engine.stop_live(asked, now)
            case TakePicture():
                self.engine.take_picture(asked, now)
            case FetchLocal():
                self._fetch(asked)
        self.changed()

    def _fetch(self, asked: FetchLocal) -> None:
        """What lies on the unit's own storage, one stretch at a time."""
        refusal = self.engine.may_fetch(asked) or ("busy" if self._fetching and not self._fetching.done() else None)
        if refusal is not None:
            self.uplink.answer(Controlled(asked.id, False, refusal))
            return
        self._fetching = asyncio.ensure_future(self._send_kept(asked))

    async def _send_kept(self, asked: FetchLocal) -> None:
        """Answered with how much there is; then it goes up as fast as the line takes it, never more in memory."""
        storage, spool = self.engine.storage, self.engine.outbox.spool
        assert storage is not None
        try:
            found = await asyncio.to_thread(
                lambda: sum(1 for _ in storage.between(asked.camera, asked.from_ms, asked.to_ms))
            )
        except OSError:
            self.uplink.answer(Controlled(asked.id, False, "no_storage"))
            return
        self.uplink.answer(Controlled(asked.id, True, "done", count=found))
        kept = storage.between(asked.camera, asked.from_ms, asked.to_ms)
        with contextlib.suppress(OSError):
            while some := await asyncio.to_thread(lambda: list(islice(kept, FETCHED_AT_ONCE))):
                for one in some:
                    self.engine.send_kept(one)
                self.changed()
                while spool.waiting or spool.open_count > FETCHED_WAITING:
                    await asyncio.sleep(0.2)

    async def _keep_here(self) -> None:
        """Writes to the unit's own storage, and deletes there what is over its term, with or without a network."""
        storage = self.engine.storage
        while storage is not None:
            await asyncio.to_thread(storage.flush, self.engine.wall_ms, self.engine.storage_days)
            self.engine.on_storage(storage.fault, read_clock())
            await asyncio.sleep(KEEP_EVERY_S)

    def _tell_ends(self) -> None:
        """What ended is told; and the cameras hear whether somebody looks."""
        for answer in self.engine.answers():
            self.uplink.answer(answer)
        looked_at = self.engine.wanted_now()
        if looked_at != self._looked_at:
            self._looked_at = looked_at
            self._configure()

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
                self.gauge.add(camera, message)
                self.engine.on_packet(camera, message, now)
            case Seen():
                boxes = [Box(str(f.cls), f.score, f.x, f.y, f.w, f.h, f.zone) for f in message.findings]
                self.engine.on_seen(camera, message.t_mono_s, boxes, now, message.pts)
            case Motion():
                self.engine.on_motion(camera, message.moving, message.t_mono_s, now)
            case Stream():
                self.engine.on_stream(camera, message, now)
            case OverviewPicture():
                self.engine.on_overview(camera, message, now)
                self.changed()
            case Technical():
                self.engine.on_technical(camera, message, now)
                self.changed()

    def _configure(self) -> None:
        """Tell the cameras' processes what the policy asks of them; frames flow only when they may be kept."""
        if self.pool is None:
            return
        policy = self.engine.trust.policy
        for camera in self.config.cameras:
            armed = self.engine.guards(camera.id)
            rules = policy.camera(camera.id) if policy else None
            watch = Watch(
                [Zone(zone.name, points_of(zone.polygon), list(zone.classes)) for zone in rules.zones],
                [points_of(polygon) for polygon in rules.privacy],
                armed,
                armed or camera.id in self._looked_at,
                self.engine.away(camera.id),
                camera.id in self._looked_at,
                self._overview_asked(camera.id),
            ) if rules else Watch([], [], False, False)  # fmt: skip
            if self._watches.get(camera.name) != watch:
                self._watches[camera.name] = watch
                self.pool.configure(camera.name, watch)

    def _overview_asked(self, camera: bytes) -> OverviewAsked | None:
        rules = self.engine.overview_rules(camera)
        if rules is None:
            return None
        hangs = rules.geometry
        return OverviewAsked(rules.interval_s, hangs.height_cm, hangs.nearest_cm, hangs.hfov_cdeg, hangs.tilt_cdeg)

    def _overview_said(self, camera: bytes) -> str:
        """For the installer: how often, or why not; "" where none are asked for."""
        rules, why = self.engine.overview_rules(camera), self.engine.desks[camera].overview
        return "" if rules is None else f"none: {why}" if why else f"every {rules.interval_s} s"

    # -- what stands on site beside the cameras

    def _arrange_site(self, site: SiteProcess) -> None:
        """What the signed policy wants listened to; and cameras stop and go home when it is time."""
        now = read_clock()
        windows = self.engine.windows(now)
        self._owed += self._control.due(windows, now.mono_s, self.engine.live.by_owner)
        self._owed = [turn for turn in self._owed if not site.send(turn)]  # a process that is down hears it later
        self._note_turned([turn.camera for turn in self._owed])
        site.want(self._wanted(any(window is not None and not window.hold_up for window in windows.values())))

    def _note_turned(self, owed: Sequence[bytes] = ()) -> None:
        """On disk before a camera turns, until it was sent home: after a power cut it goes home first."""
        self.engine.turned(sorted({*self._control.turned, *owed}))

    def _tell_facts(self) -> None:
        """What every camera can do by its kind; what ONVIF finds out about it comes on top."""
        facts = [CameraFacts(camera.id, camera.source.capabilities) for camera in self.config.cameras]
        self.engine.on_facts(facts, read_clock())

    def _with_kind(self, told: CameraFacts) -> CameraFacts:
        kind = next((camera.source.capabilities for camera in self.config.cameras if camera.id == told.camera), [])
        return CameraFacts(told.camera, sorted({*kind, *told.capabilities}), told.presets)

    def _wanted(self, alarm: bool) -> Wanted | None:
        engine = self.engine
        policy = engine.trust.policy
        if policy is None or not engine.trust.paired:
            return None
        local = policy.local or ()
        words = {account.account for account in local if not account.panel}
        turnable = any(rules.pan_tilt is not None for rules in policy.cameras)
        if not local and not turnable:
            return None
        events = policy.local_account("onvif")
        return Wanted(
            engine.identity.unit, dict(self._ids), [account.account for account in local if account.panel],
            events is not None, [zone.zone for zone in events.zones] if events else [], "frigate" in words,
            "homeassistant" in words, "part" if engine.part is not None else engine.posture.value, alarm,
            engine.file.state.pairing, [(each.id, each.max_s, each.expires_ms) for each in policy.delegates],
        )  # fmt: skip

    def _site_said(self) -> str:
        """For the installer: what is listened to, "" where nothing was set up."""
        if self.site is None:
            return ""
        wanted = self._wanted(False)
        if wanted is None:
            return "off: the owner's policy allows nothing on site"
        words = {"onvif": wanted.onvif, "frigate": wanted.frigate, "homeassistant": wanted.homeassistant}
        listening = [*wanted.panels, *(word for word, on in words.items() if on)]
        state = "running" if self.site.running else "starting"
        return f"{state}, listens to {', '.join(listening) or 'nothing'}"

    def take_from_site(self, message: FromSite) -> None:
        """One checked message of the site process."""
        now = read_clock()
        match message:
            case Heard():
                self._heard(message)
            case Ordered(envelope=envelope):
                self.engine.deliver("command", envelope, None, now)
            case Found(cameras=cameras):
                self.engine.on_facts([self._with_kind(told) for told in cameras], now)
            case Turned(id=asked, ok=ok, code=code):
                self.uplink.answer(Controlled(asked, ok, code))
            case Trouble(kind=kind, camera=camera, code=code, detail=detail):
                self.engine.on_site_trouble(TechnicalKind(kind.value), camera, code, detail, now)
        self.changed()

    def _heard(self, heard: Heard) -> None:
        """Into the spool; its sender is answered once it is on disk."""
        item = SignalItem(
            os.urandom(16), heard.ms, heard.source, heard.transport, heard.peer, heard.account, heard.told, heard.raw,
            heard.camera if heard.camera in self.engine.desks else None, heard.sequence, heard.encrypted,
        )  # fmt: skip
        n = self.engine.on_signal(item, heard.digest, read_clock())
        if self.engine.durable(n) and self.site is not None:
            self.site.send(Durable(heard.n))
        else:
            self._unconfirmed.setdefault(n, []).append(heard.n)

    def _confirm(self, written: Written) -> None:
        for item in written.placed:
            waiting = self._unconfirmed.pop(item.record.n, None)
            if waiting is None:
                continue
            self.engine.on_durable(item.record.n)
            for n in waiting:
                if self.site is not None:
                    self.site.send(Durable(n))

    def control(self, control: Control) -> None:
        """The server asks to turn a camera: obeyed or not, it is answered."""
        now = read_clock()
        window, policy = self.engine.windows(now).get(control.camera), self.engine.trust.policy
        limits = policy.camera(control.camera).pan_tilt if policy is not None else None
        live = self.engine.live.by_owner(control.camera)
        turn = self._control.judge(control, window, limits, now.mono_s, live)
        if isinstance(turn, str):
            self.uplink.answer(Controlled(control.id, False, turn))
            return
        self._note_turned()
        self._configure()  # a camera with masks is black before it turns
        if self.site is None or not self.site.send(turn):
            self.uplink.answer(Controlled(control.id, False, "unreachable"))

    def _link_lost(self) -> None:
        for turn in self._control.link_lost():
            if self.site is not None:
                self.site.send(turn)

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
            self._confirm(written)
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

    async def _measure(self) -> None:
        """The condition of unit and cameras, once a minute; the first reading only starts the counters."""
        self._read_gauge()
        while True:
            await asyncio.sleep(EVERY_S)
            item = self._read_gauge()
            if self.engine.trust.paired:
                self.engine.outbox.telemetry(item)
                self.changed()

    def _read_gauge(self) -> TelemetryItem:
        engine, now = self.engine, read_clock()
        offset = round(engine.wall.difference_ms) if engine.wall.confirmed else None
        data_mb = engine.data.used // MEGA
        own = OwnFigures(free_mb(self.home.spool), engine.outbox.spool.size // MEGA, offset, data_mb)
        states = {camera: desk.state.value for camera, desk in engine.desks.items()}
        return self.gauge.read(now.mono_s, engine.wall_ms, states, own)

    def _data_limit(self) -> int | None:
        policy = self.engine.trust.policy
        return policy.budget.mb_per_month * MEGABYTE if policy is not None and policy.budget is not None else None

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
                    desk.masks != "",
                    self._overview_said(desk.id),
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
                engine.wall.agrees(now.mono_s), self.hardening.locked, cameras, self._site_said(), engine.part,
                guards_from(engine.trust.policy, engine.trust.order, engine.wall_ms), engine.data.month,
                engine.data.used, self._data_limit(),
            ),
        )  # fmt: skip


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
    from zegel.unit.detectors import default_manifest, faces_manifest
    from zegel.unit.watch import CameraPool

    detector = Path(config.detector) if config.detector else default_manifest()
    pool: Cameras = CameraPool([camera.source for camera in config.cameras], detector, faces_manifest())
    return pool


async def _supervise(runner: Runner) -> None:
    """SIGTERM and SIGINT end the unit in order."""
    task = asyncio.ensure_future(runner.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
