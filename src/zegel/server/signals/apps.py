# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "zegel.server.signals"
    label = "signals"

    def ready(self) -> None:
        # what the gate asks for, what is checked, and what the receivers' process runs
        from zegel.server.signals import facts, integrations, invariants  # noqa: F401
        from zegel.server.signals.receivers import mqtt, service, smtp  # noqa: F401
