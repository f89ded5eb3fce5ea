# SPDX-License-Identifier: EUPL-1.2
"""The two doors of the server as ASGI applications.

`browsers`: pages and API (Django, synchronous, in threads), event stream, health. `machines`: the unit link and
nothing else, on a listener of its own with TLS: a browser never reaches it, and a unit never reaches a page.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from zegel.server.kernel import clock, health, log, services

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

DJANGO_THREADS = 16
READY_WITHIN_S = 5.0
READY_LASTS_S = 2.0

# path -> (role, module:application); native ASGI beside Django. One that ends in / has everything below it
BROWSER_ROUTES = {
    "/events": ("realtime", "zegel.server.realtime.events:application"),
    "/live/": ("realtime", "zegel.server.realtime.live:application"),
}
MACHINE_ROUTES = {"/unit-link": ("gateway", "zegel.server.realtime.unit_link:application")}


class Router:
    """Exact paths to native applications, the rest to `fallback`; runs the process's services between start and
    stop."""

    def __init__(self, roles: frozenset[str], routes: dict[str, tuple[str, str]], fallback: Application | None) -> None:
        self._roles = roles
        self._routes = {path: _load(target) for path, (role, target) in routes.items() if role in roles}
        self._fallback = fallback
        self._stop = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = scope["path"]
        native = self._routes.get(path) or self._routes.get(path[: path.rfind("/") + 1])
        if native is not None:
            await native(scope, receive, send)
        elif path in {"/healthz", "/readyz"} and scope["type"] == "http":
            await _answer_health(path, send)
        elif scope["type"] == "http" and self._fallback is not None:
            await self._fallback(scope, receive, send)
        else:
            await _refuse(scope, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """ASGI's lifespan: services start before the first request and end after the last one."""
        await receive()
        running = asyncio.ensure_future(services.run_all(self._roles, self._stop))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._stop.set()
        await asyncio.wait({running}, timeout=10)
        await send({"type": "lifespan.shutdown.complete"})


def _load(target: str) -> Application:
    module, _, name = target.partition(":")
    application: Application = getattr(import_module(module), name)
    return application


async def _answer_health(path: str, send: Send) -> None:
    """/healthz: this process answers. /readyz: everything that it needs does."""
    if path == "/healthz":
        await _answer(send, 200, {"alive": True})
        return
    ready, parts = await _readiness.ask()
    await _answer(send, 200 if ready else 503, {"ready": ready, "parts": parts})


class Readiness:
    """What was found at most two seconds ago: whoever asks in between, and however many, costs nothing more."""

    def __init__(self) -> None:
        self._asking: asyncio.Task[tuple[bool, dict[str, str]]] | None = None
        self._until = 0.0

    async def ask(self) -> tuple[bool, dict[str, str]]:
        if self._asking is None or (self._asking.done() and clock.monotonic() >= self._until):
            self._asking = asyncio.ensure_future(self._find())
        return await asyncio.shield(self._asking)

    async def _find(self) -> tuple[bool, dict[str, str]]:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                return await services.in_thread(health.report)
        except TimeoutError:
            return False, {"answer": "too_slow"}
        finally:
            self._until = clock.monotonic() + READY_LASTS_S


_readiness = Readiness()


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    raw = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(raw)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4404})
        return
    await _answer(send, 404, {"error": {"code": "not_found", "message": "There is nothing here."}})


def django() -> Any:
    """Django as WSGI: pages and API."""
    return get_wsgi_application()


def browsers(roles: frozenset[str]) -> Application:
    """For the browsers' listener; needs Django set up."""
    pages: Any = WSGIMiddleware(django(), workers=DJANGO_THREADS) if "web" in roles else None
    log.info("asgi.browsers", roles=",".join(sorted(roles)))
    return Router(roles, BROWSER_ROUTES, pages)


def machines() -> Application:
    """For the units' listener."""
    return Router(frozenset({"gateway"}), MACHINE_ROUTES, None)
