# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: its probes, and what they need to be run by themselves."""

from __future__ import annotations

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    name = "zegel.server.promises"
    label = "promises"

    def ready(self) -> None:
        from zegel.server.promises import invariants, jobs, probes, tasks  # noqa: F401  they register themselves
        from zegel.server.promises.catalogue import promises

        promises()
