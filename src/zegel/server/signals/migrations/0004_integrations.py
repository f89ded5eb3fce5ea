# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# A key is known before its owner is: this function tells whose it is, and nothing of a key that is none.
FINDING = """
CREATE POLICY signals_integration_owner ON signals_integration FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION signals_integration_of(hash bytea, moment timestamptz) RETURNS TABLE (id uuid, owner uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT id, owner_id FROM signals_integration
     WHERE key_hash = hash AND revoked_at IS NULL AND expires_at > moment $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('signals', '0003_mail_cameras'),
    ]

    operations = [
        migrations.CreateModel(
            name='Integration',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('key_hash', models.BinaryField(max_length=32)),
                ('hint', models.CharField(max_length=12)),
                ('scopes', models.JSONField(default=list)),
                ('site_ids', models.JSONField(default=list)),
                ('made_by', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key_hash',), name='signals_integration_key')],
            },
        ),
        migrations.CreateModel(
            name='WebhookCall',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80)),
                ('body_hash', models.BinaryField(max_length=32)),
                ('signal_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('integration', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='signals.integration')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='signals_webhookcall_age')],
                'constraints': [models.UniqueConstraint(fields=('integration', 'key'), name='signals_webhookcall_once')],
            },
        ),
        enable_rls('signals_integration'),
        enable_rls('signals_webhookcall'),
        migrations.RunSQL(FINDING, migrations.RunSQL.noop),
    ]
