# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it hears what happened, and its worker tells it on."""

from __future__ import annotations

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "zegel.server.integrations"
    label = "integrations"

    def ready(self) -> None:
        from zegel.server.integrations import delivering, hooks  # noqa: F401  register with outbox, worker, removal
