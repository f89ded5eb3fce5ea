# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "zegel.server.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        from zegel.server.dispatch import facts, jobs  # noqa: F401  registers what the gate asks and the worker does
