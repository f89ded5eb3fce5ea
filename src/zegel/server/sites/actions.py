# SPDX-License-Identifier: EUPL-1.2
"""What people do to sites and units. The server carries what the owner signed; the unit decides.

- Nothing that was signed is changed here, and nothing is made up: an envelope goes to the unit as it came.
- The server refuses early what the unit would refuse (a wrong signer, an old counter), so that the owner hears it at
  once;
  it is never the reason that something holds.
- Arming asks the gate: without agreement, purpose and sign nothing arms.
- A revoked key never comes back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from zegel.seal.command import Action as CommandAction
from zegel.seal.command import Command, unverified_person, verify_command
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.keyset import Keyset, verify_keyset
from zegel.seal.pairing import Pairing as PairingBody
from zegel.seal.policy import Policy, verify_policy
from zegel.server import gate
from zegel.server.gate import Resource
from zegel.server.gate.vocabulary import Action, ResourceKind
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import ground, queries
from zegel.server.sites.errors import ObjectRefused, SiteError, UnitNotSeen, UnitRevoked, UnitTaken
from zegel.server.sites.models import Appearance, ObjectKind, Pairing, Site, Unit, UnitObject, UnitState

Facts = dict[str, Fact]

PAIRING_LASTS = queries.PAIRING_LASTS
CLAIMS_AT_MOST = 50  # owners who ask for one unit within an hour; each needs its code's fingerprint


def add_site(
    actor: Actor, *, owner_id: UUID, provider_id: UUID, name: str, address: str, tz: str, profile: str,
    site_id: UUID | None = None,
) -> Site:  # fmt: skip
    """A new guarded place. `tz` is an IANA name. Raises Denied, SiteError."""
    try:
        ZoneInfo(tz)
    except (KeyError, ValueError):
        raise SiteError("This time zone does not exist.", action="Use a name like Europe/Amsterdam.") from None
    with work.transaction(actor):
        _require(actor, Action.ADD, Resource(ResourceKind.SITE, site_id, owner_id))
        given = {} if site_id is None else {"id": site_id}
        return Site.objects.create(
            owner_id=owner_id, provider_id=provider_id, name=name[:200], address=address[:300], tz=tz, profile=profile,
            created_at=clock.now(), **given,
        )  # fmt: skip


# --- pairing ---


def start_pairing(actor: Actor, fingerprint: bytes, site_id: UUID, name: str) -> Pairing:
    """The owner names the unit by its whole fingerprint (from its QR code). Again is harmless.

    Raises Denied, UnknownSite, UnitNotSeen, UnitTaken.
    """
    with work.transaction(actor):
        site = queries.get_site(site_id)
        _require(actor, Action.PAIR, Resource(ResourceKind.UNIT, None, site.owner_id, of={"site": site.id}))
        seen = queries.appearance(fingerprint, lock=True)
        if seen is None:
            raise UnitNotSeen
        known = queries.known_unit(fingerprint)
        if known is not None and (known.revoked or known.owner_id != site.owner_id):
            raise UnitTaken
        if queries.cameras_of_others(seen.unit_id, [UUID(camera) for camera, _ in seen.cameras]):
            raise UnitTaken
        if queries.pairing_of_another(site.owner_id, seen.pairing_id, fingerprint):
            raise UnitTaken
        _claim(seen, site.owner_id)
        pairing, _ = Pairing.objects.update_or_create(
            owner_id=site.owner_id,
            pairing_id=seen.pairing_id,
            defaults={
                "provider_id": site.provider_id, "unit_id": seen.unit_id, "fingerprint": fingerprint,
                "sign_pk": bytes(seen.sign_pk), "site": site, "name": name[:200], "software": seen.software,
                "cameras": seen.cameras, "started_at": clock.now(),
            },
        )  # fmt: skip
        return pairing


def _claim(seen: Appearance, owner_id: UUID) -> None:
    """One more owner asks for the unit. Those who asked before keep their place until their pairing is too old."""
    others = [[owner, at] for owner, at in queries.fresh_claims(seen) if owner != owner_id]
    if len(others) >= CLAIMS_AT_MOST:
        raise UnitTaken
    seen.claims = [[str(owner), at] for owner, at in [*others, [owner_id, clock.now_ms()]]]
    seen.save(update_fields=["claims"])


def complete_pairing(actor: Actor, pairing_id: UUID, body: bytes, mac: bytes, keyset: bytes, policy: bytes) -> Pairing:
    """The owner's keyset and policy, MACed with the secret that only he and the unit know; relayed to the unit.

    The pairing exists only once the unit's signed answer was verified (`unit_actions.confirm_pairing`).
    Raises Denied, UnknownPairing, ObjectRefused.
    """
    with work.transaction(actor) as w:
        pairing = queries.find_pairing(pairing_id)
        unit = Resource(ResourceKind.UNIT, pairing.unit_id, pairing.owner_id, of={"site": pairing.site_id})
        _require(actor, Action.PAIR, unit)
        if pairing.started_at + PAIRING_LASTS < clock.now():
            raise UnitNotSeen
        signed = _check_pairing(pairing, body, mac, keyset, policy)
        if signed.armed:
            _require(actor, Action.ARM, unit)
        pairing.body, pairing.mac, pairing.keyset, pairing.policy = body, mac, keyset, policy
        pairing.save(update_fields=["body", "mac", "keyset", "policy"])
        w.publish("unit.deliver", owner_id=pairing.owner_id, unit_id=pairing.unit_id, kind="pairing")
        return pairing


def _check_pairing(pairing: Pairing, body: bytes, mac: bytes, keyset_bytes: bytes, policy_bytes: bytes) -> Policy:
    """The server can't check the MAC, and needn't: it checks what the unit will refuse anyway."""
    if len(mac) != 32:
        raise ObjectRefused("field_wrong", "the pairing's MAC has 32 bytes")
    try:
        said = PairingBody.decode(body)
        keyset = verify_keyset(keyset_bytes)
        policy = verify_policy(policy_bytes, keyset, last_counter=0, now_ms=clock.now_ms())
        keyset.expect(pairing.unit_id.bytes, pairing.pairing_id.bytes)
        keyset.check_current(clock.now_ms())
    except SealError as error:
        raise ObjectRefused.by_seal(error) from None
    if keyset.owner_party != pairing.owner_id.bytes:
        raise ObjectRefused("wrong_binding", "the keyset names another owner")
    wanted = (pairing.unit_id.bytes, pairing.pairing_id.bytes, keyset.hash, policy.hash)
    if (said.unit, said.pairing, said.keyset_hash, said.policy_hash) != wanted:
        raise ObjectRefused("wrong_binding", "the pairing speaks of another unit, keyset or policy")
    return policy


# --- what the owner signs afterwards ---


def accept_keyset(actor: Actor, unit_id: UUID, envelope: bytes) -> UnitObject:
    """The next keyset. Raises Denied, UnknownUnit, ObjectRefused."""
    with work.transaction(actor) as w:
        unit = _locked_unit(actor, unit_id, Action.KEYSET)
        before = _keyset(unit)
        if before.hash == _hash(envelope):
            return _stored(unit, before.hash, ObjectKind.KEYSET)
        try:
            keyset = verify_keyset(envelope, before)
            keyset.check_current(clock.now_ms())
        except SealError as error:
            raise ObjectRefused.by_seal(error) from None
        w.record(
            Entry(Kind.KEYSET, unit.owner_id, {"unit": unit.id, "hash": keyset.hash, "number": keyset.number}, unit.id)
        )
        row = _keep(unit, ObjectKind.KEYSET, keyset.number, keyset.hash, envelope, keyset.expires_ms)
        _deliver(w, unit, "keyset")
        return row


def accept_policy(actor: Actor, unit_id: UUID, envelope: bytes) -> UnitObject:
    """A newer policy of an owner in the newest keyset. Arming needs the gate's facts. Raises Denied, ObjectRefused."""
    with work.transaction(actor) as w:
        unit = _locked_unit(actor, unit_id, Action.POLICY)
        before = queries.newest_policy(unit)
        if before is not None and before.hash == _hash(envelope):
            return _stored(unit, before.hash, ObjectKind.POLICY)
        try:
            last = 0 if before is None else before.counter
            policy = verify_policy(envelope, _keyset(unit), last_counter=last, now_ms=clock.now_ms())
        except SealError as error:
            raise ObjectRefused.by_seal(error) from None
        if policy.armed:
            _require(actor, Action.ARM, _resource(unit))
        facts: Facts = {"unit": unit.id, "hash": policy.hash, "counter": policy.counter, "armed": policy.armed}
        w.record(Entry(Kind.POLICY, unit.owner_id, facts, unit.id))
        row = _keep(unit, ObjectKind.POLICY, policy.counter, policy.hash, envelope, policy.expires_ms)
        _deliver(w, unit, "policy")
        return row


def accept_command(actor: Actor, unit_id: UUID, envelope: bytes) -> UnitObject:
    """Arm, arm a part or disarm, signed by a person whom the policy lists as commander or delegate. What a delegate may
    do the unit decides by that policy; here it is asked by the same rule, so that he hears why not. Raises Denied,
    ObjectRefused."""
    with work.transaction(actor) as w:
        unit = queries.lock_unit(unit_id)
        command = _check_command(unit, envelope)
        _require(actor, Action.DISARM if command.action is CommandAction.DISARM else Action.ARM, _resource(unit))
        _not_revoked(unit)
        if actor.id is None or command.person != actor.id.bytes:
            raise ObjectRefused("not_allowed", "the command is signed by somebody else than its sender")
        facts: Facts = {
            "unit": unit.id,
            "hash": command.hash,
            "action": str(command.action),
            "counter": command.counter,
            **({} if command.until_ms is None else {"until_ms": command.until_ms}),
            **({} if command.part is None else {"part": command.part}),
        }
        w.record(Entry(Kind.COMMAND, unit.owner_id, facts, unit.id))
        row = _keep(unit, ObjectKind.COMMAND, command.counter, command.hash, envelope, None, actor.id)
        _deliver(w, unit, "command")
        return row


def _check_command(unit: Unit, envelope: bytes) -> Command:
    policy = queries.newest_policy(unit)
    if policy is None:
        raise ObjectRefused("not_allowed", "the unit has no policy yet")
    try:
        last = queries.last_command(unit, UUID(bytes=unverified_person(envelope)))
        counter = 0 if last is None else last.counter
        return verify_command(envelope, policy, last_counter=counter, now_ms=clock.now_ms())
    except SealError as error:
        raise ObjectRefused.by_seal(error) from None


def revoke_unit(actor: Actor, unit_id: UUID) -> Unit:
    """A stolen unit: its key counts for nothing from now on, for ever, and its link is cut. Raises Denied,
    UnknownUnit."""
    with work.transaction(actor) as w:
        unit = queries.get_unit(unit_id)
        _require(actor, Action.REVOKE, _resource(unit))
        if unit.state == UnitState.REVOKED:
            return unit
        now = clock.now()
        if unit.state == UnitState.PAIRED:
            ground.left_as_stolen(actor, unit, now)
        unit.state, unit.revoked_at = UnitState.REVOKED, now
        unit.save(update_fields=["state", "revoked_at"])
        ground.end_keys(unit, "state", "revoked_at")
        w.record(
            Entry(Kind.REVOCATION, unit.owner_id, {"unit": unit.id, "fingerprint": bytes(unit.fingerprint)}, unit.id)
        )
        w.publish("unit.revoked", owner_id=unit.owner_id, unit_id=unit.id)
        return unit


# --- helpers ---


def _require(actor: Actor, action: Action, resource: Resource) -> None:
    gate.require(actor, action, resource)


def _resource(unit: Unit) -> Resource:
    return Resource(ResourceKind.UNIT, unit.id, unit.owner_id, of={"site": unit.site_id})


def _locked_unit(actor: Actor, unit_id: UUID, action: Action) -> Unit:
    """Of two owners who sign at once the second one waits here, and then sees what the first one signed."""
    _require(actor, action, _resource(queries.get_unit(unit_id)))
    unit = queries.lock_unit(unit_id)
    _not_revoked(unit)
    return unit


def _not_revoked(unit: Unit) -> None:
    if unit.state != UnitState.PAIRED:
        raise UnitRevoked


def _keyset(unit: Unit) -> Keyset:
    keyset = queries.newest_keyset(unit)
    if keyset is None:
        raise ObjectRefused("not_allowed", "the unit has no keyset yet")
    return keyset


def _hash(envelope: bytes) -> bytes:
    try:
        return Envelope.decode(envelope).hash
    except SealError as error:
        raise ObjectRefused.by_seal(error) from None


def _stored(unit: Unit, object_hash: bytes, kind: ObjectKind) -> UnitObject:
    return UnitObject.objects.get(unit=unit, kind=kind, hash=object_hash)


def _keep(
    unit: Unit, kind: ObjectKind, counter: int, object_hash: bytes, envelope: bytes, expires_ms: int | None,
    person_id: UUID | None = None,
) -> UnitObject:  # fmt: skip
    return UnitObject.objects.create(
        owner_id=unit.owner_id, provider_id=unit.provider_id, unit=unit, pairing_id=unit.pairing_id, kind=kind,
        counter=counter, signer=Envelope.decode(envelope).signer, hash=object_hash, envelope=envelope,
        person_id=person_id, received_at=clock.now(), expires_at=None if expires_ms is None else moment(expires_ms),
    )  # fmt: skip


def moment(ms: int) -> datetime:
    """An aware UTC time from milliseconds; what lies beyond the calendar becomes its end."""
    return datetime.fromtimestamp(min(ms, 253_402_300_799_000) / 1000, tz=UTC)


def _deliver(w: work.Work, unit: Unit, kind: str) -> None:
    w.publish("unit.deliver", owner_id=unit.owner_id, unit_id=unit.id, kind=kind)
