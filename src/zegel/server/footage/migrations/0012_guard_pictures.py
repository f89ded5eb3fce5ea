# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0011_maillook'),
    ]

    operations = [
        migrations.AlterField(
            model_name='deadline',
            name='kind',
            field=models.CharField(choices=[('window', 'Window'), ('lease', 'Lease'), ('reopening', 'Reopening'), ('grant', 'Grant'), ('guard', 'Guard')], max_length=10),
        ),
        migrations.CreateModel(
            name='GuardSight',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('person_id', models.UUIDField(null=True)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('site_id',), name='footage_guardsight_one')],
            },
        ),
        migrations.CreateModel(
            name='GuardPicture',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('camera_id', models.UUIDField()),
                ('alarm_id', models.UUIDField()),
                ('dispatch_id', models.UUIDField()),
                ('guard_id', models.UUIDField()),
                ('sent_by', models.UUIDField()),
                ('sent_party', models.UUIDField()),
                ('sent_role', models.CharField(max_length=20)),
                ('sent_at', models.DateTimeField()),
                ('made_ms', models.BigIntegerField()),
                ('expires_at', models.DateTimeField()),
                ('size', models.IntegerField()),
                ('key', models.CharField(max_length=120)),
                ('sha256', models.BinaryField(max_length=32)),
                ('recipient', models.BinaryField(max_length=32)),
                ('shred', models.BigIntegerField(null=True)),
                ('wrapped', models.BinaryField(null=True)),
                ('seen', models.IntegerField(default=0)),
                ('seen_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(choices=[('errand', 'ERRAND'), ('recalled', 'RECALLED'), ('window', 'WINDOW'), ('expired', 'EXPIRED'), ('revoked', 'REVOKED'), ('replaced', 'REPLACED')], default='', max_length=10)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['dispatch_id', 'sent_at'], name='footage_guardpicture_errand'),
                    models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['alarm_id'], name='footage_guardpicture_alarm'),
                ],
            },
        ),
        enable_rls('footage_guardsight'),
        enable_rls('footage_guardpicture'),
    ]
