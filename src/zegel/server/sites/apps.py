# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class SitesConfig(AppConfig):
    name = "zegel.server.sites"
    label = "sites"

    def ready(self) -> None:
        from zegel.server.sites import fsck, queries  # noqa: F401  says which cameras a unit has, for the gate's facts
