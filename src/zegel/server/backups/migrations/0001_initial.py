# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Copy',
            fields=[
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(default='', max_length=60)),
                ('size', models.BigIntegerField(default=0)),
                ('entries', models.BigIntegerField(default=0)),
                ('canary', models.BinaryField()),
                ('canary_key', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['-began_at'], name='backups_copy_newest')],
            },
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('passed', models.BooleanField()),
                ('fault', models.CharField(default='', max_length=60)),
                ('erased', models.IntegerField(default=0)),
                ('opened', models.IntegerField(default=0)),
                ('blind', models.BooleanField(default=False)),
                ('entries', models.BigIntegerField(default=0)),
                ('root', models.BinaryField(default=b'')),
                ('answers', models.JSONField(default=list)),
                ('copy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to='backups.copy')),
            ],
            options={
                'indexes': [models.Index(fields=['-began_at'], name='backups_trial_newest')],
            },
        ),
    ]
