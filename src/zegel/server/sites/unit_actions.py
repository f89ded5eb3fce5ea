# SPDX-License-Identifier: EUPL-1.2
"""What a unit says about itself. Everything signed is verified against the unit's own key before anything is written.

All of it is idempotent: a unit that heard no answer says it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from zegel.seal.envelope import Envelope, verify
from zegel.seal.errors import SealError
from zegel.seal.keyset import Keyset
from zegel.seal.pairing import Paired
from zegel.seal.pairing import Pairing as PairingBody
from zegel.seal.policy import Policy
from zegel.seal.status import Status, verify_status
from zegel.seal.suite import sign_fingerprint
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Kind
from zegel.server.sites import ground, queries
from zegel.server.sites.actions import Facts, moment
from zegel.server.sites.errors import ObjectRefused, SiteError, UnitRevoked, UnitTaken, UnknownPairing
from zegel.server.sites.models import (
    Appearance,
    Camera,
    ObjectKind,
    Pairing,
    TechnicalEvent,
    Unit,
    UnitKey,
    UnitObject,
    UnitState,
)

APPEARANCE_LASTS = timedelta(hours=1)
APPEARANCES_PER_ADDRESS = 20
APPEARANCES_AT_MOST = 10_000
TECHNICAL_KINDS = frozenset({
    "camera_lost", "camera_back", "camera_garbage", "resolution_changed", "time_jump", "view_lost", "view_back",
    "long_gop", "detector_lost", "spool_full", "clock_disagrees", "cap_reached", "refused_object", "proof_missing",
    "release_gap", "alarm_gap", "input_lost", "input_back", "storage_lost", "storage_back",
})  # fmt: skip
MAX_CLOCK_AHEAD_MS = 10 * 60_000
ARMED_STATES = frozenset({"armed", "working_hours"})


class TooManyStrangers(SiteError):
    """More unclaimed units appear, here or from one address, than anybody pairs."""

    code = "too_many_unclaimed"


@dataclass(frozen=True)
class Stranger:
    """An unclaimed unit, as it introduced itself. `cameras`: (id, name) of each."""

    unit_id: UUID
    sign_pk: bytes
    pairing_id: UUID
    software: str
    cameras: Sequence[tuple[UUID, str]]
    address: str


def appear(stranger: Stranger) -> None:
    """A unit that nobody owns is on the link. It is kept for an hour and shown to nobody but who knows its fingerprint.

    Raises TooManyStrangers.
    """
    now = clock.now()
    with tenancy.acting_as(None):
        fingerprint = sign_fingerprint(stranger.sign_pk)
        Appearance.objects.filter(expires_at__lte=now).delete()
        others = Appearance.objects.exclude(fingerprint=fingerprint)
        if others.count() >= APPEARANCES_AT_MOST:
            raise TooManyStrangers("Too many unclaimed units are connected.", action="Try again in an hour.")
        if others.filter(address=stranger.address).count() >= APPEARANCES_PER_ADDRESS:
            raise TooManyStrangers("Too many unclaimed units come from this address.", action="Try again in an hour.")
        Appearance.objects.update_or_create(
            fingerprint=fingerprint,
            defaults={
                "unit_id": stranger.unit_id, "sign_pk": stranger.sign_pk, "pairing_id": stranger.pairing_id,
                "software": stranger.software[:80], "address": stranger.address, "seen_at": now,
                "cameras": [[str(camera), name[:200]] for camera, name in stranger.cameras],
                "expires_at": now + APPEARANCE_LASTS,
            },
        )  # fmt: skip


def confirm_pairing(sign_pk: bytes, envelope: bytes) -> Actor:
    """The unit's signed answer: it pinned the keyset and policy. From now on it is its owner's unit.

    Returns the unit as an actor of its owner. Raises ObjectRefused, UnitTaken.
    """
    fingerprint = sign_fingerprint(sign_pk)
    paired = _verify_paired(sign_pk, envelope)
    known = queries.known_unit(fingerprint)
    if known is not None and known.revoked:
        raise UnitRevoked
    owner = _owner_of(fingerprint, paired) or (None if known is None else known.owner_id)
    if owner is None:
        raise ObjectRefused("not_allowed", "nobody asked this unit to pair")
    actor = Actor(ActorKind.UNIT, UUID(bytes=paired.pairing.unit), owner, role="unit")
    with work.transaction(actor) as w:
        _still_free(fingerprint, owner)
        _pair(w, owner, sign_pk, fingerprint, paired, envelope)
    return actor


def _owner_of(fingerprint: bytes, paired: Paired) -> UUID | None:
    """Who sent exactly what the unit pinned: only he has the secret of its code."""
    asked = queries.asked_pairings(fingerprint)
    mine = (row.owner_id for row in asked if PairingBody.decode(bytes(row.body or b"")) == paired.pairing)
    return next(mine, None)


def _still_free(fingerprint: bytes, owner_id: UUID) -> None:
    """Under locks: two answers of one key, for two owners, can't both count."""
    list(Appearance.objects.select_for_update().filter(fingerprint=fingerprint))
    key = UnitKey.objects.select_for_update().filter(fingerprint=fingerprint).first()
    if key is not None and key.revoked_at is not None:
        raise UnitRevoked
    if key is not None and key.owner_id != owner_id:
        raise UnitTaken


def _verify_paired(sign_pk: bytes, envelope: bytes) -> Paired:
    try:
        return Paired.decode(verify(envelope, Paired.NAME, [sign_pk]))
    except SealError as error:
        raise ObjectRefused.by_seal(error) from None


def _pair(
    w: work.Work, owner_id: UUID, sign_pk: bytes, fingerprint: bytes, paired: Paired, envelope: bytes
) -> None:
    pairing = _pairing_of(owner_id, paired)
    if pairing.paired is not None and bytes(pairing.paired) == envelope:
        return
    if (
        pairing.body is None
        or pairing.keyset is None
        or pairing.policy is None
        or pairing.unit_id.bytes != paired.pairing.unit
    ):
        raise ObjectRefused("wrong_binding", "the owner has not sent a keyset and policy for this pairing")
    if PairingBody.decode(bytes(pairing.body)) != paired.pairing:
        raise ObjectRefused("wrong_binding", "the unit pinned something else than the owner sent")
    now = clock.now()
    unit = _unit_of(pairing, sign_pk, fingerprint)
    pairing.paired, pairing.paired_at = envelope, now
    pairing.save(update_fields=["paired", "paired_at"])
    UnitKey.objects.update_or_create(fingerprint=fingerprint, defaults={"unit_id": unit.id, "owner_id": unit.owner_id})
    Appearance.objects.filter(fingerprint=fingerprint).delete()
    _keep_first_objects(unit, pairing, envelope, paired)
    facts: Facts = {
        "unit": unit.id, "fingerprint": fingerprint, "pairing": pairing.pairing_id,
        "keyset": paired.pairing.keyset_hash, "policy": paired.pairing.policy_hash,
    }  # fmt: skip
    w.record(Entry(Kind.ENROLMENT, unit.owner_id, facts, unit.id))
    w.publish("unit.paired", owner_id=unit.owner_id, unit_id=unit.id, pairing_id=pairing.pairing_id)


def _pairing_of(owner_id: UUID, paired: Paired) -> Pairing:
    wanted = Pairing.objects.select_related("site").select_for_update(of=("self",))
    found = wanted.filter(owner_id=owner_id, pairing_id=UUID(bytes=paired.pairing.pairing)).first()
    if found is None:
        raise UnknownPairing
    return found


def _unit_of(pairing: Pairing, sign_pk: bytes, fingerprint: bytes) -> Unit:
    ground.paired_elsewhere(pairing.unit_id, pairing.site_id)
    unit, _ = Unit.objects.update_or_create(
        id=pairing.unit_id,
        defaults={
            "owner_id": pairing.owner_id, "provider_id": pairing.provider_id, "site_id": pairing.site_id,
            "name": pairing.name, "sign_pk": sign_pk, "fingerprint": fingerprint, "pairing_id": pairing.pairing_id,
            "state": UnitState.PAIRED, "software": pairing.software, "paired_at": clock.now(),
            "last_seen_at": clock.now(),
        },
    )  # fmt: skip
    for camera_id, name in pairing.cameras:
        _add_camera(unit, UUID(camera_id), name, Camera.objects.update_or_create)
    return unit


def _add_camera(unit: Unit, camera_id: UUID, name: str, add: Callable[..., Any]) -> None:
    """A camera belongs to the unit that named it first: another one can't take it over with its past."""
    if queries.cameras_of_others(unit.id, [camera_id]):
        raise ObjectRefused("wrong_binding", "a camera of this unit is another unit's already")
    add(
        id=camera_id, defaults={"owner_id": unit.owner_id, "provider_id": unit.provider_id, "unit": unit, "name": name}
    )  # fmt: skip


def _keep_first_objects(unit: Unit, pairing: Pairing, envelope: bytes, paired: Paired) -> None:
    keyset_bytes, policy_bytes = bytes(pairing.keyset or b""), bytes(pairing.policy or b"")
    keyset, policy = (
        Keyset.decode(Envelope.decode(keyset_bytes).body),
        Policy.decode(Envelope.decode(policy_bytes).body),
    )
    _keep(unit, ObjectKind.KEYSET, keyset.number, keyset_bytes, keyset.expires_ms)
    _keep(unit, ObjectKind.POLICY, policy.counter, policy_bytes, policy.expires_ms)
    _keep(unit, ObjectKind.PAIRED, paired.at_ms, envelope)
    # a camera that only the policy knows (its name is the owner's) is a camera of the unit too
    for camera in policy.cameras:
        _add_camera(unit, UUID(bytes=camera.camera), unit.name, Camera.objects.get_or_create)


def _keep(unit: Unit, kind: ObjectKind, counter: int, envelope: bytes, expires_ms: int | None = None) -> UnitObject:
    read = Envelope.decode(envelope)
    row, _ = UnitObject.objects.get_or_create(
        unit=unit, kind=kind, hash=read.hash,
        defaults={
            "owner_id": unit.owner_id, "provider_id": unit.provider_id, "pairing_id": unit.pairing_id,
            "counter": counter, "signer": read.signer, "envelope": envelope, "received_at": clock.now(),
            "expires_at": None if expires_ms is None else moment(expires_ms),
        },
    )  # fmt: skip
    return row


# --- a paired unit ---


def greet(actor: Actor, software: str) -> None:
    """A paired unit is on the link."""
    with work.transaction(actor) as w:
        unit = paired_unit(actor)
        Unit.objects.filter(id=unit.id).update(last_seen_at=clock.now(), software=software[:80])
        w.publish("unit.linked", owner_id=unit.owner_id, unit_id=unit.id)


def leave(actor: Actor) -> None:
    """Its link ended."""
    if actor.id is None:
        return
    with work.transaction(actor) as w:
        Unit.objects.filter(id=actor.id).update(last_seen_at=clock.now())
        w.publish("unit.unlinked", owner_id=actor.party_id, unit_id=actor.id)


def record_status(actor: Actor, envelope: bytes) -> None:
    """The unit's signed echo: what it really does. A change between armed and not is written in the ledger.

    History keeps what differs; the newest echo replaces one that says the same. Raises ObjectRefused.
    """
    with work.transaction(actor) as w:
        unit = paired_unit(actor)
        try:
            status = verify_status(envelope, bytes(unit.sign_pk))
        except SealError as error:
            raise ObjectRefused.by_seal(error) from None
        _not_from_the_future(status.at_ms)
        if status.unit != unit.id.bytes or status.pairing not in (None, unit.pairing_id.bytes):
            raise ObjectRefused("wrong_binding", "the status is of another unit or pairing")
        before_row = queries.newest(unit, ObjectKind.STATUS)
        before = None if before_row is None else Status.decode(Envelope.decode(bytes(before_row.envelope)).body)
        Unit.objects.filter(id=unit.id).update(last_seen_at=clock.now(), software=status.software[:80])
        if before is not None and status.at_ms <= before.at_ms:
            return
        _keep(unit, ObjectKind.STATUS, status.at_ms, envelope)
        if before is not None and before_row is not None and _same(before, status):
            before_row.delete()
        else:
            _say_change(w, unit, before, status)
        w.publish("unit.status", owner_id=unit.owner_id, unit_id=unit.id, state=str(status.state))


def _same(before: Status, after: Status) -> bool:
    def said(status: Status) -> tuple[object, ...]:
        return (
            status.state, status.until_ms, status.keyset_hash, status.policy_hash, status.cameras, status.software,
            status.part, status.commanded_by, status.guards_from_ms,
        )  # fmt: skip

    return said(before) == said(after)


def _say_change(w: work.Work, unit: Unit, before: Status | None, after: Status) -> None:
    if before is None or (before.state, before.part) != (after.state, after.part):
        facts: Facts = {"unit": unit.id, "state": str(after.state), "policy": after.policy_hash, "at_ms": after.at_ms}
        if after.part is not None:
            facts = {**facts, "part": after.part}
        w.record(Entry(Kind.ARMING, unit.owner_id, facts, unit.id))
    for camera in after.cameras:
        Camera.objects.filter(id=UUID(bytes=camera.camera), unit=unit).update(state=str(camera.state))


def record_technical(
    actor: Actor, event_id: UUID, kind: str, camera_id: UUID | None, at_ms: int, code: str, detail: Mapping[str, str |
    int],
) -> None:  # fmt: skip
    """Something went wrong at the unit, by its own account. Raises ObjectRefused."""
    if kind not in TECHNICAL_KINDS:
        raise ObjectRefused("field_wrong", "no such kind of technical event")
    _not_from_the_future(at_ms)
    with work.transaction(actor) as w:
        unit = paired_unit(actor)
        if camera_id is not None and not Camera.objects.filter(id=camera_id, unit=unit).exists():
            raise ObjectRefused("wrong_binding", "the camera is not one of this unit")
        row, new = TechnicalEvent.objects.get_or_create(
            id=event_id,
            defaults={
                "owner_id": unit.owner_id, "provider_id": unit.provider_id, "unit": unit, "camera_id": camera_id,
                "kind": kind, "code": code[:80], "at": moment(at_ms), "received_at": clock.now(),
                "detail": {key[:40]: value if isinstance(value, int) else value[:200] for key, value in detail.items()},
            },
        )  # fmt: skip
        if new:
            w.publish("technical.raised", owner_id=unit.owner_id, event_id=row.id, unit_id=unit.id, kind=kind)


def record_facts(actor: Actor, cameras: Sequence[tuple[UUID, Sequence[str], Sequence[str]]]) -> None:
    """What the unit found out about its cameras: (camera, capabilities, presets' names). Raises ObjectRefused."""
    with work.transaction(actor) as w:
        unit = paired_unit(actor)
        for camera_id, capabilities, presets in cameras:
            found = Camera.objects.filter(id=camera_id, unit=unit)
            if not found.update(capabilities=sorted(set(capabilities)), presets=list(presets)):
                raise ObjectRefused("wrong_binding", "the camera is not one of this unit")
        w.publish("unit.facts", owner_id=unit.owner_id, unit_id=unit.id)


def _not_from_the_future(at_ms: int) -> None:
    """What is dated ahead would stay the newest for as long as its unit likes."""
    if at_ms > clock.now_ms() + MAX_CLOCK_AHEAD_MS:
        raise ObjectRefused("not_yet_valid", "it is dated in the future: the unit's clock is wrong")


def note_technical(w: work.Work, unit: Unit, kind: str, camera_id: UUID | None, code: str) -> None:
    """Something about the unit that the server itself noticed, within the running work."""
    row = TechnicalEvent.objects.create(
        id=ids.new(), owner_id=unit.owner_id, provider_id=unit.provider_id, unit=unit, camera_id=camera_id, kind=kind,
        code=code[:80], at=clock.now(), received_at=clock.now(),
    )  # fmt: skip
    w.publish("technical.raised", owner_id=unit.owner_id, event_id=row.id, unit_id=unit.id, kind=kind)


def paired_unit(actor: Actor) -> Unit:
    """The acting unit. Raises ObjectRefused, UnitRevoked."""
    return _not_revoked(queries.get_unit(_unit_id(actor)))


def locked_unit(actor: Actor) -> Unit:
    """As paired_unit, and its row locked until the running work ends: what the same unit sent over an older link, and
    what was being stored of it, is stored or gone when this returns. So look for what is known only after it."""
    return _not_revoked(queries.lock_unit(_unit_id(actor)))


def _unit_id(actor: Actor) -> UUID:
    if actor.kind is not ActorKind.UNIT or actor.id is None:
        raise ObjectRefused("not_allowed", "only a unit says this")
    return actor.id


def _not_revoked(unit: Unit) -> Unit:
    if unit.state != UnitState.PAIRED:
        raise UnitRevoked
    return unit
