# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: its causes for the office's tasks."""

from __future__ import annotations

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "zegel.server.audits"
    label = "audits"

    def ready(self) -> None:
        from zegel.server.audits import todo  # noqa: F401  registers with the tasks
