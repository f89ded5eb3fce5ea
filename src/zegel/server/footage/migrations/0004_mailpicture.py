# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0003_hold_and_reopening'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailPicture',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('camera_id', models.UUIDField()),
                ('signal_id', models.UUIDField(db_index=True)),
                ('alarm_id', models.UUIDField(db_index=True, null=True)),
                ('media_type', models.CharField(max_length=20)),
                ('size', models.IntegerField()),
                ('key', models.CharField(max_length=120)),
                ('sha256', models.BinaryField(max_length=32)),
                ('received_ms', models.BigIntegerField()),
                ('shred', models.BigIntegerField()),
                ('wrapped', models.BinaryField()),
                ('arc_party_id', models.UUIDField(null=True)),
                ('arc_shred', models.BigIntegerField(null=True)),
                ('arc_wrapped', models.BinaryField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['camera_id', '-received_ms'], name='footage_mailpicture_newest')],
            },
        ),
        enable_rls('footage_mailpicture'),
    ]
