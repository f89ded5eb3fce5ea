# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('occasion', models.CharField(max_length=30)),
                ('by_mail', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'person_id', 'occasion'), name='notify_preference_once')],
            },
        ),
        enable_rls("notify_preference", index=False),
    ]
