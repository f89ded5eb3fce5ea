# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models
from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('alarms', '0002_times'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlarmSignal',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('signal_id', models.UUIDField(unique=True)),
                ('site_id', models.UUIDField(null=True)),
                ('panel_id', models.UUIDField(null=True)),
                ('source', models.CharField(max_length=10)),
                ('signal_class', models.CharField(max_length=24)),
                ('phase', models.CharField(max_length=20)),
                ('code', models.CharField(default='', max_length=24)),
                ('zone', models.CharField(default='', max_length=40)),
                ('area', models.CharField(default='', max_length=40)),
                ('at_ms', models.BigIntegerField()),
                ('verdict', models.CharField(choices=[('opened', 'OPENED'), ('folded', 'FOLDED'), ('restored', 'RESTORED'), ('recalled', 'RECALLED'), ('potential_cancel', 'POTENTIAL_CANCEL'), ('open_close', 'OPEN_CLOSE'), ('test', 'TEST'), ('bypass', 'BYPASS'), ('swinger', 'SWINGER'), ('exit', 'EXIT'), ('logged', 'LOGGED')], max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='AreaState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('panel_id', models.UUIDField()),
                ('site_id', models.UUIDField()),
                ('area', models.CharField(default='', max_length=40)),
                ('closed', models.BooleanField()),
                ('changed_ms', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Asked',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('key', models.UUIDField()),
                ('path', models.CharField(max_length=120)),
                ('body', models.BinaryField(max_length=32)),
                ('outcome', models.CharField(default='', max_length=24)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('queue', 'Queue'), ('look', 'Look'), ('recall', 'Recall'), ('norm', 'Norm'), ('park', 'Park'), ('test', 'Test'), ('opening', 'Opening')], max_length=10)),
                ('about', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='OpeningPlan',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('panel_id', models.UUIDField()),
                ('area', models.CharField(default='', max_length=40)),
                ('weekly', models.JSONField(default=list)),
                ('exceptions', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ParameterSet',
            fields=[
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('provider_id', models.UUIDField()),
                ('site_id', models.UUIDField(null=True)),
                ('values', models.JSONField(default=dict)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TestWindow',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('panel_id', models.UUIDField(null=True)),
                ('zones', models.JSONField(default=list)),
                ('fire', models.BooleanField(default=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(default='', max_length=300)),
                ('made_by', models.UUIDField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='alarm',
            name='area',
            field=models.CharField(default='', max_length=40),
        ),
        migrations.AddField(
            model_name='alarm',
            name='avs_reasons',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='alarm',
            name='avs_score',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='cancelled_potential',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='alarm',
            name='confirmed',
            field=models.CharField(choices=[('', 'NOT'), ('sequential', 'SEQUENTIAL'), ('video', 'VIDEO'), ('audio', 'AUDIO'), ('path_failure', 'PATH_FAILURE')], default='', max_length=16),
        ),
        migrations.AddField(
            model_name='alarm',
            name='duress',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='alarm',
            name='escalated_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='first_action_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='folded',
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name='alarm',
            name='folded_into',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='last_signal_ms',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='look_after',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='norm_due',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='panel_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='parked_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='plan_version_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='queue_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='recall_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='alarm',
            name='signal_class',
            field=models.CharField(default='', max_length=24),
        ),
        migrations.AddField(
            model_name='alarm',
            name='source',
            field=models.CharField(default='unit', max_length=10),
        ),
        migrations.AddField(
            model_name='alarmstep',
            name='outcome',
            field=models.CharField(default='', max_length=24),
        ),
        migrations.AddField(
            model_name='alarmstep',
            name='step_no',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='site_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='unit_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['site_id', 'signal_class'], name='alarms_open_at_site'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(condition=models.Q(('folded_into__isnull', False)), fields=['folded_into'], name='alarms_folded'),
        ),
        migrations.AddField(
            model_name='alarmsignal',
            name='alarm',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='alarms.alarm'),
        ),
        migrations.AddConstraint(
            model_name='areastate',
            constraint=models.UniqueConstraint(fields=('panel_id', 'area'), name='alarms_area_once'),
        ),
        migrations.AddIndex(
            model_name='asked',
            index=models.Index(fields=['at'], name='alarms_asked_at'),
        ),
        migrations.AddConstraint(
            model_name='asked',
            constraint=models.UniqueConstraint(fields=('person_id', 'key'), name='alarms_asked_once'),
        ),
        migrations.AddIndex(
            model_name='due',
            index=models.Index(fields=['at'], name='alarms_due_at'),
        ),
        migrations.AddConstraint(
            model_name='due',
            constraint=models.UniqueConstraint(fields=('kind', 'about'), name='alarms_due_once'),
        ),
        migrations.AddConstraint(
            model_name='openingplan',
            constraint=models.UniqueConstraint(fields=('panel_id', 'area'), name='alarms_opening_once'),
        ),
        migrations.AddConstraint(
            model_name='parameterset',
            constraint=models.UniqueConstraint(fields=('provider_id', 'site_id'), name='alarms_parameters_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='testwindow',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['site_id', 'ends_at'], name='alarms_test_running'),
        ),
        migrations.AddIndex(
            model_name='alarmsignal',
            index=models.Index(fields=['alarm', 'id'], name='alarms_signal_of_alarm'),
        ),
        migrations.AddIndex(
            model_name='alarmsignal',
            index=models.Index(fields=['site_id', '-at_ms'], name='alarms_signal_of_site'),
        ),
        enable_rls("alarms_alarmsignal"),
        enable_rls("alarms_areastate"),
        enable_rls("alarms_openingplan"),
        enable_rls("alarms_testwindow"),
        enable_rls("alarms_asked", index=False),
    ]
