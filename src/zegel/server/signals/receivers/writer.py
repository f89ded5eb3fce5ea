# SPDX-License-Identifier: EUPL-1.2
"""Stores what the receivers heard: one statement for all that waits, as soon as the one before is committed.

- Nobody is answered before the commit, and whoever can't be stored is not answered at all.
- A batch is as large as what came in while the last one was written: none waits for others to come.
- While the database is away a message waits PATIENCE_S, then its sender is let go: it has another path.
- A row that the database refuses can't hold up the others: they are written one by one, and it goes in as bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from zegel.protocols.events import Event
from zegel.server.kernel import clock, log
from zegel.server.signals import rules
from zegel.server.signals.models import LONGEST_TEXT
from zegel.server.signals.receivers import database

BATCH = 512
MOST_WAITING, FEW_WAITING = 4096, 1024
PATIENCE_S = 4.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0
_TAKE = "SELECT signals_take(" + ", ".join(f"${n}" for n in range(1, 36)) + ")"
_DRIFT = "SELECT signals_drift($1, $2)"

Row = tuple[Any, ...]


class Sender(Protocol):
    """Who waits for an answer."""

    def stored(self, pending: Pending) -> None: ...

    def lost(self, pending: Pending) -> None: ...


class Pending:
    """One message: its rows (none for a poll), the path that it came by, and who waits. `answer`: the sender's own."""

    __slots__ = ("answer", "at", "new_path", "path", "rows", "sender")

    def __init__(
        self, sender: Sender, rows: Sequence[Row], path: tuple[UUID, str] | None, new_path: bool, answer: Any
    ) -> None:
        self.sender, self.rows, self.path, self.new_path, self.answer = sender, rows, path, new_path, answer
        self.at = clock.monotonic()


def row(
    event: Event, panel: UUID | None, line: UUID | None, source: str, transport: str, peer: str, raw: bytes,
    account: str, seq: str, receiver: str, line_no: str, fault: str, key: bytes, fresh: bool | None, at_ms: int,
    window_ms: int,
) -> Row:  # fmt: skip
    """One row as `signals_take` wants it; lengths as in the model. `fresh`: another event (True), a repetition if there
    is one within the window (False), or the database also asks what else the panel said since (None)."""
    extra = _json(event.extra) if event.extra else "[]"
    return (
        panel, line, source, transport, peer, rules.without_key(raw), account, seq, receiver,
        line_no, event.protocol, event.code[:32], event.qualifier or "", event.phase, event.signal_class,
        event.priority, event.name[:120], _cut(event.zone), _cut(event.area), _cut(event.user),
        event.text[:LONGEST_TEXT], event.occurred_ms, event.known, event.duress, extra, fault[:120], key, fresh, 1,
        at_ms, window_ms,
    )  # fmt: skip


_KEY, _FRESH, _COUNT, _AT = 26, 27, 28, 29  # places in a row
_NAMES = 31


def _cut(word: str | None) -> str:
    return "" if word is None else word[:32]


def _json(pairs: Sequence[tuple[str, str]]) -> str:
    import json

    return json.dumps([list(pair) for pair in pairs])[:20_000] if len(pairs) <= 64 else "[]"


class Writer:
    """See the module. `put` never waits; `run` writes until told to stop."""

    def __init__(self) -> None:
        self._waiting: list[Pending] = []
        self._wake = asyncio.Event()
        self._drifts: dict[UUID, int] = {}
        self._connection: Any = None
        self._resume: list[Any] = []
        self._broken = False
        self.well_since = clock.now()  # since when everything that came could be stored
        self.batches = self.written = 0

    def put(self, pending: Pending) -> None:
        self._waiting.append(pending)
        self._wake.set()

    def drifted(self, panel: UUID, drift_ms: int) -> None:
        """A panel's clock is that far ahead of ours; written with the next batch."""
        self._drifts[panel] = drift_ms

    @property
    def is_full(self) -> bool:
        """Read nothing more from anybody until `when_free` calls back."""
        return len(self._waiting) >= MOST_WAITING

    def when_free(self, call: Any) -> None:
        self._resume.append(call)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`, and until what came before is stored, or can't be within PATIENCE_S."""
        stopping = asyncio.ensure_future(self._wake_at(stop))
        try:
            while not (stop.is_set() and not self._waiting):
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._write_some()
        finally:
            stopping.cancel()
            await self._close()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _write_some(self) -> None:
        if self._connection is None and not await self._connect():
            return
        batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        try:
            await self._store(batch)
            if self._drifts:
                await self._note_drifts()
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            log.error("receivers.row_refused", error=type(error).__name__, messages=len(batch))
            await self._one_by_one(batch)
        except Exception as error:  # whatever it is, nothing was committed that we know of: nobody is answered
            await self._failed(batch, error)
        self._let_go_on()

    async def _store(self, batch: list[Pending]) -> None:
        await self._connection.execute(_TAKE, *_columns(batch))
        self.batches, self.written = self.batches + 1, self.written + len(batch)
        for pending in batch:
            pending.sender.stored(pending)

    async def _note_drifts(self) -> None:
        """Worth a line at the panel, and no message's answer."""
        drifts, self._drifts = self._drifts, {}
        try:
            await self._connection.execute(_DRIFT, list(drifts), list(drifts.values()))
        except Exception as error:
            log.warning("receivers.drift_not_noted", error=type(error).__name__)

    async def _one_by_one(self, batch: list[Pending]) -> None:
        for pending in batch:
            try:
                await self._store([pending])
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
                await self._as_bytes(pending)
            except Exception as error:
                await self._failed([pending], error)

    async def _as_bytes(self, pending: Pending) -> None:
        """What the database refuses goes in as the bytes that it came in, for a person."""
        from zegel.server.signals.intake import unreadable

        event = unreadable("dc09")
        pending.rows = [
            row(
                event, panel=r[0], line=r[1], source=r[2], transport=r[3], peer="", raw=r[5], account="", seq="",
                receiver="", line_no="", fault="refused_by_database", key=r[_KEY], fresh=True, at_ms=r[_AT],
                window_ms=0,
            )
            for r in pending.rows[:1]
        ]  # fmt: skip
        try:
            await self._store([pending])
        except Exception as error:
            await self._failed([pending], error)

    async def _failed(self, batch: list[Pending], error: Exception) -> None:
        if not self._broken:
            log.error("receivers.not_stored", error=type(error).__name__, messages=len(batch))
        self._broken = True
        for pending in batch:
            pending.sender.lost(pending)
        await self._close()

    async def _connect(self) -> bool:
        """One try, with a pause after a failure that grows; those who waited too long are let go."""
        try:
            self._connection = await database.connect()
        except Exception as error:
            if not self._broken:
                log.error("receivers.database_away", error=type(error).__name__)
            self._broken = True
            self._let_go_of_the_patient()
            await asyncio.sleep(self._pause())
            return False
        self._tries = 0
        if self._broken:
            log.info("receivers.database_back")
            self._broken, self.well_since = False, clock.now()
        return True

    _tries = 0

    def _pause(self) -> float:
        self._tries += 1
        return min(FIRST_PAUSE_S * 2.0 ** min(self._tries, 8), LONGEST_PAUSE_S)

    def _let_go_of_the_patient(self) -> None:
        latest = clock.monotonic() - PATIENCE_S
        old = [pending for pending in self._waiting if pending.at < latest]
        if old:
            self._waiting = [pending for pending in self._waiting if pending.at >= latest]
            for pending in old:
                pending.sender.lost(pending)
            self._let_go_on()

    def _let_go_on(self) -> None:
        if self._resume and len(self._waiting) <= FEW_WAITING:
            calls, self._resume = self._resume, []
            for call in calls:
                call()

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _columns(batch: list[Pending]) -> list[Any]:
    """What `signals_take` takes. The same message twice in one batch is one row with a count."""
    rows: list[Row] = []
    places: dict[bytes, int] = {}
    for pending in batch:
        for values in pending.rows:
            place = None if values[_FRESH] else places.get(values[_KEY])
            if place is None:
                places[values[_KEY]] = len(rows)
                rows.append(values)
            else:
                before = rows[place]
                rows[place] = (*before[:_COUNT], before[_COUNT] + 1, *before[_COUNT + 1 :])
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [[]] * _NAMES
    paths = {pending.path for pending in batch if pending.path is not None}
    panels, kinds = [path[0] for path in paths], [path[1] for path in paths]
    return [*columns, panels, kinds, any(pending.new_path for pending in batch), clock.now()]
