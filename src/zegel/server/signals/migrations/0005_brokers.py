# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Who connects must know which there are: identifiers and owners, and nothing else of a row.
FINDING = """
CREATE POLICY signals_broker_owner ON signals_broker FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION signals_brokers() RETURNS TABLE (id uuid, owner uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT id, owner_id FROM signals_broker WHERE state = 'active' $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('signals', '0004_integrations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Broker',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(db_index=True)),
                ('name', models.CharField(max_length=200)),
                ('host', models.CharField(max_length=253)),
                ('port', models.IntegerField()),
                ('tls', models.BooleanField(default=True)),
                ('username', models.CharField(blank=True, default='', max_length=100)),
                ('password_wrapped', models.BinaryField(null=True)),
                ('prefix', models.CharField(default='frigate', max_length=60)),
                ('state', models.CharField(choices=[('active', 'Active'), ('replaced', 'Replaced'), ('retired', 'Retired')], default='active', max_length=10)),
                ('added_at', models.DateTimeField()),
                ('last_at', models.DateTimeField(null=True)),
                ('connected_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, default='', max_length=40)),
            ],
        ),
        enable_rls('signals_broker'),
        migrations.RunSQL(FINDING, migrations.RunSQL.noop),
    ]
