# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: it answers what holds, what comes too late, and looks after what is over."""

from __future__ import annotations

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "zegel.server.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        # registers with footage, fsck, the worker and customers
        from zegel.server.lifecycle import customers, facts, fsck, jobs  # noqa: F401
