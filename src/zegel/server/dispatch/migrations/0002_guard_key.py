# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='dispatch', name='key_suite', field=models.SmallIntegerField(null=True)),
        migrations.AddField(model_name='dispatch', name='key_pk', field=models.BinaryField(max_length=1216, null=True)),
        migrations.AddField(model_name='dispatch', name='key_at', field=models.DateTimeField(null=True)),
    ]
