# SPDX-License-Identifier: EUPL-1.2
"""The API object, and who may call it.

Every operation is for the signed-in unless its router says `auth=anybody`. Both check CSRF for what changes something
(the double-submit token in the header X-CSRFToken, and Origin), both count. An operation finds who is acting in
`request.auth`: an Actor, whose membership was looked up for this request.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyCookie

from zegel.server.api import errors, throttle
from zegel.server.api.fields import NoNul
from zegel.server.api.routers import ROUTERS
from zegel.server.kernel.actor import Actor
from zegel.server.people import sessions
from zegel.server.people.models import Person

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignedIn(APIKeyCookie):
    """A session cookie of somebody who acts for a party."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor:
        actor = sessions.actor_from_request(request)
        throttle.signed_in.take(str(actor.id))
        return actor


class Anybody(APIKeyCookie):
    """Nobody in particular: sign-in itself, and who has no party yet. Counted by address."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> str:
        throttle.anybody.take_source(request.META.get("REMOTE_ADDR", ""))
        return "anybody"


class Known(APIKeyCookie):
    """A session cookie of somebody, for whomever he acts: to find out who one is, and to choose a party."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Person:
        person = sessions.signed_in(request.session)
        throttle.signed_in.take(str(person.id))
        return person


signed_in = SignedIn()
known = Known()
anybody = Anybody()


def acting(request: HttpRequest) -> Actor:
    """Who is acting, in an operation for the signed-in."""
    return cast(Actor, request.auth)  # type: ignore[attr-defined]


class SelfDescribed(NinjaAPI):
    """Its description is made once: it costs a second of work, and anybody may ask for it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._made: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        key = repr(sorted(options.items()))
        if key not in self._made:
            self._made[key] = self.describe(**options)
        return self._made[key]

    def describe(self, **options: Any) -> OpenAPISchema:
        return super().get_openapi_schema(**options)


def build() -> NinjaAPI:
    """The API with every room's router."""
    api = SelfDescribed(title="Zegel", version="1", urls_namespace="api", docs_url=None, auth=signed_in, parser=NoNul())
    errors.register(api)
    for prefix, target in ROUTERS:
        module, _, name = target.partition(":")
        api.add_router(prefix, cast(Router, getattr(import_module(module), name)))
    return api
