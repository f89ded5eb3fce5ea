# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("maintenance", "0001_first")]

    operations = [
        migrations.AddField(
            model_name="request",
            name="way",
            field=models.CharField(
                choices=[("live", "LIVE"), ("still", "STILL")], db_default="live", default="live", max_length=5
            ),
        ),
        migrations.AddField(model_name="request", name="still_at", field=models.DateTimeField(null=True)),
    ]
