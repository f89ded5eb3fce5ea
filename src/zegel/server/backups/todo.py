# SPDX-License-Identifier: EUPL-1.2
"""A missing or failed back-up on the office's list of tasks: of every provider of this installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zegel.server.backups import queries
from zegel.server.backups.queries import Fault
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause

KIND = ABOUT = "backup"

TITLES: dict[str, Promise] = {
    Fault.NOT_SET_UP: _("Back-ups are not set up: nothing of this installation is copied"),
    Fault.NO_COPY: _("Last night no back-up copy was made"),
    Fault.NO_TRIAL: _("Last night's back-up copy was not tried"),
    Fault.TRIAL_FAILED: _("The trial of the back-up copy failed"),
}


@causes.source("backups")
def found(party_id: UUID) -> Iterator[Cause]:
    for fault in queries.state().faults:
        yield Cause(KIND, ABOUT, None, None, fault.value)


@naming.source(ABOUT)
def told(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    path = "/backoffice/privacy/backups"
    return {task.id: naming.Told(str(TITLES[task.detail]), "", path) for task in tasks if task.detail in TITLES}
