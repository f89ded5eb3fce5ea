# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField(null=True)),
                ('scheme', models.CharField(choices=[('pac', 'PAC'), ('vds', 'VDS'), ('en50518', 'EN50518')], max_length=10)),
                ('number', models.CharField(max_length=60)),
                ('issuer', models.CharField(max_length=120)),
                ('document_hash', models.BinaryField(null=True)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.UUIDField(null=True)),
                ('said', models.SmallIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'person_id', 'valid_to'], name='agreements_certificate_held')],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('suspended_at', models.DateTimeField()),
                ('suspended_by', models.UUIDField(null=True)),
                ('reason', models.CharField(max_length=500)),
                ('finding_id', models.UUIDField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.UUIDField(null=True)),
                ('lifted_reason', models.CharField(default='', max_length=500)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('owner_id', 'person_id'), name='agreements_suspended_once')],
            },
        ),
        enable_rls("agreements_certificate"),
        enable_rls("agreements_suspension"),
    ]
