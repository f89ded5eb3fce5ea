# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "zegel.server.orders"
    label = "orders"

    def ready(self) -> None:
        from zegel.server.orders import jobs  # noqa: F401  registers with the worker
