# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with a task."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class TaskError(ZegelError):
    """The root of this room's errors."""

    code = "task"


class UnknownTask(TaskError):
    """No such task, or another provider's."""

    code = "unknown_task"

    def __init__(self) -> None:
        super().__init__(_("There is no such task."), action=_("Go back to the list."))


class BadTask(TaskError):
    """A task that says nothing, somebody who does not work here, or a date out of bounds."""

    code = "bad_task"

    def __init__(self, message: str, *, action: str) -> None:
        super().__init__(message, action=action)
