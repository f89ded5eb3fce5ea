# SPDX-License-Identifier: EUPL-1.2
"""An owner, an alarm centre, a ledger and a unit that can be driven through time without any real clock."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from zegel.link.framing import decode_from_unit
from zegel.link.messages import SegmentsItem, Up
from zegel.seal.arckey import ArcKey, sign_arckey
from zegel.seal.command import Action, Command, sign_command
from zegel.seal.epoch import Epoch, open_epoch, verify_epoch
from zegel.seal.keyset import Keyset, NamedKey, Signer, sign_keyset
from zegel.seal.note import Algorithm, VerifierKey
from zegel.seal.pairing import Pairing, pairing_mac
from zegel.seal.policy import Caps, Hours, LiveEnd, Policy, RecordingMode, Window, sign_policy
from zegel.seal.release import Release, open_release, verify_release
from zegel.seal.segment import Header
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.seal.tree import leaf as leaf_of
from zegel.unit.engine import Box, Engine
from zegel.unit.identity import Identity
from zegel.unit.outbox import Outbox
from zegel.unit.source.media import Packet, Stream
from zegel.unit.spool import Spool
from zegel.unit.state import Numbers, StateFile
from zegel.unit.walltime import Instant

NOON_MS = 1_780_000_000_000  # a Thursday, 20:26:40 UTC
DAY_MS = 86_400_000
ORIGIN = "ledger.test/zegel"


@dataclass
class Owner:
    """A customer with one signing key, a tenant key, and the ARC that he chose."""

    suite: Suite = Suite.CLASSIC
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: SigningKey = field(default_factory=SigningKey.generate)
    party: bytes = field(default_factory=lambda: os.urandom(16))
    arc_party: bytes = field(default_factory=lambda: os.urandom(16))
    arc_key: SigningKey = field(default_factory=SigningKey.generate)
    log: SigningKey = field(default_factory=SigningKey.generate)
    tenant: OpeningKey = field(init=False)
    arc: OpeningKey = field(init=False)

    def __post_init__(self) -> None:
        self.tenant = OpeningKey.generate(self.suite)
        self.arc = OpeningKey.generate(self.suite)

    def keyset(self, unit: bytes, pairing: bytes, now_ms: int, **changes: object) -> Keyset:
        vkey = VerifierKey(ORIGIN, Algorithm.ED25519, self.log.public_key)
        keyset = Keyset(
            self.suite, unit, pairing, self.party, 1, None, now_ms, now_ms + 365 * DAY_MS,
            (Signer(self.id, self.key.public_key),), self.tenant.public_key,
            Signer(self.arc_party, self.arc_key.public_key), NamedKey(ORIGIN, str(vkey)), (),
        )  # fmt: skip
        return replace(keyset, **changes)  # type: ignore[arg-type]

    def policy(self, keyset: Keyset, now_ms: int, **changes: object) -> Policy:
        policy = Policy(
            keyset.unit, keyset.pairing, 1, now_ms, now_ms + 30 * DAY_MS, keyset.hash, True, RecordingMode.CONTINUOUS,
            Hours("Europe/Amsterdam"), (), ("person", "vehicle"), ("person",), Window(10, 5, LiveEnd.CLOSED, 60),
            Caps(20, 600), (Signer(self.id, self.key.public_key),),
        )  # fmt: skip
        return replace(policy, **changes)  # type: ignore[arg-type]

    def arckey(self, now_ms: int, number: int = 1) -> bytes:
        key = ArcKey(self.suite, self.arc_party, self.arc.public_key, number, now_ms, now_ms + 90 * DAY_MS)
        return sign_arckey(key, self.arc_key)

    def command(self, policy: Policy, action: Action, now_ms: int, counter: int, until_ms: int | None = None) -> bytes:
        command = Command(policy.unit, policy.pairing, counter, self.id, action, now_ms, until_ms)
        return sign_command(command, self.key)


class Rig:
    """A unit's engine with a simulated clock and one synthetic camera (12.5 frames a second unless said)."""

    def __init__(self, directory: Path, owner: Owner | None = None, *, gop: int = 12, fps: float = 12.5) -> None:
        self.directory = directory
        self.owner = owner or Owner()
        self.mono_s, self.wall_ms, self.synchronised = 1000.0, NOON_MS, True
        self.camera = os.urandom(16)
        self.gop, self.fps, self.frame = gop, fps, 0
        self.identity = Identity.create(directory / "identity")
        self.secret = self.identity.pairing_secret
        StateFile.create(directory / "state", self.identity.unit)
        self.keyset: Keyset | None = None
        self.policy: Policy | None = None
        self.received: dict[int, Up] = {}
        self.frames: dict[float, bytes] = {}
        self.engine = self._engine()

    def _engine(self) -> Engine:
        file = StateFile.load(self.directory / "state")
        outbox = Outbox(Spool(self.directory / "spool", reserve=0), Numbers(file))
        engine = Engine(Identity.load(self.directory / "identity"), file, outbox, {self.camera: "yard"}, self.now)
        engine.on_stream(self.camera, Stream("avc1", b"\x01avcC", 640, 360, self.fps, 0), self.now)
        return engine

    @property
    def now(self) -> Instant:
        return Instant(self.mono_s, self.wall_ms, self.synchronised)

    def restart(self, *, lost_s: float = 3.0) -> None:
        """kill -9: nothing is said goodbye to."""
        self.engine.outbox.spool.flush()
        self.collect()
        self.engine.outbox.spool.close()
        self.mono_s += lost_s
        self.wall_ms += round(lost_s * 1000)
        self.engine = self._engine()

    def pair(self, **policy: object) -> None:
        unit, pairing = self.identity.unit, self.identity.pairing
        self.keyset = self.owner.keyset(unit, pairing, self.wall_ms)
        self.policy = self.owner.policy(self.keyset, self.wall_ms, **policy)
        asked = Pairing(unit, pairing, self.keyset.hash, self.policy.hash)
        assert self.secret is not None
        self.deliver("keyset", sign_keyset(self.keyset, self.owner.key))
        self.deliver("policy", sign_policy(self.policy, self.owner.key))
        self.deliver("pairing", asked.encode(), pairing_mac(self.secret, asked))
        self.deliver("arckey", self.owner.arckey(self.wall_ms))

    def new_policy(self, **changes: object) -> None:
        assert self.policy is not None
        changed = {"counter": self.policy.counter + 1, "issued_ms": self.wall_ms, **changes}
        self.policy = replace(self.policy, **changed)  # type: ignore[arg-type]
        self.deliver("policy", sign_policy(self.policy, self.owner.key))

    def deliver(self, kind: str, data: bytes, extra: bytes | None = None) -> None:
        self.engine.deliver(kind, data, extra, self.now)

    def order(self, action: Action, counter: int, until_ms: int | None = None) -> None:
        assert self.policy is not None
        self.deliver("command", self.owner.command(self.policy, action, self.wall_ms, counter, until_ms))

    def step(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_ms += round(seconds * 1000)

    def play(self, seconds: float) -> None:
        """Frames arrive and time passes, as in life."""
        end = self.mono_s + seconds
        while self.mono_s < end - 1e-9:
            self.step(1 / self.fps)
            dts = round(self.frame * 90_000 / self.fps)
            data = self.frame.to_bytes(8, "big") * 4
            self.frames[self.mono_s] = data
            packet = Packet(
                data, dts, dts, round(90_000 / self.fps), self.frame % self.gop == 0, self.mono_s, self.wall_ms, 0
            )
            self.engine.on_packet(self.camera, packet, self.now)
            self.frame += 1
            self.engine.tick(self.now)
        self.engine.outbox.spool.flush()

    def see(self, cls: str = "person", score: float = 0.9, zone: str = "") -> None:
        self.engine.on_seen(self.camera, self.mono_s, [Box(cls, score, 0.1, 0.1, 0.2, 0.4, zone)], self.now)
        self.engine.outbox.spool.flush()

    def collect(self) -> dict[int, Up]:
        """Everything that the server would have been sent, acknowledged at once."""
        self.engine.outbox.spool.flush()
        while (found := self.engine.outbox.spool.next()) is not None:
            n, frame = found
            up = decode_from_unit(frame)
            assert isinstance(up, Up)
            self.engine.on_sent(n, frame, self.now)
            self.received[n] = up
            self.engine.on_ack(n, self.now)
        return self.received

    def items(self, kind: type) -> list:  # type: ignore[type-arg]
        self.collect()
        unique: dict[bytes, object] = {}
        for n, up in sorted(self.received.items()):
            if isinstance(up.item, kind):
                unique.setdefault(getattr(up.item, "envelope", b"%d" % n), up.item)
        return list(unique.values())

    def technical(self) -> list[str]:
        from zegel.link.messages import TechnicalItem

        return [item.code for item in self.items(TechnicalItem)]


def segments_of(rig: Rig) -> dict[tuple[bytes, int, int], bytes]:
    found = {}
    for item in rig.items(SegmentsItem):
        for data in item.segments:
            header = Header.decode(data)
            found[(header.epoch, header.slot, header.sequence)] = data
    return found


def epochs_of(rig: Rig) -> dict[bytes, Epoch]:
    from zegel.link.messages import EpochItem

    pk = rig.identity.key.public_key
    epochs = [verify_epoch(item.envelope, pk) for item in rig.items(EpochItem)]
    return {epoch.epoch: epoch for epoch in epochs}


def releases_of(rig: Rig) -> list[Release]:
    from zegel.link.messages import ReleaseItem

    return [verify_release(item.envelope, rig.identity.key.public_key) for item in rig.items(ReleaseItem)]


def arc_leaves(rig: Rig) -> dict[tuple[bytes, int], bytes]:
    """Every slot key that the ARC can derive from all releases together."""
    leaves = {}
    for release in releases_of(rig):
        keys = open_release(release, rig.owner.arc)
        for item in release.ranges:
            for slot in range(item.start, item.end):
                leaves[(item.epoch, slot)] = keys.leaf(item.epoch, slot)
    return leaves


def owner_leaf(rig: Rig, epoch: Epoch, slot: int) -> bytes:
    return leaf_of(open_epoch(epoch, rig.owner.tenant), slot)
