# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('alarms', '0006_defaults'),
    ]

    operations = [
        migrations.AlterField(
            model_name='due',
            name='kind',
            field=models.CharField(choices=[('queue', 'Queue'), ('look', 'Look'), ('recall', 'Recall'), ('norm', 'Norm'), ('park', 'Park'), ('test', 'Test'), ('opening', 'Opening'), ('central', 'Central')], max_length=10),
        ),
        migrations.CreateModel(
            name='CentralWord',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('envelope', models.BinaryField()),
                ('hash', models.BinaryField(max_length=32)),
                ('person_id', models.UUIDField(null=True)),
                ('said_ms', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('ready_at', models.DateTimeField(null=True)),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='alarms.alarm')),
            ],
            options={
                'indexes': [models.Index(fields=['unit_id', '-made_at'], name='alarms_central_of_unit')],
                'constraints': [models.UniqueConstraint(fields=('alarm',), name='alarms_centralword_once')],
            },
        ),
        enable_rls("alarms_centralword"),
    ]
