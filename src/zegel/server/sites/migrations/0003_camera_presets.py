# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0002_claims_and_counters'),
    ]

    operations = [
        migrations.AddField(
            model_name='camera',
            name='presets',
            field=models.JSONField(default=list),
        ),
    ]
