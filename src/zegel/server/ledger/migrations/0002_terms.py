# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

# Which bodies of an owner (NULL: of none) are older than their kind's term. Numbers only; read by the retention work,
# which acts for each owner in turn. The index serves it, and who asks for everything that one person did.
OVER = """
CREATE FUNCTION ledger_over(of_owner uuid, of_kinds text[], before_ms bigint, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT index FROM ledger_body
  WHERE owner_id IS NOT DISTINCT FROM of_owner AND at_ms < before_ms AND kind = ANY (of_kinds) AND sealed IS NOT NULL
    AND kind NOT IN ('deletion', 'restore', 'checkpoint_restart')
  ORDER BY at_ms, index LIMIT most $$;
CREATE INDEX ledger_body_term ON ledger_body (owner_id, at_ms) WHERE sealed IS NOT NULL;
CREATE INDEX ledger_body_actor ON ledger_body (actor_id, index) WHERE actor_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(OVER, migrations.RunSQL.noop)]
