# SPDX-License-Identifier: EUPL-1.2
"""What of the contracts is on the office's list of tasks: unanswered instructions, statements of outsiders that end,
people who have not acknowledged the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.contracts import queries
from zegel.server.contracts.models import Instruction, Outsider
from zegel.server.kernel import clock
from zegel.server.people import queries as people
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause, ends_soon

INSTRUCTION, OUTSIDER, POLICY = "instruction", "outsider", "policy_reader"
PATH = "/backoffice/privacy/contracts"


@causes.source("contracts")
def found(party_id: UUID) -> Iterator[Cause]:
    now = clock.now()
    for row in queries.unanswered():
        if row.provider_id == party_id:
            yield Cause("instruction_open", INSTRUCTION, row.id, row.owner_id)
    held = queries.outsiders(party_id)
    for one in held:
        renewed = any(
            other.expires_at > one.expires_at and (other.name, other.organisation) == (one.name, one.organisation)
            for other in held
        )
        if one.ended_at is None and not renewed and ends_soon(one.expires_at, now):
            yield Cause("outsider_ends", OUTSIDER, one.id, None, "", one.expires_at)
    policy = queries.policy_in_force(party_id)
    if policy is not None:
        yield from _unread(party_id)


def _unread(party_id: UUID) -> Iterator[Cause]:
    for person in people.members(party_id, causes.STAFF):
        bound = queries.bound_by(party_id, person.id)
        if bound is not None and bound[1] is None:
            yield Cause("policy_unread", POLICY, person.id, None, bound[0].version)


@naming.source(INSTRUCTION)
def of_instructions(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = Instruction.objects.in_bulk([task.about_id for task in tasks if task.about_id])
    return {
        task.id: naming.Told(
            _("Instruction %(number)d waits for an answer") % {"number": rows[task.about_id].number}, "", PATH
        )
        for task in tasks
        if task.about_id in rows
    }


@naming.source(OUTSIDER)
def of_outsiders(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = Outsider.objects.in_bulk([task.about_id for task in tasks if task.about_id])
    said: dict[UUID, naming.Told] = {}
    for task in tasks:
        row = rows.get(task.about_id) if task.about_id else None
        if row is not None:
            words = _("The confidentiality statement of %(name)s ends") % {"name": row.name}
            said[task.id] = naming.Told(words, row.organisation, PATH)
    return said


@naming.source(POLICY)
def of_readers(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    names = people.person_names({task.about_id for task in tasks if task.about_id})
    return {
        task.id: naming.Told(
            _("%(name)s has not acknowledged the policy yet") % {"name": names.get(task.about_id, "")}, "", PATH
        )
        for task in tasks
        if task.about_id
    }
