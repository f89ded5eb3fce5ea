# SPDX-License-Identifier: EUPL-1.2
"""Whose an account is: every panel in memory, renewed when the database says that one changed.

A panel that was added a moment ago may send before its notice is read: an account that isn't here is asked for once
before it counts as unknown. After the listening connection was lost everything is read anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from zegel.protocols.codes import Override, Table
from zegel.protocols.dc09 import Header, Key
from zegel.protocols.errors import BadTable
from zegel.protocols.events import Phase, SignalClass
from zegel.server.kernel import clock, log, services
from zegel.server.signals import keys, numbers
from zegel.server.signals.receivers import database
from zegel.server.signals.receivers.replays import Opened
from zegel.server.signals.rules import Guarded, Memory

CHANNEL = "zegel_panels"
UNKNOWN_LASTS_S = 2.0  # how long "there is no such account" is believed
MOST_UNKNOWN = 10_000
CHECK_S = 20.0
TOUCH_S = 1.0  # a path's time is right to the second


class Account:
    """A panel as a receiver needs it. Its key is unwrapped when it is first used."""

    __slots__ = (
        "_key", "_memory", "_opened", "_touched_at", "_touched_kind", "account", "drift_ms", "guarded", "id", "kinds",
        "line", "line_no", "provider", "receiver_no", "stale", "wrapped",
    )  # fmt: skip

    def __init__(self, found: Any, line_plain_until: datetime | None) -> None:
        self.id: UUID = found["id"]
        self.line: UUID = found["line"]
        self.provider: UUID = found["provider"]
        self.account: str = found["account"]
        self.receiver_no, self.line_no = _plain(found["receiver_no"]), _plain(found["line_no"])
        self.wrapped: bytes | None = found["key_wrapped"]
        self.kinds: set[str] = set(found["kinds"])
        self.drift_ms: int = found["drift_ms"] or 0
        self.guarded = Guarded(
            self.wrapped is not None, found["encryption_required"], found["plain_until"], line_plain_until
        )
        self.stale = 0
        self._key: Key | None = None
        self._memory: Memory | None = None
        self._opened: Opened | None = None
        self._touched_kind, self._touched_at = "", 0.0

    @property
    def key(self) -> Key | None:
        if self._key is None and self.wrapped is not None:
            self._key = keys.unwrap(self.id, self.wrapped)
        return self._key

    @property
    def memory(self) -> Memory:
        if self._memory is None:
            self._memory = Memory(retry_span_ms())
        return self._memory

    @property
    def opened(self) -> Opened:
        if self._opened is None:
            self._opened = Opened()
        return self._opened

    def touched(self, kind: str) -> None:
        """That path's time is in the database, or will be with the next batch."""
        self._touched_kind, self._touched_at = kind, clock.monotonic()

    def is_due(self, kind: str) -> bool:
        """Whether that path's time in the database is more than TOUCH_S old. Polls don't ask."""
        return kind != self._touched_kind or clock.monotonic() - self._touched_at > TOUCH_S

    def take_over(self, before: Account) -> None:
        """What was heard from the panel so far stays."""
        self._memory, self._opened, self.stale = before._memory, before._opened, before.stale


def retry_span_ms() -> int:
    """For how long after the last one a panel's message may be the same again."""
    return int(settings.SIGNALS_RETRY_SPAN_S * 1000)


def _plain(number: str | None) -> str:
    return numbers.plain(number)


class Line:
    """A line of an alarm centre, for what nobody's account brings."""

    __slots__ = ("centre", "id", "kinds", "line_no", "plain_until", "receiver_no")

    def __init__(self, found: Any, centre: UUID | None = None) -> None:
        self.id: UUID = found["id"]
        self.centre = centre
        self.receiver_no, self.line_no = _plain(found["receiver_no"]), _plain(found["line_no"])
        self.plain_until: datetime | None = found["plain_until"]


class Accounts:
    """See the module. Look up with `find`; keep it fresh with `run`."""

    def __init__(self) -> None:
        self._by_account: dict[str, list[Account]] = {}
        self._by_id: dict[UUID, Account] = {}
        self._lines: dict[UUID, Line] = {}
        self._tables: dict[UUID, tuple[Table, Table]] = {}
        self._unknown: dict[str, float] = {}
        self._asking: Any = None
        self._lock = asyncio.Lock()
        self.ready = asyncio.Event()

    def __len__(self) -> int:
        return len(self._by_id)

    # --- reading ---

    def find(self, head: Header) -> Account | None:
        """The panel that a frame speaks for: of those with its account the one that had it first; of that one's own
        provider's the one whose numbers fit best."""
        fitting = self.fitting(head)
        if len(fitting) < 2:
            return fitting[0] if fitting else None
        mine = [one for one in fitting if one.provider == fitting[0].provider]
        return max(mine, key=lambda c: bool(c.receiver_no) + bool(c.line_no))

    def fitting(self, head: Header) -> list[Account]:
        """Every panel that the frame's account and numbers allow, in the order in which they were added."""
        candidates = self._by_account.get(head.account.upper())
        if not candidates:
            return []
        receiver, line = _plain(head.receiver), _plain(head.line)
        return [c for c in candidates if c.receiver_no in ("", receiver) and c.line_no in ("", line)]

    def shared(self, account: str) -> bool:
        """Whether several panels have that account."""
        return len(self._by_account.get(account.upper(), ())) > 1

    def named(self, account: str) -> Account | None:
        """The only panel with that account, for what can't be read further."""
        candidates = self._by_account.get(account, [])
        return candidates[0] if len(candidates) == 1 else None

    def line_of(self, head: Header | None) -> Line | None:
        """To whom a frame of nobody's account goes. With several alarm centres only to the one that its numbers name:
        else it would tell one centre of another's panels. None: to nobody."""
        receiver, line = (_plain(head.receiver), _plain(head.line)) if head else ("", "")
        fitting = [
            one for one in self._lines.values() if one.receiver_no in ("", receiver) and one.line_no in ("", line)
        ]
        if len({one.centre for one in self._lines.values()}) > 1:
            fitting = [one for one in fitting if one.receiver_no or one.line_no]
            if len({one.centre for one in fitting}) != 1:
                return None
        best = max(fitting, key=lambda one: bool(one.receiver_no) + bool(one.line_no), default=None)
        return best or next(iter(self._lines.values()), None)

    @property
    def has_lines(self) -> bool:
        return bool(self._lines)

    def tables(self, provider: UUID) -> tuple[Table, Table]:
        """(Contact ID, SIA) as this provider has them."""
        return self._tables.get(provider) or (Table.cid(), Table.sia())

    def is_unknown(self, account: str) -> bool:
        """It was asked for a moment ago and nobody had it."""
        until = self._unknown.get(account)
        return until is not None and clock.monotonic() < until

    async def ask(self, account: str) -> bool:
        """Asks the database for this one account; True when it is here now. Raises what database.AWAY lists."""
        async with self._lock:
            if self._asking is None or self._asking.is_closed():
                self._asking = await database.connect()
            found = await self._asking.fetch("SELECT * FROM signals_accounts($1, NULL)", account)
        for one in found:
            self._put(one)
        if not found:
            if len(self._unknown) >= MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[account] = clock.monotonic() + UNKNOWN_LASTS_S
        return bool(found)

    # --- keeping fresh ---

    async def run(self, stop: asyncio.Event) -> None:
        """Reads everything, then what changes, until told to stop; over again whenever the connection is lost."""
        while not stop.is_set():
            try:
                await self._follow(stop)
            except Exception as error:  # who is known stays known meanwhile
                known = isinstance(error, database.AWAY)
                (log.warning if known else log.error)("receivers.accounts_again", error=type(error).__name__)
                await services.wait(stop, 0.5)
        if self._asking is not None:
            self._asking.terminate()

    async def _follow(self, stop: asyncio.Event) -> None:
        changes: asyncio.Queue[str] = asyncio.Queue()
        connection = await database.connect()
        try:
            await connection.add_listener(CHANNEL, lambda *said: changes.put_nowait(said[3]))
            connection.add_termination_listener(lambda _: changes.put_nowait(""))
            await self._read_all(connection)
            self.ready.set()
            log.info("receivers.accounts", panels=len(self._by_id), lines=len(self._lines))
            stopping = asyncio.ensure_future(stop.wait())
            try:
                while not stop.is_set():
                    await self._read_changes(connection, changes, stopping)
            finally:
                stopping.cancel()
        finally:
            connection.terminate()

    async def _read_changes(
        self, connection: Any, changes: asyncio.Queue[str], stopping: asyncio.Future[Any]
    ) -> None:
        waiting = asyncio.ensure_future(changes.get())
        await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED, timeout=CHECK_S)
        if not waiting.done():
            waiting.cancel()
            if not stopping.done():
                await connection.fetchval("SELECT 1")
            return
        words = {waiting.result()}
        while not changes.empty():
            words.add(changes.get_nowait())
        if "" in words:
            raise ConnectionResetError
        await self._renew(connection, words)

    async def _renew(self, connection: Any, words: Iterable[str]) -> None:
        """`panel <id>`, `line <id>`, `codes <id>`."""
        kinds = {word.split(" ")[0] for word in words}
        if "line" in kinds:
            await self._read_all(connection)
            return
        if "codes" in kinds:
            await self._read_codes(connection)
        panels = [UUID(word.split(" ")[1]) for word in words if word.startswith("panel ")]
        if len(panels) > 200:
            await self._read_all(connection)
            return
        for panel in panels:
            found = await connection.fetchrow("SELECT * FROM signals_accounts(NULL, $1)", panel)
            if found is None:
                self._drop(panel)
            else:
                self._put(found)

    async def _read_all(self, connection: Any) -> None:
        centres = dict(await connection.fetch("SELECT * FROM signals_line_centres()"))
        lines = await connection.fetch("SELECT * FROM signals_lines()")
        self._lines = {one["id"]: Line(one, centres.get(one["id"])) for one in lines}
        await self._read_codes(connection)
        found = await connection.fetch("SELECT * FROM signals_accounts(NULL, NULL)", timeout=60)
        gone = set(self._by_id) - {one["id"] for one in found}
        for one in found:
            self._put(one)
        for panel in gone:
            self._drop(panel)

    async def _read_codes(self, connection: Any) -> None:
        rows: dict[UUID, list[Any]] = {}
        for one in await connection.fetch("SELECT * FROM signals_codes()"):
            rows.setdefault(one["provider"], []).append(one)
        self._tables = {provider: _tables(provider, changed) for provider, changed in rows.items()}

    def _put(self, found: Any) -> None:
        line = self._lines.get(found["line"])
        account = Account(found, None if line is None else line.plain_until)
        before = self._by_id.get(account.id)
        place = None
        if before is not None:
            account.take_over(before)
            place = self._place_of(before) if before.account.upper() == account.account.upper() else None
            self._drop(account.id)
        self._by_id[account.id] = account
        same = self._by_account.setdefault(account.account.upper(), [])
        same.insert(len(same) if place is None else place, account)  # a change takes nobody's place
        self._unknown.pop(account.account.upper(), None)

    def _place_of(self, account: Account) -> int | None:
        same = [one.id for one in self._by_account.get(account.account.upper(), [])]
        return same.index(account.id) if account.id in same else None

    def _drop(self, panel: UUID) -> None:
        account = self._by_id.pop(panel, None)
        if account is None:
            return
        left = [one for one in self._by_account.get(account.account.upper(), []) if one.id != panel]
        if left:
            self._by_account[account.account.upper()] = left
        else:
            self._by_account.pop(account.account.upper(), None)


def _tables(provider: UUID, rows: Iterable[Any]) -> tuple[Table, Table]:
    tables = []
    for table, protocol in ((Table.cid(), "cid"), (Table.sia(), "sia")):
        mine = [_override(one) for one in rows if one["protocol"] == protocol]
        try:
            tables.append(table.overridden(mine) if mine else table)
        except BadTable:
            log.error("receivers.bad_table", provider=provider)
            tables.append(table)
    return tables[0], tables[1]


def _override(found: Any) -> Override:
    return Override(
        found["code"], found["qualifier"] or None, found["name"], Phase(found["phase"]),
        SignalClass(found["signal_class"]), found["priority"],
    )  # fmt: skip
