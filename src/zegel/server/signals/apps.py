# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    name = "zegel.server.signals"
    label = "signals"

    def ready(self) -> None:
        from zegel.server.signals import facts, integrations  # noqa: F401  registers what the gate asks for
        from zegel.server.signals.receivers import mqtt, service, smtp  # noqa: F401  registers what the receivers' process runs
