# SPDX-License-Identifier: EUPL-1.2
"""Tasks arise, and somebody does them. What was done can be undone: each verb has its reverse."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.people import queries as people
from zegel.server.tasks import causes, rules, scope
from zegel.server.tasks.errors import BadTask, UnknownTask
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import About, Cause, Known, TaskKind


def sweep(provider_id: UUID) -> int:
    """Looks at everything once: what arises becomes a task, what is over leaves the list. Returns how many changed."""
    with work.transaction(system(provider_id)) as w:
        rows = Task.objects.select_for_update().filter(owner_id=provider_id).exclude(kind=TaskKind.OWN.value)
        known = [Known(row.id, row.key, row.cleared_at is None) for row in rows.order_by("id")]
        changes = rules.compare(causes.of(provider_id), known)
        now = clock.now()
        Task.objects.bulk_create([_row(provider_id, cause, now) for cause in changes.new])
        for task_id, cause in changes.back.items():
            Task.objects.filter(id=task_id).update(
                cleared_at=None, done_at=None, done_by=None, snoozed_until=None, raised_at=now, due_at=cause.due
            )
        Task.objects.filter(id__in=changes.gone).update(cleared_at=now)
        count = len(changes.new) + len(changes.back) + len(changes.gone)
        if count:
            w.publish("task.changed", owner_id=provider_id)
        return count


def _row(provider_id: UUID, cause: Cause, now: datetime) -> Task:
    return Task(
        owner_id=provider_id, provider_id=provider_id, key=cause.key, kind=str(cause.kind), about=str(cause.about),
        about_id=cause.about_id, customer_id=cause.customer_id, detail=cause.detail, due_at=cause.due, raised_at=now,
    )  # fmt: skip


def write(actor: Actor, words: str, due_at: datetime | None = None, customer_id: UUID | None = None) -> Task:
    """A task of one's own. Raises Denied, BadTask."""
    words = " ".join(words.split())
    if not 3 <= len(words) <= rules.LONGEST_WORDS:
        raise BadTask(_("A task says what there is to do."), action=_("Write it in a sentence."))
    with work.transaction(actor) as w:
        party = _party(actor)
        if customer_id is not None and customer_id not in scope.customers(party):
            raise UnknownTask
        about = About.NOTHING if customer_id is None else About.CUSTOMER
        row = Task.objects.create(
            owner_id=party, provider_id=party, key=f"own/{ids.new()}", kind=TaskKind.OWN.value, about=about.value,
            about_id=customer_id, customer_id=customer_id, words=words, due_at=due_at, raised_at=clock.now(),
            raised_by=actor.id, assignee=actor.id,
        )  # fmt: skip
        w.publish("task.changed", owner_id=party)
        return row


def assign(actor: Actor, task_id: UUID, person_id: UUID | None) -> Task:
    """To somebody of the office, or (None) to nobody. Raises Denied, UnknownTask, BadTask."""
    with work.transaction(actor) as w:
        row = _locked(actor, task_id)
        if person_id is not None and person_id not in {one.id for one in people.members(row.owner_id, causes.GIVEN)}:
            raise BadTask(_("This person does not work here."), action=_("Choose somebody from the list."))
        row.assignee = person_id
        return _saved(w, row, "assignee")


def snooze(actor: Actor, task_id: UUID, until: datetime | None) -> Task:
    """Out of sight until then; None: back at once. Raises Denied, UnknownTask, BadTask."""
    now = clock.now()
    if until is not None and not now < until <= now + rules.LONGEST_SNOOZE:
        raise BadTask(_("A task is put off for 90 days at most."), action=_("Choose a nearer day."))
    with work.transaction(actor) as w:
        row = _locked(actor, task_id)
        row.snoozed_until = until
        return _saved(w, row, "snoozed_until")


def done(actor: Actor, task_id: UUID) -> Task:
    """Somebody did it. If its cause stands, it stays on the list of what was done until the cause is gone and comes
    back. Raises Denied, UnknownTask."""
    with work.transaction(actor) as w:
        row = _locked(actor, task_id)
        if row.done_at is None:
            row.done_at, row.done_by = clock.now(), actor.id
        return _saved(w, row, "done_at", "done_by")


def undo(actor: Actor, task_id: UUID) -> Task:
    """It was not done after all. Raises Denied, UnknownTask."""
    with work.transaction(actor) as w:
        row = _locked(actor, task_id)
        row.done_at = row.done_by = None
        return _saved(w, row, "done_at", "done_by")


def _saved(w: work.Work, row: Task, *fields: str) -> Task:
    row.save(update_fields=list(fields))
    w.publish("task.changed", owner_id=row.owner_id)
    return row


def _party(actor: Actor) -> UUID:
    require(actor, Action.CHANGE, Resource(ResourceKind.TASK, None, actor.party_id))
    assert actor.party_id is not None
    return actor.party_id


def _locked(actor: Actor, task_id: UUID) -> Task:
    row = Task.objects.select_for_update().filter(id=task_id, owner_id=tenancy.current_party()).first()
    if row is None:
        raise UnknownTask
    require(actor, Action.CHANGE, Resource(ResourceKind.TASK, row.id, row.owner_id))
    return row
