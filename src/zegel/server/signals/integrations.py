# SPDX-License-Identifier: EUPL-1.2
"""Other systems that tell us things over HTTP: their keys, what they may do, and what they say.

- A key is 160 random bits, told once; its hash is kept. It does what its scopes say, for its sites, until it expires or
  is revoked, and nothing else: it signs nobody in.
- What is said under an idempotency key is taken once; the same again is answered again, something else is refused.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection

from zegel.protocols.events import Event, Phase, SignalClass
from zegel.protocols.text import clean
from zegel.server import gate
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, erasures, ids, locks, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.signals import intake
from zegel.server.signals.errors import BadIntegration, BadKey, KeyReused, OutOfScope, UnknownIntegration
from zegel.server.signals.models import Integration, Signal, Source, WebhookCall
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site

PREFIX = "zgl_"
KEY_BYTES = 20
HINT = len(PREFIX) + 4
LONGEST_LIFE = timedelta(days=731)
REMEMBERED = timedelta(days=1)
MOST_SITES = 200


class Scope(StrEnum):
    """What an integration may do."""

    WRITE = "signals.write"
    READ = "signals.read"


@dataclass(frozen=True)
class Caller:
    """An integration that showed its key."""

    integration_id: UUID
    owner_id: UUID
    provider_id: UUID
    scopes: frozenset[str]
    site_ids: frozenset[UUID]

    def check(self, scope: Scope, site_id: UUID | None = None) -> None:
        """Raises OutOfScope."""
        if scope.value not in self.scopes or (site_id is not None and site_id not in self.site_ids):
            raise OutOfScope


@dataclass(frozen=True)
class Told:
    """What a caller says. Texts are cleaned here; `code` is its own word."""

    site_id: UUID
    signal_class: SignalClass
    phase: Phase
    code: str
    text: str = ""
    zone: str = ""
    area: str = ""
    occurred_ms: int | None = None


# --- keys ---


def make(
    actor: Actor, *, owner_id: UUID, name: str, scopes: Sequence[str], site_ids: Sequence[UUID], until: datetime
) -> tuple[Integration, str]:
    """The integration and its key, told now and never again. Raises Denied, BadIntegration."""
    with work.transaction(actor) as w:
        integration_id = ids.new()
        gate.require(actor, Action.ADD, Resource(ResourceKind.INTEGRATION, integration_id, owner_id))
        places = _checked(owner_id, name, scopes, site_ids, until)
        key = PREFIX + b32encode(os.urandom(KEY_BYTES)).decode().rstrip("=").lower()
        row = Integration.objects.create(
            id=integration_id, owner_id=owner_id, provider_id=places[0].provider_id, name=name.strip()[:200],
            key_hash=_hashed(key), hint=key[:HINT], scopes=sorted({Scope(scope).value for scope in scopes}),
            site_ids=[str(place.id) for place in places], made_by=actor.id, made_at=clock.now(), expires_at=until,
        )  # fmt: skip
        w.record(Entry(Kind.PANEL, owner_id, {"integration": row.id, "what": "made"}, row.id))
        return row, key


def _checked(
    owner_id: UUID, name: str, scopes: Sequence[str], site_ids: Sequence[UUID], until: datetime
) -> Sequence[Site]:
    known = {scope.value for scope in Scope}
    places = [sites.get_site(site_id) for site_id in sorted(set(site_ids))[:MOST_SITES]]
    right = name.strip() and scopes and set(scopes) <= known and places
    if not right or any(place.owner_id != owner_id for place in places) or len(set(site_ids)) > MOST_SITES:
        raise BadIntegration
    if not clock.now() < until <= clock.now() + LONGEST_LIFE:
        raise BadIntegration
    return places


def revoke(actor: Actor, integration_id: UUID) -> None:
    """Its key is nobody's from now on; again is harmless. Raises Denied, UnknownIntegration."""
    with work.transaction(actor) as w:
        row = Integration.objects.select_for_update().filter(id=integration_id).first()
        if row is None:
            raise UnknownIntegration
        gate.require(actor, Action.RETIRE, resource_of(row))
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            row.save(update_fields=["revoked_at"])
            erasures.ended(row, row.owner_id, "revoked_at")
            w.record(Entry(Kind.PANEL, row.owner_id, {"integration": row.id, "what": "revoked"}, row.id))


def all_of(actor: Actor) -> Sequence[Integration]:
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(Integration.objects.order_by("revoked_at", "name")[:1000])


def resource_of(row: Integration) -> Resource:
    return Resource(ResourceKind.INTEGRATION, row.id, row.owner_id)


def _hashed(key: str) -> bytes:
    return hashlib.sha256(b"zegel/integration/v1\x00" + key.encode()).digest()


# --- calls ---


def caller_of(key: str) -> Caller:
    """Whose key it is. Compared by its hash: time tells nothing. Raises BadKey."""
    if not key.startswith(PREFIX) or len(key) > 80 or not key.isascii():
        raise BadKey
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT id, owner FROM signals_integration_of(%s, %s)", [_hashed(key), clock.now()])
        found = cursor.fetchone()
    if found is None:
        raise BadKey
    with tenancy.acting_as(found[1]):
        row = Integration.objects.get(id=found[0])
        Integration.objects.filter(id=row.id).update(last_at=clock.now())
    places = frozenset(UUID(text) for text in row.site_ids)
    return Caller(row.id, row.owner_id, row.provider_id, frozenset(row.scopes), places)


def tell(caller: Caller, told: Told, raw: bytes, idempotency_key: str, peer: str) -> intake.Accepted:
    """Durable when it returns. Raises OutOfScope, KeyReused."""
    caller.check(Scope.WRITE, told.site_id)
    body_hash = hashlib.sha256(raw).digest()
    with work.transaction(system(caller.owner_id)):
        WebhookCall.objects.filter(integration_id=caller.integration_id, at__lt=clock.now() - REMEMBERED).delete()
        earlier = _earlier(caller, idempotency_key, body_hash)
        if earlier is not None:
            return intake.Accepted(earlier, True)
        accepted = intake.accept(_signal(caller, told, raw, peer))
        WebhookCall.objects.create(
            owner_id=caller.owner_id, provider_id=caller.provider_id, integration_id=caller.integration_id,
            key=idempotency_key, body_hash=body_hash, signal_id=accepted.signal_id, at=clock.now(),
        )  # fmt: skip
        return accepted


def _earlier(caller: Caller, key: str, body_hash: bytes) -> UUID | None:
    """Nobody else takes this key meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.number_of(f"webhook/{caller.integration_id}/{key}")])
    row = WebhookCall.objects.filter(integration_id=caller.integration_id, key=key).first()
    if row is None:
        return None
    if bytes(row.body_hash) != body_hash:
        raise KeyReused
    return row.signal_id


def _signal(caller: Caller, told: Told, raw: bytes, peer: str) -> intake.NewSignal:
    event = Event(
        "api", clean(told.code)[:32], None, told.phase, told.signal_class, PRIORITY.get(told.signal_class, 5),
        clean(told.code)[:120], clean(told.zone)[:32] or None, clean(told.area)[:32] or None, None,
        clean(told.text)[:400], told.occurred_ms,
        extra=(("integration", str(caller.integration_id)),),
    )  # fmt: skip
    return intake.NewSignal(
        source=Source.API, transport="api", owner_id=caller.owner_id, provider_id=caller.provider_id, event=event,
        raw=raw, site_id=told.site_id, peer=peer,
    )  # fmt: skip


# As the tables of codes have it: danger to people first.
PRIORITY = {
    SignalClass.FIRE: 1, SignalClass.HOLDUP_DURESS: 1, SignalClass.MEDICAL: 1, SignalClass.BURGLARY: 2,
    SignalClass.VIDEO: 2, SignalClass.TAMPER: 3, SignalClass.CONTACT_ENTRY: 4, SignalClass.TECHNICAL: 5,
    SignalClass.OPEN_CLOSE: 8, SignalClass.TEST: 9, SignalClass.INFO: 9,
}  # fmt: skip


def newest(caller: Caller, limit: int) -> Sequence[Signal]:
    """What this integration itself said. Raises OutOfScope."""
    caller.check(Scope.READ)
    with tenancy.acting_as(caller.owner_id):
        mine = WebhookCall.objects.filter(integration_id=caller.integration_id).order_by("-id")[:limit]
        return list(Signal.objects.filter(signal_id__in=[call.signal_id for call in mine]).order_by("-id"))
