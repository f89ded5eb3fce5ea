# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Who is anybody's provider, and which alarm centres serve whom it serves: asked by the worker. Identifiers only.
PARTIES = """
CREATE FUNCTION provider_parties(moment timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT party_id), '{}') FROM people_servicerelation
  WHERE kind = 'provider' AND valid_from <= moment AND (valid_to IS NULL OR valid_to > moment) $$;
CREATE FUNCTION provider_centres(provider uuid, moment timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT c.party_id), '{}') FROM people_servicerelation p
  JOIN people_servicerelation c ON c.owner_id = p.owner_id AND c.kind = 'arc' AND c.valid_from <= moment
    AND (c.valid_to IS NULL OR c.valid_to > moment)
  WHERE p.party_id = provider AND p.kind = 'provider' AND p.valid_from <= moment
    AND (p.valid_to IS NULL OR p.valid_to > moment) $$;
"""



class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('agreement_unsigned', 'AGREEMENT_UNSIGNED'), ('certificate_ends', 'CERTIFICATE_ENDS'), ('statement_ends', 'STATEMENT_ENDS'), ('statement_missing', 'STATEMENT_MISSING'), ('sign_missing', 'SIGN_MISSING'), ('unit_silent', 'UNIT_SILENT'), ('malfunction', 'MALFUNCTION'), ('telemetry', 'TELEMETRY'), ('own', 'OWN')], max_length=20)),
                ('about', models.CharField(choices=[('customer', 'CUSTOMER'), ('site', 'SITE'), ('unit', 'UNIT'), ('camera', 'CAMERA'), ('person', 'PERSON'), ('certificate', 'CERTIFICATE'), ('malfunction', 'MALFUNCTION'), ('nothing', 'NOTHING')], max_length=12)),
                ('about_id', models.UUIDField(null=True)),
                ('customer_id', models.UUIDField(null=True)),
                ('detail', models.CharField(default='', max_length=60)),
                ('words', models.CharField(default='', max_length=300)),
                ('due_at', models.DateTimeField(null=True)),
                ('raised_at', models.DateTimeField()),
                ('raised_by', models.UUIDField(null=True)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('assignee', models.UUIDField(null=True)),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('cleared_at', None), ('done_at', None)), fields=['owner_id', '-raised_at'], name='tasks_task_open')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'key'), name='tasks_task_once')],
            },
        ),
        enable_rls("tasks_task"),
        migrations.RunSQL(
            PARTIES,
            "DROP FUNCTION provider_parties(timestamptz); DROP FUNCTION provider_centres(uuid, timestamptz)",
        ),
    ]
