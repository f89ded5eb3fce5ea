# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it writes letters, watches the clock, and puts itself on the office's list."""

from __future__ import annotations

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "zegel.server.requests"
    label = "requests"

    def ready(self) -> None:
        from zegel.server.requests import causes, jobs  # noqa: F401  registers with tasks and worker
