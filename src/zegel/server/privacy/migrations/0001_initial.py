# SPDX-License-Identifier: EUPL-1.2

import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='PrivacyContact',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('email', models.CharField(max_length=254)),
                ('phone', models.CharField(max_length=40)),
                ('statement_url', models.CharField(default='', max_length=500)),
                ('statement', models.TextField(default='')),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
                ('set_by', models.UUIDField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('owner_id',), name='privacy_contact_once')],
            },
        ),
        enable_rls("privacy_privacycontact"),
    ]
