# SPDX-License-Identifier: EUPL-1.2
"""The unit's heart: what comes from cameras and from the server goes in, sealed things come out in the spool.

It does no input or output of its own but the state file and the spool's queue, and knows no time but the instants it
is given, so that the tests can run it through a year in a second. One engine serves all cameras; it runs in the one
process that holds keys, while every camera is demuxed, decoded and watched in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from zegel.link.framing import decode_from_unit
from zegel.link.messages import (
    MAX_FETCH_S,
    AlarmItem,
    CameraFacts,
    CentralAlarm,
    Controlled,
    FactsItem,
    FetchLocal,
    ManifestItem,
    PairedItem,
    ReleaseItem,
    SignalItem,
    SignalSource,
    StartLive,
    StopLive,
    TakePicture,
    TechnicalKind,
    Up,
)
from zegel.seal.alarm import Alarm, Cause, sign_alarm
from zegel.seal.allowances import OverBudget, OverviewRules, StorageMode
from zegel.seal.central import CentralWord
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.manifest import TreeHead
from zegel.seal.policy import RecordingMode
from zegel.seal.promise import verify_time
from zegel.seal.release import Release
from zegel.seal.segment import Track
from zegel.seal.status import CameraState, CameraStatus, State, Status, sign_status
from zegel.unit.budget import MEGABYTE, DataBook
from zegel.unit.central import CentralDesk
from zegel.unit.cutter import Spotted
from zegel.unit.epochs import Binding
from zegel.unit.errors import MediaError, RefusedObject
from zegel.unit.guard import (
    DAY_MS,
    Facts,
    Images,
    InputAlarm,
    Posture,
    Sighting,
    alarms,
    armed_part,
    caps_left,
    guards,
    guards_from,
    images_of,
    images_of_input,
    input_alarm,
    may_release,
    obeyed_order,
    posture,
    until,
)
from zegel.unit.identity import Identity
from zegel.unit.live import Gop, LiveDesk, LiveTrack, Outgoing
from zegel.unit.manifests import ManifestBook
from zegel.unit.outbox import Outbox
from zegel.unit.proofs import ProofDesk
from zegel.unit.release import Case, Releaser, Window
from zegel.unit.ring import MAX_LEAD_S, RingSlot
from zegel.unit.single import SingleTrack, Still
from zegel.unit.source.media import Code, Packet, Stream, Technical
from zegel.unit.spool import Kind, Lane, Record
from zegel.unit.state import Spent, StateFile
from zegel.unit.storage import Kept, Storage
from zegel.unit.track import Rules, SurveillanceTrack
from zegel.unit.trust import Trust
from zegel.unit.walltime import Instant, WallTime
from zegel.unit.watch.messages import BLACK, OVERVIEW_SIZE, OverviewPicture, masks_asked, points_of

SOFTWARE = "zegel-unit 0.1.0"
DETECTION_DELAY_S = 5
QUIET_S = 10.0
HOLD_S = 60.0
FLOOR_EVERY_S = 60.0
MAX_ENDED = 1000
SAME_MS = 120_000
"""So long the same words of a local panel are the ones that it said before: it heard no answer."""
SAME_REVIEW_MS = 6 * 3_600_000
"""A review of Frigate's is told again for as long as it lasts."""
MAX_HEARD = 512
FRESH_S = 1.0
"""A picture that somebody asks for is not older."""
PICTURE_WITHIN_S = 10.0
MOST_WANTED = 16
DEFAULT_STORAGE_DAYS = 14
HOMECOMING_S = 20.0
"""So long a turned camera with privacy masks stays black after it was sent home: it is still on its way."""
HIDDEN_AGAIN_S = 600.0
"""A window's parts are missed one after the other: one alarm for all of them."""
GIVES_WAY = frozenset({Cause.MOTION, Cause.CENTRAL})
"""A window of mere movement, or of a panel elsewhere, makes room for the alarm of a panel on site."""
_CAMERA_STATES = {
    Code.CAMERA_LOST: CameraState.LOST,
    Code.CAMERA_BACK: CameraState.OK,
    Code.CAMERA_GARBAGE: CameraState.DEGRADED,
    Code.DETECTOR_LOST: CameraState.DEGRADED,
    Code.DETECTOR_BACK: CameraState.OK,
    Code.VIEW_LOST: CameraState.TAMPER,
    Code.VIEW_BACK: CameraState.OK,
    Code.MASK_FAILED: CameraState.DEGRADED,
}


@dataclass(frozen=True, slots=True)
class Box:
    """One thing that the watcher confirmed in a frame; x, y, w, h in 0..1 of the picture."""

    cls: str
    score: float
    x: float
    y: float
    w: float
    h: float
    zone: str


@dataclass(slots=True, eq=False)
class CameraDesk:
    """All that the engine keeps of one camera."""

    id: bytes
    name: str
    track: SurveillanceTrack
    live: LiveTrack
    pictures: SingleTrack
    gop: Gop = field(default_factory=Gop)
    guarded: bool = False
    wanted: list[tuple[bytes, float]] = field(default_factory=list)  # pictures that somebody waits for, until when
    stream: Stream | None = None
    state: CameraState = CameraState.OK
    window: Window | None = None
    window_ended_s: float = float("-inf")
    window_images: Images | None = None
    last_sighting_s: float = float("-inf")
    moving: bool = False
    record_until_s: float = float("-inf")
    stream_ok: bool = False
    masks: str = ""
    stream_index: int = 0
    overview: str = ""  # why there are no overview pictures, "" where there are
    overview_s: float = float("-inf")


@dataclass(slots=True)
class Engine:
    """Feed it events; read `outbox.spool` for what to send. `dirty` tells that status or watching changed."""

    identity: Identity
    file: StateFile
    outbox: Outbox
    cameras: Mapping[bytes, str]
    now: Instant
    boot: str = ""
    trust: Trust = field(init=False)
    wall: WallTime = field(init=False)
    desks: dict[bytes, CameraDesk] = field(init=False)
    proofs: ProofDesk = field(init=False)
    data: DataBook = field(init=False)
    live: LiveDesk = field(init=False)
    central: CentralDesk = field(init=False)
    storage: Storage | None = None
    dirty: bool = True
    _changed_s: float = float("-inf")
    _floor_s: float = float("-inf")
    _hidden_s: float = float("-inf")
    _heard: dict[bytes, tuple[int, int]] = field(default_factory=dict)  # digest → (ms, n)
    _not_durable: dict[int, bytes] = field(default_factory=dict)
    _facts: dict[bytes, CameraFacts] = field(default_factory=dict)
    _home_s: dict[bytes, float] = field(default_factory=dict)  # when a camera that was turned is back, at the latest
    _settled_s: float = field(init=False)  # from then on those that nobody turned since the start are home
    _drawn: dict[tuple[bytes, bytes], str] = field(default_factory=dict)
    _away: frozenset[bytes] = frozenset()
    _told: list[Controlled] = field(default_factory=list)
    _storage_away: bool = False
    _clock_agrees: bool = False
    _contradicted: bool = False
    _posture: Posture = Posture.UNPAIRED
    _part: str | None = None
    _over: OverBudget | None = None
    _releaser: Releaser = field(init=False)

    def __post_init__(self) -> None:
        self.trust = Trust(self.file, self.identity)
        told = self.file.state.server_clock
        same_boot = told is not None and told[0] == self.boot
        self.wall = WallTime(self.now, self.file.state.wall_floor_ms, told[1] if told and same_boot else None)
        self.proofs = ProofDesk(self.file)
        self.data = DataBook(self.file)
        self.central = CentralDesk(self.file)
        self._releaser = Releaser(self.identity.unit, self.identity.key, self.file, self.outbox)
        out = Outgoing()
        self.desks = {camera: self._desk(camera, name, out) for camera, name in self.cameras.items()}
        self.live = LiveDesk({camera: desk.live for camera, desk in self.desks.items()}, out)
        self._settled_s = self.now.mono_s + HOMECOMING_S
        self._heard = {digest: (ms, -1) for digest, ms in self.file.state.heard}
        self._recover()
        if self.trust.paired:
            self._start_tracks()

    def _desk(self, camera: bytes, name: str, out: Outgoing) -> CameraDesk:
        book = ManifestBook(self.identity.unit, camera, self.identity.key, self.file, self.outbox)
        rules = Rules(
            partial(self.guards_throughout, camera), self.wall.at, lambda slot: self._on_slot(self.desks[camera], slot),
            partial(self._keep_here, camera),
        )  # fmt: skip
        track = SurveillanceTrack(camera, self.identity.key, self.file, self.outbox, book, rules)
        live = LiveTrack(camera, self.identity.key, self.file, self.outbox, self.wall.at, out)
        own = SingleTrack(camera, Track.PICTURE, self.identity.key, self.file, self.outbox, self.wall.at)
        return CameraDesk(camera, name, track, live, own)

    @property
    def busy(self) -> bool:
        """Whether something moves, a window is open or somebody looks somewhere."""
        return self.live.anywhere or any(desk.moving or desk.window is not None for desk in self.desks.values())

    # -- time

    def tick(self, now: Instant) -> None:
        """Call five times a second while busy, else twice: ends slots and windows, makes manifests, watches clocks."""
        self._observe(now)
        self.live.tick(self.trust.policy, now.mono_s, self.wall_ms)
        for desk in self.desks.values():
            desk.guarded = self.guards(desk.id)
            if not self._keeps_gop(desk):
                desk.gop.clear()
            self._give_up_pictures(desk)
            desk.track.tick(now.mono_s)
            self._end_if_over(desk)
            desk.track.book.make_due(now.mono_s, self._manifest_delay_s(desk), self.wall_ms)
        for word in self.central.due(now.mono_s):
            self._open_central(word)
        self._look_for_home()
        self._keep_floor()
        self._report_gaps()
        self._watch_budget()
        self._proofs_missing(self.proofs.missing(now.mono_s))
        self.outbox.settle(self.wall_ms)

    def _observe(self, now: Instant) -> None:
        self.now = now
        self.wall.observe(now)
        self._clock_agrees = self.wall.agrees(now.mono_s)
        contradicted = self.wall.contradicted(now.mono_s)
        if contradicted is not self._contradicted:
            self._contradicted = contradicted
            code = "clock_disagrees" if contradicted else "clock_agrees"
            self._technical(
                TechnicalKind.CLOCK_DISAGREES, None, code, {"difference_ms": round(self.wall.difference_ms)}
            )
        current, part = self.posture, self.part
        if (current, part) != (self._posture, self._part):
            self._posture, self._part, self.dirty = current, part, True

    @property
    def wall_ms(self) -> int:
        return self.wall.at(self.now.mono_s)

    @property
    def posture(self) -> Posture:
        return posture(self.trust.policy, self.trust.order, self.wall_ms)

    @property
    def part(self) -> str | None:
        """The part that alone is armed."""
        policy = self.trust.policy
        part = armed_part(policy, self.trust.order, self.wall_ms) if policy is not None else None
        return part.name if part is not None else None

    def guards(self, camera: bytes) -> bool:
        """Whether this camera is armed now."""
        return guards(self.trust.policy, self.trust.order, self.wall_ms, camera)

    def guards_throughout(self, camera: bytes, start_s: float, end_s: float) -> bool:
        """Whether every reading of the clock in [start, end] says that the camera is armed, and nobody changed
        anything in between."""
        if self._changed_s > start_s or self.trust.policy is None:
            return False
        readings = self.wall.possible(start_s, end_s)
        return all(guards(self.trust.policy, self.trust.order, ms, camera) for ms in readings)

    # -- mobile data

    def spend(self, size: int) -> None:
        """A frame of so many bytes went over the line, up or down."""
        self.data.spend(size, self.trust.policy, self.wall_ms)

    @property
    def over_budget(self) -> OverBudget | None:
        """What still goes up, once the month's data is used; None: there is some left, or no budget."""
        return self.data.over(self.trust.policy, self.wall_ms)

    def _watch_budget(self) -> None:
        """That it is used, or there is some again, is told once."""
        over = self.over_budget
        if over is self._over:
            return
        self._over, self.dirty = over, True
        limit = self.trust.policy.budget if self.trust.policy else None
        detail: dict[str, str | int] = {"used_mb": self.data.used // MEGABYTE, "month": self.data.month}
        if limit is not None:
            detail |= {"limit_mb": limit.mb_per_month, "goes_on": limit.over.value}
        self._technical(TechnicalKind.CAP_REACHED, None, "data_budget_used" if over else "data_budget_again", detail)

    def _keep_floor(self) -> None:
        if self.now.mono_s - self._floor_s >= FLOOR_EVERY_S:
            self._floor_s = self.now.mono_s
            self.file.state.wall_floor_ms = self.wall.new_floor(self.now.mono_s)
            self.file.save()

    # -- from the cameras

    def away(self, camera: bytes) -> bool:
        """Whether a camera looks elsewhere than at home, where its masks were drawn, or may do so.

        What was turned is away until it is back, also under a newer policy that turns it no more.
        """
        if camera in self.file.state.turned or self.now.mono_s < self._home_s.get(camera, float("-inf")):
            return True
        policy = self.trust.policy
        return policy is not None and policy.camera(camera).pan_tilt is not None and self.now.mono_s < self._settled_s

    def _look_for_home(self) -> None:
        """A camera that is back shows its picture again."""
        away = frozenset(camera for camera in self.desks if self.away(camera))
        if away != self._away:
            self._away, self.dirty = away, True

    def turned(self, cameras: list[bytes]) -> None:
        """Those that stand elsewhere than at home: on disk before the first of them moves."""
        state = self.file.state
        if cameras != state.turned:
            self._home_s |= {each: self.now.mono_s + HOMECOMING_S for each in state.turned if each not in cameras}
            state.turned = cameras
            self.file.save()

    def masks_of(self, camera: bytes) -> str:
        """The name of the masks without which nothing of this camera is taken; "" for none."""
        policy = self.trust.policy
        if policy is None:
            return ""
        known = self._drawn.get((self.trust.policy_hash, camera))
        if known is None:
            known = masks_asked([points_of(polygon) for polygon in policy.camera(camera).privacy], False)
            self._drawn[(self.trust.policy_hash, camera)] = known
        return BLACK if known and self.away(camera) else known

    def _veiled(self, desk: CameraDesk, packet: Packet) -> bool:
        """Whether a packet has the masks of the policy in force burnt in. Nothing else is sealed, on any track."""
        return desk.masks == self.masks_of(desk.id) and packet.stream_index == desk.stream_index

    def on_stream(self, camera: bytes, stream: Stream, now: Instant) -> None:
        self._observe(now)
        desk = self.desks[camera]
        desk.masks, desk.stream_index = stream.masks, stream.stream_index
        desk.gop.clear()
        desk.stream = None
        try:
            desk.track.cutter.set_stream(stream)
            desk.live.set_stream(stream)
            desk.stream_ok, desk.stream = True, stream
        except MediaError as error:
            desk.stream_ok = False
            self._technical(TechnicalKind.CAMERA_GARBAGE, camera, "not_recordable", {"why": str(error)})

    def on_packet(self, camera: bytes, packet: Packet, now: Instant) -> None:
        self._observe(now)
        desk = self.desks[camera]
        if not self._veiled(desk, packet):
            desk.gop.clear()
            return
        desk.track.add(packet, now.mono_s)
        desk.live.add(packet, now.mono_s)
        if self._keeps_gop(desk):
            desk.gop.add(packet)
        if desk.wanted and packet.keyframe:
            self._seal_picture(desk, packet)

    def _keeps_gop(self, desk: CameraDesk) -> bool:
        """While it is armed the ring holds as much anyway; else only for who looks."""
        return desk.guarded or self.live.looked_at(desk.id)

    # -- pictures that the owner takes

    def take_picture(self, asked: TakePicture, now: Instant) -> None:
        """One sealed picture, armed or not: of now, or the camera's next that can stand alone. Answered when it is."""
        self._observe(now)
        desk = self.desks.get(asked.camera)
        if not self.trust.paired or self.trust.policy is None or desk is None:
            self._told.append(Controlled(asked.id, False, "not_paired" if desk is not None else "unknown_camera"))
            return
        if len(desk.wanted) >= MOST_WANTED:
            self._told.append(Controlled(asked.id, False, "rate"))
            return
        desk.wanted.append((asked.id, now.mono_s + PICTURE_WITHIN_S))
        newest = desk.gop.key_frame
        if newest is not None and now.mono_s - newest.arrival_mono_s <= FRESH_S:
            self._seal_picture(desk, newest)

    def _seal_picture(self, desk: CameraDesk, packet: Packet) -> None:
        """One picture for all who wait for one."""
        stream, wanted = desk.stream, [id for id, _ in desk.wanted]
        desk.wanted.clear()
        if stream is None:
            return
        still = Still(
            stream.codec, stream.extradata, packet.data, stream.width, stream.height, packet.arrival_mono_s,
            bool(stream.masks),
        )  # fmt: skip
        try:
            epoch = desk.pictures.seal(
                self._binding(desk), still, self.now.mono_s, desk.track.book.checkpoint, Lane.ALARM
            )
        except MediaError:
            self._told += [Controlled(id, False, "no_picture") for id in wanted]
            return
        self._told += [Controlled(id, True, "done", epoch, 0) for id in wanted]

    def _give_up_pictures(self, desk: CameraDesk) -> None:
        """A camera that sends nothing gives no picture."""
        late = [id for id, until_s in desk.wanted if self.now.mono_s >= until_s]
        desk.wanted = [item for item in desk.wanted if item[0] not in late]
        self._told += [Controlled(id, False, "no_picture") for id in late]

    def overview_rules(self, camera: bytes) -> OverviewRules | None:
        """What the policy says of this camera's periodic pictures. They are the owner's: an expired one asks too."""
        policy = self.trust.policy
        if policy is None or not self.trust.paired:
            return None
        return next((rules for rules in policy.overview if rules.camera == camera), None)

    def on_overview(self, camera: bytes, made: OverviewPicture, now: Instant) -> None:
        """A periodic picture, in any posture: sealed to the owner on its own track, if masks and rules are still so."""
        self._observe(now)
        desk, rules = self.desks[camera], self.overview_rules(camera)
        fits = (made.width, made.height) == OVERVIEW_SIZE and made.masks == self.masks_of(camera) != BLACK
        too_soon = rules is None or now.mono_s - desk.overview_s < rules.interval_s / 2
        if too_soon or not fits:
            return
        track = SingleTrack(camera, Track.OVERVIEW, self.identity.key, self.file, self.outbox, self.wall.at)
        still = Still("avc1", made.extradata, made.data, made.width, made.height, made.t_mono_s, True)
        try:
            track.seal(self._binding(desk), still, now.mono_s, desk.track.book.checkpoint)
            desk.overview_s = now.mono_s
        except MediaError as error:
            self._technical(TechnicalKind.CAMERA_GARBAGE, camera, "not_recordable", {"why": str(error)})

    def on_motion(self, camera: bytes, moving: bool, mono_s: float, now: Instant) -> None:
        """Something started or stopped moving: in activity mode that is what is recorded."""
        self._observe(now)
        desk, policy = self.desks[camera], self.trust.policy
        desk.moving = moving
        if policy is None:
            return
        desk.record_until_s = max(desk.record_until_s, mono_s + policy.window.post_s)
        if moving:
            self._keep_since(desk, mono_s - policy.window.pre_s, Lane.MEDIA)

    def on_seen(self, camera: bytes, mono_s: float, boxes: list[Box], now: Instant, pts: int | None = None) -> None:
        """Confirmed findings of one frame, which arrived at `mono_s` and lies at `pts` on the main stream."""
        self._observe(now)
        desk = self.desks[camera]
        if not boxes or self.trust.policy is None or not self.guards_throughout(camera, mono_s, now.mono_s):
            return
        desk.track.cutter.spot(Spotted(mono_s, tuple((b.cls, b.score, b.x, b.y, b.w, b.h) for b in boxes), pts))
        desk.record_until_s = max(desk.record_until_s, mono_s + self.trust.policy.window.post_s)
        facts = self.facts()
        alarming = [box for box in boxes if alarms(Sighting(camera, box.cls, box.zone, box.score), facts)]
        if alarming:
            releasing = self.trust.policy.release_classes
            best = max(alarming, key=lambda box: (box.cls in releasing, box.score))
            self._sighted(desk, best, mono_s, facts)

    def on_technical(self, camera: bytes, event: Technical, now: Instant) -> None:
        """Something about the camera itself. A lost view is tamper: an alarm in any posture, never with pictures."""
        self._observe(now)
        desk = self.desks[camera]
        if event.code in _CAMERA_STATES and desk.state is not _CAMERA_STATES[event.code]:
            desk.state, self.dirty = _CAMERA_STATES[event.code], True
        known = event.code.value in {kind.value for kind in TechnicalKind}
        kind = TechnicalKind(event.code.value) if known else TechnicalKind.CAMERA_GARBAGE
        if event.code in (Code.OVERVIEW_REFUSED, Code.OVERVIEW_OFF, Code.OVERVIEW_BACK):
            desk.overview = str(event.detail.get("reason", ""))
        self._technical(kind, camera, event.code.value, event.detail)
        if event.code is Code.VIEW_LOST and self.trust.paired:
            self._raise(desk, Cause.TAMPER, "view_lost", "", 0, event.t_mono_s, Images.TAMPER)

    # -- from panels and inputs on site

    def on_signal(self, said: SignalItem, digest: bytes, now: Instant) -> int:
        """What a panel or input on site said: an alarm of the unit's own, or word for people to judge.

        Returns the number of what must be durable before the panel gets its answer. The same words again (`digest`)
        are for a while the same event.
        """
        self._observe(now)
        known = self._heard.get(digest)
        same_ms = SAME_REVIEW_MS if said.source is SignalSource.MQTT else SAME_MS
        if known is not None and abs(self.wall_ms - known[0]) < same_ms:
            return known[1]
        alarm = input_alarm(said.account, said.told, self.facts()) if self.trust.policy and self.trust.keyset else None
        n = self._raise_input(alarm) if alarm is not None else self.outbox.put(said)
        self._heard[digest] = (self.wall_ms, n)
        self._not_durable[n] = digest if alarm is not None else b""
        while len(self._heard) > MAX_HEARD:
            self._heard.pop(next(iter(self._heard)))
        return n

    def durable(self, n: int) -> bool:
        """Whether what `on_signal` numbered is on disk."""
        return n not in self._not_durable

    def on_durable(self, n: int) -> None:
        """It is on disk. That an alarm was made of it is remembered too: a resend after a power cut makes no second."""
        digest = self._not_durable.pop(n, b"")
        if digest:
            self.file.state.heard = [*self.file.state.heard, (digest, self.wall_ms)][-64:]
            self.file.save()

    def _raise_input(self, alarm: InputAlarm) -> int:
        """The alarm, with a window for each camera that looks at its zone, all in one chain of parts."""
        now_s = self.now.mono_s
        images, released = images_of_input(alarm, self.facts())
        desks = [self.desks[camera] for camera in released or alarm.cameras if camera in self.desks]
        if images is Images.RELEASED and not desks:
            images = Images.NO_CAMERA
        windows = [desk for desk in desks if not self._keeps_its_window(desk, images, now_s)]
        if images is Images.RELEASED and not windows:
            images = Images.OTHER_ALARM
        for desk in windows:
            self._end_for_more(desk)
        first = windows[0] if windows else next(iter(desks), None)
        n = self._raise_for(first, windows, Cause.INPUT, alarm.cls, alarm.zone, 0, now_s, images)
        if images is Images.CAP:
            self._technical(TechnicalKind.CAP_REACHED, None, "cap_reached")
        return n

    def _keeps_its_window(self, desk: CameraDesk, images: Images, now_s: float) -> bool:
        """A window that a panel opened goes on; one that mere movement opened makes room for the panel's alarm."""
        window = desk.window
        if window is None or not window.open or (window.cause in GIVES_WAY and images is Images.RELEASED):
            return False
        if images is Images.RELEASED and window.images is not Images.RELEASED:
            return False
        window.prolong(now_s)
        return True

    def on_facts(self, cameras: list[CameraFacts], now: Instant) -> None:
        """What the cameras can do, when it is news."""
        self._observe(now)
        known = [told for told in cameras if told.camera in self.desks and told != self._facts.get(told.camera)]
        self._facts |= {told.camera: told for told in known}
        if known:
            self.outbox.put(FactsItem(known))

    def on_site_trouble(
        self, kind: TechnicalKind, camera: bytes | None, code: str, detail: dict[str, str | int], now: Instant
    ) -> None:
        """A panel, the house's broker or a camera's events can't be heard, or can again."""
        self._observe(now)
        self._technical(kind, camera if camera in self.desks else None, code, detail)

    # -- the unit's own storage

    def _keep_here(self, camera: bytes, slot: RingSlot) -> bool:
        """As the owner's policy says, where the installer set one up. While it does not work everything goes up."""
        rules = self.trust.policy.storage if self.trust.policy is not None else None
        if self.storage is None or rules is None:
            return False
        self.storage.put(Kept(camera, slot.epoch, slot.slot, slot.wall_ms, slot.segments))
        return rules.mode is StorageMode.ONLY and not self.storage.fault

    @property
    def storage_days(self) -> int:
        """How long recordings may lie there; without a word of the owner nothing new comes, and what is there ages."""
        rules = self.trust.policy.storage if self.trust.policy is not None else None
        return rules.days if rules is not None else DEFAULT_STORAGE_DAYS

    def on_storage(self, fault: str, now: Instant) -> None:
        """It is away, or back: told once."""
        self._observe(now)
        if bool(fault) is not self._storage_away:
            self._storage_away = bool(fault)
            kind = TechnicalKind.STORAGE_LOST if fault else TechnicalKind.STORAGE_BACK
            self._technical(kind, None, kind.value, {"why": fault[:100]} if fault else {})

    def may_fetch(self, asked: FetchLocal) -> str | None:
        """Why nothing is sent from there; None when it is."""
        if not self.trust.paired or self.trust.policy is None:
            return "not_paired"
        if asked.camera not in self.desks:
            return "unknown_camera"
        if self.storage is None or self.storage.fault:
            return "no_storage"
        return "too_long" if not 0 < asked.to_ms - asked.from_ms <= MAX_FETCH_S * 1000 else None

    def send_kept(self, kept: Kept) -> None:
        """As an ordinary item; the server takes what the manifests name."""
        self.outbox.segments(Lane.MEDIA, kept.camera, kept.epoch, kept.slot, kept.wall_ms, kept.segments)

    # -- who looks live

    def start_live(self, asked: StartLive, now: Instant) -> Controlled:
        """Somebody wants to look. Armed or not makes no difference; the signed policy's blocked hours do."""
        self._observe(now)
        desk, policy = self.desks.get(asked.camera), self.trust.policy
        if policy is None or not self.trust.paired:
            return Controlled(asked.id, False, "not_paired")
        if desk is None:
            return Controlled(asked.id, False, "unknown_camera")
        if self.over_budget is not None:
            return Controlled(asked.id, False, "data_budget")
        return self.live.start(asked, policy, self._binding(desk), desk.gop, now.mono_s, self.wall_ms)

    def stop_live(self, asked: StopLive, now: Instant) -> None:
        self._observe(now)
        self.live.stop(asked.camera, asked.id, now.mono_s)

    def answers(self) -> list[Controlled]:
        """What became of what was asked, that the server has not been told."""
        answers, self.live.answers, self._told = [*self._told, *self.live.answers], [], []
        return answers

    def wanted_now(self) -> frozenset[bytes]:
        """Cameras whose frames somebody waits for, whether armed or not."""
        return frozenset(desk.id for desk in self.desks.values() if desk.wanted or self.live.looked_at(desk.id))

    def link_lost(self, now: Instant) -> None:
        """Whoever looked sees nothing any more; he asks again when the link is back."""
        self._observe(now)
        self.live.stop_all("link_lost", now.mono_s)
        self.live.answers.clear()
        self._told.clear()
        for desk in self.desks.values():
            desk.wanted.clear()
        self.live.out.clear()

    # -- alarms and windows

    def facts(self) -> Facts:
        assert self.trust.keyset is not None
        assert self.trust.policy is not None
        arckey = self.trust.arckey
        return Facts(
            self.trust.keyset, self.trust.policy, self.trust.order, self.wall_ms, self._clock_agrees,
            arckey.expires_ms if arckey else None, tuple(self.file.state.spent),
        )  # fmt: skip

    def _sighted(self, desk: CameraDesk, box: Box, mono_s: float, facts: Facts) -> None:
        quiet_s = mono_s - desk.last_sighting_s
        desk.last_sighting_s = max(desk.last_sighting_s, mono_s)
        images = images_of(Sighting(desk.id, box.cls, box.zone, box.score), facts)
        more = images is Images.RELEASED and desk.window_images is not Images.RELEASED
        if desk.window is not None and desk.window.open and not more:
            desk.window.prolong(mono_s)
            return
        if quiet_s < QUIET_S and mono_s - desk.window_ended_s < HOLD_S and not more:
            return
        self._end_for_more(desk)
        self._raise(desk, Cause.MOTION, box.cls, box.zone, round(box.score * 1000), mono_s, images)
        if images is Images.CAP:
            self._technical(TechnicalKind.CAP_REACHED, desk.id, "cap_reached")

    def _end_for_more(self, desk: CameraDesk) -> None:
        """A window without pictures (an animal's, say) makes room for one with pictures: a person came after it."""
        if desk.window is not None:
            desk.window.end("superseded")
            self._note_end(desk)

    def _raise(
        self, desk: CameraDesk, cause: Cause, cls: str, zone: str, score: int, seen_s: float, images: Images
    ) -> int:
        """An alarm of one camera: see `_raise_for`."""
        windows = [desk] if cause is Cause.MOTION else []
        return self._raise_for(desk, windows, cause, cls, zone, score, seen_s, images)

    def _raise_for(
        self, desk: CameraDesk | None, windows: Sequence[CameraDesk], cause: Cause, cls: str, zone: str, score: int,
        seen_s: float, images: Images, alarm_id: bytes | None = None,
    ) -> int:  # fmt: skip
        """Number and chain the alarm, pay for its windows, make it all durable, then hand out what may be.

        Returns the alarm's number on the link.
        """
        state, run = self.file.state, desk.track.epoch if desk else None
        slot = run.slot_at(seen_s) if run else -1
        placed = run if run and 0 <= slot < 4096 else None
        first_ms = min(self.wall.at(seen_s), self.wall_ms)
        alarm = Alarm(
            self.identity.unit, alarm_id or os.urandom(16), state.alarm_number + 1,
            Envelope.decode(state.alarm_envelope).hash if state.alarm_envelope else None,
            cause, cls, desk.id if desk else None, zone, max(0, min(1000, score)), first_ms, self.wall_ms,
            placed.id if placed else None, slot if placed else None, self.trust.policy_hash or None, images.value,
        )  # fmt: skip
        envelope = sign_alarm(alarm, self.identity.key)
        state.alarm_number, state.alarm_envelope = alarm.number, envelope
        case = self._case(images) if windows else Case()
        case.windows = [self._window(each, alarm, seen_s, images, case) for each in windows]
        self.file.save()
        n = self.outbox.put(AlarmItem(envelope))
        for each, window in zip(windows, case.windows, strict=True):
            self._open_window(each, window, seen_s)
        return n

    def _case(self, images: Images) -> Case:
        """What all windows of an alarm share. One alarm is one release, however many cameras it concerns."""
        if images is not Images.RELEASED:
            return Case()
        spent = Spent(self.wall_ms, 0)
        recent = [item for item in self.file.state.spent if item.opened_ms > self.wall_ms - DAY_MS]
        self.file.state.spent = [*recent, spent]
        return Case(0, spent)

    def _window(self, desk: CameraDesk, alarm: Alarm, seen_s: float, images: Images, case: Case) -> Window:
        rules = self.facts().policy.window
        return Window(
            alarm.alarm, desk.id, alarm.cause, images, f"{alarm.cause.value}:{alarm.class_name}", self.now.mono_s,
            seen_s, rules.post_s, rules.max_s, self.wall_ms + rules.max_s * 1000, case,
        )  # fmt: skip

    def _open_window(self, desk: CameraDesk, window: Window, seen_s: float) -> None:
        """Pre-alarm first: from the random-access point before t0 to the last completed slot. A central alarm begins
        with the next slot, and what the unit then sees for itself goes before it."""
        desk.window, desk.window_images = window, window.images
        if window.cause is Cause.CENTRAL:
            desk.window_images, window.released_until_s = None, self.now.mono_s
            return
        slots = self._keep_since(desk, seen_s - self.facts().policy.window.pre_s, Lane.ALARM)
        self._release(desk, window, slots)

    def _keep_since(self, desk: CameraDesk, mono_s: float, lane: Lane) -> list[RingSlot]:
        slots = desk.track.ring.since(mono_s)
        for slot in slots:
            desk.track.keep(slot, lane)
        return slots

    def _on_slot(self, desk: CameraDesk, slot: RingSlot) -> None:
        """A slot is complete and sealed: keep it, and release it while a window is open."""
        self._end_if_over(desk, slot.start_mono_s)
        window = desk.window if desk.window is not None and desk.window.open else None
        if window is not None:
            desk.track.keep(slot, Lane.ALARM)
            self._release(desk, window, [slot])
        elif self._recording(desk, slot):
            desk.track.keep(slot, Lane.MEDIA)

    def _recording(self, desk: CameraDesk, slot: RingSlot) -> bool:
        policy = self.trust.policy
        if policy is not None and policy.mode is RecordingMode.CONTINUOUS:
            return True
        return desk.moving or slot.start_mono_s < desk.record_until_s

    def _release(self, desk: CameraDesk, window: Window, slots: list[RingSlot]) -> None:
        if not slots:
            return
        last = slots[-1].start_mono_s + 1 >= window.end_s
        self._releaser.release(window, slots, self.facts(), self.trust.arckey, last)
        if window.why_ended == Images.CAP.value:
            self._technical(TechnicalKind.CAP_REACHED, desk.id, "cap_reached")
        self._note_end(desk)

    def _end_if_over(self, desk: CameraDesk, mono_s: float | None = None) -> None:
        """A window ends by its own time, or at the first reason not to release any more (arming, expiry, clock)."""
        window = desk.window
        if window is None or not window.open:
            return
        track_s = mono_s if mono_s is not None else self.now.mono_s - 2
        if track_s >= window.end_s:
            window.end("over")
        elif not self.guards(desk.id):
            window.end(Images.NOT_ARMED.value)
        elif window.releasing and (verdict := may_release(self.facts(), desk.id)) is not Images.RELEASED:
            window.end(verdict.value)
        self._note_end(desk)

    def _note_end(self, desk: CameraDesk) -> None:
        window = desk.window
        if window is None or window.open:
            return
        desk.window, desk.window_ended_s = None, self.now.mono_s
        state = self.file.state
        mine = (window.alarm, window.camera)
        state.windows = [item for item in state.windows if (item.alarm, item.camera) != mine]

    def windows(self, now: Instant) -> dict[bytes, Window | None]:
        """Each camera's open window, as of now."""
        self._observe(now)
        for desk in self.desks.values():
            self._end_if_over(desk)
        return {camera: desk.window for camera, desk in self.desks.items()}

    def end_window(self, alarm: bytes, reason: str, now: Instant) -> None:
        """The server ends a window (recall, close). It can do nothing else to one."""
        self._observe(now)
        state = self.file.state
        if alarm not in state.ended_alarms:
            state.ended_alarms = [*state.ended_alarms, alarm][-MAX_ENDED:]
        for desk in self.desks.values():
            if desk.window is not None and desk.window.alarm == alarm:
                desk.window.end(reason)
                self._note_end(desk)
        self.central.drop(alarm)
        self._drop_waiting_releases(alarm)
        self.file.save()

    def _drop_waiting_releases(self, alarm: bytes) -> None:
        """Parts that were made offline go only if no recall came, wherever they are: queued, being written, on disk.

        What may have left before stays unproven: a recall does not excuse the server from showing what it got.
        """
        for record in self.outbox.spool.withdraw(Kind.RELEASE, lambda record: _is_part_of(record, {alarm})):
            release = _release_in(record.payload)
            if release is not None and not self.proofs.may_be_out(release[1]):
                self.file.state.unproven.pop(release[1], None)

    # -- from the server

    def central_alarm(self, asked: CentralAlarm, now: Instant) -> None:
        """An alarm of a panel that reports to the server (`unit.central`). What is refused opens nothing and is
        reported."""
        self._observe(now)
        keyset, policy = self.trust.keyset, self.trust.policy
        try:
            head = self.central.take(asked, keyset, policy, self.desks, self.wall_ms, now.mono_s)
            if head is not None:
                self._take_checkpoint(self.proofs.seen(head))
        except RefusedObject as error:
            self._refused_central(error.code, asked.alarm_id, str(error))
        except SealError as error:
            self.central.drop(asked.alarm_id)
            self._refused_central("central_unproven", asked.alarm_id, str(error))

    def _refused_central(self, code: str, alarm: bytes, why: str = "") -> None:
        detail: dict[str, str | int] = {"kind": "central_alarm", "alarm": alarm.hex(), "why": why[:200]}
        self._technical(TechnicalKind.REFUSED_OBJECT, None, code, detail)

    def _open_central(self, word: CentralWord) -> None:
        """Its time has come: a window on each of its cameras, from the next second on. Never anything of the ring."""
        facts = self.facts()
        verdicts = {camera: may_release(facts, camera) for camera in word.cameras}
        desks = [self.desks[camera] for camera, verdict in verdicts.items() if verdict is Images.RELEASED]
        free = [desk for desk in desks if desk.window is None or not desk.window.releasing]
        if not desks:
            self._refused_central(f"central_{next(iter(verdicts.values())).value.removeprefix('none:')}", word.alarm)
        elif not free:
            self._refused_central("central_other_alarm", word.alarm)
        elif self.central.left(facts.policy, self.wall_ms) == 0 or caps_left(
            facts.policy, facts.spent, self.wall_ms
        ) == (0, 0):
            self._refused_central("central_cap", word.alarm)
        else:
            self._raise_central(word, free)

    def _raise_central(self, word: CentralWord, desks: Sequence[CameraDesk]) -> None:
        """The unit's own signed alarm under the id that the word names, so that its end is told by that id."""
        for desk in desks:
            self._end_for_more(desk)
        self.central.spend(word.alarm, self.wall_ms)
        now_s, released = self.now.mono_s, Images.RELEASED
        self._raise_for(desks[0], desks, Cause.CENTRAL, word.class_name, word.zone, 0, now_s, released, word.alarm)

    def deliver(self, kind: str, data: bytes, extra: bytes | None, now: Instant) -> None:
        """A keyset, policy, command, ARC key or pairing. What is refused changes nothing and is reported."""
        self._observe(now)
        before = (self.trust.keyset_hash, self.trust.policy_hash)
        was_paired = self.trust.paired
        try:
            changed = self.trust.accept(kind, data, extra, self.wall_ms)
        except RefusedObject as error:
            self._technical(TechnicalKind.REFUSED_OBJECT, None, error.code, {"kind": kind, "why": str(error)})
            return
        if changed:
            self.dirty = True
            self._after_change(kind, before, was_paired)

    def _after_change(self, kind: str, before: tuple[bytes, bytes], was_paired: bool) -> None:
        if kind in ("keyset", "policy", "command", "pairing"):
            self._changed_s = self.now.mono_s
            self.central.clear()
        if not was_paired and self.trust.paired:
            self._announce_pairing()
        if before != (self.trust.keyset_hash, self.trust.policy_hash):
            self._start_tracks()
        for desk in self.desks.values():
            self._end_if_over(desk)

    def _announce_pairing(self) -> None:
        if self.file.state.paired is not None:
            self.outbox.put(PairedItem(self.file.state.paired))

    def _start_tracks(self) -> None:
        """New epochs under the keyset and policy in force; windows of the old ones are over."""
        keyset, policy = self.trust.keyset, self.trust.policy
        if keyset is None or policy is None:
            return
        ring_s = policy.window.pre_s + MAX_LEAD_S + DETECTION_DELAY_S
        for desk in self.desks.values():
            if desk.window is not None:
                desk.window.end("policy_changed")
                self._note_end(desk)
            desk.gop.clear()  # it may lack a mask that is drawn now: no picture and no look begins with it
            desk.track.start(self._binding(desk), self.now.mono_s, ring_s)
        self.live.rebind({desk.id: self._binding(desk) for desk in self.desks.values()}, self.now.mono_s)

    def _binding(self, desk: CameraDesk) -> Binding:
        keyset = self.trust.keyset
        assert keyset is not None
        return Binding(
            self.identity.unit, desk.id, keyset.suite, keyset.tenant_open_pk, self.trust.keyset_hash,
            self.trust.policy_hash,
        )  # fmt: skip

    def server_time(self, envelope: bytes, nonce: bytes, now: Instant) -> None:
        """The ledger's signed time, in answer to our nonce; before pairing there is no key to check it with."""
        if self.trust.keyset is None:
            return
        try:
            told = verify_time(envelope, self.trust.keyset.log.key.public_key, nonce)
        except SealError as error:
            self._technical(TechnicalKind.REFUSED_OBJECT, None, error.code, {"kind": "time", "why": str(error)})
            return
        self.wall.server_says(told.at_ms, now)
        self.file.state.server_clock = (self.boot, round(told.at_ms - now.mono_s * 1000))
        self.file.save()
        self._observe(now)

    def checkpoint(self, text: str, now: Instant) -> None:
        """The ledger's newest checkpoint: verified, never smaller than one that was verified before."""
        self._observe(now)
        if self.trust.keyset is None or not text:
            return
        try:
            self._take_checkpoint(self.proofs.checkpoint(text, self.trust.keyset))
        except SealError as error:
            self._technical(TechnicalKind.REFUSED_OBJECT, None, error.code, {"kind": "checkpoint", "why": str(error)})

    def _take_checkpoint(self, head: TreeHead | None) -> None:
        if head is not None:
            for desk in self.desks.values():
                desk.track.book.checkpoint = head

    def on_proof(self, release_hash: bytes, text: str, now: Instant) -> None:
        self._observe(now)
        if self.trust.keyset is None:
            return
        try:
            self._take_checkpoint(self.proofs.proven(release_hash, text, self.trust.keyset))
        except SealError as error:
            self._technical(TechnicalKind.REFUSED_OBJECT, None, error.code, {"kind": "proof", "why": str(error)})

    def _proofs_missing(self, releases: list[str]) -> None:
        """The ledger does not show releases that the server was sent: tamper."""
        for release in releases:
            self._technical(TechnicalKind.PROOF_MISSING, None, "proof_missing", {"release": release})
        desk = next(iter(self.desks.values()))
        if releases and self.trust.paired and self.now.mono_s - self._hidden_s >= HIDDEN_AGAIN_S:
            self._hidden_s = self.now.mono_s
            self._raise(desk, Cause.TAMPER, "proof_missing", "", 0, self.now.mono_s, Images.TAMPER)

    def hold_releases(self) -> None:
        """The link is down, or up and the server has not yet said which alarms were recalled meanwhile."""
        self.outbox.spool.hold(Kind.RELEASE)

    def let_releases_go(self) -> None:
        """From here on what waited counts as sent; that is on disk before the first of it goes."""
        if self.file.state.unsent:
            self.file.state.unsent = []
            self.file.save()
        self.outbox.spool.let_go()

    def on_sent(self, n: int, frame: bytes, now: Instant) -> None:
        """A frame is put on the wire: of a release a proof is owed from now on, whatever the server answers."""
        if self.outbox.spool.kind_of(n) is Kind.RELEASE:
            release = _release_in(frame)
            if release is not None:
                self.proofs.sent(release[1], now.mono_s)

    def on_ack(self, n: int, now: Instant) -> None:
        self.outbox.spool.done(n)
        for desk in self.desks.values():
            desk.live.accepted(n)

    def on_refused(self, n: int, code: str, text: str, now: Instant) -> None:
        """The server will never take this item: it is dropped, and that is reported (but not about a report).

        A refused release stays unproven: the server has read it, so it must show it to the customer all the same.
        """
        self._observe(now)
        kind = self.outbox.spool.kind_of(n)
        record = self.outbox.spool.read(n)
        self.outbox.spool.done(n)
        if kind is not Kind.TECHNICAL:
            what = kind.name.lower() if kind else (record.kind.name.lower() if record else "item")
            self._technical(TechnicalKind.REFUSED_OBJECT, None, code, {"kind": what, "why": text, "by": "server"})

    def revoke(self, reason: str, now: Instant) -> None:
        """The server no longer serves this pairing: the unit goes on guarding and sealing, and stops connecting."""
        self._observe(now)
        self.file.state.revoked = reason or "revoked"
        self.file.save()
        self.dirty = True

    # -- status

    def status(self) -> bytes:
        """The signed echo of what the unit obeys."""
        state = self.file.state
        policy, order, posture = self.trust.policy, self.trust.order, self.posture
        by_order = posture in (Posture.ARMED, Posture.DISARMED)
        obeyed = obeyed_order(policy, order, self.wall_ms) if policy is not None and by_order else None
        return sign_status(
            Status(
                self.identity.unit, state.pairing if policy is not None else None, self.wall_ms, State(posture.value),
                until(policy, order, self.wall_ms), self.trust.keyset_hash or None,
                self.trust.policy_hash or None, policy.counter if policy else 0, SOFTWARE,
                tuple(CameraStatus(camera, self.desks[camera].state) for camera in sorted(self.desks)),
                Envelope.decode(state.release_envelope).hash if state.release_envelope else None,
                self.part, obeyed.by if obeyed is not None else None, guards_from(policy, order, self.wall_ms),
            ),
            self.identity.key,
        )  # fmt: skip

    # -- ends and beginnings

    def stop(self, now: Instant) -> None:
        """A planned stop: everything that is complete gets its manifest; keys are forgotten."""
        self._observe(now)
        self.live.stop_all("stopped", now.mono_s)
        for desk in self.desks.values():
            desk.track.stop(now.mono_s)
        self.data.settle()
        self.file.state.wall_floor_ms = self.wall.new_floor(now.mono_s)
        self.file.save()

    def _recover(self) -> None:
        """After a restart: send the heads of all chains again, close what was left open, never continue a window."""
        state = self.file.state
        ended = frozenset(state.ended_alarms)
        self.outbox.spool.withdraw(Kind.RELEASE, lambda record: _is_part_of(record, ended))
        notes = self.outbox.spool.of_kind(Kind.NOTE)
        heads = list(state.manifests.values())
        for camera, desk in self.desks.items():
            desk.track.book.checkpoint = TreeHead(*state.checkpoint) if state.checkpoint else None
            desk.track.book.recover([note for note in notes if note.camera == camera], self.wall_ms)
        for envelope in heads:
            self.outbox.put(ManifestItem(envelope))
        if state.alarm_envelope is not None:
            self.outbox.put(AlarmItem(state.alarm_envelope))
        if state.release_envelope is not None and not self._recalled(state.release_envelope):
            self.outbox.put(ReleaseItem(state.release_envelope))
        self._announce_pairing()
        state.windows = []

    def _recalled(self, envelope: bytes) -> bool:
        return Release.decode(Envelope.decode(envelope).body).alarm in self.file.state.ended_alarms

    # -- small

    def _manifest_delay_s(self, desk: CameraDesk) -> float:
        policy = self.trust.policy
        if policy is None or policy.mode is RecordingMode.CONTINUOUS:
            return 1.0
        return desk.track.ring.seconds + 2.0

    def _report_gaps(self) -> None:
        gaps, self.outbox.spool.gaps = self.outbox.spool.gaps, []
        for gap in gaps:
            detail: dict[str, str | int] = {"from_ms": gap.from_ms, "to_ms": gap.to_ms, "records": gap.records}
            code = "spool_full" if gap.camera else "spool_full_of_records"
            self._technical(TechnicalKind.SPOOL_FULL, gap.camera, code, detail)

    def _technical(
        self, kind: TechnicalKind, camera: bytes | None, code: str, detail: dict[str, str | int] | None = None
    ) -> None:
        self.outbox.technical(kind, camera, self.wall_ms, code, detail)


def _release_in(frame: bytes) -> tuple[bytes, str] | None:
    """(alarm id, release hash in hex) of a release's frame."""
    up = decode_from_unit(frame)
    if not isinstance(up, Up) or not isinstance(up.item, ReleaseItem):
        return None
    envelope = Envelope.decode(up.item.envelope)
    return Release.decode(envelope.body).alarm, envelope.hash.hex()


def _is_part_of(record: Record, alarms: Set[bytes]) -> bool:
    release = _release_in(record.payload)
    return release is not None and release[0] in alarms
