# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it sends receipts."""

from __future__ import annotations

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "zegel.server.consents"
    label = "consents"

    def ready(self) -> None:
        from zegel.server.consents import jobs  # noqa: F401  registers with the worker
