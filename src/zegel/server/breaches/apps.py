# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: its causes for the office's tasks."""

from __future__ import annotations

from django.apps import AppConfig


class BreachesConfig(AppConfig):
    name = "zegel.server.breaches"
    label = "breaches"

    def ready(self) -> None:
        from zegel.server.breaches import jobs, todo  # noqa: F401  register with the worker and the tasks
