# SPDX-License-Identifier: EUPL-1.2
"""Group commit: many threads append, one connection writes, one COMMIT makes a whole batch durable.

Every append takes the head's lock until its commit reaches the disk, so single commits are bounded by the disk's
latency. Whoever comes first leads: it writes what has gathered, and hands the lead to the first of those who came
meanwhile. So a lone append costs no change of threads, and nobody waits for a timer. When an append returns, its
entry is
durable; when it raises, it may or may not be, and what was to be logged must not happen.
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
_AGAIN = "Try again in a moment."


class _Ticket:
    """A group of entries of one caller, and what became of them."""

    __slots__ = ("answer", "batch", "leads", "problem", "turn")

    def __init__(self, batch: Sequence[Prepared]) -> None:
        self.batch = batch
        self.answer: tuple[int, int] | None = None
        self.problem: Exception | None = None
        self.leads = False
        self.turn = threading.Lock()  # held until answered or told to lead: the cheapest one-shot wait there is
        self.turn.acquire()


class Writer:
    """One per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._led = False
        self._connection: tuple[psycopg.Connection[Any], Stock] | None = None

    def append(self, batch: Sequence[Prepared]) -> tuple[int, int]:
        """Stores the entries next to each other; returns the first one's number, and the origin's.

        Raises LedgerUnavailable.
        """
        ticket = _Ticket(batch)
        with self._lock:
            self._waiting.append(ticket)
            ticket.leads, self._led = not self._led, True
        if not ticket.leads:
            self._wait(ticket)
        if ticket.leads:
            self._lead()
        if ticket.answer is None:
            raise LedgerUnavailable("The ledger can't be written now.", action=_AGAIN) from ticket.problem
        return ticket.answer

    def _wait(self, ticket: _Ticket) -> None:
        if ticket.turn.acquire(timeout=ANSWER_WITHIN_S):
            return
        with self._lock:
            if ticket.leads or ticket.answer or ticket.problem:
                return  # it came at the last moment
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        raise LedgerUnavailable("The ledger did not answer in time.", action=_AGAIN)

    def _lead(self) -> None:
        """Writes what waits, the caller's own group first, then lets the next one lead."""
        try:
            with self._lock:
                tickets = self._take()
            self._store(tickets)
        finally:
            with self._lock:
                self._led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].turn.release()

    def _take(self) -> list[_Ticket]:
        count, taken = 0, 0
        for ticket in self._waiting:
            if taken and count + len(ticket.batch) > MAX_BATCH:
                break
            count, taken = count + len(ticket.batch), taken + 1
        tickets, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return tickets

    def _store(self, tickets: list[_Ticket]) -> None:
        """Answers every ticket; those who lead don't wait for it."""
        try:
            first, origin = self._write([prepared for ticket in tickets for prepared in ticket.batch])
        except Exception as problem:  # whatever it is, every caller must hear of it
            log.error("ledger.append_failed", error=type(problem).__name__)
            self.close()
            for ticket in tickets:
                ticket.problem = problem
        else:
            for ticket in tickets:
                ticket.answer = (first, origin)
                first += len(ticket.batch)
        for ticket in tickets:
            if not ticket.leads:
                ticket.turn.release()

    def close(self) -> None:
        """Gives the connection back (tests, and before a database goes away). The next append opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection[0].close()

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
