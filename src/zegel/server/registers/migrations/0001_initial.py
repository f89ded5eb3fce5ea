# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LineReview',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('article', models.CharField(choices=[('30.1', 'CONTROLLER'), ('30.2', 'PROCESSOR')], max_length=4)),
                ('line', models.CharField(max_length=40)),
                ('risk', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], max_length=8)),
                ('why', models.CharField(max_length=1000)),
                ('measures', models.CharField(default='', max_length=1000)),
                ('assessment', models.CharField(default='', max_length=300)),
                ('reviewed_by', models.UUIDField(null=True)),
                ('reviewed_at', models.DateTimeField()),
                ('next_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'article', 'line', 'reviewed_at'], name='registers_reviewed')],
            },
        ),
        migrations.CreateModel(
            name='RegisterVersion',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('article', models.CharField(choices=[('30.1', 'CONTROLLER'), ('30.2', 'PROCESSOR')], max_length=4)),
                ('controller_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('content', models.JSONField()),
                ('hash', models.BinaryField()),
                ('valid_from', models.DateTimeField()),
                ('superseded_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'article', 'controller_id', 'number'), name='registers_version_number'), models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('owner_id', 'article', 'controller_id'), name='registers_version_newest')],
            },
        ),
        enable_rls("registers_registerversion"),
        enable_rls("registers_linereview"),
    ]
