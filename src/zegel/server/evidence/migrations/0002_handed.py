# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [("evidence", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Handed',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('export_index', models.BigIntegerField()),
                ('case_id', models.UUIDField(null=True)),
                ('camera_id', models.UUIDField()),
                ('recipient', models.CharField(max_length=120)),
                ('name', models.CharField(max_length=120)),
                ('token_hash', models.BinaryField(max_length=32)),
                ('browser_hash', models.BinaryField(max_length=32, null=True)),
                ('pieces', models.IntegerField()),
                ('size', models.BigIntegerField()),
                ('tries', models.SmallIntegerField(default=0)),
                ('openings', models.SmallIntegerField(default=0)),
                ('made_by', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('ready_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['owner_id', 'made_at'], name='evidence_handed_newest'),
                    models.Index(condition=models.Q(('ended_at', None)), fields=['expires_at'], name='evidence_handed_over'),
                ],
            },
        ),
        enable_rls("evidence_handed"),
    ]
