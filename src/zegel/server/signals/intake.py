# SPDX-License-Identifier: EUPL-1.2
"""The durable path: what comes in is stored before anybody is told that it came.

`accept` takes one thing that was said (mail, MQTT, webhook, a unit). When it returns, it is committed; what can't be
understood is committed too, as class unknown, and becomes an alarm for a person. The receivers of panels' own protocols
write the same rows in batches (`receivers/writer.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from zegel.protocols.events import UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.protocols.raised import UNREADABLE_RAISED_NAME
from zegel.server.kernel import clock, ids, locks, tenancy
from zegel.server.signals import rules
from zegel.server.signals.models import LONGEST_TEXT, Path, Signal, Source

CHANNEL = "zegel_signals"
LARGEST_RAW = 64 * 1024  # a picture is not part of a signal


@dataclass(frozen=True)
class NewSignal:
    """One thing that was said. `raw`: as it came, without pictures (cut at 64 KiB, said so in `fault`). `dedupe`: what
    the same thing sent again has in common (an idempotency key, a review's id); empty: nothing is ever the same.
    `again_ms`: for how long. `provider_id`: None is the owner himself (what belongs to an alarm centre). Words in
    `fault` say what was wrong with it."""

    source: Source
    transport: str
    owner_id: UUID
    provider_id: UUID | None
    event: Event
    raw: bytes = b""
    site_id: UUID | None = None
    panel_id: UUID | None = None
    line_id: UUID | None = None
    peer: str = ""
    account: str = ""
    seq: str = ""
    receiver_no: str = ""
    line_no: str = ""
    fault: str = ""
    dedupe: tuple[str | bytes, ...] = ()
    again_ms: int = rules.AGAIN_MS
    received_ms: int | None = None


@dataclass(frozen=True)
class Accepted:
    """`signal_id`: of the row that holds it; the earlier one's when it was a repetition."""

    signal_id: UUID
    duplicate: bool


def unreadable(protocol: str, code: str = "unreadable", name: str = UNREADABLE_RAISED_NAME) -> Event:
    """What stands for something that nobody could read: a person looks at it."""
    return Event(protocol, code, None, Phase.UNKNOWN, SignalClass.UNKNOWN, UNKNOWN_PRIORITY, name, known=False)


def accept(new: NewSignal) -> Accepted:
    """Stores it as its owner's, durably, and wakes whoever makes alarms of signals. Safe to call again with the same
    `dedupe`. Call it outside a transaction, or what it returns is only true once that commits."""
    key = rules.dedupe_key(str(new.owner_id), new.source, *new.dedupe) if new.dedupe else None
    now_ms = new.received_ms if new.received_ms is not None else clock.now_ms()
    with tenancy.acting_as(new.owner_id):
        earlier = None if key is None else _counted(key, now_ms, new.again_ms)
        signal = earlier or Signal.objects.create(**_fields(new, key, now_ms))
        if new.panel_id is not None:
            Path.objects.filter(panel_id=new.panel_id, kind=new.transport).update(last_at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return Accepted(signal.signal_id, earlier is not None)


def _counted(key: bytes, now_ms: int, again_ms: int) -> Signal | None:
    """The earlier one, with one more time; nobody else adds one of this key meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.number_of(f"signal/{key.hex()}")])
    same = Signal.objects.filter(dedupe_key=key, received_ms__gt=now_ms - again_ms).order_by("-received_ms")
    earlier = same.select_for_update().first()
    if earlier is not None:
        earlier.times, earlier.last_ms = earlier.times + 1, now_ms
        earlier.save(update_fields=["times", "last_ms"])
    return earlier


def _fields(new: NewSignal, key: bytes | None, now_ms: int) -> dict[str, object]:
    event = new.event
    fault = "too_long" if len(new.raw) > LARGEST_RAW and not new.fault else new.fault
    return {
        "signal_id": ids.new(), "owner_id": new.owner_id, "provider_id": new.provider_id or new.owner_id,
        "panel_id": new.panel_id, "site_id": new.site_id, "line_id": new.line_id, "source": Source(new.source).value,
        "transport": new.transport[:10], "peer": new.peer[:64], "raw": rules.without_key(new.raw[:LARGEST_RAW]),
        "account": new.account[:16], "seq": new.seq[:8], "receiver_no": new.receiver_no[:8],
        "line_no": new.line_no[:8], "protocol": event.protocol[:8], "code": event.code[:32],
        "qualifier": (event.qualifier or "")[:4], "phase": str(event.phase), "signal_class": str(event.signal_class),
        "priority": event.priority, "name": event.name[:120], "zone": (event.zone or "")[:32],
        "area": (event.area or "")[:32], "user": (event.user or "")[:32], "text": event.text[:LONGEST_TEXT],
        "occurred_ms": event.occurred_ms, "known": event.known, "duress": event.duress,
        "extra": [list(pair) for pair in event.extra], "fault": fault[:120], "dedupe_key": key,
        "received_ms": now_ms, "last_ms": now_ms,
    }  # fmt: skip
