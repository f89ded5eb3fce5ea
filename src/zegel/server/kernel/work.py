# SPDX-License-Identifier: EUPL-1.2
"""The unit of work: one transaction, one actor, its events and its ledger entries, all or nothing.

    with work.transaction(actor) as w:
        alarm = Alarm.objects.create(…)
        w.publish("alarm.opened", owner_id=alarm.owner_id, alarm_id=alarm.id)
        w.record(Entry(Kind.ALARM, …))

Order at the end: outbox rows, then the ledger's recorder (it takes the log's head lock, so it comes last and the lock
is
held for one statement and the commit), then COMMIT, then what was asked for `after_commit`. An entry with no recorder
registered refuses the whole transaction: nothing is done that can't be written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import transaction as django_transaction

from zegel.server.kernel import outbox, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.errors import ZegelError

# What the ledger room registers: (entries, actor) -> their receipts, called inside the transaction, last.
Recorder = Callable[[Sequence[Any], Actor], Sequence[Any]]
_recorder: Recorder | None = None


class NoRecorder(ZegelError):
    """Something was to be written in the ledger and there is none. The transaction is undone."""

    code = "no_ledger"


class AnotherActor(ZegelError):
    """An action was called inside the transaction of somebody else."""

    code = "another_actor"


class NotCommitted(ZegelError):
    """Receipts exist once the work is committed."""

    code = "not_committed"


def set_recorder(recorder: Recorder) -> None:
    """Called once, by the ledger room."""
    global _recorder
    _recorder = recorder


class Work:
    """What happens in one transaction."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._events: list[outbox.NewEvent] = []
        self._entries: list[Any] = []
        self._receipts: Sequence[Any] | None = None

    def publish(self, topic: str, *, owner_id: UUID | None, **ids: outbox.Value) -> None:
        """An event, seen by its subscribers only if and after this work commits. Identifiers only, never personal
        data."""
        self._events.append(outbox.NewEvent.of(topic, owner_id, ids))

    def record(self, entry: Any) -> int:
        """A ledger entry; returns its place in `receipts`."""
        self._entries.append(entry)
        return len(self._entries) - 1

    def after_commit(self, call: Callable[[], None]) -> None:
        """Runs when the database has it, and not otherwise. For hints (wake somebody), never for what must happen."""
        django_transaction.on_commit(call, robust=True)

    @property
    def receipts(self) -> Sequence[Any]:
        """What the ledger gave for each entry, in order; after the `with`."""
        if self._receipts is None:
            raise NotCommitted("The work isn't committed yet.", action="Read its receipts after the with block.")
        return self._receipts

    def _flush(self) -> Sequence[Any]:
        outbox.insert(self._events)
        if not self._entries:
            return ()
        if _recorder is None:
            raise NoRecorder("There is no ledger to write to, so nothing is done.")
        return _recorder(self._entries, self.actor)


_current: ContextVar[Work | None] = ContextVar("zegel_work", default=None)


@contextmanager
def transaction(actor: Actor, *, party_id: UUID | None = None) -> Iterator[Work]:
    """A transaction as `actor`'s party (or `party_id`, for the system only).

    Inside another one of the same actor it joins that one: events, entries and commit are the outer one's.
    """
    outer = _current.get()
    if outer is not None:
        if outer.actor != actor:
            raise AnotherActor("An action of one actor can't run inside the transaction of another.")
        yield outer
        return
    work = Work(actor)
    with tenancy.acting_as(party_id or actor.party_id, actor.id if actor.kind.value == "person" else None):
        token = _current.set(work)
        try:
            yield work
            receipts = work._flush()
        finally:
            _current.reset(token)
    work._receipts = receipts
