# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "zegel.server.people"
    label = "people"

    def ready(self) -> None:
        from zegel.server.people import restored  # noqa: F401  what happens after a restore registers itself
