# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "zegel.server.kernel"
    label = "kernel"

    def ready(self) -> None:
        from zegel.server.kernel import checks, delivery, invariants  # noqa: F401  registers what runs and what is checked
