# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


# Who serves anybody, as provider or as alarm centre: they keep registers of breaches. Asked by the worker; identifiers only.
PARTIES = """
CREATE FUNCTION serving_parties(moment timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT party_id), '{}') FROM people_servicerelation
  WHERE valid_from <= moment AND (valid_to IS NULL OR valid_to > moment) $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('state', models.CharField(choices=[('reported', 'REPORTED'), ('assessed', 'ASSESSED'), ('judged', 'JUDGED'), ('closed', 'CLOSED'), ('no_breach', 'NO_BREACH')], max_length=12)),
                ('what', models.CharField(max_length=4000)),
                ('known_at', models.DateTimeField()),
                ('reported_at', models.DateTimeField()),
                ('reported_by', models.UUIDField()),
                ('began_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('nature', models.JSONField(default=list)),
                ('cause', models.CharField(default='', max_length=4000)),
                ('scope', models.JSONField(null=True)),
                ('assessed_at', models.DateTimeField(null=True)),
                ('assessed_by', models.UUIDField(null=True)),
                ('severity', models.CharField(choices=[('low', 'LOW'), ('medium', 'MEDIUM'), ('high', 'HIGH')], default='', max_length=8)),
                ('likelihood', models.CharField(choices=[('low', 'LOW'), ('medium', 'MEDIUM'), ('high', 'HIGH')], default='', max_length=8)),
                ('risk', models.CharField(choices=[('unlikely', 'UNLIKELY'), ('risk', 'RISK'), ('high', 'HIGH')], default='', max_length=8)),
                ('reason', models.CharField(default='', max_length=4000)),
                ('consequences', models.CharField(default='', max_length=4000)),
                ('judged_at', models.DateTimeField(null=True)),
                ('judged_by', models.UUIDField(null=True)),
                ('evaluation', models.CharField(default='', max_length=4000)),
                ('lessons', models.CharField(default='', max_length=4000)),
                ('evaluated_at', models.DateTimeField(null=True)),
                ('evaluated_by', models.UUIDField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'number'), name='breaches_breach_number')],
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('customer', 'CUSTOMER'), ('authority', 'AUTHORITY'), ('people', 'PEOPLE')], max_length=10)),
                ('towards', models.UUIDField(null=True)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('source', models.CharField(default='', max_length=200)),
                ('met_at', models.DateTimeField(null=True)),
                ('complete', models.BooleanField(default=False)),
                ('late_reason', models.CharField(default='', max_length=2000)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('reminded', models.IntegerField(default=0)),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='duties', to='breaches.breach')),
            ],
        ),
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('words', models.CharField(max_length=500)),
                ('person_id', models.UUIDField()),
                ('due_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.UUIDField(null=True)),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measures', to='breaches.breach')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('phase', models.IntegerField()),
                ('final', models.BooleanField()),
                ('how', models.CharField(choices=[('mail', 'MAIL'), ('form', 'FORM'), ('post', 'POST'), ('phone', 'PHONE')], max_length=8)),
                ('language', models.CharField(max_length=2)),
                ('to', models.CharField(max_length=254)),
                ('reference', models.CharField(default='', max_length=200)),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('paper', models.BinaryField()),
                ('sha256', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField()),
                ('told_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(default='', max_length=200)),
                ('duty', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='breaches.duty')),
            ],
        ),
        migrations.CreateModel(
            name='Affected',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('party_id', models.UUIDField()),
                ('side', models.CharField(choices=[('processor', 'PROCESSOR'), ('controller', 'CONTROLLER')], max_length=12)),
                ('people', models.BigIntegerField(null=True)),
                ('records', models.BigIntegerField(default=0)),
                ('counted_people', models.BigIntegerField(null=True)),
                ('counted_records', models.BigIntegerField(default=0)),
                ('said_by', models.UUIDField(null=True)),
                ('lines', models.JSONField(default=list)),
                ('counted_at', models.DateTimeField()),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='affected', to='breaches.breach')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('breach', 'party_id', 'side'), name='breaches_affected_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.UniqueConstraint(fields=('breach', 'kind', 'towards'), name='breaches_duty_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('duty', 'phase', 'to'), name='breaches_notice_phase'),
        ),
        enable_rls("breaches_breach"),
        enable_rls("breaches_affected"),
        enable_rls("breaches_duty"),
        enable_rls("breaches_notice"),
        enable_rls("breaches_measure"),
        migrations.RunSQL(PARTIES, "DROP FUNCTION serving_parties(timestamptz)"),
    ]
