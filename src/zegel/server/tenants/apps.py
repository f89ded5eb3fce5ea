# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration."""

from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "zegel.server.tenants"
    label = "tenants"

    def ready(self) -> None:
        from zegel.server.tenants import facts  # noqa: F401  registers with the gate and at sign-in
