# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class FootageConfig(AppConfig):
    name = "zegel.server.footage"
    label = "footage"

    def ready(self) -> None:
        # registers what gate, fsck and worker ask for
        from zegel.server.footage import deleting, facts, forgetting, fsck, jobs, live, tracks  # noqa: F401
