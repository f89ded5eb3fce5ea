# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [("tenants", "0002_sender")]

    operations = [
        migrations.CreateModel(
            name='OwnLesson',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('version', models.IntegerField()),
                ('words', models.JSONField()),
                ('cases', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'version'), name='tenants_ownlesson_once')],
            },
        ),
        enable_rls("tenants_ownlesson"),
    ]
