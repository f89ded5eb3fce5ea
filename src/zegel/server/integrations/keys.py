# SPDX-License-Identifier: EUPL-1.2
"""Keys of a tenant's other systems. The principles:

- A key is 160 random bits, told once; its hash is kept. It does what its scopes say for the party that made it, at its
  own pace, until it expires or is ended, and nothing else: it signs nobody in, and no screen opens with it.
- What is sent under an idempotency key is taken once; the same again is answered again, something else is refused.
- What gives personal data to a program is a use like any other: the caller writes it down (`noted`, I5).
"""

from __future__ import annotations

import hashlib
import os
import threading
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from zegel.server import gate
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.integrations import rules
from zegel.server.integrations.errors import BadKey, BadSettings, KeyReused, OutOfScope, TooFast, UnknownKey
from zegel.server.integrations.models import ApiKey, Call
from zegel.server.integrations.rules import KEY_PREFIX, Scope
from zegel.server.kernel import clock, erasures, ids, locks, tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.kernel.buckets import Buckets, Rate
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind

KEY_BYTES = 20
HINT = len(KEY_PREFIX) + 4
REMEMBERED = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """Who showed his key. `address`: from where."""

    key_id: UUID
    owner_id: UUID
    provider_id: UUID
    name: str
    scopes: frozenset[Scope]
    address: str = ""

    def check(self, scope: Scope) -> None:
        """Raises OutOfScope."""
        if scope not in self.scopes:
            raise OutOfScope(scope.value)

    @property
    def actor(self) -> Actor:
        """The server itself, for that party: a key is nobody's person."""
        return Actor(ActorKind.SYSTEM, None, self.owner_id, role="system", address=self.address)


@dataclass(frozen=True)
class NewKey:
    """`rate`: calls a minute."""

    name: str
    scopes: Sequence[Scope]
    until: datetime
    rate: int = rules.USUAL_RATE


def make(actor: Actor, new: NewKey) -> tuple[ApiKey, str]:
    """The key's row and the key, told now and never again. Raises Denied, BadSettings."""
    owner = party_of(actor)
    with work.transaction(actor) as w:
        key_id = ids.new()
        gate.require(actor, Action.ADD, Resource(ResourceKind.API_KEY, key_id, owner))
        _check(owner, new)
        key = KEY_PREFIX + b32encode(os.urandom(KEY_BYTES)).decode().rstrip("=").lower()
        row = ApiKey.objects.create(
            id=key_id, owner_id=owner, provider_id=provider_of(owner), name=new.name.strip()[:120],
            key_hash=hashed(key), hint=key[:HINT], scopes=sorted({Scope(one).value for one in new.scopes}),
            rate=new.rate, made_by=actor.id, made_at=clock.now(), expires_at=new.until,
        )  # fmt: skip
        _note(w, row, "key_made")
        return row, key


def _check(owner: UUID, new: NewKey) -> None:
    if not new.name.strip():
        raise BadSettings(_("A key has a name."), _("Name the system that uses it."), "name")
    if not new.scopes:
        raise BadSettings(_("A key without a scope does nothing."), _("Choose what it may do."), "scopes")
    if not rules.LEAST_RATE <= new.rate <= rules.MOST_RATE:
        raise BadSettings(_("That many calls a minute are not possible."), _("Choose from 6 to 1200."), "rate")
    if not clock.now() < new.until <= clock.now() + rules.LONGEST_LIFE:
        raise BadSettings(_("A key holds for two years at most."), _("Choose its last day."), "until_ms")
    if ApiKey.objects.filter(owner_id=owner, ended_at=None, expires_at__gt=clock.now()).count() >= rules.MOST_KEYS:
        raise BadSettings(_("There are too many keys."), _("End those that nobody uses."))


def end(actor: Actor, key_id: UUID) -> ApiKey:
    """Nobody's from now on; again is harmless. Raises Denied, UnknownKey."""
    with work.transaction(actor) as w:
        row = ApiKey.objects.select_for_update().filter(id=key_id, owner_id=party_of(actor)).first()
        if row is None:
            raise UnknownKey
        gate.require(actor, Action.END, Resource(ResourceKind.API_KEY, row.id, row.owner_id))
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            erasures.ended(row, row.owner_id, "ended_at")
            _note(w, row, "key_ended")
        return row


def _note(w: work.Work, row: ApiKey, what: str) -> None:
    facts: dict[str, Fact] = {"what": what, "key": row.id, "scopes": " ".join(row.scopes)}
    w.record(Entry(Kind.INTEGRATION, row.owner_id, facts, about=row.id))
    w.publish("integration.changed", owner_id=row.owner_id, key_id=row.id)


def party_of(actor: Actor) -> UUID:
    """Whose keys and webhooks are meant: those of whom he acts for."""
    assert actor.party_id is not None
    return actor.party_id


def provider_of(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def hashed(key: str) -> bytes:
    return hashlib.sha256(b"zegel/api-key/v1\x00" + key.encode()).digest()


# --- calls ---


def caller_of(key: str, address: str = "") -> Caller:
    """Whose key it is; looked up by its hash, so that time tells nothing. Raises BadKey, TooFast."""
    if not key.startswith(KEY_PREFIX) or len(key) > 80 or not key.isascii():
        raise BadKey
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT id, owner FROM integrations_key_of(%s, %s)", [hashed(key), clock.now()])
        found = cursor.fetchone()
    if found is None:
        raise BadKey
    with tenancy.acting_as(found[1]):
        row = ApiKey.objects.get(id=found[0])
        if row.last_at is None or row.last_at < clock.now() - SEEN_EVERY:
            ApiKey.objects.filter(id=row.id).update(last_at=clock.now())
    _pace(row)
    scopes = frozenset(Scope(one) for one in row.scopes if one in set(Scope))
    return Caller(row.id, row.owner_id, row.provider_id, row.name, scopes, address)


_lock = threading.Lock()
_paces: dict[int, Buckets] = {}


def _pace(row: ApiKey) -> None:
    """So many a minute, and half a minute's worth at once. Raises TooFast."""
    with _lock:
        bucket = _paces.setdefault(row.rate, Buckets(Rate(per_s=row.rate / 60, burst=max(3, row.rate / 2))))
    if not bucket.allows(str(row.id)):
        raise TooFast(max(1, round(60 / row.rate)))


def once(caller: Caller, idempotency_key: str, raw: bytes, do: Callable[[work.Work], UUID]) -> tuple[UUID, bool]:
    """Does it in one transaction with the note that it was done; what it made, and whether that was earlier. `do` gives
    back the identifier of what it made. Raises KeyReused."""
    body_hash = hashlib.sha256(raw).digest()
    with work.transaction(caller.actor) as w:
        Call.objects.filter(api_key_id=caller.key_id, at__lt=clock.now() - REMEMBERED).delete()
        earlier = _earlier(caller, idempotency_key, body_hash)
        if earlier is not None:
            return earlier, True
        made = do(w)
        Call.objects.create(
            owner_id=caller.owner_id, provider_id=caller.provider_id, api_key_id=caller.key_id,
            idempotency_key=idempotency_key, body_hash=body_hash, made_id=made, at=clock.now(),
        )  # fmt: skip
        return made, False


def _earlier(caller: Caller, key: str, body_hash: bytes) -> UUID | None:
    """Nobody else takes this key meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.number_of(f"api/{caller.key_id}/{key}")])
    row = Call.objects.filter(api_key_id=caller.key_id, idempotency_key=key).first()
    if row is None:
        return None
    if bytes(row.body_hash) != body_hash:
        raise KeyReused
    return row.made_id


def noted(caller: Caller, what: str, count: int, about: UUID | None = None) -> None:
    """That a program was given personal data: date, time, address, which key, what and how much (I5)."""
    facts: dict[str, Fact] = {
        "what": what, "how": "api", "file": "", "count": count, "bytes": 0, "recipient": caller.key_id.hex,
        "role": "api_key", "address": caller.address[:64], "of": about,
    }  # fmt: skip
    ledger.append(Entry(Kind.EXPORT, caller.owner_id, facts, about=about), caller.actor)
