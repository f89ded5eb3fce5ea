# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# A key is known before its owner is: this function tells whose it is, and nothing of a key that is none.
FINDING = """
CREATE POLICY integrations_key_owner ON integrations_apikey FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION integrations_key_of(hash bytea, moment timestamptz) RETURNS TABLE (id uuid, owner uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT id, owner_id FROM integrations_apikey
     WHERE key_hash = hash AND ended_at IS NULL AND expires_at > moment $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('key_hash', models.BinaryField(max_length=32)),
                ('hint', models.CharField(max_length=12)),
                ('scopes', models.JSONField()),
                ('rate', models.IntegerField()),
                ('made_by', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='integrations_key_list')],
                'constraints': [models.UniqueConstraint(fields=('key_hash',), name='integrations_key_hash')],
            },
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('webhook_id', models.UUIDField(primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField()),
                ('next_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['next_at'], name='integrations_due_next')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('url', models.CharField(max_length=500)),
                ('topics', models.JSONField()),
                ('secret_wrapped', models.BinaryField()),
                ('old_secret_wrapped', models.BinaryField(null=True)),
                ('old_secret_until', models.DateTimeField(null=True)),
                ('made_by', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
                ('failing_since', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('pause_why', models.CharField(default='', max_length=12)),
                ('ended_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='integrations_webhook_list')],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('idempotency_key', models.CharField(max_length=80)),
                ('body_hash', models.BinaryField(max_length=32)),
                ('made_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('api_key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='integrations.apikey')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='integrations_call_age')],
                'constraints': [models.UniqueConstraint(fields=('api_key', 'idempotency_key'), name='integrations_call_once')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('topic', models.CharField(max_length=60)),
                ('body', models.JSONField()),
                ('state', models.CharField(max_length=10)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('status', models.SmallIntegerField(default=0)),
                ('fault', models.CharField(default='', max_length=20)),
                ('happened_at', models.DateTimeField()),
                ('tried_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integrations.webhook')),
            ],
            options={
                'indexes': [models.Index(fields=['webhook', '-happened_at'], name='integrations_delivery_list'), models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'number'], name='integrations_delivery_wait'), models.Index(fields=['happened_at'], name='integrations_delivery_age')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'number'), name='integrations_delivery_once')],
            },
        ),
        enable_rls('integrations_apikey'),
        enable_rls('integrations_call'),
        enable_rls('integrations_webhook'),
        enable_rls('integrations_delivery'),
        migrations.RunSQL(FINDING, migrations.RunSQL.noop),
    ]
