# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: the worker takes lists over."""

from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "zegel.server.imports"
    label = "imports"

    def ready(self) -> None:
        from zegel.server.imports import jobs  # noqa: F401  registers with the worker
