# SPDX-License-Identifier: EUPL-1.2
"""One small world of keys and one good example of every signed object, for tests and for the published vectors."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from zegel.seal import (
    allowances,
    arckey,
    assent,
    central,
    command,
    epoch,
    exported,
    grant,
    kept,
    keyset,
    manifest,
    member,
    pairing,
    policy,
    promise,
    redacted,
    release,
    sealedfile,
    status,
)
from zegel.seal.account import RecoveryCode
from zegel.seal.alarm import Alarm, Cause, sign_alarm, verify_alarm
from zegel.seal.note import Algorithm, NoteSigner
from zegel.seal.ranges import Range, RangeKeys, keys_from_leaves, keys_from_roots
from zegel.seal.segment import Header, SegmentFlag, Track, seal_segment
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.seal.tree import leaf

NOW = 1_800_000_000_000
DAY = 86_400_000
ORIGIN = "zegel.example/log"
WITNESS = "witness.example/w1"


def new_id() -> bytes:
    return os.urandom(16)


PICTURE = b"\xff\xd8\xff\xe0 a picture that came by mail \xff\xd9" * 700


@dataclass
class World:
    """A household with one unit and one camera, an alarm centre, a log and a witness; everything of one suite."""

    suite: Suite = Suite.CLASSIC
    unit: SigningKey = field(default_factory=SigningKey.generate)
    owner: SigningKey = field(default_factory=SigningKey.generate)
    second_owner: SigningKey = field(default_factory=SigningKey.generate)
    arc: SigningKey = field(default_factory=SigningKey.generate)
    stranger: SigningKey = field(default_factory=SigningKey.generate)
    foreman: SigningKey = field(default_factory=SigningKey.generate)
    log: NoteSigner = field(default_factory=lambda: NoteSigner(ORIGIN, SigningKey.generate()))
    witness: NoteSigner = field(
        default_factory=lambda: NoteSigner(WITNESS, SigningKey.generate(), Algorithm.COSIGNATURE)
    )
    unit_id: bytes = field(default_factory=new_id)
    pairing_id: bytes = field(default_factory=new_id)
    camera: bytes = field(default_factory=new_id)
    party: bytes = field(default_factory=new_id)
    person: bytes = field(default_factory=new_id)
    second_person: bytes = field(default_factory=new_id)
    foreman_id: bytes = field(default_factory=new_id)
    arc_party: bytes = field(default_factory=new_id)
    epoch_id: bytes = field(default_factory=new_id)
    alarm_id: bytes = field(default_factory=new_id)
    root: bytes = field(default_factory=lambda: os.urandom(32))
    export_code: RecoveryCode = field(default_factory=RecoveryCode.generate)

    def __post_init__(self) -> None:
        self.tenant = OpeningKey.generate(self.suite)
        self.person_key = OpeningKey.generate(self.suite)
        self.arc_open = OpeningKey.generate(self.suite)
        self.technician = OpeningKey.generate(self.suite)
        self.keyset = self.make_keyset()
        self.policy = self.make_policy()

    def make_keyset(self, **changes: Any) -> keyset.Keyset:
        owners = (
            keyset.Signer(self.person, self.owner.public_key),
            keyset.Signer(self.second_person, self.second_owner.public_key),
        )
        fields: dict[str, Any] = {
            "suite": self.suite,
            "unit": self.unit_id,
            "pairing": self.pairing_id,
            "owner_party": self.party,
            "number": 1,
            "previous": None,
            "issued_ms": NOW,
            "expires_ms": NOW + 365 * DAY,
            "owners": tuple(sorted(owners, key=lambda owner: owner.id)),
            "tenant_open_pk": self.tenant.public_key,
            "arc": keyset.Signer(self.arc_party, self.arc.public_key),
            "log": keyset.NamedKey(ORIGIN, str(self.log.verifier)),
            "witnesses": (keyset.NamedKey(WITNESS, str(self.witness.verifier)),),
        }
        return keyset.Keyset(**(fields | changes))

    def make_policy(self, **changes: Any) -> policy.Policy:
        square = policy.Polygon(tuple(policy.Point(x, y) for x, y in ((0, 0), (10_000, 0), (10_000, 10_000))))
        fields: dict[str, Any] = {
            "unit": self.unit_id,
            "pairing": self.pairing_id,
            "counter": 1,
            "issued_ms": NOW,
            "expires_ms": NOW + 30 * DAY,
            "keyset_hash": self.keyset.hash,
            "armed": True,
            "mode": policy.RecordingMode.ACTIVITY,
            "hours": policy.Hours(
                "Europe/Amsterdam",
                (policy.Weekly(0, policy.Interval(480, 1020)), policy.Weekly(1, policy.Interval(0, 1440))),
                (policy.ExceptionDay("2026-12-25", ()), policy.ExceptionDay("2026-12-31", (policy.Interval(0, 720),))),
            ),
            "cameras": (
                policy.CameraRules(
                    self.camera,
                    (policy.Zone("Yard", square, ("person", "vehicle")),),
                    (square,),
                    policy.PanTilt(0, 10_000, 2_000, 8_000),
                ),
            ),
            "alarm_classes": ("animal", "person", "vehicle"),
            "release_classes": ("person", "vehicle"),
            "window": policy.Window(10, 60, policy.LiveEnd.CLOSED, 1800),
            "caps": policy.Caps(10, 3600),
            "commanders": (keyset.Signer(self.person, self.owner.public_key),),
            "local": (
                policy.LocalAccount("1234AB", (policy.LocalZone("7", "burglary", (self.camera,)),)),
                policy.LocalAccount("onvif"),
            ),
            "central": policy.CentralAlarms((keyset.Signer(self.person, self.owner.public_key),), 2),
            "parts": (allowances.Part("Night", (self.camera,), ("1234AB",)),),
            "delegates": (self.make_delegate(),),
            "overview": (allowances.OverviewRules(self.camera, 900, allowances.Geometry(600, 350, 9000, 2500)),),
            "live": allowances.LiveRules((policy.Weekly(4, policy.Interval(720, 780)),), 600, "You may be on screen."),
            "budget": allowances.Budget(5000, allowances.OverBudget.ALARMS),
            "storage": allowances.Storage(14, allowances.StorageMode.COPY),
        }
        return policy.Policy(**(fields | changes))

    def make_first_policy(self, **changes: Any) -> policy.Policy:
        """As release 0.1.0 wrote them: nothing of what came later."""
        later = {"parts": (), "delegates": (), "overview": (), "live": None, "budget": None, "storage": None}
        return self.make_policy(**(later | changes))

    def make_delegate(self, **changes: Any) -> allowances.Delegate:
        """A foreman who may have the site worked on for four hours at a time, on weekdays from six to ten."""
        fields: dict[str, Any] = {
            "id": self.foreman_id,
            "sign_pk": self.foreman.public_key,
            "name": "Åsa, foreman",
            "actions": (allowances.Action.ARM, allowances.Action.DISARM, allowances.Action.PART),
            "from_ms": NOW - DAY,
            "expires_ms": NOW + 20 * DAY,
            "max_s": 4 * 3600,
            "weekly": tuple(policy.Weekly(day, policy.Interval(360, 1320)) for day in range(5)),
        }
        return allowances.Delegate(**(fields | changes))

    def make_epoch(self, **changes: Any) -> epoch.Epoch:
        fields: dict[str, Any] = {
            "suite": self.suite,
            "unit": self.unit_id,
            "camera": self.camera,
            "track": Track.SURVEILLANCE,
            "epoch": self.epoch_id,
            "number": 1,
            "start_ms": NOW,
            "keyset_hash": self.keyset.hash,
            "policy_hash": self.policy.hash,
        }
        return epoch.Epoch(**(fields | changes))

    def make_command(self, **changes: Any) -> command.Command:
        fields: dict[str, Any] = {
            "unit": self.unit_id,
            "pairing": self.pairing_id,
            "counter": 7,
            "person": self.person,
            "action": command.Action.DISARM,
            "issued_ms": NOW,
            "until_ms": NOW + DAY,
        }
        return command.Command(**(fields | changes))

    def make_central(self, **changes: Any) -> central.CentralWord:
        """An owner's word for an alarm of a panel that reports to the server."""
        fields: dict[str, Any] = {
            "unit": self.unit_id, "pairing": self.pairing_id, "alarm": self.alarm_id, "panel": self.party,
            "class_name": "person", "zone": "7", "cameras": (self.camera,), "said_ms": NOW,
        }  # fmt: skip
        return central.CentralWord(**(fields | changes))

    def make_pairing(self) -> pairing.Pairing:
        return pairing.Pairing(self.unit_id, self.pairing_id, self.keyset.hash, self.policy.hash)

    def make_alarm(self, **changes: Any) -> Alarm:
        fields: dict[str, Any] = {
            "unit": self.unit_id,
            "alarm": self.alarm_id,
            "number": 1,
            "previous": None,
            "cause": Cause.MOTION,
            "class_name": "person",
            "camera": self.camera,
            "zone": "Yard",
            "score": 912,
            "first_seen_ms": NOW + 1_200,
            "raised_ms": NOW + 1_450,
            "epoch": self.epoch_id,
            "slot": 1,
            "policy_hash": self.policy.hash,
            "images": "released",
        }
        return Alarm(**(fields | changes))

    def make_manifest(self, **changes: Any) -> manifest.Manifest:
        fields: dict[str, Any] = {
            "unit": self.unit_id,
            "camera": self.camera,
            "track": Track.SURVEILLANCE,
            "epoch": self.epoch_id,
            "first_slot": 0,
            "slot_count": 60,
            "previous": None,
            "entries": (manifest.Entry(3, 0, os.urandom(32)), manifest.Entry(3, 1, os.urandom(32))),
            "release_head": os.urandom(32),
            "checkpoint": manifest.TreeHead(12, os.urandom(32)),
            "made_ms": NOW + 60_000,
            "closed": False,
        }
        return manifest.Manifest(**(fields | changes))

    def release_keys(self, *slots: int) -> RangeKeys:
        return keys_from_leaves([(self.epoch_id, slot, leaf(self.root, slot)) for slot in slots or (10, 11, 13)])

    def make_release(self, keys: RangeKeys | None = None, **changes: Any) -> release.Release:
        fields: dict[str, Any] = {
            "suite": self.suite,
            "unit": self.unit_id,
            "alarm": self.alarm_id,
            "part": 1,
            "previous": None,
            "camera": self.camera,
            "ranges": (keys or self.release_keys()).ranges,
            "arc_party": self.arc_party,
            "recipient": self.arc_open.fingerprint,
            "reason": "person in Yard",
            "policy_hash": self.policy.hash,
            "issued_ms": NOW + 1_500,
            "window_end_ms": NOW + 61_500,
            "last": False,
        }
        return release.Release(**(fields | changes))

    def grant_keys(self, *ranges: tuple[int, int]) -> RangeKeys:
        wanted = [Range(self.epoch_id, start, end) for start, end in ranges or ((5, 100), (100, 101), (4000, 4096))]
        return keys_from_roots(wanted, {self.epoch_id: self.root})

    def make_grant(self, keys: RangeKeys | None = None, **changes: Any) -> grant.Grant:
        fields: dict[str, Any] = {
            "suite": self.suite,
            "grant": new_id(),
            "owner_party": self.party,
            "granter": self.person,
            "recipient_party": new_id(),
            "recipient": self.technician.fingerprint,
            "camera": self.camera,
            "track": Track.SURVEILLANCE,
            "ranges": (keys or self.grant_keys()).ranges,
            "purpose": "police report 2026-17",
            "issued_ms": NOW,
            "expires_ms": NOW + 7 * DAY,
        }
        return grant.Grant(**(fields | changes))

    def make_arckey(self, **changes: Any) -> arckey.ArcKey:
        fields: dict[str, Any] = {
            "suite": self.suite,
            "arc_party": self.arc_party,
            "open_pk": self.arc_open.public_key,
            "number": 1,
            "issued_ms": NOW,
            "expires_ms": NOW + 365 * DAY,
        }
        return arckey.ArcKey(**(fields | changes))

    def make_mailpicture(self) -> sealedfile.MailPicture:
        """Without a ciphertext: whoever wants to open it sets that one's hash."""
        return sealedfile.MailPicture(
            self.suite, b"\x07" * 16, self.camera, self.party, self.tenant.fingerprint, NOW, "image/jpeg", len(PICTURE),
            bytes(32),
        )  # fmt: skip

    def make_status(self, **changes: Any) -> status.Status:
        fields: dict[str, Any] = {
            "unit": self.unit_id,
            "pairing": self.pairing_id,
            "at_ms": NOW,
            "state": status.State.WORKING_HOURS,
            "until_ms": NOW + 3_600_000,
            "keyset_hash": self.keyset.hash,
            "policy_hash": self.policy.hash,
            "policy_counter": 1,
            "software": "0.1.0",
            "cameras": (status.CameraStatus(self.camera, status.CameraState.OK),),
            "release_head": None,
            "commanded_by": self.person,
            "guards_from_ms": NOW + 3_600_000,
        }
        return status.Status(**(fields | changes))

    def make_promise(self) -> promise.Promise:
        return promise.Promise(ORIGIN, 41, os.urandom(32), NOW)

    def make_segment(self, slot: int = 10, plaintext: bytes = b"ftyp moov moof mdat", **changes: Any) -> bytes:
        header = self.make_header(slot, plaintext, **changes)
        return seal_segment(leaf(self.root, slot), header, plaintext)

    def make_header(self, slot: int = 10, plaintext: bytes = b"ftyp moov moof mdat", **changes: Any) -> Header:
        fields: dict[str, Any] = {
            "suite": self.suite,
            "flags": SegmentFlag.RANDOM_ACCESS,
            "camera": self.camera,
            "epoch": self.epoch_id,
            "track": Track.SURVEILLANCE,
            "slot": slot,
            "sequence": slot,
            "wall_ms": NOW + slot * 1000,
            "duration_ms": 1000,
            "codec": b"avc1",
            "plaintext_size": len(plaintext),
        }
        return Header(**(fields | changes))

    def make_kept(self, **changes: Any) -> kept.Kept:
        whole = self.make_epoch()
        fields: dict[str, Any] = {
            "owner_party": self.party, "person": self.person, "grant": new_id(), "suite": self.suite,
            "unit": self.unit_id, "camera": self.camera, "track": Track.SURVEILLANCE, "epoch": self.epoch_id,
            "number": whole.number, "start_ms": NOW, "keyset_hash": self.keyset.hash, "policy_hash": self.policy.hash,
            "ranges": (Range(self.epoch_id, 0, 10), Range(self.epoch_id, 20, 4096)), "made_ms": NOW,
        }  # fmt: skip
        return kept.Kept(**(fields | changes))

    def make_assent(self, **changes: Any) -> assent.Assent:
        fields: dict[str, Any] = {
            "owner": self.party, "provider": self.party, "person": self.person, "document": self.keyset.hash,
            "signed_ms": NOW,
        }  # fmt: skip
        return assent.Assent(**(fields | changes))

    def make_exported(self, **changes: Any) -> exported.Exported:
        """Originals of ten seconds, one segment, under `export_code`."""
        ranges = (Range(self.epoch_id, 0, 10),)
        fields: dict[str, Any] = {
            "export": new_id(), "form": exported.Form.ORIGINALS, "unit": self.unit_id, "unit_pk": self.unit.public_key,
            "camera": self.camera, "track": Track.SURVEILLANCE, "camera_name": "Gate", "site_name": "Yard",
            "zone": "Europe/Amsterdam", "from_ms": NOW, "to_ms": NOW + 10_000, "ranges": ranges, "person": self.person,
            "purpose": "police", "recipient": "Politie Rotterdam", "made_ms": NOW + DAY,
            "keysets": (keyset.sign_keyset(self.keyset, self.owner),),
            "epochs": (epoch.sign_epoch(self.make_epoch(), self.root, self.tenant.public_key, self.unit),),
            "manifests": (manifest.sign_manifest(self.make_manifest(), self.unit),),
            "segments": (exported.Piece(self.epoch_id, 0, bytes(32)),),
        }  # fmt: skip
        header = exported.Exported(**(fields | changes))
        return exported.seal_keys(header, keys_from_roots(ranges, {self.epoch_id: self.root}), self.export_code)

    def make_redacted(self, **changes: Any) -> redacted.Redacted:
        """A film of ten seconds in which one person was left sharp."""
        fields: dict[str, Any] = {
            "export": new_id(), "unit": self.unit_id, "camera": self.camera, "track": Track.SURVEILLANCE,
            "from_ms": NOW, "to_ms": NOW + 10_000, "person": self.person, "sign_pk": self.owner.public_key,
            "log": self.keyset.log, "purpose": "data_subject", "recipient": "P. Jansen", "made_ms": NOW + DAY,
            "frames": 100, "reviewed": 100, "kept": 1, "boxes": 250, "finders": (bytes(32), bytes([1]) * 32),
            "segments": (exported.Piece(self.epoch_id, 0, bytes(32)),), "film": bytes(32),
        }  # fmt: skip
        return redacted.Redacted(**(fields | changes))

    def envelopes(self) -> dict[str, Example]:
        """One good envelope of every object, with who signed it and the check that its receiver makes."""
        keys, granted = self.release_keys(), self.grant_keys()
        nonce, new_tenant = os.urandom(16), OpeningKey.generate(self.suite)
        paired, log_pk = self.make_pairing(), self.log.key.public_key
        return {
            "keyset": Example(keyset.sign_keyset(self.keyset, self.owner), self.owner, keyset.verify_keyset),
            "policy": Example(
                policy.sign_policy(self.policy, self.owner),
                self.owner,
                lambda data: policy.verify_policy(data, self.keyset, last_counter=0, now_ms=NOW),
            ),
            "command": Example(
                command.sign_command(self.make_command(action=command.Action.PART, part="Night"), self.owner),
                self.owner,
                lambda data: command.verify_command(data, self.policy, last_counter=6, now_ms=NOW),
            ),
            "central": Example(
                central.sign_central(self.make_central(), self.owner),
                self.owner,
                lambda data: central.verify_central(data, self.keyset, self.policy, now_ms=NOW).word,
            ),
            "paired": Example(
                pairing.sign_paired(paired, NOW, self.unit),
                self.unit,
                lambda data: pairing.verify_paired(data, self.unit.public_key, self.unit.fingerprint, paired),
            ),
            "epoch": Example(
                epoch.sign_epoch(self.make_epoch(), self.root, self.tenant.public_key, self.unit),
                self.unit,
                lambda data: epoch.verify_epoch(data, self.unit.public_key),
            ),
            "manifest": Example(
                manifest.sign_manifest(self.make_manifest(), self.unit),
                self.unit,
                lambda data: manifest.verify_manifest(data, self.unit.public_key),
            ),
            "alarm": Example(
                sign_alarm(self.make_alarm(), self.unit),
                self.unit,
                lambda data: verify_alarm(data, self.unit.public_key),
            ),
            "arckey": Example(
                arckey.sign_arckey(self.make_arckey(), self.arc),
                self.arc,
                lambda data: arckey.verify_arckey(data, self.keyset, last_number=0, now_ms=NOW),
            ),
            "release": Example(
                release.sign_release(self.make_release(keys), keys, self.arc_open.public_key, self.unit),
                self.unit,
                lambda data: release.verify_release(data, self.unit.public_key),
            ),
            "grant": Example(
                grant.sign_grant(self.make_grant(granted), granted, self.technician.public_key, self.owner),
                self.owner,
                lambda data: grant.verify_grant(data, self.keyset, now_ms=NOW),
            ),
            "kept": Example(
                kept.sign_kept(self.make_kept(), self.owner),
                self.owner,
                lambda data: kept.verify_kept(data, self.keyset.owner_pks),
            ),
            "exported": Example(
                exported.sign_exported(self.make_exported(), self.owner),
                self.owner,
                lambda data: exported.verify_exported(data, self.keyset.owner_pks)[0],
            ),
            "redacted": Example(
                redacted.sign_redacted(self.make_redacted(), self.owner),
                self.owner,
                lambda data: redacted.verify_redacted(data, self.keyset.owner_pks)[0],
            ),
            "assent": Example(
                assent.sign_assent(self.make_assent(), self.owner),
                self.owner,
                lambda data: assent.verify_assent(data, self.owner.public_key, self.make_assent()),
            ),
            "mailpicture": Example(
                sealedfile.sign_mailpicture(self.make_mailpicture(), self.root, self.tenant.public_key, self.log.key),
                self.log.key,
                lambda data: sealedfile.verify_mailpicture(data, log_pk),
            ),
            "member": Example(
                member.sign_member(self.party, self.person, self.person_key.public_key, self.tenant, self.owner),
                self.owner,
                lambda data: member.verify_member(data, self.keyset.owner_pks),
            ),
            "succession": Example(
                member.sign_succession(self.party, self.tenant, self.suite, new_tenant.public_key, self.owner),
                self.owner,
                lambda data: member.verify_succession(data, self.keyset.owner_pks),
            ),
            "status": Example(
                status.sign_status(self.make_status(), self.unit),
                self.unit,
                lambda data: status.verify_status(data, self.unit.public_key),
            ),
            "promise": Example(
                promise.sign_promise(self.make_promise(), self.log.key),
                self.log.key,
                lambda data: promise.verify_promise(data, log_pk, ORIGIN),
            ),
            "time": Example(
                promise.sign_time(promise.Time(nonce, NOW), self.log.key),
                self.log.key,
                lambda data: promise.verify_time(data, log_pk, nonce),
            ),
        }


@dataclass(frozen=True)
class Example:
    """A good envelope, its signer, and the receiver's check."""

    envelope: bytes
    signer: SigningKey
    verify: Callable[[bytes], Any]
