# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [("website", "0002_listed")]

    operations = [
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('alts', models.JSONField()),
                ('media_type', models.CharField(max_length=20)),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('data', models.BinaryField()),
                ('digest', models.BinaryField()),
                ('added_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'digest'], name='website_picture_by')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'name'), name='website_picture_once')],
            },
        ),
        enable_rls("website_picture"),
    ]
