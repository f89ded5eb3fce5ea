# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "zegel.server.evidence"
    label = "evidence"

    def ready(self) -> None:
        from zegel.server.evidence import facts, invariants, jobs  # noqa: F401  what gate, fsck and worker ask of it
