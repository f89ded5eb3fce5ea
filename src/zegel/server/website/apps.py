# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it sends letters and clears away what nobody confirmed."""

from __future__ import annotations

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "zegel.server.website"
    label = "website"

    def ready(self) -> None:
        from zegel.server.website import door, invariants, jobs, newsletters  # noqa: F401  they register themselves
