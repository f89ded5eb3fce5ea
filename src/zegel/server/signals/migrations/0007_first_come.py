# SPDX-License-Identifier: EUPL-1.2
"""Who had an account first keeps it: panels are told in the order in which they were added. And whose each line is."""

from django.db import migrations

ACCOUNTS = """
CREATE OR REPLACE FUNCTION signals_accounts(wanted text, one uuid) RETURNS TABLE (
  id uuid, line uuid, provider uuid, account text, receiver_no text, line_no text, key_wrapped bytea, key_format text,
  encryption_required boolean, plain_until timestamptz, drift_ms bigint, kinds text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.line_id, p.provider_id, p.account, p.receiver_no, p.line_no, p.key_wrapped, p.key_format,
    p.encryption_required, p.plain_until, p.clock_drift_ms,
    ARRAY(SELECT kind::text FROM signals_path q WHERE q.panel_id = p.id)
  FROM signals_panel p
  WHERE p.state = 'active' AND (wanted IS NULL OR p.account = wanted) AND (one IS NULL OR p.id = one)
  ORDER BY p.added_at, p.id $$;
"""
CENTRES = """
CREATE FUNCTION signals_line_centres() RETURNS TABLE (id uuid, centre uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT id, arc_party_id FROM signals_line $$;
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0006_retry_span")]

    operations = [
        migrations.RunSQL(ACCOUNTS, migrations.RunSQL.noop),
        migrations.RunSQL(CENTRES, "DROP FUNCTION signals_line_centres()"),
    ]
