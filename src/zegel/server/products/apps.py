# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "zegel.server.products"
    label = "products"

    def ready(self) -> None:
        from zegel.server.products import jobs  # noqa: F401  registers with the worker
