# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "zegel.server.alarms"
    label = "alarms"

    def ready(self) -> None:
        from zegel.server.alarms import facts, jobs  # noqa: F401  registers what the gate and the worker ask for
