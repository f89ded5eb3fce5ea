# SPDX-License-Identifier: EUPL-1.2
"""What must always be true of panels and signals."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.signals import keys


@invariant("signals.panels_keys_open")
def panels_keys_open() -> Iterator[str]:
    """Under this installation's secret: after a restore without it every encrypted panel would be refused."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT id, key_wrapped FROM signals_accounts(NULL, NULL) WHERE key_wrapped IS NOT NULL")
        for panel, wrapped in cursor.fetchall():
            if keys.unwrap(panel, bytes(wrapped)) is None:
                yield f"the key of panel {panel} does not open under the secret panel-keys"


@invariant("signals.nothing_waits_for_long")
def nothing_waits_for_long() -> Iterator[str]:
    """What came in is an alarm, or decided to be none, within minutes."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM signals_unprocessed(100) "
            "WHERE received_ms < extract(epoch FROM zegel_now()) * 1000 - 300000"
        )
        yield from (f"signal {number} has waited for more than five minutes" for (number,) in cursor.fetchall())
