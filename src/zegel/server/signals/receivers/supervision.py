# SPDX-License-Identifier: EUPL-1.2
"""Who fell silent, and who is back (EN 50136: a path that is watched must report within its time).

Every SWEEP_S the database is asked which paths are overdue; the rules say what is one event and what are many. The
marks and the signals about them are one transaction. One process does this at a time (advisory lock). Silence counts
only from when we have been listening without a break: our own outage is nobody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from zegel.protocols import raised
from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server.kernel import clock, ids, locks, log, services
from zegel.server.signals import rules
from zegel.server.signals.receivers import database
from zegel.server.signals.receivers.writer import _TAKE, Pending, Row, Writer, _columns, row
from zegel.server.signals.rules import GATHER_S, Group, Silent

SWEEP_S = 2.0
PRIORITY = 5  # technical
NAMES = {
    "path_lost": raised.PATH_LOST_NAME,
    "path_back": raised.PATH_BACK_NAME,
    "paths_lost": raised.PATHS_LOST_NAME,
    "paths_back": raised.PATHS_BACK_NAME,
}


class Supervision:
    """See the module. `run` until told to stop."""

    def __init__(self, writer: Writer, *, sweep_s: float = SWEEP_S, gather_s: float = GATHER_S) -> None:
        self._writer = writer
        self._sweep_s, self._gather_s = sweep_s, gather_s
        self._first_seen: dict[int, float] = {}
        self._accounts: dict[int, tuple[str, str]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._watch(stop)
            except Exception as error:  # the receiver goes on, whatever is wrong here
                known = isinstance(error, database.AWAY)
                (log.warning if known else log.error)("supervision.again", error=type(error).__name__)
            await services.wait(stop, self._sweep_s)

    async def _watch(self, stop: asyncio.Event) -> None:
        connection = await database.connect()
        try:
            number = locks.number_of("signals/supervision")
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", number):
                if await services.wait(stop, self._sweep_s):
                    return
            while not stop.is_set():
                await self.sweep(connection)
                await services.wait(stop, self._sweep_s)
        finally:
            connection.terminate()

    async def sweep(self, connection: Any) -> None:
        """Once: what fell silent, what is back, and which outages are over."""
        async with connection.transaction():
            await self._back(connection)
            await self._lost(connection)
            await self._over(connection)

    # --- silence ---

    async def _lost(self, connection: Any) -> None:
        moment = clock.now()
        found = await connection.fetch("SELECT * FROM signals_silent($1, $2)", moment, self._writer.well_since)
        now = clock.monotonic()
        self._first_seen = {one["id"]: self._first_seen.get(one["id"], now) for one in found}
        if not found:
            return
        self._accounts = {one["id"]: (one["account"], one["kind"]) for one in found}
        silent = [Silent(one["id"], one["panel"], one["line"], one["provider"]) for one in found]
        watched = {
            (one["line"], one["provider"]): int(one["watched"])
            for one in await connection.fetch("SELECT * FROM signals_watched()")
        }
        outages = await connection.fetch("SELECT * FROM signals_outages()")
        ongoing = [(None if one["of_provider"] else one["line"], one["of_provider"]) for one in outages]
        told = rules.sort_silence(silent, watched, ongoing)
        for group in told.groups:
            await self._together(connection, group, outages, moment)
        patient = [path for path in told.single if now - self._first_seen[path.path_id] >= self._gather_s]
        await self._one_by_one(connection, patient, moment)

    async def _together(self, connection: Any, group: Group, outages: Sequence[Any], moment: Any) -> None:
        """One signal when it begins; whoever joins later is counted."""
        running = next((one["id"] for one in outages if _same(one, group)), None)
        outage: UUID = running or ids.new()
        marked = await _mark(connection, group.paths, outage, moment)
        if not marked:
            return
        if running is not None:
            await connection.execute("SELECT signals_outage_goes_on($1, $2, NULL)", outage, len(marked))
            return
        await connection.execute(
            "SELECT signals_outage_starts($1, $2, $3, $4, $5)", outage, group.line_id, group.provider_id, len(marked),
            moment,
        )  # fmt: skip
        log.warning("supervision.outage", line=group.line_id, paths=len(marked))
        event = _event("paths_lost", Phase.TROUBLE, str(len(marked)))
        await _store(connection, [_row(event, None, group.line_id, "", "", outage)])

    async def _one_by_one(self, connection: Any, paths: Sequence[Silent], moment: Any) -> None:
        marked = await _mark(connection, paths, None, moment) if paths else set()
        rows = []
        for path in paths:
            if path.path_id in marked:
                account, kind = self._accounts[path.path_id]
                event = _event("path_lost", Phase.TROUBLE, kind)
                rows.append(_row(event, path.panel_id, path.line_id, account, kind, ids.new()))
        await _store(connection, rows)

    # --- and back ---

    async def _back(self, connection: Any) -> None:
        found = await connection.fetch("SELECT * FROM signals_returned()")
        if not found:
            return
        marked = {one[0] for one in await connection.fetch("SELECT signals_unmark($1)", [one["id"] for one in found])}
        await _store(connection, [
            _row(_event("path_back", Phase.RESTORE, one["kind"]), one["panel"], one["line"], one["account"],
                 one["kind"], ids.new())
            for one in found if one["id"] in marked and one["outage"] is None
        ])  # fmt: skip

    async def _over(self, connection: Any) -> None:
        """An outage ends when few are missing; those are told one by one from then on."""
        outages = await connection.fetch("SELECT * FROM signals_outages()")
        if not outages:
            return
        watched = await connection.fetch("SELECT * FROM signals_watched()")
        for outage in outages:
            mine = [one for one in watched if outage["of_provider"] in (None, one["provider"])]
            if outage["of_provider"] is None:
                mine = [one for one in mine if one["line"] == outage["line"]]
            if not rules.outage_over(outage["missing"], sum(int(one["watched"]) for one in mine)):
                continue
            await self._ended(connection, outage)

    async def _ended(self, connection: Any, outage: Any) -> None:
        await connection.execute("SELECT signals_outage_goes_on($1, 0, $2)", outage["id"], clock.now())
        left = await connection.fetch("SELECT * FROM signals_left_over($1)", outage["id"])
        rows = [_row(_event("paths_back", Phase.RESTORE, ""), None, outage["line"], "", "", ids.new())]
        rows += [
            _row(_event("path_lost", Phase.TROUBLE, one["kind"]), one["panel"], one["line"], one["account"],
                 one["kind"], ids.new())
            for one in left
        ]  # fmt: skip
        log.info("supervision.outage_over", line=outage["line"], left=len(left))
        await _store(connection, rows)


def _same(outage: Any, group: Group) -> bool:
    if group.provider_id is not None:
        return bool(outage["of_provider"] == group.provider_id)
    return outage["of_provider"] is None and bool(outage["line"] == group.line_id)


async def _mark(connection: Any, paths: Iterable[Silent], outage: UUID | None, moment: Any) -> set[int]:
    given = [path.path_id for path in paths]
    return {one[0] for one in await connection.fetch("SELECT signals_mark($1, $2, $3)", given, outage, moment)}


async def _store(connection: Any, rows: Sequence[Row]) -> None:
    if rows:
        nobody: Any = None
        await connection.execute(_TAKE, *_columns([Pending(nobody, rows, None, False, None)]))


def _event(code: str, phase: Phase, text: str) -> Event:
    return Event("server", code, None, phase, SignalClass.TECHNICAL, PRIORITY, NAMES[code], text=text)


def _row(event: Event, panel: UUID | None, line: UUID, account: str, kind: str, what: UUID) -> Row:
    return row(
        event, panel=panel, line=line, source="server", transport=kind, peer="", raw=b"", account=account, seq="",
        receiver="", line_no="", fault="", key=rules.dedupe_key(event.code, what.bytes), fresh=True,
        at_ms=clock.now_ms(), window_ms=0,
    )  # fmt: skip
