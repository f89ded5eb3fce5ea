# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "zegel.server.kernel"
    label = "kernel"

    def ready(self) -> None:
        # registers what runs and what is checked
        from zegel.server.kernel import checks, delivery, erasures, invariants  # noqa: F401
