# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0004_mailpicture'),
    ]

    operations = [
        migrations.AlterField(
            model_name='deadline',
            name='kind',
            field=models.CharField(choices=[('window', 'Window'), ('lease', 'Lease'), ('reopening', 'Reopening'), ('grant', 'Grant')], max_length=10),
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('camera_id', models.UUIDField()),
                ('track', models.SmallIntegerField(choices=[(1, 'SURVEILLANCE'), (2, 'OVERVIEW'), (3, 'PICTURE'), (4, 'LIVE')])),
                ('ranges', models.JSONField(default=list)),
                ('purpose', models.CharField(choices=[('maintenance', 'MAINTENANCE'), ('kept', 'KEPT')], max_length=20)),
                ('person_id', models.UUIDField()),
                ('recipient_party_id', models.UUIDField()),
                ('recipient', models.BinaryField(max_length=32)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('shred', models.BigIntegerField(null=True)),
                ('wrapped', models.BinaryField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['camera_id', 'purpose', '-issued_at'], name='footage_grant_newest')],
            },
        ),
        enable_rls('footage_grant'),
    ]
