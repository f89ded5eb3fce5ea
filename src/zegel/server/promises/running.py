# SPDX-License-Identifier: EUPL-1.2
"""Running probes, and writing down what they found.

- Each probe has a transaction of its own, which is rolled back whatever it did, and a time limit.
- What one of them does wrong stops none of the others: it is unproven, and says that its probe failed.
- What was found is signed, and the hash of a round's evidence stands in the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, log, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import queries as ledger
from zegel.server.promises import evidence, queries, rules, statement
from zegel.server.promises.catalogue import promises
from zegel.server.promises.errors import UnknownPromise
from zegel.server.promises.models import Change, Day, Evidence, Run
from zegel.server.promises.probing import Look, OutOfTime, Probe, probe_of, probes
from zegel.server.promises.rules import Every, Result, State, Why
from zegel.server.tasks import scope

LIMIT_S = {Every.HOUR: 20.0, Every.NIGHT: 300.0}
EVIDENCE_KEPT = timedelta(days=40)
DAYS_KEPT = timedelta(days=800)


@dataclass(frozen=True)
class Found:
    promise: str
    result: Result
    at: datetime
    took_ms: int


def run(provider_id: UUID, every: Every) -> Run:
    """All probes that run that often; one of every hour at night too."""
    wanted = [name for name, probe in probes().items() if probe.every is every or every is Every.NIGHT]
    return _record(provider_id, every.value, _ask_all(provider_id, wanted))


def run_asked(actor: Actor, names: Collection[str] = ()) -> Run:
    """On demand: these promises, or all of them, with the statement renewed. Raises Denied, UnknownPromise."""
    require(actor, Action.CHECK, Resource(ResourceKind.PROMISE, None, actor.party_id))
    assert actor.party_id is not None
    wanted = [name for name in promises() if name in set(names or probes())]
    if not wanted or any(probe_of(name) is None for name in wanted):
        raise UnknownPromise
    if not names:
        statement.renew_all(actor.party_id)
    return _record(actor.party_id, "asked", _ask_all(actor.party_id, wanted))


def _ask_all(provider_id: UUID, names: Collection[str]) -> list[Found]:
    with tenancy.acting_as(provider_id):
        customers = frozenset(scope.customers(provider_id))
    found: dict[str, Found] = {}
    asked: dict[int, Result] = {}  # several promises may share a probe: it is tried once
    for name in promises():
        probe = probe_of(name) if name in names else None
        if probe is None:
            continue
        begun = clock.monotonic()
        result = asked.get(id(probe.ask)) or ask(probe, provider_id, customers)
        asked[id(probe.ask)] = result
        found[name] = Found(name, result, clock.now(), int((clock.monotonic() - begun) * 1000))
    return list(found.values())


def ask(probe: Probe, provider_id: UUID, customers: frozenset[UUID]) -> Result:
    """One probe's answer; it leaves nothing behind."""
    limit_s = LIMIT_S[probe.every]
    look = Look(provider_id, customers, clock.now(), clock.monotonic() + limit_s)
    try:
        with tenancy.acting_as(provider_id):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(limit_s * 1000))])
            result = probe.ask(look)
            transaction.set_rollback(True)
        return result
    except (OutOfTime, OperationalError):
        return rules.unproven(Why.TOO_LONG)
    except Exception as error:
        log.error("promises.probe_failed", promise=probe.promise, error=type(error).__name__, where=log.place_of(error))
        return rules.unproven(Why.FAILED)


def _record(provider_id: UUID, every: str, found: list[Found]) -> Run:
    """Rows, changes and the ledger's entry, together."""
    now = clock.now()
    origin = ledger.verifier_key().partition("+")[0]
    signed = {
        one.promise: evidence.sign(
            origin, provider_id, one.promise, promises()[one.promise].version, one.result, clock.ms(one.at)
        )
        for one in found
    }
    digest = hashlib.sha256(b"".join(hashlib.sha256(signed[name]).digest() for name in sorted(signed))).digest()
    with work.transaction(system(provider_id)) as w:
        before = queries.newest(provider_id)
        row = Run.objects.create(
            id=ids.new(), owner_id=provider_id, provider_id=provider_id, every=every,
            started_at=min((one.at for one in found), default=now), ended_at=now, digest=digest,
            kept=_count(found, State.KEPT), broken=_count(found, State.BROKEN), unproven=_count(found, State.UNPROVEN),
        )  # fmt: skip
        Evidence.objects.bulk_create([_evidence(row, one, signed[one.promise]) for one in found])
        for one in found:
            _note_day(provider_id, one)
            old = before.get(one.promise)
            was = State.UNPROVEN if old is None else State(old.state)
            if was is not one.result.state:
                _note_change(w, provider_id, one, was)
        facts: dict[str, Fact] = {
            "run": row.id, "kept": row.kept, "broken": row.broken, "unproven": row.unproven, "digest": digest,
        }  # fmt: skip
        w.record(Entry(Kind.PROMISE, provider_id, facts))
        w.publish("promises.checked", owner_id=provider_id, run_id=row.id)
    row.index = w.receipts[0].index
    with tenancy.acting_as(provider_id):
        row.save(update_fields=["index"])
    return row


def _count(found: list[Found], state: State) -> int:
    return sum(one.result.state is state for one in found)


def _evidence(row: Run, one: Found, signed: bytes) -> Evidence:
    return Evidence(
        id=ids.new(), owner_id=row.owner_id, provider_id=row.owner_id, run=row, promise=one.promise,
        state=one.result.state.value, tried=one.result.tried, failed=one.result.failed, why=one.result.why.value,
        which=list(one.result.which), at=one.at, took_ms=one.took_ms, envelope=signed,
    )  # fmt: skip


def _note_day(provider_id: UUID, one: Found) -> None:
    known = Day.objects.filter(owner_id=provider_id, promise=one.promise, day=one.at.date()).first()
    if known is None:
        Day.objects.create(
            id=ids.new(), owner_id=provider_id, provider_id=provider_id, promise=one.promise, day=one.at.date(),
            state=one.result.state.value,
        )  # fmt: skip
    else:
        known.state = rules.worst([State(known.state), one.result.state]).value
        known.save(update_fields=["state"])


def _note_change(w: work.Work, provider_id: UUID, one: Found, was: State) -> None:
    Change.objects.create(
        id=ids.new(), owner_id=provider_id, provider_id=provider_id, promise=one.promise, before=was.value,
        after=one.result.state.value, why=one.result.why.value, at=one.at,
    )  # fmt: skip
    topic = "promise.broken" if one.result.state is State.BROKEN else "promise.changed"
    w.publish(topic, owner_id=provider_id, promise=one.promise)


def forget_old(provider_id: UUID) -> None:
    """Evidence of more than forty days ago, but each promise's newest; the days stay two years."""
    now = clock.now()
    with work.transaction(system(provider_id)):
        newest = [row.id for row in queries.newest(provider_id).values()]
        old = Evidence.objects.filter(owner_id=provider_id, at__lt=now - EVIDENCE_KEPT)
        old.exclude(id__in=newest).delete()
        Run.objects.filter(owner_id=provider_id, started_at__lt=now - EVIDENCE_KEPT, evidence=None).delete()
        Day.objects.filter(owner_id=provider_id, day__lt=(now - DAYS_KEPT).date()).delete()
        Change.objects.filter(owner_id=provider_id, at__lt=now - DAYS_KEPT).delete()
