# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='SenderDomain',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('local', models.CharField(max_length=64)),
                ('domain', models.CharField(max_length=200)),
                ('selector', models.CharField(max_length=40)),
                ('key_wrapped', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField(null=True)),
                ('verified_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='tenants_sender_once')],
            },
        ),
        enable_rls("tenants_senderdomain"),
    ]
