# SPDX-License-Identifier: EUPL-1.2
"""What somebody is told, how and when; which of his browsers take push messages; and, for an owner, who is told what.

Everything is the acting person's own at the party that he acts for. The address of a browser's push service is taken
and never told again.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes
from zegel.server.consents import push
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.buckets import Rate
from zegel.server.notify import actions, delivery, endpoints, queries, rules, webpush
from zegel.server.notify.classes import ALARMS, Class
from zegel.server.notify.models import Device, Notice

router = Router(tags=["notifications"])
trials = throttle.Buckets(Rate(per_s=1 / 20, burst=5))

errors.status("endpoint_refused", 422)
errors.status("bad_subscription", 422)
errors.status("bad_times", 422)


class ClassWish(Schema):
    by_push: bool
    by_mail: bool
    at_once: bool = False


class Span(Schema):
    """Quiet from `start` to `end`, minutes of the day, on nights that begin on `days` (0 Monday)."""

    days: list[int] = Field(min_length=1, max_length=7)
    start: int = Field(ge=0, lt=1440)
    end: int = Field(ge=0, lt=1440)


class Times(Schema):
    zone: str = Field(min_length=1, max_length=64)
    quiet: list[Span] = Field(default_factory=list, max_length=rules.SPANS_AT_MOST)
    digest_at: int | None = Field(default=None, ge=0, lt=1440)


class Subscription(Schema):
    """What the browser's pushManager gave. `name`: how its owner knows it. `consent`: SHA-256 of the words that he
    agreed to, in `language`: its push service is somebody else's (zegel.server.consents)."""

    endpoint: str = Field(min_length=1, max_length=endpoints.LONGEST)
    p256dh: Bytes
    auth: Bytes
    name: str = Field(default="", max_length=80)
    consent: Bytes
    language: str = Field(default="en", pattern="^(nl|sv|de|en)$")


@router.get("/notifications")
def settings_of(request: HttpRequest) -> dict[str, Any]:
    """The acting person's settings, his devices, and what is said of push services."""
    actor = acting(request)
    _require(actor, Action.READ)
    return _everything(actor)


@router.put("/notifications/classes/{name}")
def wish(request: HttpRequest, name: Class, body: ClassWish) -> dict[str, Any]:
    """How he is told of that class. `at_once` changes nothing for alarms: no hour holds them back."""
    actor = acting(request)
    _require(actor, Action.CHANGE)
    actions.prefer(actor, name, body.by_mail, body.by_push, body.at_once)
    return _everything(actor)


@router.put("/notifications/times")
def times(request: HttpRequest, body: Times) -> dict[str, Any]:
    """His quiet hours and his digest, in his zone."""
    actor = acting(request)
    _require(actor, Action.CHANGE)
    quiet = tuple(rules.Span(tuple(sorted(span.days)), span.start, span.end) for span in body.quiet)
    actions.set_hours(actor, rules.Hours(body.zone, quiet, body.digest_at))
    return _everything(actor)


@router.post("/notifications/devices")
def add_device(request: HttpRequest, body: Subscription) -> dict[str, Any]:
    """This browser takes push messages from now on."""
    actor = acting(request)
    _require(actor, Action.CHANGE)
    keys = webpush.Keys(body.p256dh, body.auth)
    device_id = push.add_device(actor, push.Agreed(body.consent, body.language), body.endpoint, keys, body.name)
    return _everything(actor) | {"device_id": str(device_id)}


@router.post("/notifications/devices/{device_id}/remove")
def remove_device(request: HttpRequest, device_id: UUID) -> dict[str, Any]:
    """Takes one of his browsers off the list."""
    actor = acting(request)
    _require(actor, Action.CHANGE)
    push.remove_device(actor, device_id)
    return _everything(actor)


@router.post("/notifications/try")
def try_out(request: HttpRequest) -> dict[str, Any]:
    """A message to each of his devices and to his address; says what became of each."""
    actor = acting(request)
    _require(actor, Action.CHANGE)
    trials.take(str(actor.id))
    tried = actions.try_out(actor)
    outcomes = [{"device_id": str(device), "outcome": outcome.value} for device, outcome in tried.devices]
    return _everything(actor) | {"tried": {"mailed": tried.mailed, "devices": outcomes}}


@router.get("/notifications/people")
def people(request: HttpRequest) -> dict[str, Any]:
    """For an owner: who of his people is told what, as things are. Nothing of anybody's hours or devices."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.PREFERENCE, None, actor.party_id))
    found = queries.reached(actor, actions.READERS)
    return {
        "people": [
            {
                "id": str(one.person_id), "name": one.name, "role": one.role.value,
                "classes": {cls.value: list(one.ways(cls)) for cls in Class},
            }
            for one in found
        ]
    }  # fmt: skip


def _require(actor: Actor, action: Action) -> None:
    require(actor, action, Resource(ResourceKind.PREFERENCE, actor.id, actor.party_id))


def _everything(actor: Actor) -> dict[str, Any]:
    assert actor.party_id is not None
    assert actor.id is not None
    hours = queries.hours(actor.party_id, actor.id)
    checked, found = endpoints.services()
    return {
        "classes": [_class(cls, one) for cls, one in queries.wishes(actor.party_id, actor.id).items()],
        "zone": hours.zone,
        "quiet": [{"days": list(span.days), "start": span.start, "end": span.end} for span in hours.quiet],
        "digest_at": hours.digest_at,
        "devices": [_device(row) for row in queries.devices(actor.party_id, actor.id)],
        "told": [_told(row) for row in queries.newest(actor.party_id, actor.id)],
        "consent": push.asked(actor),
        "push": {
            "key": delivery.public_key(),
            "services": [{"name": s.name, "operator": s.operator, "country": s.country} for s in found],
            "checked": checked.isoformat(),
            "test_endpoint": settings.PUSH_TEST_ENDPOINT or None,
        },
    }


def _class(cls: Class, one: rules.Wish) -> dict[str, Any]:
    always = cls in ALARMS
    return {
        "name": cls.value, "by_push": one.by_push, "by_mail": one.by_mail, "at_once": always or one.at_once,
        "always": always,
    }  # fmt: skip


def _device(row: Device) -> dict[str, Any]:
    told = None if row.told_at is None else round(row.told_at.timestamp() * 1000)
    return {
        "id": str(row.id), "name": row.name, "service": row.service, "fault": row.fault, "told_ms": told,
        "made_ms": round(row.made_at.timestamp() * 1000), "mark": delivery.mark_of(row.endpoint),
    }  # fmt: skip


def _told(row: Notice) -> dict[str, Any]:
    return {
        "id": str(row.id), "class": row.kind, "occasion": row.occasion, "what": row.what, "site": row.place,
        "at_ms": round(row.at.timestamp() * 1000), "more": row.more, "path": delivery.path_of(row),
        "waits_ms": round(row.due_at.timestamp() * 1000) if row.done_at is None else None,
        "pushed": row.pushed_at is not None, "mailed": row.mailed_at is not None,
    }  # fmt: skip
