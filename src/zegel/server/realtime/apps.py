# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "zegel.server.realtime"
    label = "realtime"

    def ready(self) -> None:
        from zegel.server.realtime import events, unit_link  # noqa: F401  registers their services
