# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# The mail receiver knows a token and not yet whose it is: this function tells, and nothing else of the row.
FINDING = """
CREATE POLICY signals_mailcamera_owner ON signals_mailcamera FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION signals_mail_camera(hash bytea) RETURNS TABLE (id uuid, owner uuid, plain_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT id, owner_id, plain_until FROM signals_mailcamera WHERE token_hash = hash AND state = 'active' $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('signals', '0002_receivers'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailCamera',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(db_index=True)),
                ('name', models.CharField(max_length=200)),
                ('token_hash', models.BinaryField(max_length=32)),
                ('state', models.CharField(choices=[('active', 'Active'), ('replaced', 'Replaced'), ('retired', 'Retired')], default='active', max_length=10)),
                ('plain_by', models.UUIDField(null=True)),
                ('plain_reason', models.CharField(default='', max_length=300)),
                ('plain_until', models.DateTimeField(null=True)),
                ('added_at', models.DateTimeField()),
                ('verified_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('token_hash',), name='signals_mailcamera_token')],
            },
        ),
        enable_rls('signals_mailcamera'),
        migrations.RunSQL(FINDING, migrations.RunSQL.noop),
    ]
