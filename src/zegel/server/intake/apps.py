# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "zegel.server.intake"
    label = "intake"

    def ready(self) -> None:
        from zegel.server.intake import actions, jobs  # noqa: F401  registers with consents and the worker
