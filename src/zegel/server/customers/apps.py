# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: the gate's facts, and the daily look at whose time is over."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "zegel.server.customers"
    label = "customers"

    def ready(self) -> None:
        from zegel.server.customers import facts, invariants, jobs  # noqa: F401  registers with gate, fsck and worker
