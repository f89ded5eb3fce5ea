# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "zegel.server.plans"
    label = "plans"

    def ready(self) -> None:
        from zegel.server.plans import facts  # noqa: F401  registers what the gate asks for
