# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: its jobs, and its causes for the office's tasks."""

from __future__ import annotations

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "zegel.server.registers"
    label = "registers"

    def ready(self) -> None:
        from zegel.server.registers import invariants, jobs, todo  # noqa: F401  register with fsck, worker and tasks
