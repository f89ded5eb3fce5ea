# SPDX-License-Identifier: EUPL-1.2
"""Reads of the ground plan. All but `known_unit` and `appearance` see only what the acting party may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Q, Subquery

from zegel.seal.command import Command
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Keyset
from zegel.seal.policy import Policy
from zegel.seal.status import Status
from zegel.server.agreements.facts import knows_cameras
from zegel.server.agreements.places import knows_profiles
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.sites.errors import UnknownPairing, UnknownSite, UnknownUnit
from zegel.server.sites.models import (
    Appearance,
    Camera,
    ObjectKind,
    Pairing,
    Site,
    TechnicalEvent,
    Unit,
    UnitKey,
    UnitLeft,
    UnitObject,
    UnitState,
)

PAIRING_LASTS = timedelta(hours=1)
IN_CONTACT = timedelta(seconds=90)


@dataclass(frozen=True)
class KnownUnit:
    """Whose unit a key is; all that the link may know before it acts for that owner."""

    unit_id: UUID
    owner_id: UUID
    revoked: bool


def known_unit(fingerprint: bytes) -> KnownUnit | None:
    """By the signing key's fingerprint (32 bytes); needs no acting party."""
    with tenancy.acting_as(None):
        row = UnitKey.objects.filter(fingerprint=fingerprint).first()
    return None if row is None else KnownUnit(row.unit_id, row.owner_id, row.revoked_at is not None)


def appearance(fingerprint: bytes, *, lock: bool = False) -> Appearance | None:
    """The unclaimed unit on the link with exactly this fingerprint; needs no acting party. `lock`: until the running
    transaction ends."""
    if len(fingerprint) != 32:
        return None
    with tenancy.acting_as(None):
        rows = Appearance.objects.select_for_update() if lock else Appearance.objects.all()
        return rows.filter(fingerprint=fingerprint, expires_at__gt=clock.now()).first()


def fresh_claims(seen: Appearance) -> list[tuple[UUID, int]]:
    """(owner, when he asked) of those whose pairing with this unclaimed unit can still be completed, the first one
    first."""
    oldest = clock.now_ms() - PAIRING_LASTS // timedelta(milliseconds=1)
    return [(UUID(owner), at) for owner, at in seen.claims if at > oldest]


def asked_pairings(fingerprint: bytes) -> list[Pairing]:
    """Of everybody who asked to pair this unclaimed unit: what he sent to it, if he sent it. Needs no acting party: it
    acts for each owner in turn, and only ever for the unit itself."""
    seen = appearance(fingerprint)
    found: list[Pairing] = []
    for owner, _ in () if seen is None else fresh_claims(seen):
        with tenancy.acting_as(owner):
            rows = Pairing.objects.filter(owner_id=owner, fingerprint=fingerprint, body__isnull=False)
            found += rows.filter(pairing_id=seen.pairing_id) if seen else []
    return found


def owners_with_units() -> Sequence[UUID]:
    """Every owner of a unit, for the worker that acts for each in turn; needs no acting party."""
    with tenancy.acting_as(None):
        return list(UnitKey.objects.values_list("owner_id", flat=True).distinct())


# --- within an acting party ---


def get_site(site_id: UUID) -> Site:
    site = Site.objects.filter(id=site_id).first()
    if site is None:
        raise UnknownSite
    return site


def get_unit(unit_id: UUID) -> Unit:
    unit = Unit.objects.select_related("site").filter(id=unit_id).first()
    if unit is None:
        raise UnknownUnit
    return unit


def lock_unit(unit_id: UUID) -> Unit:
    """As get_unit, its row locked until the transaction ends. Rows that refer to it may still be written. Before alarms
    and windows, in the order of locks."""
    rows = Unit.objects.select_related("site").select_for_update(no_key=True, of=("self",))
    unit = rows.filter(id=unit_id).first()
    if unit is None:
        raise UnknownUnit
    return unit


def find_camera(camera_id: UUID) -> Camera | None:
    return Camera.objects.select_related("unit", "unit__site").filter(id=camera_id).first()


@knows_cameras
def cameras_of_unit(unit_id: UUID) -> Sequence[UUID]:
    """Within an acting party."""
    return list(Camera.objects.filter(unit_id=unit_id).values_list("id", flat=True))


@knows_profiles
def profiles_by_owner() -> dict[UUID, set[str]]:
    """Within an acting party: under which profiles each owner's sites are."""
    found: dict[UUID, set[str]] = {}
    for owner_id, profile in Site.objects.values_list("owner_id", "profile").distinct():
        found.setdefault(owner_id, set()).add(profile)
    return found


def cameras_of_others(unit_id: UUID, cameras: Sequence[UUID]) -> Sequence[UUID]:
    """Those of these cameras that are another unit's already, as far as the acting party sees."""
    return list(Camera.objects.filter(id__in=cameras).exclude(unit_id=unit_id).values_list("id", flat=True))


def pairing_of_another(owner_id: UUID, pairing_id: UUID, fingerprint: bytes) -> bool:
    """Whether this owner knows the pairing id from another unit: each unit draws its own, so this one lies."""
    known = Pairing.objects.filter(owner_id=owner_id, pairing_id=pairing_id)
    return known.exclude(fingerprint=fingerprint).exists()


def find_pairing(pairing_id: UUID) -> Pairing:
    pairing = Pairing.objects.select_related("site").filter(pairing_id=pairing_id).first()
    if pairing is None:
        raise UnknownPairing
    return pairing


def newest(unit: Unit, kind: ObjectKind) -> UnitObject | None:
    """The object of this kind with the highest counter, of the pairing that holds now."""
    found = UnitObject.objects.filter(unit=unit, pairing_id=unit.pairing_id, kind=kind)
    return found.order_by("-counter", "-received_at").first()


def newest_keyset(unit: Unit) -> Keyset | None:
    found = newest(unit, ObjectKind.KEYSET)
    return None if found is None else Keyset.decode(Envelope.decode(bytes(found.envelope)).body)


def newest_policy(unit: Unit) -> Policy | None:
    found = newest(unit, ObjectKind.POLICY)
    return None if found is None else Policy.decode(Envelope.decode(bytes(found.envelope)).body)


def policy_by_hash(unit: Unit, policy_hash: bytes) -> Policy | None:
    """The policy that held when something was made, also when a newer one holds now."""
    found = UnitObject.objects.filter(unit=unit, kind=ObjectKind.POLICY, hash=policy_hash).first()
    return None if found is None else Policy.decode(Envelope.decode(bytes(found.envelope)).body)


def newest_status(unit: Unit) -> Status | None:
    found = newest(unit, ObjectKind.STATUS)
    return None if found is None else Status.decode(Envelope.decode(bytes(found.envelope)).body)


def last_command(unit: Unit, person_id: UUID) -> Command | None:
    found = (
        UnitObject.objects.filter(unit=unit, pairing_id=unit.pairing_id, kind=ObjectKind.COMMAND, person_id=person_id)
        .order_by("-counter")
        .first()
    )
    return None if found is None else Command.decode(Envelope.decode(bytes(found.envelope)).body)


def fresh_commands(unit: Unit, now_ms: int, at_most_ms: int) -> Sequence[UnitObject]:
    """Commands young enough for the unit to take, oldest first."""
    found = UnitObject.objects.filter(unit=unit, pairing_id=unit.pairing_id, kind=ObjectKind.COMMAND)
    return [row for row in found.order_by("received_at") if now_ms - row.received_at.timestamp() * 1000 <= at_most_ms]


def said_states(unit: Unit, at_most: int) -> Sequence[UnitObject]:
    """Within an acting party: what the unit signed of itself in this pairing, the newest first."""
    found = UnitObject.objects.filter(unit=unit, pairing_id=unit.pairing_id, kind=ObjectKind.STATUS)
    return list(found.order_by("-counter")[:at_most])


def policies_by_hash(unit: Unit, hashes: Iterable[bytes]) -> Sequence[UnitObject]:
    """Within an acting party: the signed policies of these hashes, as far as they are of this pairing."""
    return list(
        UnitObject.objects.filter(
            unit=unit, pairing_id=unit.pairing_id, kind=ObjectKind.POLICY, hash__in=list(hashes)
        ).order_by("-counter")
    )


def in_contact(unit: Unit) -> bool:
    """Whether it was on the link within a minute and a half."""
    if unit.state != UnitState.PAIRED or unit.last_seen_at is None:
        return False
    return clock.now() - unit.last_seen_at < IN_CONTACT


def last_unit_left(site_id: UUID) -> datetime | None:
    """Within an acting party: when the last unit was taken away from the site; None while one is there, or where none
    ever was. From this moment the term of the overview pictures runs (C14)."""
    if Unit.objects.filter(site_id=site_id, state=UnitState.PAIRED).exists():
        return None
    left = UnitLeft.objects.filter(site_id=site_id).aggregate(last=Max("left_at"))["last"]
    gone = Unit.objects.filter(site_id=site_id).aggregate(removed=Max("removed_at"), revoked=Max("revoked_at"))
    moments = [moment for moment in (left, gone["removed"], gone["revoked"]) if moment is not None]
    return max(moments, default=None)


# --- for an actor ---


def units(actor: Actor, owner_id: UUID | None = None) -> Sequence[Unit]:
    """Those that the acting party may know of; of one owner only, where one is named."""
    with tenancy.acting_as(actor.party_id):
        rows = Unit.objects.select_related("site").order_by("name")
        return list(rows if owner_id is None else rows.filter(owner_id=owner_id))


def contact(actor: Actor) -> tuple[int, int]:
    """How many paired units are in contact, and how many there are: counted in the database."""
    seen = Q(last_seen_at__gt=clock.now() - IN_CONTACT)
    with tenancy.acting_as(actor.party_id):
        counted = Unit.objects.filter(state=UnitState.PAIRED).aggregate(here=Count("id", filter=seen), all=Count("id"))
    return counted["here"], counted["all"]


@dataclass(frozen=True)
class Narrowed:
    """Which cameras somebody asks for. `limit` None: all of them; `after`: the last camera of the page before."""

    owner_id: UUID | None = None
    site_id: UUID | None = None
    camera_id: UUID | None = None
    limit: int | None = None
    after: UUID | None = None


def cameras(actor: Actor, of: Narrowed = Narrowed()) -> Sequence[Camera]:
    """Those that the acting party may know of, by their unit's name and their own. Raises UnknownUnit for an `after`
    that is not among what the party may know of."""
    with tenancy.acting_as(actor.party_id):
        wanted = {"owner_id": of.owner_id, "unit__site_id": of.site_id, "id": of.camera_id}
        rows = Camera.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
        if of.after is not None:
            rows = rows.filter(_beyond(of.after))
        found = rows.select_related("unit", "unit__site").order_by("unit__name", "name", "id")
        return list(found if of.limit is None else found[: of.limit])


def _beyond(camera_id: UUID) -> Q:
    last = find_camera(camera_id)
    if last is None:
        raise UnknownUnit
    same = Q(unit__name=last.unit.name)
    return Q(unit__name__gt=last.unit.name) | same & (Q(name__gt=last.name) | Q(name=last.name, id__gt=last.id))


def sites(actor: Actor, owner_id: UUID | None = None) -> Sequence[Site]:
    """Those that the acting party may know of; of one owner only, where one is named."""
    with tenancy.acting_as(actor.party_id):
        rows = Site.objects.order_by("name")
        return list(rows if owner_id is None else rows.filter(owner_id=owner_id))


def technical_events(actor: Actor, unit_id: UUID, limit: int = 100) -> Sequence[TechnicalEvent]:
    with tenancy.acting_as(actor.party_id):
        return list(TechnicalEvent.objects.filter(unit_id=unit_id).order_by("-at")[:limit])


def trust(actor: Actor, unit_id: UUID) -> dict[str, bytes | None]:
    """The envelopes that a client needs to judge a unit for itself, by kind; None for what there is none of."""
    with tenancy.acting_as(actor.party_id):
        unit = get_unit(unit_id)
        found = {kind: newest(unit, kind) for kind in TRUSTED}
    return {kind.value: None if row is None else bytes(row.envelope) for kind, row in found.items()}


TRUSTED = (ObjectKind.KEYSET, ObjectKind.POLICY, ObjectKind.STATUS, ObjectKind.PAIRED)


@dataclass(frozen=True)
class Trusted:
    """Of one unit: the newest envelope of each kind, and every keyset of the pairing that holds now, from the first."""

    unit: Unit
    newest: dict[str, bytes | None]
    keysets: Sequence[bytes]


def trust_of(actor: Actor, unit_ids: Collection[UUID]) -> Sequence[Trusted]:
    """As `trust` and `keyset_history`, of many units in two questions. Units that the acting party may not know of are
    left out."""
    with tenancy.acting_as(actor.party_id):
        kinds = {f"newest_{kind.value}": _newest_envelope(kind) for kind in TRUSTED}
        units = list(Unit.objects.select_related("site").filter(id__in=list(unit_ids)).annotate(**kinds))
        of = {"unit__in": units, "pairing_id": F("unit__pairing_id"), "kind": ObjectKind.KEYSET}
        chains: dict[UUID, list[bytes]] = {}
        for unit_id, envelope in UnitObject.objects.filter(**of).order_by("counter").values_list("unit_id", "envelope"):
            chains.setdefault(unit_id, []).append(bytes(envelope))
    return [Trusted(unit, _held(unit), chains.get(unit.id, ())) for unit in units]


def _newest_envelope(kind: ObjectKind) -> Subquery:
    of = UnitObject.objects.filter(unit=OuterRef("pk"), pairing_id=OuterRef("pairing_id"), kind=kind)
    return Subquery(of.order_by("-counter", "-received_at").values("envelope")[:1])


def _held(unit: Unit) -> dict[str, bytes | None]:
    found = {kind.value: getattr(unit, f"newest_{kind.value}") for kind in TRUSTED}
    return {kind: None if envelope is None else bytes(envelope) for kind, envelope in found.items()}


def keyset_history(actor: Actor, unit_id: UUID) -> Sequence[bytes]:
    """Every keyset of the pairing that holds now, the first one first: a client that pinned one follows the chain."""
    with tenancy.acting_as(actor.party_id):
        unit = get_unit(unit_id)
        found = UnitObject.objects.filter(unit=unit, pairing_id=unit.pairing_id, kind=ObjectKind.KEYSET)
        return [bytes(row.envelope) for row in found.order_by("counter")]


def units_with_cameras(unit_ids: Collection[UUID]) -> Sequence[Unit]:
    """Those units with their sites and cameras, in two questions. Within an acting party."""
    return list(Unit.objects.select_related("site").prefetch_related("cameras").filter(id__in=list(unit_ids)))
