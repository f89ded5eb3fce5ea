# SPDX-License-Identifier: EUPL-1.2
"""The room's Django registration: from here on, every unit of work can write in the log."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "zegel.server.ledger"
    label = "ledger"

    def ready(self) -> None:
        from zegel.server.kernel import work
        from zegel.server.ledger import (  # noqa: F401  they register themselves
            actions,
            bodies,
            health,
            invariants,
            jobs,
            witnesses,
        )

        work.set_recorder(actions.record_in_work)
