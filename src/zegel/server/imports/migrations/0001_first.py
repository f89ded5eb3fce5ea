# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Firms of whom a file is here: for the worker that acts for each in turn. Identifiers only.
FIRMS = """
CREATE FUNCTION imports_firms() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT owner_id), '{}') FROM imports_import WHERE wrapped IS NOT NULL $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('uploaded', 'Uploaded'), ('checking', 'Checking'), ('checked', 'Checked'), ('running', 'Running'), ('paused', 'Paused'), ('done', 'Done'), ('discarded', 'Discarded')], max_length=10)),
                ('size', models.IntegerField()),
                ('hash', models.BinaryField()),
                ('shred', models.BigIntegerField(null=True)),
                ('wrapped', models.BinaryField(null=True)),
                ('header', models.JSONField(default=list)),
                ('habits', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=dict)),
                ('choices', models.JSONField(default=dict)),
                ('rows', models.IntegerField(default=0)),
                ('at_line', models.IntegerField(default=0)),
                ('dealt', models.IntegerField(default=0)),
                ('added', models.IntegerField(default=0)),
                ('matched', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0)),
                ('things', models.IntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField()),
                ('started_at', models.DateTimeField(null=True)),
                ('beat_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='imports_newest'), models.Index(condition=models.Q(('state__in', ('checking', 'running'))), fields=['beat_at'], name='imports_working')],
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('line', models.IntegerField()),
                ('what', models.CharField(max_length=24)),
                ('refused', models.BooleanField()),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='imports.import')),
            ],
            options={
                'indexes': [models.Index(fields=['of', 'line'], name='imports_remark_of')],
            },
        ),
        enable_rls("imports_import"),
        enable_rls("imports_remark"),
        migrations.RunSQL(FIRMS, migrations.RunSQL.noop),
    ]
