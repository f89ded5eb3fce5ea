# SPDX-License-Identifier: EUPL-1.2
"""A tenant's keys and webhooks, for who keeps them. What the keys open is `api.service`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.integrations import hooks, keys, queries, rules
from zegel.server.integrations.models import ApiKey, Delivery, Webhook
from zegel.server.integrations.rules import Scope
from zegel.server.integrations.topics import TOPICS
from zegel.server.kernel import clock
from zegel.server.people import queries as people

router = Router(tags=["keys"])

for _code, _status in (
    ("bad_settings", 422), ("unknown_api_key", 404), ("unknown_webhook", 404), ("address_refused", 422),
):  # fmt: skip
    errors.status(_code, _status)


class NewKey(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=120)
    scopes: list[Scope] = Field(max_length=20)
    until_ms: int = Field(ge=0, le=LATEST_MS)
    rate: int = Field(default=rules.USUAL_RATE, ge=rules.LEAST_RATE, le=rules.MOST_RATE)


class NewWebhook(Schema):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=120)
    url: str = Field(max_length=rules.LONGEST_URL)
    topics: list[str] = Field(max_length=20)


@router.get("/api-keys")
def listed(request: HttpRequest) -> dict[str, Any]:
    """Those that hold first, and what a key may be made for."""
    rows = queries.keys(acting(request))
    names = people.person_names({row.made_by for row in rows if row.made_by})
    return {
        "now_ms": clock.now_ms(), "keys": [_key(row, names) for row in rows], "scopes": [one.value for one in Scope],
        "rates": {"least": rules.LEAST_RATE, "usual": rules.USUAL_RATE, "most": rules.MOST_RATE},
    }  # fmt: skip


@router.post("/api-keys")
def make(request: HttpRequest, body: NewKey) -> dict[str, Any]:
    """A key, which is told here and never again."""
    until = clock.moment(body.until_ms)
    row, key = keys.make(acting(request), keys.NewKey(body.name, tuple(body.scopes), until, body.rate))
    return {"key": _key(row, {}), "secret": key}


@router.post("/api-keys/{key_id}/end")
def end(request: HttpRequest, key_id: UUID) -> dict[str, Any]:
    """It opens nothing from now on."""
    return _key(keys.end(acting(request), key_id), {})


@router.get("/webhooks")
def hooked(request: HttpRequest) -> dict[str, Any]:
    """With how many deliveries wait or were given up, and of what a webhook may be told."""
    rows = queries.webhooks(acting(request))
    return {"now_ms": clock.now_ms(), "webhooks": [_webhook(row) for row in rows], "topics": list(TOPICS)}


@router.post("/webhooks")
def hook(request: HttpRequest, body: NewWebhook) -> dict[str, Any]:
    """A webhook and its secret, which is told here and never again."""
    row, secret = hooks.make(acting(request), _new(body))
    return {"webhook": _webhook(row), "secret": secret}


@router.post("/webhooks/{webhook_id}")
def change(request: HttpRequest, webhook_id: UUID, body: NewWebhook) -> dict[str, Any]:
    return _webhook(hooks.change(acting(request), webhook_id, _new(body)))


@router.post("/webhooks/{webhook_id}/secret")
def new_secret(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    """A new one; the old one signs too for a day."""
    row, secret = hooks.new_secret(acting(request), webhook_id)
    return {"webhook": _webhook(row), "secret": secret}


@router.post("/webhooks/{webhook_id}/pause")
def pause(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    return _webhook(hooks.pause(acting(request), webhook_id))


@router.post("/webhooks/{webhook_id}/resume")
def resume(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    return _webhook(hooks.resume(acting(request), webhook_id))


@router.post("/webhooks/{webhook_id}/end")
def end_hook(request: HttpRequest, webhook_id: UUID) -> dict[str, bool]:
    """Its address, secret and deliveries go."""
    hooks.end(acting(request), webhook_id)
    return {"ended": True}


@router.post("/webhooks/{webhook_id}/ping")
def ping(request: HttpRequest, webhook_id: UUID) -> dict[str, Any]:
    """A delivery to try it with."""
    return _delivery(hooks.ping(acting(request), webhook_id))


@router.get("/webhooks/{webhook_id}/deliveries")
def deliveries(
    request: HttpRequest, webhook_id: UUID, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """The newest first."""
    rows = queries.deliveries(acting(request), webhook_id, limit)
    return {"now_ms": clock.now_ms(), "deliveries": [_delivery(row) for row in rows]}


@router.post("/webhook-deliveries/{delivery_id}/again")
def again(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    """Once more, under the same identifier."""
    return _delivery(hooks.send_again(acting(request), delivery_id))


# --- shapes ---


def _new(body: NewWebhook) -> hooks.NewWebhook:
    return hooks.NewWebhook(body.name, body.url.strip(), tuple(body.topics))


def _key(row: ApiKey, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "hint": row.hint, "scopes": row.scopes, "rate": row.rate,
        "made_ms": clock.ms(row.made_at), "made_by": names.get(row.made_by, "") if row.made_by else "",
        "expires_ms": clock.ms(row.expires_at), "ended_ms": clock.ms(row.ended_at), "last_ms": clock.ms(row.last_at),
    }  # fmt: skip


def _webhook(row: Webhook) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "url": row.url, "topics": row.topics, "made_ms": clock.ms(row.made_at),
        "failing_ms": clock.ms(row.failing_since), "paused_ms": clock.ms(row.paused_at), "pause_why": row.pause_why,
        "last_ms": clock.ms(row.last_at), "waiting": getattr(row, "waiting", 0),
        "given_up": getattr(row, "given_up", 0),
    }  # fmt: skip


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": str(row.id), "topic": row.topic, "body": row.body, "state": row.state, "attempts": row.attempts,
        "status": row.status, "fault": row.fault, "happened_ms": clock.ms(row.happened_at),
        "tried_ms": clock.ms(row.tried_at), "ended_ms": clock.ms(row.ended_at),
    }  # fmt: skip
