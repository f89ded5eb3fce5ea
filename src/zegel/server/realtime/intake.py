# SPDX-License-Identifier: EUPL-1.2
"""What a unit sends, to the room that it is for. Synchronous: the link calls it in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, InterfaceError
from msgspec import structs

from zegel.link.messages import (
    AlarmItem,
    AnyItem,
    Asked,
    CameraFigures,
    Control,
    Controlled,
    EpochItem,
    FactsItem,
    FetchLocal,
    Hello,
    ManifestItem,
    PairedItem,
    ReleaseItem,
    SegmentsItem,
    SignalItem,
    StartLive,
    StatusItem,
    TakePicture,
    TechnicalItem,
    TelemetryItem,
)
from zegel.seal.suite import sign_fingerprint
from zegel.server.alarms import actions as alarms
from zegel.server.footage import actions as footage
from zegel.server.footage import live, steering, taking
from zegel.server.kernel import log, tenancy
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.ids import from_wire
from zegel.server.kernel.storage import Unavailable
from zegel.server.ledger import actions as ledger
from zegel.server.ledger import queries as ledger_queries
from zegel.server.ledger.errors import LedgerUnavailable
from zegel.server.realtime import unit_signals
from zegel.server.sites import queries, telemetry, unit_actions
from zegel.server.sites.errors import ObjectRefused, UnitRevoked
from zegel.server.sites.unit_actions import Stranger, TooManyStrangers


@dataclass(frozen=True)
class Greeting:
    """How the handshake goes on. `actor`: the unit, for its owner; None while nobody owns it."""

    actor: Actor | None
    time: bytes
    checkpoint: str
    revoked: bool = False
    refused: str = ""


def greet(hello: Hello, address: str) -> Greeting:
    """A unit that proved its key. The same key with another identifier or pairing is a stranger: it was wiped."""
    known = queries.known_unit(sign_fingerprint(hello.sign_pk))
    time, checkpoint = ledger.sign_time(hello.nonce[:16]), ledger_queries.latest_checkpoint()
    if known is not None and known.revoked:
        return Greeting(None, time, checkpoint, revoked=True)
    if known is not None and known.unit_id.bytes == hello.unit_id:
        actor = Actor(ActorKind.UNIT, known.unit_id, known.owner_id, role="unit", address=address)
        if _same_pairing(actor, hello):
            unit_actions.greet(actor, hello.software)
            return Greeting(actor, time, checkpoint)
    if hello.pairing_id is None:
        return Greeting(None, time, checkpoint, refused="update this unit: it drew no pairing id")
    try:
        unit_actions.appear(_stranger(hello, hello.pairing_id, address))
    except TooManyStrangers:
        return Greeting(None, time, checkpoint, refused="too many unclaimed units")
    return Greeting(None, time, checkpoint)


def _same_pairing(actor: Actor, hello: Hello) -> bool:
    with tenancy.acting_as(actor.party_id):
        return queries.get_unit(from_wire(hello.unit_id)).pairing_id.bytes == hello.pairing_id


def _stranger(hello: Hello, pairing_id: bytes, address: str) -> Stranger:
    cameras = [(from_wire(camera), name) for camera, name in hello.cameras]
    return Stranger(from_wire(hello.unit_id), hello.sign_pk, from_wire(pairing_id), hello.software, cameras, address)


def still_here(hello: Hello, address: str) -> None:
    """A unit that nobody owns is still on the link: it can be paired for another hour."""
    if hello.pairing_id is None:
        return
    try:
        unit_actions.appear(_stranger(hello, hello.pairing_id, address))
    except TooManyStrangers:
        log.warning("link.too_many_strangers")


def leave(actor: Actor) -> None:
    unit_actions.leave(actor)


def answered(actor: Actor, order: Asked, answer: Controlled) -> None:
    """What became of what a person asked."""
    asked, camera = from_wire(order.id), from_wire(order.camera)
    epoch = None if answer.epoch is None else from_wire(answer.epoch)
    match order:
        case Control():
            alarm = None if order.alarm_id is None else from_wire(order.alarm_id)
            steering.answered(actor, asked, alarm, camera, answer.ok, answer.code)
        case StartLive() if answer.ok and epoch is not None:
            live.began(actor, asked, camera, epoch)
        case StartLive():
            live.ended_by_unit(actor, asked, camera, answer.code)
        case TakePicture():
            taking.picture_answered(actor, asked, camera, answer.ok, answer.code, epoch)
        case FetchLocal():
            taking.fetch_answered(actor, asked, camera, answer.ok, answer.code, answer.count or 0)


@dataclass(frozen=True)
class Answer:
    """`refused`: (code, why), for good. `try_again`: nothing is known to be stored. `actor`: the unit just paired."""

    refused: tuple[str, str] | None = None
    try_again: bool = False
    revoked: bool = False
    actor: Actor | None = None


def take(actor: Actor | None, hello: Hello, item: AnyItem) -> Answer:
    """One item into its room, committed when this returns without a refusal."""
    try:
        if isinstance(item, PairedItem):
            return Answer(actor=unit_actions.confirm_pairing(hello.sign_pk, item.envelope))
        if actor is None:
            return Answer(refused=("not_paired", "nobody has paired this unit yet"))
        _dispatch(actor, item)
        return Answer()
    except UnitRevoked:
        return Answer(revoked=True)
    except ObjectRefused as error:
        return Answer(refused=(error.why, str(error)))
    except (Unavailable, LedgerUnavailable) as error:
        log.error("link.cannot_store", code=error.code)
        return Answer(try_again=True)
    except ZegelError as error:
        return Answer(refused=(error.code, str(error)))
    except IntegrityError:
        return Answer(refused=("conflict", "an identifier in this object belongs to something else"))
    except (DatabaseError, InterfaceError) as error:
        log.error("link.cannot_store", error=type(error).__name__, where=log.place_of(error))
        return Answer(try_again=True)


def _dispatch(actor: Actor, item: AnyItem) -> None:
    match item:
        case SegmentsItem():
            footage.store_segments(actor, item.camera, item.track, item.epoch, item.segments)
        case EpochItem():
            footage.store_epoch(actor, item.envelope)
        case ManifestItem():
            footage.store_manifest(actor, item.envelope)
        case AlarmItem():
            alarms.raise_alarm(actor, item.envelope)
        case ReleaseItem():
            footage.store_release(actor, item.envelope)
        case StatusItem():
            unit_actions.record_status(actor, item.envelope)
        case TechnicalItem():
            camera = None if item.camera is None else from_wire(item.camera)
            unit_actions.record_technical(
                actor, from_wire(item.id), item.kind.value, camera, item.ms, item.code, item.detail
            )
        case SignalItem():
            unit_signals.store(actor, item)
        case FactsItem():
            facts = [(from_wire(told.camera), told.capabilities, told.presets) for told in item.cameras]
            unit_actions.record_facts(actor, facts)
        case TelemetryItem():
            unit = {name: value for name, value in structs.asdict(item.unit).items() if value is not None}
            cameras = {from_wire(one.camera): _figures(one) for one in item.cameras}
            telemetry.record(actor, item.ms, unit, cameras)
        case PairedItem():
            raise ObjectRefused("not_allowed", "the unit is paired already")


def _figures(told: CameraFigures) -> dict[str, int | str]:
    return {name: value for name, value in structs.asdict(told).items() if name != "camera" and value is not None}
