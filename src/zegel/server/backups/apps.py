# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration."""

from __future__ import annotations

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "zegel.server.backups"
    label = "backups"

    def ready(self) -> None:
        from zegel.server.backups import invariants, jobs, todo  # noqa: F401  they register themselves
