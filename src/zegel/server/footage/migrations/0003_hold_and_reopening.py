# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0002_part_place'),
    ]

    operations = [
        migrations.AddField(
            model_name='lease',
            name='reopening_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='lease',
            name='verified_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='window',
            name='cameras',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='window',
            name='look_after',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='window',
            name='max_viewers',
            field=models.SmallIntegerField(default=3),
        ),
        migrations.AlterField(
            model_name='deadline',
            name='kind',
            field=models.CharField(choices=[('window', 'Window'), ('lease', 'Lease'), ('reopening', 'Reopening')], max_length=10),
        ),
        migrations.AlterField(
            model_name='lease',
            name='purpose',
            field=models.CharField(choices=[('alarm_verification', 'ALARM_VERIFICATION'), ('alarm_followup', 'ALARM_FOLLOWUP'), ('own_use', 'OWN_USE'), ('maintenance', 'MAINTENANCE')], max_length=30),
        ),
        migrations.CreateModel(
            name='Reopening',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('alarm_id', models.UUIDField()),
                ('arc_party_id', models.UUIDField()),
                ('reason', models.CharField(choices=[('recalled_yet_real', 'RECALLED_YET_REAL'), ('technical_follow_up', 'TECHNICAL_FOLLOW_UP'), ('police_request', 'POLICE_REQUEST'), ('customer_question', 'CUSTOMER_QUESTION')], max_length=30)),
                ('person_id', models.UUIDField()),
                ('after_recall', models.BooleanField()),
                ('opened_at', models.DateTimeField()),
                ('deadline', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['alarm_id', '-opened_at'], name='footage_reopening_alarm')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('alarm_id',), name='footage_reopening_one')],
            },
        ),
        enable_rls("footage_reopening"),
    ]
