# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "zegel.server.products"
    label = "products"
