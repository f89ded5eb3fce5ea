# SPDX-License-Identifier: EUPL-1.2
"""Events travel upward through here: published in the writing transaction, delivered at least once, identifiers only.

Two ways to hear of them:
- `@subscribe("alarm.opened", name="…")`: durable. The worker calls the function once for each event, as the event's
  owner,
  in one transaction with the note that it was delivered; a failure is tried again with back-off, for ever.
- `stream(topics, from_id)`: live, for processes that push to browsers and units. Nothing is lost over a reconnect.

Identifiers come from a sequence, so a transaction may commit a lower one after a higher one. Neither way therefore
remembers "the last id": each keeps a floor below which nothing can appear any more (see `Floor`), and what it has had
above.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.types.json import Jsonb

from zegel.server.kernel import clock, log, tenancy
from zegel.server.kernel.errors import ZegelError

CHANNEL = "zegel_outbox"
KEPT = timedelta(days=7)  # how far back a stream may resume
IDS_PER_NOTICE = 300  # a notice holds at most 8000 bytes
POLL_S = 5.0  # notices are a hint; this is the promise
LONGEST_RETRY_S = 300.0
BATCH = 200
GRACE_S = 5.0
LATE_IDS = 1000
"""An event may be committed after one with a number that much higher."""

Value = UUID | int | str | bool | None | Sequence[UUID | int | str]

_TOPIC = re.compile(r"[a-z][a-z_]{0,28}\.[a-z][a-z_]{0,28}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,30}")
_WORD = re.compile(r"[a-zA-Z0-9_.:-]{1,48}")
_LARGEST_INT = 2**53


class BadEvent(ZegelError):
    """An event that holds more than identifiers and short words, or has an unknown form."""

    code = "bad_event"


@dataclass(frozen=True)
class NewEvent:
    """To be published. `payload` is JSON-ready."""

    topic: str
    owner_id: UUID | None
    payload: dict[str, Any]

    @classmethod
    def of(cls, topic: str, owner_id: UUID | None, ids: Mapping[str, Value]) -> NewEvent:
        """Raises BadEvent for anything that could be personal data: text with spaces, an address, a float, a long
        string."""
        if not _TOPIC.fullmatch(topic):
            raise BadEvent(f"'{topic}' is not a topic.", action="Write noun.verb in lower case.")
        if owner_id is not None and not isinstance(owner_id, UUID):
            raise BadEvent(f"{topic}: the owner is not an identifier.")
        for key in ids:
            if not _KEY.fullmatch(key):
                raise BadEvent(f"{topic}: '{key}' is not a field's name.")
        return cls(topic, owner_id, {key: _plain(topic, key, value) for key, value in ids.items()})


def _plain(topic: str, key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, int) and abs(value) < _LARGEST_INT:
        return value
    if isinstance(value, str) and _WORD.fullmatch(value):
        return value
    if isinstance(value, list | tuple) and len(value) <= 100:
        return [_plain(topic, key, item) for item in value]
    raise BadEvent(
        f"{topic}: '{key}' is neither an identifier, a number nor a short word.",
        action="Publish the identifier and let the subscriber read the row.",
    )


@dataclass(frozen=True)
class Event:
    """As it reaches a subscriber. Identifiers in `payload` are text; `uuid` reads one."""

    id: int
    topic: str
    owner_id: UUID | None
    payload: dict[str, Any]
    at: datetime

    def uuid(self, key: str) -> UUID:
        return UUID(self.payload[key])


def insert(events: Sequence[NewEvent]) -> None:
    """Writes them in the running transaction and gives one notice for all, which PostgreSQL sends at commit."""
    if not events:
        return
    at = clock.now()
    rows: list[tuple[Any, ...]] = [(event.topic, event.owner_id, Jsonb(event.payload), at) for event in events]
    with connection.cursor() as cursor:
        values = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
        cursor.execute(
            f"INSERT INTO kernel_outboxevent (topic, owner_id, payload, at) VALUES {values} RETURNING id",
            [value for row in rows for value in row],
        )
        ids = [str(row[0]) for row in cursor.fetchall()]
        for start in range(0, len(ids), IDS_PER_NOTICE):
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, ",".join(ids[start : start + IDS_PER_NOTICE])])


def newest() -> int:
    """The newest event's number: what comes now has a higher one, but for what was begun just before."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM kernel_outboxevent")
        return int(cursor.fetchone()[0])


def find(topic: str, key: str, value: UUID, since: int) -> dict[str, Any] | None:
    """The payload of the event of `topic` whose `key` is `value`, of those after number `since`; None while there is
    none. For who waits a moment for an answer."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, topic, owner_id, payload, at FROM kernel_outboxevent "
            "WHERE id > %s AND topic = %s AND payload ->> %s = %s ORDER BY id LIMIT 1",
            [since - LATE_IDS, topic, key, str(value)],
        )
        row = cursor.fetchone()
        return None if row is None else event_of(row).payload


# --- the durable way ------------------------------------------------------------------------------------------------

Handler = Callable[[Event], None]


@dataclass(frozen=True)
class Subscriber:
    name: str
    topics: frozenset[str]
    handle: Handler


_subscribers: dict[str, Subscriber] = {}


def subscribe(*topics: str, name: str) -> Callable[[Handler], Handler]:
    """Registers a room's function. `name` is for ever: it is how the outbox knows what this subscriber has had."""
    for topic in topics:
        if not _TOPIC.fullmatch(topic):
            raise BadEvent(f"'{topic}' is not a topic.", action="Write noun.verb in lower case.")

    def register(handle: Handler) -> Handler:
        known = _subscribers.get(name)
        if known is not None and known.handle.__qualname__ != handle.__qualname__:
            raise ValueError(f"two subscribers are called {name!r}")
        _subscribers[name] = Subscriber(name, frozenset(topics), handle)
        return handle

    return register


def subscribers() -> list[Subscriber]:
    return list(_subscribers.values())


# One look for all subscribers: a round of nothing costs two statements, however many rooms listen.
_NEW = """
SELECT e.id, e.topic, e.owner_id, e.payload, e.at, s.name FROM kernel_outboxevent e
JOIN unnest(%s::text[], %s::text[]) AS s (topic, name) ON s.topic = e.topic
WHERE e.id > %s
  AND NOT EXISTS (SELECT 1 FROM kernel_outboxdelivery d WHERE d.event_id = e.id AND d.subscriber = s.name)
ORDER BY e.id LIMIT %s
"""
_FAILED_BEFORE = """
SELECT e.id, e.topic, e.owner_id, e.payload, e.at, d.subscriber FROM kernel_outboxdelivery d
JOIN kernel_outboxevent e ON e.id = d.event_id
WHERE d.subscriber = ANY (%s) AND NOT d.done AND d.next_at <= %s ORDER BY e.id LIMIT %s
"""


class Deliverer:
    """The worker's side of the durable way. `run_once` takes what is due and says how much it delivered."""

    def __init__(self) -> None:
        self._floor = Floor()

    def run_once(self) -> int:
        """One round over all subscribers; never raises for a handler's fault."""
        with tenancy.acting_as(None), connection.cursor() as cursor:
            cursor.execute(SNAPSHOT)
            snapshot = cursor.fetchone()
            new = _due(cursor, _NEW, [*_who_hears_what(), self._floor.value, BATCH])
            again = _due(cursor, _FAILED_BEFORE, [list(_subscribers), clock.now(), BATCH])
        delivered = sum(self._deliver(subscriber, event) for subscriber, event in [*new, *again])
        if len(new) < BATCH:
            self._floor.observe(*snapshot)
        return delivered

    def _deliver(self, subscriber: Subscriber, event: Event) -> bool:
        try:
            with tenancy.acting_as(event.owner_id):
                if not _claim(subscriber.name, event.id):
                    return False
                subscriber.handle(event)
            return True
        except Exception as error:
            _note_failure(subscriber.name, event.id)
            log.error(
                "outbox.delivery_failed",
                subscriber=subscriber.name,
                event_id=event.id,
                topic=event.topic,
                error=type(error).__name__,
                where=log.place_of(error),
            )
            return False


def _who_hears_what() -> tuple[list[str], list[str]]:
    """Every pair of topic and subscriber, as two columns."""
    pairs = [(topic, one.name) for one in subscribers() for topic in sorted(one.topics)]
    return [topic for topic, _ in pairs], [name for _, name in pairs]


def _due(cursor: Any, statement: str, values: list[Any]) -> list[tuple[Subscriber, Event]]:
    cursor.execute(statement, values)
    return [(_subscribers[name], event_of(tuple(event))) for *event, name in cursor.fetchall()]


def _claim(subscriber: str, event_id: int) -> bool:
    """Ours to deliver? A second worker waits here for the first one's commit, and then knows it isn't its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_outboxdelivery (event_id, subscriber, done, attempts, next_at) "
            "VALUES (%s, %s, true, 1, %s) ON CONFLICT (event_id, subscriber) DO UPDATE SET done = true, "
            "attempts = kernel_outboxdelivery.attempts + 1 WHERE NOT kernel_outboxdelivery.done",
            [event_id, subscriber, clock.now()],
        )
        return bool(cursor.rowcount == 1)


def _note_failure(subscriber: str, event_id: int) -> None:
    now = clock.now()
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_outboxdelivery (event_id, subscriber, done, attempts, next_at) "
            "VALUES (%s, %s, false, 1, %s) "
            "ON CONFLICT (event_id, subscriber) DO UPDATE SET attempts = kernel_outboxdelivery.attempts + 1, "
            "next_at = %s + make_interval(secs => least(%s, power(2, least(kernel_outboxdelivery.attempts, 20)))) "
            "WHERE NOT kernel_outboxdelivery.done",
            [event_id, subscriber, now + timedelta(seconds=1), now, LONGEST_RETRY_S],
        )


def stuck(attempts: int = 10) -> list[tuple[int, str, int]]:
    """(event, subscriber, attempts) of deliveries that failed `attempts` times or more and are still tried."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_id, subscriber, attempts FROM kernel_outboxdelivery WHERE NOT done AND attempts >= %s "
            "ORDER BY event_id LIMIT 1000",
            [attempts],
        )
        return [(event, name, failed) for event, name, failed in cursor.fetchall()]


_FORGET = """
WITH gone AS (
  DELETE FROM kernel_outboxevent e WHERE topic = %s AND at < %s AND %s = (
    SELECT count(*) FROM kernel_outboxdelivery d WHERE d.event_id = e.id AND d.done AND d.subscriber = ANY (%s))
  RETURNING id),
also AS (DELETE FROM kernel_outboxdelivery d USING gone WHERE d.event_id = gone.id)
SELECT count(*) FROM gone
"""


def forget_old() -> int:
    """Drops events that every subscriber has had and no stream may resume from any more."""
    names = {topic: [s.name for s in subscribers() if topic in s.topics] for s in subscribers() for topic in s.topics}
    dropped = 0
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT topic FROM kernel_outboxevent WHERE at < %s", [clock.now() - KEPT])
        for (topic,) in cursor.fetchall():
            wanted = names.get(topic, [])
            cursor.execute(
                _FORGET,
                [topic, clock.now() - KEPT, len(wanted), wanted],
            )
            dropped += cursor.fetchone()[0]
    return dropped


# --- the live way ---------------------------------------------------------------------------------------------------

SNAPSHOT = """
SELECT (SELECT coalesce(max(id), 0) FROM kernel_outboxevent), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""


class Floor:
    """The id below which no event can appear any more.

    Every transaction that had taken an id up to `max id` when we looked is over once the oldest running transaction is
    younger than all that ran then. A few seconds of grace cover the instant between taking an id and getting a number.
    The snapshot is taken *before* the events are read, and given to `observe` after: what was over then was read.
    """

    def __init__(self, value: int = 0) -> None:
        self.value = value
        self._candidate: tuple[int, int, float] | None = None

    def observe(self, highest_id: int, oldest_running: int, next_transaction: int) -> bool:
        """Takes a SNAPSHOT; True when the floor rose."""
        rose = False
        if self._candidate is not None:
            candidate, horizon, since = self._candidate
            if oldest_running < horizon or clock.monotonic() - since < GRACE_S:
                return False
            rose, self.value = candidate > self.value, max(self.value, candidate)
        self._candidate = (highest_id, next_transaction, clock.monotonic())
        return rose


async def stream(topics: Collection[str], from_id: int | None = None) -> AsyncIterator[Event]:
    """Every event of `topics` committed from now on, or after `from_id`, once each, whatever happens to the database
    between.

    Open one per process and hand events on from there: each holds a connection of its own. Ends only when closed.
    """
    wanted = frozenset(topics)
    had: set[int] = set()
    floor: Floor | None = None
    pause = 0.1
    while True:
        try:
            async with await _listen() as listening:
                if floor is None:
                    floor = await _first_floor(listening, from_id, had)
                pause = 0.1
                async for batch in _batches(listening, wanted, floor, had):
                    for event in batch:
                        yield event
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            log.warning("outbox.stream_reconnects", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


async def _listen() -> psycopg.AsyncConnection[Any]:
    listening = await psycopg.AsyncConnection.connect(settings.APP_DATABASE_URL, autocommit=True, connect_timeout=5)
    await listening.execute(f"LISTEN {CHANNEL}")
    return listening


_HAD = """
SELECT id FROM kernel_outboxevent WHERE id > %(low)s - 1000 AND (
  %(from)s::bigint IS NULL OR id = %(from)s
  OR (id < %(from)s
      AND at < (SELECT max(at) FROM kernel_outboxevent WHERE id <= %(from)s) - make_interval(secs => %(grace)s)))
"""


async def _first_floor(listening: psycopg.AsyncConnection[Any], from_id: int | None, had: set[int]) -> Floor:
    """New listeners have had everything; one that resumes has had what came before its id, except what may have been
    committed late: those come (perhaps again), because nothing may be missed."""
    cursor = await listening.execute(
        _HAD,
        {"from": from_id, "grace": GRACE_S, "low": from_id if from_id is not None else await _highest(listening)},
    )
    ids = [row[0] for row in await cursor.fetchall()]
    had.update(ids)
    start = from_id if from_id is not None else max(ids, default=0)
    return Floor(max(start - 1000, 0))


async def _highest(listening: psycopg.AsyncConnection[Any]) -> int:
    row = await (await listening.execute("SELECT coalesce(max(id), 0) FROM kernel_outboxevent")).fetchone()
    return int(row[0]) if row else 0


async def _batches(
    listening: psycopg.AsyncConnection[Any], wanted: frozenset[str], floor: Floor, had: set[int]
) -> AsyncIterator[list[Event]]:
    while True:
        snapshot = await (await listening.execute(SNAPSHOT)).fetchone()
        yield await _read_new(listening, wanted, floor, had)
        if snapshot is not None and floor.observe(*snapshot):
            had.difference_update([known for known in had if known <= floor.value])
        async for _ in listening.notifies(timeout=POLL_S, stop_after=1):
            pass


async def _read_new(
    listening: psycopg.AsyncConnection[Any], wanted: frozenset[str], floor: Floor, had: set[int]
) -> list[Event]:
    cursor = await listening.execute(
        "SELECT id, topic, owner_id, payload, at FROM kernel_outboxevent "
        "WHERE id > %s AND NOT id = ANY (%s) ORDER BY id",
        [floor.value, list(had)],
    )
    rows = await cursor.fetchall()
    had.update(row[0] for row in rows)
    return [event for event in map(event_of, rows) if event.topic in wanted]


def event_of(row: Iterable[Any]) -> Event:
    """From (id, topic, owner_id, payload, at) as the table has them."""
    identifier, topic, owner_id, payload, at = row
    if isinstance(payload, str):  # Django's own connections hand JSON over as text
        payload = json.loads(payload)
    return Event(identifier, topic, owner_id, payload, at)
