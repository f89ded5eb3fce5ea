# SPDX-License-Identifier: EUPL-1.2
"""Facts that rules require. Rooms register how to find one out; callers never pass a fact, so none can be claimed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from zegel.server.gate.vocabulary import Resource

if TYPE_CHECKING:
    from zegel.server.kernel.actor import Actor

    Provider = Callable[[Actor, Resource], bool]

log = logging.getLogger("zegel.gate")

_providers: dict[str, Provider] = {}


def fact(name: str) -> Callable[[Provider], Provider]:
    """Registers a provider: `@fact("window_open") def window_open(actor, resource) -> bool`.

    A second provider of the same name raises ValueError: two truths about one fact are none.
    """

    def register(provider: Provider) -> Provider:
        known = _providers.get(name)
        if known is not None and (known.__module__, known.__qualname__) != (provider.__module__, provider.__qualname__):
            raise ValueError(f"the fact {name!r} has a provider already: {known.__module__}.{known.__qualname__}")
        _providers[name] = provider
        return provider

    return register


def known() -> frozenset[str]:
    """The names that rules may require."""
    return frozenset(_providers)


def holds(name: str, actor: Actor, resource: Resource) -> bool:
    """Whether the fact holds now. A provider that fails has found nothing out: False, and the failure is logged."""
    provider = _providers.get(name)
    if provider is None:
        return False
    try:
        return provider(actor, resource) is True
    except Exception as problem:
        log.error("gate.fact_failed", extra={"fact": name, "error": type(problem).__name__})
        return False
