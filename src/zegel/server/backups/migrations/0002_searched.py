# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("backups", "0001_initial")]

    operations = [
        migrations.AddField(model_name='trial', name='searched', field=models.JSONField(default=list)),
    ]
