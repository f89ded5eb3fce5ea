# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it tells the gate about certificates and reviews."""

from __future__ import annotations

from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "zegel.server.centre"
    label = "centre"

    def ready(self) -> None:
        from zegel.server.centre import facts  # noqa: F401  registers with the gate
