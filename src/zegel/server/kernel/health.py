# SPDX-License-Identifier: EUPL-1.2
"""Is it alive, and is it ready: for load balancers, systemd and people. Says which part is not, nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.db import connection

from zegel.server.kernel import log, storage

# A check returns None when all is well, else a short word for what isn't. It must be quick and change nothing.
Check = Callable[[], str | None]
_checks: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """A room registers what must be well for the installation to be ready."""

    def register(call: Check) -> Check:
        _checks[name] = call
        return call

    return register


def report() -> tuple[bool, dict[str, str]]:
    """Whether everything is well, and a word for each part."""
    words = {name: _word(name, call) for name, call in _checks.items()}
    return all(word == "ok" for word in words.values()), words


def _word(name: str, call: Check) -> str:
    try:
        return call() or "ok"
    except Exception as error:
        log.warning("health.check_failed", check=name, error=type(error).__name__)
        return "fails"


@check("database")
def database_answers() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


@check("storage")
def storage_takes_and_gives() -> str | None:
    key = f"health/{secrets.token_hex(8)}"
    store = storage.store()
    store.put(key, b"ok")
    try:
        return None if store.get(key) == b"ok" else "wrong"
    finally:
        store.delete(key)
