# SPDX-License-Identifier: EUPL-1.2
"""Requests that must not be done twice: a console that lost its connection asks again with the same key.

The note that a request was carried out is written in the transaction that carried it out. One that was refused leaves
no note, and may be tried again with the same key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from zegel.server.alarms.errors import Mismatch
from zegel.server.alarms.models import Asked
from zegel.server.kernel import clock, secrets, tenancy, work
from zegel.server.kernel.actor import Actor

KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Request:
    """`key`: as the client drew it, None when it drew none. `body`: fingerprint of what was asked."""

    key: UUID | None
    path: str
    body: bytes


def fingerprint(asked: bytes) -> bytes:
    """32 bytes, under a secret that lies outside the database: who has a copy of it can't try what was said."""
    return hmac.digest(secrets.secret(settings.SECRETS_PATH, "asked"), asked, hashlib.sha256)


def before(actor: Actor, request: Request) -> Asked | None:
    """The same request, carried out earlier. Raises Mismatch when the key was another's."""
    if request.key is None or actor.id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        known = Asked.objects.filter(person_id=actor.id, key=request.key).first()
    if known is not None and (known.path != request.path or bytes(known.body) != request.body):
        raise Mismatch
    return known


def note(actor: Actor, request: Request, outcome: str = "") -> None:
    """Within the running work: it is carried out. Raises IntegrityError when somebody is doing the same now."""
    if request.key is not None and actor.id is not None and actor.party_id is not None:
        Asked.objects.filter(person_id=actor.id, at__lt=clock.now() - KEPT).delete()
        Asked.objects.create(
            owner_id=actor.party_id, provider_id=actor.party_id, person_id=actor.id, key=request.key,
            path=request.path, body=request.body, outcome=outcome[:24], at=clock.now(),
        )  # fmt: skip


def once(actor: Actor, request: Request, call: Callable[[], object]) -> None:
    """Does it, unless it was done. Raises Mismatch, and what `call` raises."""
    if before(actor, request) is not None:
        return
    try:
        with work.transaction(actor):
            note(actor, request)
            call()
    except IntegrityError:
        if before(actor, request) is None:
            raise


def forget_old(owner_id: UUID) -> int:
    """The notes of that party that no console asks for any more; returns how many."""
    with tenancy.acting_as(owner_id):
        return Asked.objects.filter(owner_id=owner_id, at__lt=clock.now() - KEPT).delete()[0]
