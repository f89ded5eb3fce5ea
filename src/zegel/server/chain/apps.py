# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it tells the gate about partners, and hears of orders and customers."""

from __future__ import annotations

from django.apps import AppConfig


class ChainConfig(AppConfig):
    name = "zegel.server.chain"
    label = "chain"

    def ready(self) -> None:
        from zegel.server.chain import facts, jobs  # noqa: F401  registers with gate and worker
