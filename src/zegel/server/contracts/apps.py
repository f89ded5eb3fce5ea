# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: its fact for the gate, its causes for the office's tasks."""

from __future__ import annotations

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "zegel.server.contracts"
    label = "contracts"

    def ready(self) -> None:
        from zegel.server.contracts import attaching, facts, todo  # noqa: F401  they register themselves
