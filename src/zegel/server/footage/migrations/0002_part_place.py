# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='part',
            index=models.Index(fields=['pack', 'offset'], name='footage_part_place'),
        ),
    ]
