# SPDX-License-Identifier: EUPL-1.2
"""How a probe is written.

    @probe("C6", every=Every.HOUR)
    def cameras_have_a_purpose(look: Look) -> Result:
        …
        return judged(tried, fell)

It runs as the provider, in a transaction that is rolled back, and with a time limit: it may try what it likes and
leaves nothing behind. `look.attempt` asks the gate as anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from zegel.declare import profiles
from zegel.server import gate
from zegel.server.gate import Action, Resource
from zegel.server.gate.vocabulary import Decision
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.promises.rules import Every, Result
from zegel.server.sites.models import Camera, Site, Unit, UnitState

LOOKED_DAYS = 30
MOST_TRIED = 200


class OutOfTime(Exception):
    """A probe took longer than it may."""


@dataclass
class Look:
    """What a probe is given: whose promises, since when, and until when it may try."""

    provider_id: UUID
    customers: frozenset[UUID]
    now: datetime
    until_s: float = field(default_factory=lambda: clock.monotonic() + 60)

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=LOOKED_DAYS)

    def on_time(self) -> None:
        """Call in long loops. Raises OutOfTime."""
        if clock.monotonic() > self.until_s:
            raise OutOfTime

    def some(self, things: Iterable[UUID]) -> list[UUID]:
        """At most MOST_TRIED of them."""
        return sorted(things)[:MOST_TRIED]

    def sites(self) -> list[Site]:
        return list(Site.objects.filter(owner_id__in=self.customers).order_by("id"))

    def units(self) -> list[Unit]:
        """Those that are paired, with their sites."""
        rows = Unit.objects.filter(owner_id__in=self.customers, state=UnitState.PAIRED.value)
        return list(rows.select_related("site").order_by("id"))

    def cameras(self) -> list[Camera]:
        """Of paired units."""
        rows = Camera.objects.filter(owner_id__in=self.customers, unit__state=UnitState.PAIRED.value)
        return list(rows.select_related("unit", "unit__site").order_by("id"))

    def profiles(self) -> set[str]:
        """In use at the customers' sites."""
        return {site.profile if profiles.known(site.profile) else profiles.STRICTEST for site in self.sites()}

    def attempt(
        self, role: str, action: Action, resource: Resource, *, party: UUID | None = None, person: UUID | None = None,
        purpose: str | None = None,
    ) -> Decision:  # fmt: skip
        """The gate's answer to somebody of that role of that party (default: the provider; default person: one that
        nobody knows)."""
        actor = Actor(
            ActorKind.PERSON, person or uuid4(), party or self.provider_id, role=role, purpose=purpose,
            address="127.0.0.1",
        )  # fmt: skip
        return gate.decide(actor, action, resource)


Ask = Callable[[Look], Result]


@dataclass(frozen=True)
class Probe:
    promise: str
    every: Every
    ask: Ask


_probes: dict[str, Probe] = {}


def probe(*promises: str, every: Every = Every.HOUR) -> Callable[[Ask], Ask]:
    """Registers one for each of these promises. Raises ValueError for a promise that has one already."""

    def register(ask: Ask) -> Ask:
        for promise in promises:
            known = _probes.get(promise)
            if known is not None and known.ask.__qualname__ != ask.__qualname__:
                raise ValueError(f"{promise} has a probe already")
            _probes[promise] = Probe(promise, every, ask)
        return ask

    return register


def probe_of(promise: str) -> Probe | None:
    return _probes.get(promise)


def probes() -> dict[str, Probe]:
    return dict(_probes)
