# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models

# Whose rows the hourly clean-up looks at: the identifiers of all parties, and nothing else of them.
PARTIES = """
CREATE FUNCTION chain_parties() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT DISTINCT party_id FROM people_membership WHERE role IN ('mechanic', 'repairer', 'carrier') ORDER BY 1 $$;
"""


class Migration(migrations.Migration):

    dependencies = [("chain", "0001_first")]

    operations = [
        migrations.AddField(model_name="step", name="visit_id", field=models.UUIDField(null=True)),
        migrations.RunSQL(PARTIES, migrations.RunSQL.noop),
    ]
