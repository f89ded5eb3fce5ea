# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration."""

from __future__ import annotations

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "zegel.server.backups"
    label = "backups"

    def ready(self) -> None:
        from zegel.server.backups import jobs  # noqa: F401  registers with the worker
