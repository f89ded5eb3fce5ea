# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models
from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('site_id', models.UUIDField()),
                ('camera_id', models.UUIDField(null=True)),
                ('number', models.BigIntegerField(null=True)),
                ('hash', models.BinaryField(max_length=32, null=True)),
                ('previous', models.BinaryField(max_length=32, null=True)),
                ('envelope', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('new', 'NEW'), ('queued', 'QUEUED'), ('claimed', 'CLAIMED'), ('acting', 'ACTING'), ('on_hold', 'ON_HOLD'), ('closed', 'CLOSED')], default='new', max_length=10)),
                ('cause', models.CharField(max_length=20)),
                ('alarm_class', models.CharField(max_length=40)),
                ('zone', models.CharField(max_length=200)),
                ('score', models.SmallIntegerField()),
                ('priority', models.SmallIntegerField()),
                ('images', models.CharField(max_length=80)),
                ('first_seen_ms', models.BigIntegerField()),
                ('raised_ms', models.BigIntegerField()),
                ('received_ms', models.BigIntegerField()),
                ('policy_hash', models.BinaryField(max_length=32, null=True)),
                ('claimed_by', models.UUIDField(null=True)),
                ('claimed_by_party', models.UUIDField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('recalled_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.UUIDField(null=True)),
                ('closed_code', models.CharField(default='', max_length=20)),
                ('closed_note', models.CharField(default='', max_length=2000)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['priority', 'raised_ms'], name='alarms_queue'), models.Index(fields=['owner_id', '-raised_ms'], name='alarms_newest')],
                'constraints': [models.UniqueConstraint(fields=('hash',), name='alarms_alarm_hash')],
            },
        ),
        migrations.CreateModel(
            name='AlarmStep',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=20)),
                ('person_id', models.UUIDField(null=True)),
                ('note', models.CharField(default='', max_length=2000)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='alarms.alarm')),
            ],
            options={
                'indexes': [models.Index(fields=['alarm', 'at'], name='alarms_step_order')],
            },
        ),
        enable_rls("alarms_alarm"),
        enable_rls("alarms_alarmstep"),
    ]
