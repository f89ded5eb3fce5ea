# SPDX-License-Identifier: EUPL-1.2
"""People and machines for tests: a unit, an owner, an alarm centre, each with real keys, made with `zegel.seal`.

`SimUnit` is what a unit can say; it keeps its chains, and every method can be told to lie. `World` is the demo's
world in the
test's database, with `actor("operator")` and a paired unit in one call. Nothing here passes the server's checks by.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from zegel.demo import seed as seeding
from zegel.demo.world import WORLD
from zegel.link.messages import (
    AlarmItem,
    AnyItem,
    EpochItem,
    Hello,
    ManifestItem,
    PairedItem,
    ReleaseItem,
    SegmentsItem,
    StatusItem,
)
from zegel.seal.account import Wrapper, wrap_bundle
from zegel.seal.alarm import Alarm, Cause, sign_alarm
from zegel.seal.command import Action as CommandAction
from zegel.seal.command import Command, sign_command
from zegel.seal.epoch import Epoch, sign_epoch
from zegel.seal.keyset import Keyset, NamedKey, Signer, sign_keyset
from zegel.seal.manifest import Entry as ManifestEntry
from zegel.seal.manifest import Manifest, sign_manifest
from zegel.seal.pairing import Paired, Pairing, PairingCode, pairing_mac, sign_paired
from zegel.seal.policy import Caps, Hours, LiveEnd, Policy, RecordingMode, Window, sign_policy
from zegel.seal.ranges import Range, keys_from_roots
from zegel.seal.release import Release, sign_release
from zegel.seal.segment import Header, SegmentFlag, Track, seal_segment
from zegel.seal.status import CameraState, CameraStatus, State, Status, sign_status
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.seal.tree import leaf
from zegel.setup.keys import Account, Keyring, PersonKeys
from zegel.setup.make import log_key

YEAR_MS = 365 * 86_400_000
MARKER = b"ZEGEL-PLAINTEXT-MARKER"
ORIGIN = "http://localhost:8000"


# --- the unit ---


@dataclass
class SimEpoch:
    """An epoch as only the unit knows it: with its root. `segments`: what was sealed, by sequence."""

    body: Epoch
    envelope: bytes
    root: bytes
    sealed: list[bytes] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return UUID(bytes=self.body.epoch)


@dataclass
class SimUnit:
    """A unit's mouth. `now_ms` is its clock; set it."""

    now_ms: int
    cameras: tuple[UUID, ...] = field(default_factory=lambda: (uuid4(),))
    suite: Suite = Suite.CLASSIC
    id: UUID = field(default_factory=uuid4)
    pairing_id: UUID = field(default_factory=uuid4)
    signing: SigningKey = field(default_factory=SigningKey.generate)
    secret: bytes = field(default_factory=lambda: os.urandom(32))
    keyset: Keyset | None = None
    policy: Policy | None = None
    arc_key: bytes = b""
    alarms: list[Alarm] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    manifests: dict[bytes, Manifest] = field(default_factory=dict)
    numbers: int = 0

    @property
    def camera(self) -> UUID:
        return self.cameras[0]

    @property
    def code(self) -> PairingCode:
        return PairingCode(self.signing.fingerprint, self.secret)

    def hello(self) -> Hello:
        """What the server has verified of it when its items come (the signature itself is the link's matter)."""
        cameras = [(camera.bytes, f"Camera {number}") for number, camera in enumerate(self.cameras, 1)]
        return Hello(
            self.id.bytes, self.signing.public_key, bytes(32), "test 1", bytes(64), self.pairing_id.bytes, cameras
        )

    def pin(self, keyset: Keyset, policy: Policy) -> PairedItem:
        self.keyset, self.policy = keyset, policy
        body = Pairing(self.id.bytes, self.pairing_id.bytes, keyset.hash, policy.hash)
        return PairedItem(sign_paired(body, self.now_ms, self.signing))

    def epoch(self, of: UUID | None = None, /, *, track: Track = Track.SURVEILLANCE, **lies: Any) -> SimEpoch:
        """A new epoch that starts now."""
        assert self.keyset is not None
        assert self.policy is not None
        self.numbers += 1
        body = Epoch(
            self.suite, self.id.bytes, (of or self.camera).bytes, track, uuid4().bytes, self.numbers, self.now_ms,
            self.keyset.hash, self.policy.hash,
        )  # fmt: skip
        body, root = replace(body, **lies), os.urandom(32)
        envelope = sign_epoch(body, root, self.keyset.tenant_open_pk, self.signing)
        return SimEpoch(body, envelope, root)

    def epoch_item(self, epoch: SimEpoch) -> EpochItem:
        return EpochItem(epoch.envelope)

    def segment(
        self, epoch: SimEpoch, slot: int, /, *, random_access: bool = True, size: int = 4000, **lies: Any
    ) -> bytes:
        """One sealed segment of a slot; its plaintext holds MARKER, and says whose it is."""
        plaintext = (MARKER + b" %d " % slot).ljust(size, b"\x00")
        header = Header(
            self.suite, SegmentFlag.RANDOM_ACCESS if random_access else SegmentFlag(0), epoch.body.camera,
            epoch.body.epoch, epoch.body.track, slot, len(epoch.sealed), epoch.body.start_ms + slot * 1000, 1000,
            b"avc1",
            len(plaintext),
        )  # fmt: skip
        sealed = seal_segment(leaf(epoch.root, slot), replace(header, **lies), plaintext)
        epoch.sealed.append(sealed)
        return sealed

    def segments_item(self, epoch: SimEpoch, segments: Sequence[bytes]) -> SegmentsItem:
        return SegmentsItem(epoch.body.camera, int(epoch.body.track), epoch.body.epoch, list(segments))

    def record(self, epoch: SimEpoch, first: int, last: int, size: int = 4000, each: int = 1) -> list[SegmentsItem]:
        """A segment for every slot of [first, last), `each` of them in a message."""
        starts = range(first, last, each)
        return [
            self.segments_item(
                epoch, [self.segment(epoch, slot, size=size) for slot in range(at, min(at + each, last))]
            )
            for at in starts
        ]

    def manifest(self, epoch: SimEpoch, first: int, count: int, *, closed: bool = False) -> ManifestItem:
        import hashlib

        headers = [(Header.decode(sealed), hashlib.sha256(sealed).digest()) for sealed in epoch.sealed]
        entries = [
            ManifestEntry(h.slot, h.sequence, digest) for h, digest in headers if first <= h.slot < first + count
        ]
        key = epoch.body.camera + bytes([epoch.body.track])
        before = self.manifests.get(key)
        body = Manifest(
            self.id.bytes, epoch.body.camera, epoch.body.track, epoch.body.epoch, first, count,
            None if before is None else before.hash, tuple(entries), None, None, self.now_ms, closed,
        )  # fmt: skip
        self.manifests[key] = body
        return ManifestItem(sign_manifest(body, self.signing))

    def alarm(self, *, camera: UUID | None = None, keep: bool = True, **lies: Any) -> tuple[UUID, AlarmItem]:
        """A person at night, images released."""
        assert self.policy is not None
        before = self.alarms[-1] if self.alarms else None
        body = Alarm(
            self.id.bytes, uuid4().bytes, 1 if before is None else before.number + 1,
            None if before is None else before.hash, Cause.MOTION, "person", (camera or self.camera).bytes, "gate", 910,
            self.now_ms - 300, self.now_ms, None, None, self.policy.hash, "released",
        )  # fmt: skip
        body = replace(body, **lies)
        if keep:
            self.alarms.append(body)
        return UUID(bytes=body.alarm), AlarmItem(sign_alarm(body, self.signing))

    def release(
        self, alarm_id: UUID, epoch: SimEpoch, ranges: Sequence[tuple[int, int]], arc: OpeningKey, *,
        part: int | None = None, last: bool = False, keep: bool = True, signing: SigningKey | None = None,
        window_s: int = 120, **lies: Any,
    ) -> ReleaseItem:  # fmt: skip
        """One part: the keys of those slots of that epoch, sealed to the alarm centre's key."""
        assert self.keyset is not None
        assert self.keyset.arc is not None
        assert self.policy is not None
        given = tuple(Range(epoch.body.epoch, first, end) for first, end in ranges)
        mine = [release for release in self.releases if release.alarm == alarm_id.bytes]
        body = Release(
            self.suite, self.id.bytes, alarm_id.bytes, part or len(mine) + 1,
            self.releases[-1].hash if self.releases else None, epoch.body.camera, given, self.keyset.arc.id,
            arc.fingerprint, "person at gate", self.policy.hash, self.now_ms, self.now_ms + window_s * 1000, last,
        )  # fmt: skip
        body = replace(body, **lies)
        keys = keys_from_roots(body.ranges, {part.epoch: epoch.root for part in body.ranges})
        envelope = sign_release(body, keys, arc.public_key, signing or self.signing)
        if keep:
            from zegel.seal.envelope import Envelope

            self.releases.append(Release.decode(Envelope.decode(envelope).body))
        return ReleaseItem(envelope)

    def status(self, state: State = State.ARMED, **lies: Any) -> StatusItem:
        assert self.keyset is not None
        assert self.policy is not None
        cameras = tuple(CameraStatus(camera.bytes, CameraState.OK) for camera in sorted(self.cameras))
        body = Status(
            self.id.bytes, self.pairing_id.bytes, self.now_ms, state, None, self.keyset.hash, self.policy.hash,
            self.policy.counter, "test 1", cameras, self.releases[-1].hash if self.releases else None,
        )  # fmt: skip
        return StatusItem(sign_status(replace(body, **lies), self.signing))


def paired_body(item: PairedItem) -> Paired:
    from zegel.seal.envelope import Envelope

    return Paired.decode(Envelope.decode(item.envelope).body)


# --- the world ---


class QuickKeys(PersonKeys):
    """A person whose account is made without the password's slow derivation: for tests in which nobody signs in."""

    def account(self, origin: str) -> Account:
        key = os.urandom(32)
        return Account(
            os.urandom(32), wrap_bundle(self.bundle, key, Wrapper.PASSWORD), wrap_bundle(self.bundle, key,
            Wrapper.RECOVERY),
            self.bundle.signing.public_key, self.bundle.opening.public_key,
        )  # fmt: skip


@cache
def keyring(quick: bool) -> Keyring:
    """Everybody's secrets, the same in the whole run."""
    made = Keyring.generate(WORLD)
    if quick:
        people = {
            key: QuickKeys(k.person_id, k.email, k.password, k.recovery, k.bundle) for key, k in made.people.items()
        }
        return Keyring(people, made.parties)
    return made


class World:
    """The demo's world in the test's database."""

    def __init__(self, *, quick: bool = True) -> None:
        self.keys = keyring(quick)
        seeding.seed(self.keys, ORIGIN)

    @classmethod
    def there(cls) -> World:
        """The world that is in the database already."""
        world = cls.__new__(cls)
        world.keys = keyring(True)
        return world

    def actor(self, person: str, purpose: str | None = None) -> Any:
        """That person, acting for his party."""
        from zegel.server.kernel.actor import Actor, ActorKind

        known = WORLD.person(person)
        return Actor(
            ActorKind.PERSON,
            known.id,
            WORLD.party(known.party).id,
            role=known.role,
            purpose=purpose,
            address="127.0.0.1",
        )

    def log(self) -> NamedKey:
        return NamedKey(*log_key())

    def owner_of(self, site: str) -> str:
        owner = WORLD.site(site).owner
        return next(person.key for person in WORLD.people_of(owner) if person.role == "owner")

    def keyset(self, unit: SimUnit, site: str, **lies: Any) -> Keyset:
        """The first keyset that the site's owner makes for a unit."""
        owner, arc = WORLD.site(site).owner, WORLD.serving(WORLD.site(site).owner, "arc")
        person = self.keys.people[self.owner_of(site)]
        keyset = Keyset(
            unit.suite, unit.id.bytes, unit.pairing_id.bytes, WORLD.party(owner).id.bytes, 1, None, unit.now_ms - 1000,
            unit.now_ms + YEAR_MS, (Signer(person.person_id, person.bundle.signing.public_key),),
            self.keys.parties[owner].tenant.public_key,
            Signer(arc.id.bytes, self.keys.parties[arc.key].signing.public_key), self.log(), (),
        )  # fmt: skip
        return replace(keyset, **lies)

    def policy(self, unit: SimUnit, keyset: Keyset, **lies: Any) -> Policy:
        policy = Policy(
            unit.id.bytes, unit.pairing_id.bytes, 1, unit.now_ms - 1000, unit.now_ms + YEAR_MS, keyset.hash, True,
            RecordingMode.ACTIVITY, Hours("Europe/Amsterdam", (), ()), (), ("animal", "person", "vehicle"), ("person",),
            Window(10, 20, LiveEnd.CLOSED, 300), Caps(50, 5000), keyset.owners,
        )  # fmt: skip
        return replace(policy, **lies)

    def sign_keyset(self, keyset: Keyset, person: str) -> bytes:
        return sign_keyset(keyset, self.keys.people[person].bundle.signing)

    def sign_policy(self, policy: Policy, person: str) -> bytes:
        return sign_policy(policy, self.keys.people[person].bundle.signing)

    def sign_command(self, unit: SimUnit, person: str, counter: int, action: CommandAction, **lies: Any) -> bytes:
        keys = self.keys.people[person]
        body = Command(unit.id.bytes, unit.pairing_id.bytes, counter, keys.person_id, action, unit.now_ms, None)
        return sign_command(replace(body, **lies), keys.bundle.signing)

    def arc_tenant(self, site: str) -> OpeningKey:
        return self.keys.parties[WORLD.serving(WORLD.site(site).owner, "arc").key].tenant

    def owner_tenant(self, site: str) -> OpeningKey:
        return self.keys.parties[WORLD.site(site).owner].tenant

    def pair(self, unit: SimUnit, site: str = "yard", name: str = "Gate unit") -> Any:
        """The whole pairing, as link and owner do it; returns the unit as an actor of its owner."""
        from zegel.server.realtime import intake
        from zegel.server.sites import actions

        owner = self.owner_of(site)
        intake.greet(unit.hello(), "127.0.0.1")
        actions.start_pairing(self.actor(owner), unit.signing.fingerprint, WORLD.site(site).id, name)
        keyset = self.keyset(unit, site)
        policy = self.policy(unit, keyset)
        body = Pairing(unit.id.bytes, unit.pairing_id.bytes, keyset.hash, policy.hash)
        actions.complete_pairing(
            self.actor(owner), unit.pairing_id, body.encode(), pairing_mac(unit.secret, body),
            self.sign_keyset(keyset, owner), self.sign_policy(policy, owner),
        )  # fmt: skip
        return self.take(None, unit, unit.pin(keyset, policy)).actor

    def take(self, actor: Any, unit: SimUnit, item: AnyItem) -> Any:
        """An item into the server, as the link would give it."""
        from zegel.server.realtime import intake

        return intake.take(actor, unit.hello(), item)

    def accept(self, actor: Any, unit: SimUnit, *items: AnyItem) -> None:
        """As take, and each must be accepted."""
        for item in items:
            answer = self.take(actor, unit, item)
            assert answer.refused is None, answer.refused
            assert not answer.try_again
            assert not answer.revoked

    def claim(self, case: SimpleNamespace, person: str = "operator") -> SimpleNamespace:
        """That operator has the alarm in hand: from now on his alarm centre may look."""
        from zegel.server.alarms import actions

        actions.claim(self.actor(person), case.alarm_id)
        return case

    def burglary(self, site: str = "yard", *, slots: int = 15, unit: SimUnit | None = None) -> SimpleNamespace:
        """A paired unit, an epoch with 40 recorded slots, an alarm in slot 20, and keys of slots 10 … 10 + `slots`."""
        from zegel.server.kernel import clock

        unit = unit or SimUnit(clock.now_ms())
        actor = self.pair(unit, site)
        unit.now_ms = clock.now_ms() - 40_000
        epoch = unit.epoch()
        self.accept(actor, unit, EpochItem(epoch.envelope), *unit.record(epoch, 0, 40, each=10))
        unit.now_ms = clock.now_ms()
        alarm_id, alarm = unit.alarm()
        self.accept(actor, unit, alarm, unit.release(alarm_id, epoch, [(10, 10 + slots)], self.arc_tenant(site)))
        return SimpleNamespace(unit=unit, actor=actor, epoch=epoch, alarm_id=alarm_id, site=site, camera=unit.camera)
