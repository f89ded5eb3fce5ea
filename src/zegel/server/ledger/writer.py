# SPDX-License-Identifier: EUPL-1.2
"""Group commit: many threads append, one connection writes, one COMMIT makes a whole batch durable.

Every append takes the head's lock until its commit reaches the disk, so single commits are bounded by the disk's
latency.
While one batch is being written the next gathers; nobody waits for a timer. When an append returns, its entry is
durable;
when it raises, it may or may not be, and what was to be logged must not happen.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings

from zegel.server.kernel import log
from zegel.server.ledger.errors import LedgerUnavailable
from zegel.server.ledger.numbers import Stock
from zegel.server.ledger.prepared import APPEND, Prepared, columns

MAX_BATCH = 4096
ANSWER_WITHIN_S = 15.0


class _Ticket:
    """A group of entries of one caller, and what became of them."""

    __slots__ = ("batch", "done", "first", "origin", "problem")

    def __init__(self, batch: Sequence[Prepared]) -> None:
        self.batch = batch
        self.first = -1
        self.origin = -1
        self.problem: Exception | None = None
        self.done = threading.Lock()  # held until answered: the cheapest one-shot wait there is
        self.done.acquire()


class Writer:
    """One per process. Its thread starts at the first append and ends with the process."""

    def __init__(self) -> None:
        self._lock = threading.Condition(threading.Lock())
        self._waiting: list[_Ticket] = []
        self._thread: threading.Thread | None = None
        self._connection: tuple[psycopg.Connection[Any], Stock] | None = None

    def append(self, batch: Sequence[Prepared]) -> tuple[int, int]:
        """Stores the entries next to each other; returns the first one's number, and the origin's. Raises
        LedgerUnavailable."""
        ticket = _Ticket(batch)
        with self._lock:
            self._waiting.append(ticket)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
                self._thread.start()
            self._lock.notify()
        if not ticket.done.acquire(timeout=ANSWER_WITHIN_S):
            raise LedgerUnavailable("The ledger did not answer in time.", action="Try again in a moment.")
        if ticket.problem is not None:
            raise LedgerUnavailable(
                "The ledger can't be written now.", action="Try again in a moment."
            ) from ticket.problem
        return ticket.first, ticket.origin

    def close(self) -> None:
        """Gives the connection back (tests, and before a database goes away). The next append opens a new one."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection[0].close()

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._waiting:
                    self._lock.wait()
                tickets = self._take()
            self._store(tickets)

    def _take(self) -> list[_Ticket]:
        count, taken = 0, 0
        for ticket in self._waiting:
            if taken and count + len(ticket.batch) > MAX_BATCH:
                break
            count, taken = count + len(ticket.batch), taken + 1
        tickets, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return tickets

    def _store(self, tickets: list[_Ticket]) -> None:
        try:
            first, origin = self._write([prepared for ticket in tickets for prepared in ticket.batch])
        except Exception as problem:  # whatever it is, every caller must hear of it
            log.error("ledger.append_failed", error=type(problem).__name__)
            self.close()
            for ticket in tickets:
                ticket.problem = problem
        else:
            for ticket in tickets:
                ticket.first, ticket.origin = first, origin
                first += len(ticket.batch)
        for ticket in tickets:
            ticket.done.release()

    def _write(self, batch: Sequence[Prepared]) -> tuple[int, int]:
        """A connection that turns out dead is opened anew, once. The batch may have been committed before it died: the
        database looks for it under the head's lock, so that it is stored once."""
        fresh = self._connection is None
        try:
            return self._execute(batch, again=False)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self.close()
            if fresh:
                raise
        return self._execute(batch, again=True)

    def _execute(self, batch: Sequence[Prepared], *, again: bool) -> tuple[int, int]:
        connection, stock = self._connected()
        arguments = [*columns(batch, stock.draw(len(batch))), again]
        row = connection.execute(APPEND, arguments, prepare=True, binary=True).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def _connected(self) -> tuple[psycopg.Connection[Any], Stock]:
        if self._connection is None:
            connection = psycopg.connect(settings.APP_DATABASE_URL, autocommit=True, connect_timeout=5)
            connection.execute("SET synchronous_commit = on")
            self._connection = (connection, Stock(connection))
        return self._connection


_writer = Writer()


def writer() -> Writer:
    """This process's."""
    return _writer


def _after_fork() -> None:
    """A child must not write on its parent's connection, nor wait for its parent's thread."""
    global _writer
    _writer = Writer()


os.register_at_fork(after_in_child=_after_fork)
