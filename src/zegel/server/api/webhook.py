# SPDX-License-Identifier: EUPL-1.2
"""What other systems may call, with a key of their own: `Authorization: Bearer zgl_…`. No cookie, no session; a key
does what its scopes say and nothing else. And the making of such keys, for the signed-in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Header, Query, Router, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import ConfigDict

from zegel.protocols.events import Phase, SignalClass
from zegel.server.alarms.actions import central
from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes
from zegel.server.api.signals import signal_shape
from zegel.server.gate import Action, decide
from zegel.server.kernel import clock
from zegel.server.kernel.buckets import Rate
from zegel.server.signals import integrations
from zegel.server.signals.errors import BadKey
from zegel.server.signals.integrations import Caller, Scope, Told
from zegel.server.signals.models import Integration

router = Router(tags=["integrations"])

for _code, _status in (
    ("bad_key", 401), ("out_of_scope", 403), ("idempotency_key_reused", 409), ("bad_integration", 422),
    ("unknown_integration", 404),
):  # fmt: skip
    errors.status(_code, _status)

CALLS = throttle.Buckets(Rate(per_s=20, burst=100))
GUESSES = throttle.Buckets(Rate(per_s=1, burst=20))
LARGEST_BODY = 16 * 1024
Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]


class Key(HttpBearer):
    """An integration's key. Wrong ones are counted by address, right ones by integration."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        try:
            caller = integrations.caller_of(token)
        except BadKey:
            GUESSES.take_source(request.META.get("REMOTE_ADDR", ""))
            raise
        CALLS.take(str(caller.integration_id))
        return caller


class NewSignal(Schema):
    """One thing that happened at a site. `class` says how it is handled; `code` is your own word for it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    site_id: UUID
    signal_class: SignalClass = Field(alias="class")
    phase: Phase = Phase.ALARM
    code: str = Field(min_length=1, max_length=32, pattern=r"^[\w .:/-]+$")
    text: str = Field(default="", max_length=400)
    zone: str = Field(default="", max_length=32)
    area: str = Field(default="", max_length=32)
    occurred_ms: Moment | None = None


class Word(Schema):
    model_config = ConfigDict(extra="forbid")

    envelope: Bytes


class NewIntegration(Schema):
    model_config = ConfigDict(extra="forbid")

    owner_id: UUID
    name: str = Field(min_length=1, max_length=200)
    scopes: list[Scope] = Field(min_length=1, max_length=5)
    site_ids: list[UUID] = Field(min_length=1, max_length=integrations.MOST_SITES)
    until_ms: Moment


# --- for another system ---


@router.post("/integrations/signals", auth=Key())
def tell(
    request: HttpRequest,
    body: NewSignal,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=80, pattern=r"^[!-~]+$")],
) -> dict[str, Any]:
    """Takes one signal. When this answers, it is stored. The same `Idempotency-Key` with the same body is answered the
    same again and stored once; with another body it is refused (409)."""
    if len(request.body) > LARGEST_BODY:
        raise HttpError(413, "too large")
    told = Told(
        body.site_id, body.signal_class, body.phase, body.code, body.text, body.zone, body.area, body.occurred_ms
    )  # fmt: skip
    accepted = integrations.tell(
        _caller(request), told, request.body, idempotency_key, request.META.get("REMOTE_ADDR", "")
    )
    return {"signal_id": str(accepted.signal_id), "again": accepted.duplicate}


@router.post("/integrations/central", auth=Key())
def central_word(request: HttpRequest, body: Word) -> dict[str, Any]:
    """A panel's own signed word that its alarm may show pictures, under the key that the owner listed in his policy.
    The alarm's id stands with the signal that made it (`alarm_id`)."""
    caller = _caller(request)
    caller.check(Scope.WRITE)
    alarm = central.panel_says(caller.owner_id, caller.site_ids, body.envelope)
    return {"alarm_id": str(alarm.id), "state": alarm.state}


@router.get("/integrations/signals", auth=Key())
def told(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> dict[str, Any]:
    """What this integration said within the last day, the newest first, and what became of it."""
    return {"signals": [signal_shape(row) for row in integrations.newest(_caller(request), limit)]}


def _caller(request: HttpRequest) -> Caller:
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


# --- for the signed-in ---


@router.get("/integrations")
def listed(request: HttpRequest) -> dict[str, Any]:
    """Those of customers that the acting party may set up, and its own."""
    actor = acting(request)
    mine = [
        row
        for row in integrations.all_of(actor)
        if decide(actor, Action.LIST, integrations.resource_of(row)).allowed
    ]  # fmt: skip
    return {"integrations": [integration_shape(row) for row in mine]}


@router.post("/integrations")
def make(request: HttpRequest, body: NewIntegration) -> dict[str, Any]:
    """An integration and its key, which is told here and never again."""
    until = datetime.fromtimestamp(body.until_ms / 1000, UTC)
    row, key = integrations.make(
        acting(request), owner_id=body.owner_id, name=body.name, scopes=[s.value for s in body.scopes],
        site_ids=body.site_ids, until=until,
    )  # fmt: skip
    return {"integration": integration_shape(row), "key": key}


@router.post("/integrations/{integration_id}/revoke")
def revoke(request: HttpRequest, integration_id: UUID) -> dict[str, bool]:
    """Its key is nobody's from now on."""
    integrations.revoke(acting(request), integration_id)
    return {"revoked": True}


def integration_shape(row: Integration) -> dict[str, Any]:
    return {
        "id": str(row.id), "owner_id": str(row.owner_id), "name": row.name, "hint": row.hint, "scopes": row.scopes,
        "site_ids": row.site_ids, "made_ms": clock.ms(row.made_at), "expires_ms": clock.ms(row.expires_at),
        "revoked_ms": clock.ms(row.revoked_at), "last_ms": clock.ms(row.last_at),
    }  # fmt: skip
