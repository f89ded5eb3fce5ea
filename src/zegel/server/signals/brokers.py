# SPDX-License-Identifier: EUPL-1.2
"""MQTT brokers to which a site's Frigate reports: which there are, and what their messages become.

This server connects to an address that a customer's technician wrote down, so that address is not believed: it must be
a public one with TLS, or one that the installation's administrator allowed (`ZEGEL_BROKERS`, names with commas). It is
looked up and judged again at each connection, and the judged address is the one that is used.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from zegel.protocols import frigate
from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server import gate
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.signals import intake, keys
from zegel.server.signals.errors import BadBroker, UnknownBroker
from zegel.server.signals.models import Broker, PanelState, Source
from zegel.server.sites import queries as sites

REVIEW_KNOWN_MS = 24 * 3600 * 1000
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,60}(?:/[A-Za-z0-9_-]{1,60}){0,3}")


@dataclass(frozen=True)
class NewBroker:
    """What an installer tells of one. `password` is never told back."""

    site_id: UUID
    name: str
    host: str
    port: int = 8883
    tls: bool = True
    username: str = ""
    password: str = ""
    prefix: str = "frigate"

    def __repr__(self) -> str:
        return f"NewBroker({self.name!r}, {self.host}:{self.port})"


@dataclass(frozen=True)
class Line:
    """How to connect, and for whom. Its password shows in no repr."""

    broker_id: UUID
    owner_id: UUID
    provider_id: UUID
    site_id: UUID
    host: str
    port: int
    tls: bool
    username: str
    password: str | None
    prefix: str

    def __repr__(self) -> str:
        return f"Line({self.broker_id})"


def add(actor: Actor, new: NewBroker) -> Broker:
    """Raises Denied, UnknownSite, BadBroker."""
    with work.transaction(actor) as w:
        site, broker_id = sites.get_site(new.site_id), ids.new()
        gate.require(actor, Action.ADD, Resource(ResourceKind.BROKER, broker_id, site.owner_id, {"site": site.id}))
        _check(new)
        row = Broker.objects.create(
            id=broker_id, owner_id=site.owner_id, provider_id=site.provider_id, site_id=site.id,
            name=new.name.strip()[:200], host=new.host.lower(), port=new.port, tls=new.tls, username=new.username[:100],
            password_wrapped=keys.wrap_word(broker_id, new.password) if new.password else None, prefix=new.prefix,
            added_at=clock.now(),
        )  # fmt: skip
        w.record(Entry(Kind.PANEL, row.owner_id, {"broker": row.id, "site": site.id, "what": "added"}, row.id))
        return row


def _check(new: NewBroker) -> None:
    if not new.name.strip() or not _HOST.fullmatch(new.host) or not 1 <= new.port <= 65535:
        raise BadBroker
    if not _PREFIX.fullmatch(new.prefix) or len(new.password) > 200:
        raise BadBroker
    address_of(new.host, new.port, tls=new.tls)


def allowed_hosts() -> frozenset[str]:
    return frozenset(filter(None, (word.strip().lower() for word in os.environ.get("ZEGEL_BROKERS", "").split(","))))


def address_of(host: str, port: int, *, tls: bool) -> str:
    """The address to connect to. Raises BadBroker for one that this server must not reach for a customer."""
    trusted = host.lower() in allowed_hosts()
    if not tls and not trusted:
        raise BadBroker
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise BadBroker from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if trusted or ipaddress.ip_address(address.split("%")[0]).is_global:
            return address
    raise BadBroker


def retire(actor: Actor, broker_id: UUID) -> None:
    """This server leaves it. Raises Denied, UnknownBroker."""
    with work.transaction(actor) as w:
        row = Broker.objects.select_for_update().filter(id=broker_id).first()
        if row is None:
            raise UnknownBroker
        gate.require(actor, Action.RETIRE, resource_of(row))
        row.state = PanelState.RETIRED.value
        row.save(update_fields=["state"])
        w.record(Entry(Kind.PANEL, row.owner_id, {"broker": row.id, "site": row.site_id, "what": "retired"}, row.id))


def all_of(actor: Actor, site_id: UUID | None = None) -> Sequence[Broker]:
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Broker.objects.all() if site_id is None else Broker.objects.filter(site_id=site_id)
        return list(found.order_by("state", "name")[:1000])


def resource_of(row: Broker) -> Resource:
    return Resource(ResourceKind.BROKER, row.id, row.owner_id, {"site": row.site_id})


# --- for the process that connects ---


def lines() -> list[Line]:
    """Every broker in use, of every owner."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT id, owner FROM signals_brokers()")
        known = cursor.fetchall()
    return [line for broker_id, owner_id in known if (line := _line(broker_id, owner_id)) is not None]


def _line(broker_id: UUID, owner_id: UUID) -> Line | None:
    with tenancy.acting_as(owner_id):
        row = Broker.objects.filter(id=broker_id).first()
    if row is None:
        return None
    password = keys.unwrap_word(row.id, None if row.password_wrapped is None else bytes(row.password_wrapped))
    return Line(
        row.id, row.owner_id, row.provider_id, row.site_id, row.host, row.port, row.tls, row.username, password,
        row.prefix,
    )  # fmt: skip


def take(line: Line, topic: str, payload: bytes) -> intake.Accepted | None:
    """One message; durable when it returns. One alarm for each review, however often it is sent."""
    said = frigate.read(topic, payload, prefix=line.prefix)
    with tenancy.acting_as(line.owner_id):
        Broker.objects.filter(id=line.broker_id).update(last_at=clock.now())
    if said is None:
        return None
    event = said if isinstance(said, Event) else _health(said)
    review = event.told("review")
    return intake.accept(intake.NewSignal(
        source=Source.MQTT, transport="mqtt", owner_id=line.owner_id, provider_id=line.provider_id, event=event,
        raw=payload[:4096], site_id=line.site_id, peer=line.host[:64],
        dedupe=(str(line.broker_id), review) if review else (), again_ms=REVIEW_KNOWN_MS,
    ))  # fmt: skip


def _health(said: frigate.Health) -> Event:
    """Frigate, or one of its cameras, works again or does not."""
    phase, kind = (Phase.RESTORE, SignalClass.RESTORE) if said.ok else (Phase.TROUBLE, SignalClass.TECHNICAL)
    code, name = ("frigate_camera", "Camera of the box") if said.camera else ("frigate", "The box with the cameras")
    return Event("frigate", code, None, phase, kind, 5, name, said.camera, None, None, said.state)


def connected(line: Line) -> None:
    with tenancy.acting_as(line.owner_id):
        Broker.objects.filter(id=line.broker_id).update(connected_at=clock.now(), trouble="")


def lost(line: Line, why: str) -> None:
    """The way is gone: said once, as a technical signal, until it is back."""
    with tenancy.acting_as(line.owner_id):
        new = Broker.objects.filter(id=line.broker_id, trouble="").update(trouble=why[:40])
    if new:
        _tell_way(line, Phase.TROUBLE, SignalClass.TECHNICAL)


def back(line: Line) -> None:
    with tenancy.acting_as(line.owner_id):
        was = Broker.objects.filter(id=line.broker_id).exclude(trouble="").update(trouble="", connected_at=clock.now())
    if was:
        _tell_way(line, Phase.RESTORE, SignalClass.RESTORE)
    else:
        connected(line)


def _tell_way(line: Line, phase: Phase, kind: SignalClass) -> None:
    event = Event("server", "broker", None, phase, kind, 5, "Way to the MQTT broker")
    intake.accept(intake.NewSignal(
        source=Source.SERVER, transport="mqtt", owner_id=line.owner_id, provider_id=line.provider_id, event=event,
        site_id=line.site_id,
    ))  # fmt: skip
