# SPDX-License-Identifier: EUPL-1.2
"""Central alarms: a panel that reports here, not to the unit, may show pictures by its own signed word, or its owner's.

- This server makes no word. It looks whether one could count, writes it in the ledger, waits for the witnesses, and
  hands it to the unit with the proof. The unit judges all of it again (`zegel.unit.central`), and it decides.
- Recalling or closing the alarm takes the word back with it: nothing is handed to the unit any more, and a window that
  it opened ends.
- One word for an alarm, at one unit. The owner's people are told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from zegel.seal.alarm import Alarm as AlarmBody
from zegel.seal.central import MAX_AGE_MS, Allowed, CentralWord, quorum_of, verify_central
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.keyset import Keyset
from zegel.seal.proof import TlogProof
from zegel.server.alarms import due
from zegel.server.alarms.actions.common import changed, locked, require, step
from zegel.server.alarms.due import New
from zegel.server.alarms.errors import CentralRefused
from zegel.server.alarms.models import Alarm, DueKind
from zegel.server.alarms.models import CentralWord as Row
from zegel.server.alarms.rules import State
from zegel.server.gate import Action
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, ActorKind, system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.entry import Fact
from zegel.server.ledger.errors import LedgerError
from zegel.server.ledger.witnesses import configured
from zegel.server.sites import queries as sites
from zegel.server.sites.errors import UnknownUnit
from zegel.server.sites.models import Unit, UnitState

SOURCES = frozenset({"panel", "api"})
"""Who reports to the server itself. What reports to a unit is that unit's to judge."""
TRY_AGAIN = timedelta(seconds=1)


def allow(actor: Actor, alarm_id: UUID, unit_id: UUID, envelope: bytes) -> Alarm:
    """An owner's word for an alarm of his panel. The same again is harmless. Raises Denied, UnknownAlarm,
    NotAllowedNow, CentralRefused."""
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        require(actor, Action.ALLOW_PICTURES, alarm)
        return _take(w, alarm, unit_id, envelope, actor)


def panel_says(owner_id: UUID, site_ids: frozenset[UUID], envelope: bytes) -> Alarm:
    """A panel's own word, as its integration brought it. Raises CentralRefused, UnknownAlarm, NotAllowedNow."""
    try:
        word = CentralWord.decode(Envelope.decode(envelope).body)
    except SealError as error:
        raise CentralRefused(error.code) from None
    with work.transaction(system(owner_id)) as w:
        alarm = locked(ids.from_wire(word.alarm))
        if alarm.owner_id != owner_id or alarm.site_id not in site_ids or alarm.state == State.CLOSED:
            raise CentralRefused("not_allowed")
        return _take(w, alarm, ids.from_wire(word.unit), envelope, None)


def _take(w: work.Work, alarm: Alarm, unit_id: UUID, envelope: bytes, owner: Actor | None) -> Alarm:
    """`owner`: who signed it, None for a panel."""
    unit = _unit(alarm, unit_id)
    allowed = _verified(unit, alarm, envelope)
    if allowed.owner is (owner is None):
        raise CentralRefused("unknown_signer")
    known = Row.objects.filter(alarm=alarm).first()
    if known is not None:
        if bytes(known.hash) != allowed.hash:
            raise CentralRefused("replayed")
        return alarm
    person = owner.id if owner is not None and owner.kind is ActorKind.PERSON else None
    Row.objects.create(
        owner_id=alarm.owner_id, provider_id=alarm.provider_id, alarm=alarm, unit_id=unit.id, envelope=envelope,
        hash=allowed.hash, person_id=person, said_ms=allowed.word.said_ms, made_at=clock.now(),
    )  # fmt: skip
    facts: dict[str, Fact] = {
        "alarm": alarm.id, "unit": unit.id, "panel": ids.from_wire(allowed.word.panel), "word": allowed.hash,
        "by": "owner" if allowed.owner else "panel",
    }  # fmt: skip
    w.record(Entry(Kind.CENTRAL_ALARM, alarm.owner_id, facts, alarm.id))
    w.publish("alarm.central", owner_id=alarm.owner_id, alarm_id=alarm.id, unit_id=unit.id)
    due.put(New(DueKind.CENTRAL, alarm.id, alarm.owner_id, clock.now() + TRY_AGAIN))
    step(alarm, "pictures_allowed", owner, outcome="owner" if allowed.owner else "panel")
    return changed(w, alarm)


def _unit(alarm: Alarm, unit_id: UUID) -> Unit:
    """A paired unit at the alarm's own site, for an alarm that has shown nothing yet."""
    try:
        unit = sites.get_unit(unit_id)
    except UnknownUnit:
        raise CentralRefused("not_yours") from None
    if unit.site_id != alarm.site_id or unit.owner_id != alarm.owner_id or unit.state != UnitState.PAIRED:
        raise CentralRefused("not_yours")
    if alarm.source not in SOURCES or alarm.hash is not None:
        raise CentralRefused("not_allowed")
    return unit


def _verified(unit: Unit, alarm: Alarm, envelope: bytes) -> Allowed:
    keyset, policy = sites.newest_keyset(unit), sites.newest_policy(unit)
    if keyset is None or policy is None or policy.central is None:
        raise CentralRefused("off")
    if not can_be_witnessed(keyset):
        raise CentralRefused("no_witness")
    try:
        allowed = verify_central(envelope, keyset, policy, now_ms=clock.now_ms())
    except SealError as error:
        raise CentralRefused(error.code) from None
    word = allowed.word
    panel = alarm.panel_id or alarm.site_id
    if (alarm.panel_id is not None or allowed.owner) and panel is not None and word.panel != panel.bytes:
        raise CentralRefused("not_yours")
    if word.alarm != alarm.id.bytes or word.class_name != alarm.signal_class:
        raise CentralRefused("not_yours")
    if not set(word.cameras) <= {camera.bytes for camera in sites.cameras_of_unit(unit.id)}:
        raise CentralRefused("not_yours")
    return allowed


def can_be_witnessed(keyset: Keyset) -> bool:
    """Whether enough of the witnesses that the keyset names are asked by this installation."""
    named = {witness.key.public_key for witness in keyset.witnesses}
    asked = {witness.key.public_key for witness in configured()}
    return bool(named) and len(named & asked) >= quorum_of([witness.key for witness in keyset.witnesses])


# --- handing it to the unit ---


@dataclass(frozen=True)
class Ready:
    """What the unit gets."""

    alarm: bytes
    panel: bytes
    envelope: bytes
    receipt: str


def witnessed(w: work.Work, alarm_id: UUID) -> None:
    """Due each second after a word came: once enough witnesses saw it, the unit is told. Given up when it is old."""
    row = Row.objects.select_for_update().filter(alarm_id=alarm_id, ready_at=None).first()
    if row is None or clock.now_ms() - row.said_ms > MAX_AGE_MS:
        return
    if not _receipt(row):
        due.put(New(DueKind.CENTRAL, alarm_id, row.owner_id, clock.now() + TRY_AGAIN))
        return
    row.ready_at = clock.now()
    row.save(update_fields=["ready_at"])
    w.publish("unit.central", owner_id=row.owner_id, unit_id=row.unit_id)


def ready(unit_id: UUID) -> Iterator[Ready]:
    """For a unit that is here now: words that are still fresh, of alarms that nobody recalled or closed."""
    since = clock.now() - timedelta(milliseconds=MAX_AGE_MS)
    rows = Row.objects.filter(unit_id=unit_id, made_at__gte=since, ready_at__isnull=False, alarm__hash=None)
    for row in rows.exclude(alarm__state=State.CLOSED.value).order_by("made_at"):
        text = _receipt(row)
        if text:
            word = CentralWord.decode(Envelope.decode(bytes(row.envelope)).body)
            yield Ready(word.alarm, word.panel, bytes(row.envelope), text)


def _receipt(row: Row) -> str:
    """The entry's receipt, once more than half of the keyset's witnesses cosigned a tree with it; "" before."""
    keyset = sites.newest_keyset(sites.get_unit(row.unit_id))
    since_ms = round(row.made_at.timestamp() * 1000) - 60_000
    logged = ledger.entries([Kind.CENTRAL_ALARM], row.owner_id, since_ms=since_ms, about=row.alarm_id)
    if keyset is None or not logged:
        return ""
    try:
        text = ledger.receipt(logged[0].index)
    except LedgerError:
        return ""
    keys = [witness.key for witness in keyset.witnesses]
    note = TlogProof.parse(text).checkpoint
    seen = {key.public_key for key in keys if note.of(key)}
    return text if keys and len(seen) >= quorum_of(keys) else ""


# --- what the unit made of it ---


@dataclass(frozen=True)
class Shown:
    """The unit's own signed alarm, under the id of the panel's alarm that it shows."""

    unit: Unit
    body: AlarmBody
    envelope: bytes
    alarm: Alarm


Opener = Callable[[Actor, Unit, AlarmBody, Alarm, Sequence[bytes]], bool]


def shown(actor: Actor, w: work.Work, said: Shown, open_window: Opener) -> UUID:
    """The panel's alarm becomes one with pictures. One that was recalled or closed meanwhile keeps the unit's word and
    gets no window; so does one for which no word of this unit is known here."""
    alarm, body = said.alarm, said.body
    row = Row.objects.filter(alarm=alarm, unit_id=said.unit.id).first()
    alarm.unit_id, alarm.number, alarm.hash, alarm.previous = said.unit.id, body.number, body.hash, body.previous
    alarm.envelope, alarm.policy_hash, alarm.images = said.envelope, body.policy_hash, body.images
    alarm.camera_id = None if body.camera is None else ids.from_wire(body.camera)
    alarm.save(update_fields=[
        "unit_id", "number", "hash", "previous", "envelope", "policy_hash", "images", "camera_id",
    ])  # fmt: skip
    facts: dict[str, Fact] = {
        "alarm": alarm.id, "unit": said.unit.id, "camera": alarm.camera_id, "class": alarm.alarm_class,
        "cause": str(body.cause), "number": body.number, "hash": body.hash, "images": body.images[:40],
    }  # fmt: skip
    w.record(Entry(Kind.ALARM, alarm.owner_id, facts, alarm.camera_id or alarm.id))
    if row is not None and alarm.state != State.CLOSED:
        word = CentralWord.decode(Envelope.decode(bytes(row.envelope)).body)
        open_window(actor, said.unit, body, alarm, word.cameras)
    step(alarm, "pictures_shown", None)
    changed(w, alarm)
    return alarm.id
