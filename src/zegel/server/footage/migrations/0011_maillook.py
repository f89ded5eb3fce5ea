# SPDX-License-Identifier: EUPL-1.2

import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0010_cover_expired'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailLook',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('alarm_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('alarm_id', 'person_id'), name='footage_maillook_once')],
            },
        ),
        enable_rls("footage_maillook"),
    ]
