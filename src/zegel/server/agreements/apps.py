# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it tells the gate how to find out its facts."""

from __future__ import annotations

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "zegel.server.agreements"
    label = "agreements"

    def ready(self) -> None:
        from zegel.server.agreements import facts  # noqa: F401  registers with the gate
