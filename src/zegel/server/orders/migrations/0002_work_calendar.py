# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [("orders", "0001_orders")]

    operations = [
        migrations.CreateModel(
            name='OwnDay',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('closed', models.BooleanField(default=True)),
                ('name', models.CharField(default='', max_length=60)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'day'), name='orders_ownday_once')],
            },
        ),
        migrations.CreateModel(
            name='WorkRegion',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('region', models.CharField(default='', max_length=2)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='orders_workregion_once')],
            },
        ),
        enable_rls("orders_ownday"),
        enable_rls("orders_workregion"),
    ]
