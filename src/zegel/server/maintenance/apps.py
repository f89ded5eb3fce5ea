# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it tells the gate about requests, and listens for what units report."""

from __future__ import annotations

from django.apps import AppConfig


class MaintenanceConfig(AppConfig):
    name = "zegel.server.maintenance"
    label = "maintenance"

    def ready(self) -> None:
        from zegel.server.maintenance import facts, jobs  # noqa: F401  registers with gate and worker
