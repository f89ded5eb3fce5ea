# SPDX-License-Identifier: EUPL-1.2
"""Alarms that changed, as the rows of the queue, made once for all consoles of a party.

A centre's fifty operators look at the same queue. What happened to an alarm is an identifier on the outbox; the row is
read once for the centre, encoded once, and the same bytes go to every console. While one batch is read the next one
gathers: under a storm batches grow, nothing is asked twice, and no fixed delay is added when it is quiet.

The number that a browser resumes from (the stream's `id:`) is only told when nothing before it is still being read:
what was told by then was told whole.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from zegel.server.alarms import shapes
from zegel.server.kernel import log, outbox, services

TOPICS = frozenset({
    "alarm.opened", "alarm.changed", "alarm.recalled", "alarm.reopened", "alarm.escalated", "alarm.due",
    "window.opened", "window.ended", "window.reopened", "reopening.ended", "technical.raised",
})  # fmt: skip
# What a row tells whole. The other topics above concern a row and are news by themselves too: they go out as they are.
FOLDED = frozenset(topic for topic in TOPICS if topic.startswith("alarm.") or topic == "technical.raised")
BATCH = 200
PAUSE_AFTER_FAULT_S = 0.5


@dataclass(frozen=True)
class Told:
    """One message, ready to be written. `upto`: everything up to this event's number has been told with it."""

    text: bytes
    upto: int | None = None


def message(topic: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """As the HTML standard has it (9.2.5); without a number the browser keeps the one it had."""
    body = json.dumps(data, separators=(",", ":"))
    return (f"event: {topic}\n" + ("" if number is None else f"id: {number}\n") + f"data: {body}\n\n").encode()


def read(party_id: UUID, alarm_ids: Collection[UUID]) -> dict[str, Any]:
    """The rows of these alarms as the party sees them; `gone`: what it sees no more, or as a part of another."""
    found = shapes.rows(party_id, alarm_ids)
    there = {row["id"] for row in found}
    return {"rows": found, "gone": sorted(str(one) for one in alarm_ids if str(one) not in there)}


def alarm_of(event: outbox.Event) -> UUID | None:
    """The alarm that an event is about."""
    text = event.payload.get("alarm_id")
    return UUID(text) if isinstance(text, str) else None


@dataclass(eq=False)
class Desk:
    """The consoles of one party. Used on the event loop only."""

    party_id: UUID
    heard: Callable[[outbox.Event], bool]
    """Whether the party may know of that owner's events; reads the database."""
    consoles: set[Callable[[Told], None]] = field(default_factory=set)
    _coming: asyncio.Queue[outbox.Event] = field(default_factory=asyncio.Queue)
    _work: asyncio.Task[None] | None = None

    def add(self, console: Callable[[Told], None]) -> None:
        self.consoles.add(console)
        if self._work is None:
            self._work = asyncio.ensure_future(self._run())

    def remove(self, console: Callable[[Told], None]) -> bool:
        """True when it was the last one."""
        self.consoles.discard(console)
        if not self.consoles and self._work is not None:
            self._work.cancel()
            self._work = None
        return not self.consoles

    def hear(self, event: outbox.Event) -> None:
        self._coming.put_nowait(event)

    async def _run(self) -> None:
        while True:
            events = [await self._coming.get()]
            while not self._coming.empty() and len(events) < BATCH:
                events.append(self._coming.get_nowait())
            while not await self._tell(events):
                await asyncio.sleep(PAUSE_AFTER_FAULT_S)

    async def _tell(self, events: list[outbox.Event]) -> bool:
        """False when the database did not answer: then the same again, for nothing may be missed. What fails otherwise
        would fail for ever: the consoles are told to ask for the list, and go on behind it."""
        try:
            told = await services.in_urgent_thread(self.made, events)
        except (OperationalError, InterfaceError) as error:
            log.error("events.rows_wait", error=type(error).__name__, where=log.place_of(error))
            return False
        except Exception as error:
            log.error("events.rows_failed", error=type(error).__name__, where=log.place_of(error))
            upto = max(event.id for event in events)
            told = [Told(message("reload", {}, upto), upto)]
        for one in told:
            for console in list(self.consoles):
                console(one)
        return True

    def made(self, events: list[outbox.Event]) -> list[Told]:
        """In a thread: what these events come to, the rows last, the number with the last message."""
        concern = [event for event in events if self.heard(event)]
        if not concern:
            return []
        said = [
            message(event.topic, {**event.payload, "at_ms": round(event.at.timestamp() * 1000)})
            for event in concern
            if event.topic not in FOLDED
        ]
        changed = {one: None for event in concern if event.topic in TOPICS and (one := alarm_of(event)) is not None}
        if changed:
            said.append(message("alarms", read(self.party_id, list(changed))))
        if not said:  # a technical report that is in no alarm says nothing to a console
            return []
        upto = max(event.id for event in events)
        number = f"id: {upto}\n".encode()
        return [Told(text) for text in said[:-1]] + [Told(number + said[-1], upto)]
