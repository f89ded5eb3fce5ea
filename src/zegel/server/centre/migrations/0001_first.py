# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Who runs an alarm centre: asked by the worker, which acts for nobody until it knows for whom. Identifiers only.
PARTIES = """
CREATE FUNCTION centre_parties(moment timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT party_id), '{}') FROM people_servicerelation
  WHERE kind IN ('arc', 'arc_second') AND valid_from <= moment AND (valid_to IS NULL OR valid_to > moment) $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(choices=[('unmanned', 'UNMANNED'), ('overdue', 'OVERDUE'), ('stand_in', 'STAND_IN')], max_length=12)),
                ('for_party', models.UUIDField(null=True)),
                ('opened_at', models.DateTimeField()),
                ('rounds', models.IntegerField(default=0)),
                ('next_at', models.DateTimeField()),
                ('waiting', models.IntegerField()),
                ('overdue', models.IntegerField()),
                ('oldest_ms', models.BigIntegerField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('acknowledged_by', models.UUIDField(null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-opened_at'], name='centre_escalation_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at', None)), fields=('owner_id', 'for_party'), name='centre_escalation_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('written_by', models.UUIDField()),
                ('written_at', models.DateTimeField()),
                ('note', models.CharField(max_length=4000)),
                ('state', models.JSONField(default=dict)),
                ('accepted_by', models.UUIDField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(default='', max_length=1000)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-written_at'], name='centre_hand_over_newest')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('lease_id', models.UUIDField(unique=True)),
                ('alarm_id', models.UUIDField(null=True)),
                ('camera_id', models.UUIDField()),
                ('site_id', models.UUIDField(null=True)),
                ('customer_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('purpose', models.CharField(max_length=30)),
                ('from_ms', models.BigIntegerField()),
                ('to_ms', models.BigIntegerField()),
                ('slots', models.IntegerField()),
                ('ledger_index', models.BigIntegerField()),
                ('why', models.CharField(choices=[('random', 'RANDOM'), ('risk', 'RISK')], max_length=8)),
                ('risks', models.JSONField(default=list)),
                ('score', models.SmallIntegerField()),
                ('made_at', models.DateTimeField()),
                ('dealt_to', models.UUIDField(null=True)),
                ('dealt_at', models.DateTimeField(null=True)),
                ('judged_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='centre_review_newest'), models.Index(condition=models.Q(('judged_at__isnull', True)), fields=['owner_id', 'dealt_to'], name='centre_review_open')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('verdict', models.CharField(choices=[('ok', 'Ok'), ('question', 'Question'), ('breach', 'Breach')], max_length=10)),
                ('reason', models.CharField(max_length=2000)),
                ('judged_by', models.UUIDField()),
                ('judged_at', models.DateTimeField()),
                ('follow_up', models.CharField(default='', max_length=2000)),
                ('followed_up_by', models.UUIDField(null=True)),
                ('followed_up_at', models.DateTimeField(null=True)),
                ('suspension_id', models.UUIDField(null=True)),
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='finding', to='centre.review')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('role', models.CharField(max_length=20)),
                ('since', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('on_duty', models.BooleanField()),
                ('break_since', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('owner_id', 'person_id'), name='centre_seat_once')],
            },
        ),
        migrations.CreateModel(
            name='Settings',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('pagers', models.JSONField(default=list)),
                ('second_after_s', models.IntegerField(default=60)),
                ('repeat_s', models.IntegerField(default=120)),
                ('quiet_s', models.IntegerField(default=300)),
                ('norms', models.JSONField(default=dict)),
                ('review_rate', models.FloatField(default=0.05)),
                ('long_view_s', models.IntegerField(default=300)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='centre_settings_once')],
            },
        ),
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('kind', models.CharField(choices=[('opened', 'OPENED'), ('paged', 'PAGED'), ('second_centre', 'SECOND_CENTRE'), ('worse', 'WORSE'), ('acknowledged', 'ACKNOWLEDGED'), ('resolved', 'RESOLVED')], max_length=16)),
                ('at', models.DateTimeField()),
                ('person_id', models.UUIDField(null=True)),
                ('told', models.IntegerField(default=0)),
                ('note', models.CharField(default='', max_length=500)),
                ('escalation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='centre.escalation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('escalation', 'number'), name='centre_step_once')],
            },
        ),
        enable_rls("centre_seat"),
        enable_rls("centre_settings"),
        enable_rls("centre_escalation"),
        enable_rls("centre_escalationstep"),
        enable_rls("centre_handover"),
        enable_rls("centre_review"),
        enable_rls("centre_finding"),
        migrations.RunSQL(PARTIES, "DROP FUNCTION centre_parties(timestamptz)"),
    ]
