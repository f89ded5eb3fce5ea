# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it looks at what changes."""

from __future__ import annotations

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "zegel.server.tasks"
    label = "tasks"

    def ready(self) -> None:
        from zegel.server.tasks import jobs, left_over, unpaid  # noqa: F401  register with the worker, and causes
