# SPDX-License-Identifier: EUPL-1.2
"""When a panel's message is the same again: `windows` counts from when it was last heard (what we raise ourselves: from
its first), and where the receiver's memory doesn't know (`freshs` is null), what the panel said since decides."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("zegel.server.signals.migrations.0002_receivers").TAKING.split("CREATE FUNCTION signals_drift")[0]

# Another event of the panel settles it only a second later: what came together may have been sent without waiting.
OLD = """
        SELECT s.id AS earlier FROM signals_signal s
        WHERE NOT g.fresh AND s.dedupe_key = g.dedupe_key AND s.received_ms > g.at_ms - g.window_ms
        ORDER BY s.received_ms DESC LIMIT 1) AS e ON true
"""
NEW = """
        SELECT s.id AS earlier FROM (
          SELECT t.id, t.received_ms, t.last_ms, t.occurred_ms FROM signals_signal t
          WHERE g.fresh IS NOT TRUE AND t.dedupe_key = g.dedupe_key ORDER BY t.received_ms DESC LIMIT 1) AS s
        WHERE CASE g.source WHEN 'server' THEN s.received_ms ELSE s.last_ms END > g.at_ms - g.window_ms
          AND (g.fresh IS NOT NULL
            OR coalesce(s.occurred_ms = g.occurred_ms, false)
            OR (coalesce(abs(s.occurred_ms - g.occurred_ms) <= g.window_ms, true)
              AND NOT EXISTS (
                SELECT 1 FROM signals_signal o
                WHERE o.panel_id = g.panel AND o.id > s.id AND o.source = 'panel'
                  AND o.dedupe_key <> g.dedupe_key AND o.received_ms > s.last_ms + 1000)))) AS e ON true
"""


def _replacing(taking: str) -> str:
    return taking.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("signals", "0005_brokers")]

    operations = [migrations.RunSQL(_replacing(BEFORE.replace(OLD, NEW)), _replacing(BEFORE))]
