# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: its facts for the gate, its letters, its invariants."""

from __future__ import annotations

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "zegel.server.invoices"
    label = "invoices"

    def ready(self) -> None:
        from zegel.server.invoices import facts, invariants, jobs  # noqa: F401  register themselves
