# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration."""

from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "zegel.server.tenants"
    label = "tenants"

    def ready(self) -> None:
        from zegel.server.kernel import mail
        from zegel.server.tenants import facts, jobs, senders  # noqa: F401  registers with the gate, at sign-in and by the clock

        mail.senders(senders.of)
