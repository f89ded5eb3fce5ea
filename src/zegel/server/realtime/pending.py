# SPDX-License-Identifier: EUPL-1.2
"""What waits for a unit: signed objects it may not have, windows that ended, proofs it asked for. Synchronous."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from zegel.link.messages import (
    Asked,
    CentralAlarm,
    Control,
    ControlAction,
    Deliver,
    DeliverKind,
    EndWindow,
    FetchLocal,
    FromServer,
    LiveWhy,
    Revoked,
    StartLive,
    StopLive,
    TakePicture,
)
from zegel.seal.command import MAX_AGE_MS
from zegel.server.alarms.actions import central
from zegel.server.footage import live
from zegel.server.footage.models import Release, Window
from zegel.server.footage.steering import LIVES_MS
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.errors import LedgerError
from zegel.server.people import queries as people
from zegel.server.sites import capabilities, queries
from zegel.server.sites.models import ObjectKind, Unit, UnitObject, UnitState

ENDED_WINDOWS_TOLD = timedelta(hours=24)


def mark_of(message: FromServer) -> bytes:
    """Tells two deliveries apart."""
    match message:
        case Deliver():
            said = message.kind.value.encode() + b"\x00" + message.envelope + (message.extra or b"")
        case CentralAlarm():
            said = b"central\x00" + message.word
        case EndWindow():
            said = b"end\x00" + message.alarm_id
        case _:
            said = repr(message).encode()
    return hashlib.sha256(said).digest()


def messages_for(actor: Actor | None, fingerprint: bytes) -> list[FromServer]:
    """Keysets in order, policy, pairing last; then the alarm centre's key, fresh commands, ended windows."""
    if actor is None:
        return list(_for_stranger(fingerprint))
    if actor.id is None or actor.party_id is None:
        return []
    with tenancy.acting_as(actor.party_id):
        unit = queries.get_unit(actor.id)
        if unit.state != UnitState.PAIRED:
            return [Revoked("this unit's key was revoked")]
        return [*_objects(unit), *_arc_key(unit), *_commands(unit), *_central(unit), *_ended_windows(unit)]


def _for_stranger(fingerprint: bytes) -> Iterator[FromServer]:
    """What everybody sent who asked to pair it. The unit pins what was made with its own code's secret."""
    for pairing in queries.asked_pairings(fingerprint):
        yield Deliver(DeliverKind.KEYSET, bytes(pairing.keyset or b""))
        yield Deliver(DeliverKind.POLICY, bytes(pairing.policy or b""))
        yield Deliver(DeliverKind.PAIRING, bytes(pairing.body or b""), bytes(pairing.mac or b""))


def unsent(messages: list[FromServer], sent: set[bytes]) -> list[FromServer]:
    """Those that this link hasn't sent yet, which it now has. A pairing goes with the keyset and policy before it: the
    unit keeps few that it can't judge yet."""
    out: list[FromServer] = []
    for place, message in enumerate(messages):
        mark = mark_of(message)
        if mark in sent:
            continue
        sent.add(mark)
        if isinstance(message, Deliver) and message.kind is DeliverKind.PAIRING:
            out += [before for before in messages[place - 2 : place] if before not in out]
        out.append(message)
    return out


def _objects(unit: Unit) -> Iterator[FromServer]:
    """The keysets after the one that the unit says it has pinned, then the newest policy if that isn't pinned yet."""
    status = queries.newest_status(unit)
    mine = UnitObject.objects.filter(unit=unit, pairing_id=unit.pairing_id)
    keysets = list(mine.filter(kind=ObjectKind.KEYSET).order_by("counter"))
    pinned = next((row.counter for row in keysets if status and bytes(row.hash) == status.keyset_hash), 0)
    for row in keysets:
        if row.counter > pinned:
            yield Deliver(DeliverKind.KEYSET, bytes(row.envelope))
    policy = queries.newest(unit, ObjectKind.POLICY)
    if policy is not None and (status is None or bytes(policy.hash) != status.policy_hash):
        yield Deliver(DeliverKind.POLICY, bytes(policy.envelope))


def _arc_key(unit: Unit) -> Iterator[FromServer]:
    found = people.current_arc_key(unit.owner_id)
    if found is not None:
        yield Deliver(DeliverKind.ARCKEY, found[1])


def _commands(unit: Unit) -> Iterator[FromServer]:
    for row in queries.fresh_commands(unit, clock.now_ms(), MAX_AGE_MS):
        yield Deliver(DeliverKind.COMMAND, bytes(row.envelope))


def _central(unit: Unit) -> Iterator[FromServer]:
    """Words for alarms of panels elsewhere that witnesses have seen. The unit judges them."""
    for word in central.ready(unit.id):
        yield CentralAlarm(word.alarm, word.panel, word.envelope, word.receipt)


def _ended_windows(unit: Unit) -> Iterator[FromServer]:
    since = clock.now() - ENDED_WINDOWS_TOLD
    for window in Window.objects.filter(unit_id=unit.id, ended_at__gte=since).order_by("ended_at"):
        yield EndWindow(window.alarm_id.bytes, window.end_reason)


def order_of(event: outbox.Event) -> Control | None:
    """An order for a camera as the unit gets it; None for one that is too old, or of a place that is gone."""
    said = event.payload
    if event.owner_id is None or clock.now() - event.at > timedelta(milliseconds=LIVES_MS):
        return None
    preset = None
    if said["place"] is not None:
        with tenancy.acting_as(event.owner_id):
            camera = queries.find_camera(event.uuid("camera_id"))
        names = capabilities.presets(camera)
        if said["place"] >= len(names):
            return None
        preset = names[said["place"]]
    order, camera_id = _ids(event, "order_id", "camera_id")
    alarm = None if said["alarm_id"] is None else event.uuid("alarm_id").bytes
    turn = ControlAction(said["turn"])
    return Control(order, alarm, camera_id, turn, said["pan"], said["tilt"], said["zoom"], preset)


def asked_of(event: outbox.Event) -> Asked | None:
    """What a person asks of the unit, as it gets it; None for what is too old."""
    match event.topic:
        case "unit.control":
            return order_of(event)
        case "unit.live":
            return _look_of(event)
        case "unit.picture":
            return None if _older(event, live.LIVES_MS) else TakePicture(*_ids(event, "order_id", "camera_id"))
        case "unit.fetch" if not _older(event, live.LIVES_MS):
            said = event.payload
            return FetchLocal(*_ids(event, "order_id", "camera_id"), said["from_ms"], said["to_ms"])
        case _:
            return None


def _look_of(event: outbox.Event) -> Asked | None:
    said, ids = event.payload, _ids(event, "lease_id", "camera_id")
    why = LiveWhy(said["why"])
    if said["turn"] == "stop":
        return StopLive(*ids, why)
    return None if _older(event, live.LIVES_MS) else StartLive(*ids, why, said["until_ms"])


def looks_for(actor: Actor) -> list[StartLive]:
    """Looks that were running when the link was lost: the unit forgot them with it."""
    if actor.id is None or actor.party_id is None:
        return []
    with tenancy.acting_as(actor.party_id):
        until_ms = clock.now_ms() + live.ASKED_FOR_MS
        return [
            StartLive(lease.id.bytes, lease.camera_id.bytes, LiveWhy.OWNER, until_ms)
            for lease in live.running(actor.id)
        ]


def _older(event: outbox.Event, ms: int) -> bool:
    return event.owner_id is None or clock.now() - event.at > timedelta(milliseconds=ms)


def _ids(event: outbox.Event, *keys: str) -> tuple[bytes, bytes]:
    first, second = (event.uuid(key).bytes for key in keys)
    return first, second


def receipt_of(actor: Actor, release_hash: bytes) -> str:
    """The ledger's receipt of a release, "" while there is none."""
    if actor.party_id is None or actor.id is None:
        return ""
    with tenancy.acting_as(actor.party_id):
        row = Release.objects.filter(hash=release_hash, unit_id=actor.id).first()
        if row is None:
            return ""
        index = row.ledger_index if row.ledger_index is not None else _search(row)
        try:
            return "" if index is None else ledger.receipt(index)
        except LedgerError:
            return ""


def _search(row: Release) -> int | None:
    """The server died between the commit and the note of its index: the log knows."""
    at_ms = round(row.received_at.timestamp() * 1000)
    near = {"since_ms": at_ms - 60_000, "until_ms": at_ms + 60_000}
    for logged in ledger.entries([Kind.RELEASE], row.owner_id, about=row.camera_id, **near):
        if logged.said is not None and logged.said.facts.get("hash") == bytes(row.hash):
            return logged.index
    return None
