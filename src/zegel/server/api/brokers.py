# SPDX-License-Identifier: EUPL-1.2
"""MQTT brokers of a site's own boxes, for who installs them. No answer holds a password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.gate import Action, decide
from zegel.server.kernel import clock
from zegel.server.signals import brokers
from zegel.server.signals.models import Broker

router = Router(tags=["brokers"])

for _code, _status in (("bad_broker", 422), ("unknown_broker", 404)):
    errors.status(_code, _status)


class NewBroker(Schema):
    site_id: UUID
    name: str = Field(min_length=1, max_length=200)
    host: str = Field(min_length=1, max_length=253)
    port: int = Field(default=8883, ge=1, le=65535)
    tls: bool = True
    username: str = Field(default="", max_length=100)
    password: str = Field(default="", max_length=200, repr=False)
    prefix: str = Field(default="frigate", min_length=1, max_length=60)


@router.get("/brokers")
def listed(request: HttpRequest, site_id: UUID | None = None) -> dict[str, Any]:
    """Those that the acting party may know of, and whether each can be reached."""
    actor = acting(request)
    found = brokers.all_of(actor, site_id)
    mine = [row for row in found if decide(actor, Action.LIST, brokers.resource_of(row)).allowed]
    return {"brokers": [broker_shape(row) for row in mine]}


@router.post("/brokers")
def add(request: HttpRequest, body: NewBroker) -> dict[str, Any]:
    """This server connects to it from now on."""
    return broker_shape(brokers.add(acting(request), brokers.NewBroker(**body.dict())))


@router.post("/brokers/{broker_id}/retire")
def retire(request: HttpRequest, broker_id: UUID) -> dict[str, bool]:
    """This server leaves it."""
    brokers.retire(acting(request), broker_id)
    return {"retired": True}


def broker_shape(row: Broker) -> dict[str, Any]:
    return {
        "id": str(row.id), "site_id": str(row.site_id), "name": row.name, "host": row.host, "port": row.port,
        "tls": row.tls, "username": row.username, "has_password": row.password_wrapped is not None,
        "prefix": row.prefix, "state": row.state, "trouble": row.trouble, "last_ms": clock.ms(row.last_at),
        "connected_ms": clock.ms(row.connected_at),
    }  # fmt: skip
